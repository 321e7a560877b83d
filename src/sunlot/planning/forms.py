"""The plan's form: the fields of the annexed 计划表, with rows for participants, strata and zones. Works without scripts.

Only what can't be stored is a fault of the form (a date that is none, one seat without a reason); everything else may
be left open in a draft and is told by feasibility at its field.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from sunlot.desk.forms import DeskForm
from sunlot.lottery.notice import MAX_SEAT, MAX_TEAMS
from sunlot.norms.text import trim
from sunlot.registry.models import RiskClass

from . import suggestions
from .content import DEFAULT_SEATS, ExpertSeat, PlanContent, Seat, Stratum, Zone
from .models import Plan
from .options import Options

SPARE_ROWS = 2
MAX_ROWS = 30
PERCENT, NUMBER = "percent", "number"
RISKS = ("D", "C", "B", "A")


@dataclass(frozen=True)
class ParticipantRow:
    """One line of the participants; the first is the lead's."""

    organisation: BoundField
    seats: BoundField
    reason: BoundField
    code: str
    is_lead: bool


@dataclass(frozen=True)
class ItemsOf:
    """The items that one participant may bring."""

    code: str
    name: str
    field: BoundField


@dataclass(frozen=True)
class StratumRow:
    risk_class: str
    label: str
    amount: BoundField
    unit: BoundField
    reserve: BoundField


@dataclass(frozen=True)
class ZoneRow:
    code: str
    name: str
    teams: BoundField


class PlanForm(DeskForm):
    """Reads and shows a `PlanContent`. Give either `data` (what was sent) or `content` (what is stored or suggested)."""

    title = forms.CharField(label="抽查任务名称", max_length=80, required=False)
    annual_line_id = forms.TypedChoiceField(label="年度计划项目", coerce=int, empty_value=None, required=False)
    beside_reason = forms.CharField(label="不在年度计划内的理由", max_length=200, required=False)
    targeted = forms.ChoiceField(
        label="抽查类别",
        choices=[("1", "定向（按重点区域、行业或信用风险）"), ("", "不定向")],
        widget=forms.RadioSelect,
        required=False,
    )
    few_participants_reason = forms.CharField(
        label="参与部门少于三个的理由", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    kinds = forms.MultipleChoiceField(label="对象类别", required=False, widget=forms.CheckboxSelectMultiple)
    regions = forms.MultipleChoiceField(label="对象所在区", required=False, widget=forms.CheckboxSelectMultiple)
    draw_at = forms.DateTimeField(label="抽取时间", widget=forms.DateTimeInput)
    starts_on = forms.DateField(label="检查开始", widget=forms.DateInput)
    ends_on = forms.DateField(label="检查截止", widget=forms.DateInput)
    release = forms.ChoiceField(
        label="抽取名单",
        choices=[("", "抽取后即公开"), ("on", "到指定日期公开")],
        widget=forms.RadioSelect,
        required=False,
    )
    release_on = forms.DateField(label="公开日期", widget=forms.DateInput, required=False)
    zoning = forms.ChoiceField(label="组队方式", choices=Plan.Zoning.choices, widget=forms.RadioSelect)
    city_staff_roam = forms.BooleanField(label="市直人员由抽取分到各区", required=False)
    teams_city = forms.IntegerField(label="检查组数", required=False, min_value=1, max_value=MAX_TEAMS)
    inspector_scope = forms.CharField(label="检查人员范围", max_length=200, required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        options: Options,
        *,
        data: QueryDict | None = None,
        content: PlanContent | None = None,
        seen: str = "",
        is_new: bool = False,
    ) -> None:
        initial = {**_initial(content), "seen": seen} if content is not None else {}
        if is_new:  # open, so that they are suggested from what is drawn
            initial |= {f"reserve-{risk}": None for risk in RISKS}
        super().__init__(data, initial=initial)
        self.options = options
        self.fields["kinds"].choices = options.kinds  # type: ignore[attr-defined]  # a MultipleChoiceField
        self.fields["annual_line_id"].choices = [("", "（不在年度计划内）"), *options.annual_lines]  # type: ignore[attr-defined]
        self.fields["regions"].choices = options.regions  # type: ignore[attr-defined]
        self.codes = (
            self._codes_sent(data)
            if data is not None
            else [seat.organisation for seat in content.seats]
            if content
            else []
        )
        self._add_rows()
        for name in self.fields:
            self._style(name)

    def _codes_sent(self, data: QueryDict) -> list[str]:
        """The organisations of the rows that were sent, in order; a blank row is none."""
        sent = [data.get(f"participant-{n}", "") for n in range(MAX_ROWS)]
        known = {code for _, group in self.options.organisations for code, _ in group}
        return list(dict.fromkeys(code for code in sent if code in known))

    def _add_rows(self) -> None:
        self.row_count = min(len(self.codes) + SPARE_ROWS, MAX_ROWS)
        for n in range(self.row_count):
            choices: list[Any] = self.options.leads if n == 0 else [("", "（没有）"), *self.options.organisations]
            label = "牵头科室（单位）" if n == 0 else f"参与部门 {n}"
            self.fields[f"participant-{n}"] = forms.ChoiceField(label=label, choices=choices, required=n == 0)
            self.fields[f"seats-{n}"] = forms.IntegerField(
                label="每组人数", required=False, min_value=0 if n == 0 else 1, max_value=MAX_SEAT
            )
            self.fields[f"seats-reason-{n}"] = forms.CharField(label="少于两人的理由", required=False, max_length=200)
        for code in self.codes:
            self.fields[f"items-{code}"] = forms.TypedMultipleChoiceField(
                label=self.options.names[code],
                choices=self.options.items_for(code),
                coerce=int,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        for risk in RISKS:
            name = f"{risk} 类"
            self.fields[f"amount-{risk}"] = forms.DecimalField(
                label=f"{name}抽取", required=False, min_value=0, max_digits=9, decimal_places=1
            )
            self.fields[f"unit-{risk}"] = forms.ChoiceField(
                label=f"{name}单位", choices=[(PERCENT, "%"), (NUMBER, "户")]
            )
            self.fields[f"reserve-{risk}"] = forms.IntegerField(
                label=f"{name}候补", required=False, min_value=0, max_value=10**6
            )
        for code, name in self.options.experts:
            self.fields[f"expert-{code}"] = forms.IntegerField(
                label=f"{name}专家", required=False, min_value=0, max_value=MAX_SEAT
            )
        for code, name in self.options.regions:
            self.fields[f"teams-{code}"] = forms.IntegerField(
                label=f"{name}检查组", required=False, min_value=1, max_value=MAX_TEAMS
            )

    def _style(self, name: str) -> None:
        widget = self.fields[name].widget
        if isinstance(widget, forms.NumberInput | forms.Select | forms.TextInput) and "class" not in widget.attrs:
            widget.attrs["class"] = "input"
        if isinstance(widget, forms.NumberInput):
            widget.attrs["class"] = "input n"
            widget.attrs["inputmode"] = "decimal" if name.startswith("amount-") else "numeric"

    # --- what the template shows ---------------------------------------------------------------------------------

    @property
    def participants(self) -> Iterator[ParticipantRow]:
        for n in range(self.row_count):
            code = self.codes[n] if n < len(self.codes) else ""
            yield ParticipantRow(self[f"participant-{n}"], self[f"seats-{n}"], self[f"seats-reason-{n}"], code, n == 0)

    @property
    def items(self) -> Iterator[ItemsOf]:
        return (ItemsOf(code, self.options.names[code], self[f"items-{code}"]) for code in self.codes)

    @property
    def strata(self) -> Iterator[StratumRow]:
        for risk in RISKS:
            fields = (self[f"amount-{risk}"], self[f"unit-{risk}"], self[f"reserve-{risk}"])
            yield StratumRow(risk, RiskClass(risk).label, *fields)

    @property
    def experts(self) -> list[BoundField]:
        """Seats of each field of experts."""
        return [self[f"expert-{code}"] for code, _ in self.options.experts]

    @property
    def has_experts(self) -> bool:
        """Whether any seat of experts is filled in, or wrong."""
        return any(field.value() or field.errors for field in self.experts)

    @property
    def zones(self) -> Iterator[ZoneRow]:
        return (ZoneRow(code, name, self[f"teams-{code}"]) for code, name in self.options.regions)

    # --- what was sent -------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "检查截止不能早于检查开始。")
        for n in range(self.row_count):
            if (
                data.get(f"participant-{n}")
                and data.get(f"seats-{n}") == 1
                and not trim(data.get(f"seats-reason-{n}") or "")
            ):
                self.add_error(f"seats-reason-{n}", "每组少于两名执法检查人员，须写明理由。")
        sent = [data.get(f"participant-{n}") for n in range(self.row_count)]
        for n, code in enumerate(sent):
            if code and code in sent[:n]:
                self.add_error(f"participant-{n}", f"“{self.options.names[code]}”已在上面，去掉一行。")
        for risk in RISKS:
            amount, unit = data.get(f"amount-{risk}"), data.get(f"unit-{risk}")
            if amount is not None and unit == PERCENT and amount > 100:
                self.add_error(f"amount-{risk}", "比例不能超过 100 %。")
            if amount is not None and unit == NUMBER and amount != int(amount):
                self.add_error(f"amount-{risk}", "户数应为整数。")
        if data.get("release") == "on" and not data.get("release_on"):
            self.add_error("release_on", "填写名单公开的日期，或选“抽取后即公开”。")
        return data

    def content(self) -> PlanContent:
        """What the valid form says, with suggestions where teams or reserves were left open."""
        data = self.cleaned_data
        city = data["zoning"] == Plan.Zoning.CITY
        lead = self.options.regions_of[data["participant-0"]]
        asked = {lead: data["teams_city"]} if city else {code: data[f"teams-{code}"] for code in data["regions"]}
        strata = [_stratum(risk, data) for risk in RISKS if data[f"amount-{risk}"] is not None]
        said = PlanContent(
            title=trim(data["title"]),
            seats=tuple(self._seats()),
            kinds=tuple(data["kinds"]),
            regions=tuple(data["regions"]),
            strata=tuple(strata),
            zones=tuple(Zone(region, teams) for region, teams in asked.items() if teams),
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            draw_at=data["draw_at"],
            release_on=data["release_on"] if data["release"] == "on" else None,
            zoning=data["zoning"],
            city_staff_roam=data["city_staff_roam"],
            targeted=bool(data["targeted"]),
            few_participants_reason=trim(data["few_participants_reason"]),
            inspector_scope=trim(data["inspector_scope"]),
            annual_line_id=data["annual_line_id"],
            beside_reason="" if data["annual_line_id"] else trim(data["beside_reason"]),
            experts=tuple(
                ExpertSeat(code, data[f"expert-{code}"])
                for code, _ in self.options.experts
                if data.get(f"expert-{code}")
            ),
        )
        open_zones = [region for region, teams in asked.items() if not teams]
        open_reserves = [stratum.risk_class for stratum in strata if data[f"reserve-{stratum.risk_class}"] is None]
        return suggestions.complete(said.in_order(), open_zones, open_reserves)

    def _seats(self) -> Iterator[Seat]:
        data = self.cleaned_data
        taken = set()
        for n in range(self.row_count):
            code = data[f"participant-{n}"]
            if not code or code in taken:
                continue
            taken.add(code)
            seats = DEFAULT_SEATS if data[f"seats-{n}"] is None else data[f"seats-{n}"]
            reason = trim(data[f"seats-reason-{n}"]) if seats == 1 else ""
            yield Seat(code, seats, reason, tuple(data.get(f"items-{code}", ())))


def _stratum(risk: str, data: Mapping[str, Any]) -> Stratum:
    amount: Decimal = data[f"amount-{risk}"]
    reserve = data[f"reserve-{risk}"] or 0
    if data[f"unit-{risk}"] == NUMBER:
        return Stratum(risk, number=int(amount), reserve=reserve)
    return Stratum(risk, permille=int(amount * 10), reserve=reserve)


def _initial(content: PlanContent) -> dict[str, Any]:
    """The fields' values from a content."""
    values: dict[str, Any] = {
        name: getattr(content, name)
        for name in (
            "title", "few_participants_reason", "draw_at", "starts_on", "ends_on", "release_on", "zoning",
            "city_staff_roam", "inspector_scope", "annual_line_id", "beside_reason",
        )
    }  # fmt: skip
    values |= {
        "targeted": "1" if content.targeted else "",
        "kinds": list(content.kinds),
        "regions": list(content.regions),
        "release": "on" if content.release_on else "",
    }
    for n, seat in enumerate(content.seats):
        values |= {
            f"participant-{n}": seat.organisation,
            f"seats-{n}": seat.seats,
            f"seats-reason-{n}": seat.seats_reason,
        }
        values[f"items-{seat.organisation}"] = list(seat.items)
    values |= {f"expert-{seat.field}": seat.seats for seat in content.experts}
    for stratum in content.strata:
        risk = stratum.risk_class
        values[f"unit-{risk}"] = PERCENT if stratum.permille is not None else NUMBER
        values[f"amount-{risk}"] = stratum.number if stratum.permille is None else _tenths(stratum.permille)
        values[f"reserve-{risk}"] = stratum.reserve
    for zone in content.zones:
        values["teams_city" if content.zoning == Plan.Zoning.CITY else f"teams-{zone.region}"] = zone.teams
    return values


def _tenths(permille: int) -> Decimal:
    """40 for 400, 2.5 for 25."""
    whole, rest = divmod(permille, 10)
    return Decimal(whole) if not rest else Decimal(permille) / 10


class ReasonForm(DeskForm):
    """Why a plan is withdrawn."""

    reason = forms.CharField(label="理由", widget=forms.Textarea(attrs={"rows": 3}))


class ChangeForm(DeskForm):
    """Why a published plan is changed."""

    reason = forms.CharField(
        label="调整理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="随调整后的计划向社会公布，不写个人信息和拟查企业的名称。",
    )


class OpinionForm(DeskForm):
    """A participant's answer; disagreeing needs words."""

    comment = forms.CharField(label="意见", required=False, widget=forms.Textarea(attrs={"rows": 3}))
