"""The plan's form: the fields of the annexed 计划表, with rows for participants, strata and zones. Works without scripts.

Only what can't be stored is a fault of the form (a date that is none, one seat without a reason); everything else may
be left open in a draft and is told by feasibility at its field.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from sunlot.desk.forms import DeskForm
from sunlot.lottery.notice import MAX_SEAT, MAX_TEAMS
from sunlot.norms.text import trim
from sunlot.registry.models import CreditMark, RiskClass
from sunlot.visits.models import CapException

from . import suggestions, targeting
from .checks import competences_asked
from .content import DEFAULT_SEATS, ExpertSeat, PlanContent, Seat, Stratum, Zone
from .models import Plan
from .options import Options
from .ratios.rules import Rule, bearing, is_stratum, parts_of, stratum_label, stratum_order
from .ratios.text import rule_in_words
from .rounds_form import RoundFields, rounds_initial
from .scope_form import ScopeFields, scope_initial
from .seats_form import CompetenceFields, Competences, asked_of, competences_initial

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
    competences: Competences | None = None


@dataclass(frozen=True)
class ItemsOf:
    """The items that one participant may bring."""

    code: str
    name: str
    field: BoundField


@dataclass(frozen=True)
class StratumRow:
    """One stratum; `rule` says in words what the table of ratios asks, empty without one."""

    id: str
    risk_class: str
    label: str
    amount: BoundField
    unit: BoundField
    reserve: BoundField
    reason: BoundField
    rule: str
    differs: bool


@dataclass(frozen=True)
class ZoneRow:
    code: str
    name: str
    teams: BoundField


class PlanForm(ScopeFields, RoundFields, CompetenceFields, DeskForm):
    """Reads and shows a `PlanContent`. Give either `data` (what was sent) or `content` (what is stored or suggested)."""

    title = forms.CharField(label="抽查任务名称", max_length=80, required=False)
    annual_line_id = forms.TypedChoiceField(label="年度计划项目", coerce=int, empty_value=None, required=False)
    beside_reason = forms.CharField(label="不在年度计划内的理由", max_length=200, required=False)
    targeted = forms.ChoiceField(
        label="抽查类别",
        choices=[("1", "定向"), ("", "不定向（只按对象类别、区、分层和检查次数）")],
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
    cap_exception = forms.ChoiceField(
        label="已达年度频次上限的对象",
        choices=[
            ("", "不列入抽取"),
            *((cause.value, f"列入，事由：{cause.label}") for cause in CapException.Cause),
        ],
        required=False,
    )
    cap_reason = forms.CharField(label="列入的理由", max_length=200, required=False)
    inspector_scope = forms.CharField(label="检查人员范围", max_length=200, required=False)
    visit_cap = forms.IntegerField(label="每名检查人员每批最多检查（户）", required=False, min_value=1, max_value=1000)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        options: Options,
        *,
        data: QueryDict | None = None,
        files: Any = None,
        content: PlanContent | None = None,
        seen: str = "",
        is_new: bool = False,
    ) -> None:
        initial = {**_initial(content), "seen": seen} if content is not None else {}
        if is_new:  # open, so that they are suggested from what is drawn
            initial |= {name: None for name in initial if name.startswith("reserve-")}
        super().__init__(data, files, initial=initial)
        self.options = options
        self.offer_scope(data, content, options.chosen, options.saved)
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
        self.stratum_ids = self._strata_sent(data, content)
        self.offer_rounds(data, content)
        self._add_rows()
        self.offer_competences(data, content, self.codes, options)
        self._asked = _asked(self.codes, data, content, options)
        for name in self.fields:
            self._style(name)

    def _codes_sent(self, data: QueryDict) -> list[str]:
        """The organisations of the rows that were sent, in order; a blank row is none."""
        sent = [data.get(f"participant-{n}", "") for n in range(MAX_ROWS)]
        known = {code for _, group in self.options.organisations for code, _ in group}
        return list(dict.fromkeys(code for code in sent if code in known))

    def _strata_sent(self, data: QueryDict | None, content: PlanContent | None) -> list[str]:
        """Each class, the strata that the table of ratios makes, and those that were sent or are stored."""
        sent = {name.removeprefix("amount-") for name in data or () if name.startswith("amount-")}
        stored = content.stratum_ids if content is not None else ()
        return sorted({*RISKS, *self.options.figures, *filter(is_stratum, sent), *stored}, key=stratum_order)

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
        for risk in self.stratum_ids:
            name = stratum_label(risk)
            self.fields[f"amount-{risk}"] = forms.DecimalField(
                label=f"{name}抽取", required=False, min_value=0, max_digits=9, decimal_places=1
            )
            self.fields[f"unit-{risk}"] = forms.ChoiceField(
                label=f"{name}单位", choices=[(PERCENT, "%"), (NUMBER, "户")], required=False
            )
            self.fields[f"reserve-{risk}"] = forms.IntegerField(
                label=f"{name}候补", required=False, min_value=0, max_value=10**6
            )
            self.fields[f"reason-{risk}"] = forms.CharField(label=f"{name}调整理由", required=False, max_length=200)
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
            own = self.competences_for(code, self._asked[code]) if code else None
            who, seats, reason = (self[f"{name}-{n}"] for name in ("participant", "seats", "seats-reason"))
            yield ParticipantRow(who, seats, reason, code, n == 0, own)

    @property
    def items(self) -> Iterator[ItemsOf]:
        return (ItemsOf(code, self.options.names[code], self[f"items-{code}"]) for code in self.codes)

    @property
    def strata(self) -> Iterator[StratumRow]:
        figures, table = self.options.figures, self.options.table
        for one in self.stratum_ids:
            risk, mark = parts_of(one)
            amount, unit, reserve, reason = (self[f"{name}-{one}"] for name in ("amount", "unit", "reserve", "reason"))
            rule = figures.get(one)
            said = rule_in_words(table.name, rule) if table is not None and rule is not None else ""
            typed = (str(amount.value() or ""), unit.value())
            differs = rule is not None and typed != (f"{(rule.permille or 0) / 10:g}", PERCENT)
            label = f"{RiskClass(risk).label}，{bearing(CreditMark.Kind(mark))}" if mark else str(RiskClass(risk).label)
            yield StratumRow(one, risk, label, amount, unit, reserve, reason, said, differs or bool(reason.value()))

    @property
    def asks_for_competences(self) -> bool:
        """Whether any item chosen asks that who inspects holds a competence."""
        return any(self._asked.values())

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
        self.clean_scope()
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
        self.clean_competences(
            {code: data[f"seats-{n}"] for n, code in enumerate(sent) if code and data.get(f"seats-{n}") is not None}
        )
        for risk in self.stratum_ids:
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
        figures, table = self.options.figures, self.options.table
        strata = [
            _stratum(one, data, figures.get(one)) for one in self.stratum_ids if data[f"amount-{one}"] is not None
        ]
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
            targeted_by=(*data["targeted_by"], *targeting.implied(self.narrowing())),
            narrowing=self.narrowing(),
            few_participants_reason=trim(data["few_participants_reason"]),
            inspector_scope=trim(data["inspector_scope"]),
            annual_line_id=data["annual_line_id"],
            beside_reason="" if data["annual_line_id"] else trim(data["beside_reason"]),
            ratios_id=table.key if table is not None else None,
            cap_exception=data["cap_exception"],
            cap_reason=trim(data["cap_reason"]) if data["cap_exception"] else "",
            rounds=self.windows(),
            repeats=data["repeats"],
            visit_cap=data["visit_cap"],
            experts=tuple(
                ExpertSeat(code, data[f"expert-{code}"])
                for code, _ in self.options.experts
                if data.get(f"expert-{code}")
            ),
        )
        open_zones = [region for region, teams in asked.items() if not teams]
        open_reserves = [stratum.id for stratum in strata if data[f"reserve-{stratum.id}"] is None]
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
            yield Seat(code, seats, reason, tuple(data.get(f"items-{code}", ())), self.competences_said(code))


def _asked(
    codes: Sequence[str], data: QueryDict | None, content: PlanContent | None, options: Options
) -> dict[str, list[str]]:
    """By participant the names of the competences that its items, as sent or stored, ask of who inspects."""
    if data is not None:
        names = dict(options.competences)
        return {code: [names[one] for one in asked_of(code, data, options)] for code in codes}
    versions = {version.pk: version for version in options.versions}
    seats = content.seats if content is not None else ()
    return {code: [] for code in codes} | {seat.organisation: competences_asked(seat, versions) for seat in seats}


def filled_by_rules(data: QueryDict, options: Options) -> QueryDict:
    """What was sent, with the numbers that the table of ratios gives in place of those typed, and reserves left open."""
    filled = data.copy()
    for name in [name for name in filled if name.partition("-")[0] in ("amount", "unit", "reserve", "reason")]:
        del filled[name]
    for name, rule in options.figures.items():
        filled[f"amount-{name}"], filled[f"unit-{name}"] = f"{(rule.permille or 0) / 10:g}", PERCENT
    for name in (*RISKS, *options.figures):
        filled.setdefault(f"unit-{name}", PERCENT)
    return filled


def _stratum(name: str, data: Mapping[str, Any], rule: Rule | None) -> Stratum:
    amount: Decimal = data[f"amount-{name}"]
    risk_class, mark = parts_of(name)
    by_number = data[f"unit-{name}"] == NUMBER
    return Stratum(
        risk_class,
        number=int(amount) if by_number else None,
        permille=None if by_number else int(amount * 10),
        reserve=data[f"reserve-{name}"] or 0,
        mark=mark,
        row=rule.row if rule is not None else None,
        reason=trim(data[f"reason-{name}"]),
    )


def _initial(content: PlanContent) -> dict[str, Any]:
    """The fields' values from a content."""
    values: dict[str, Any] = {
        name: getattr(content, name)
        for name in (
            "title", "few_participants_reason", "draw_at", "starts_on", "ends_on", "release_on", "zoning",
            "city_staff_roam", "inspector_scope", "annual_line_id", "beside_reason", "cap_exception",
            "cap_reason", "visit_cap",
        )
    }  # fmt: skip
    values |= {
        "targeted": "1" if content.targeted else "",
        "kinds": list(content.kinds),
        "regions": list(content.regions),
        "release": "on" if content.release_on else "",
        **scope_initial(content),
        **rounds_initial(content),
        **competences_initial(content),
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
        risk = stratum.id
        values[f"reason-{risk}"] = stratum.reason
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
