"""The forms of annual plans: a new one, one line in the annex's columns, a reason."""

import calendar
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from sunlot.catalogue.queries import in_force, kinds_covered
from sunlot.desk.forms import DeskForm
from sunlot.norms import clock
from sunlot.norms.text import trim
from sunlot.organisations.models import Organisation

from ..checks import may_bring
from ..content import MOST_ROUNDS
from ..models import AnnualPlan
from .actions import BLANK, SOURCES, year_now
from .content import LineContent

BY_RULES, PERCENT, NUMBER = "", "percent", "number"


class NewAnnualForm(DeskForm):
    """Which year, and what to begin with."""

    year = forms.IntegerField(label="年度", min_value=2015, max_value=2099)
    source = forms.ChoiceField(
        label="从哪里开始", choices=list(SOURCES.items()), widget=forms.RadioSelect, initial=BLANK
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = year_now()


class LineForm(DeskForm):
    """One line. Reads and shows a `LineContent`."""

    title = forms.CharField(label="抽查计划名称", max_length=80)
    lead = forms.ChoiceField(label="牵头科室（单位）")
    participants = forms.MultipleChoiceField(label="参与部门", required=False, widget=forms.CheckboxSelectMultiple)
    targeted = forms.ChoiceField(
        label="抽查类型",
        choices=[("1", "定向（按重点区域、行业或信用风险）"), ("", "不定向")],
        widget=forms.RadioSelect,
        required=False,
    )
    kinds = forms.MultipleChoiceField(label="对象类别", required=False, widget=forms.CheckboxSelectMultiple)
    scope = forms.CharField(
        label="抽查对象范围",
        max_length=200,
        required=False,
        help_text="对象类别之外的限定，如“海勃湾区在册、一年内未检查的”。",
    )
    items = forms.MultipleChoiceField(label="抽查事项", required=False, widget=forms.CheckboxSelectMultiple)
    month = forms.TypedChoiceField(
        label="抽取月份", coerce=int, choices=[(month, f"{month}月") for month in range(1, 13)]
    )
    day = forms.IntegerField(label="抽取日", required=False, min_value=1, max_value=31)
    times = forms.IntegerField(
        label="全年抽取次数",
        min_value=1,
        max_value=MOST_ROUNDS,
        required=False,
        initial=1,
        help_text="一年抽几次，按它编制的计划就分几批。",
    )
    unit = forms.ChoiceField(
        label="数量或比例",
        required=False,
        choices=[(BY_RULES, "按风险分类比例"), (PERCENT, "比例（%）"), (NUMBER, "数量（户）")],
    )
    amount = forms.DecimalField(label="数或比例", required=False, min_value=0, max_digits=9, decimal_places=1)
    by_districts = forms.BooleanField(
        label="由各区分别组织",
        required=False,
        help_text="各区住建局据此编制自己的计划、用自己的人员、各自抽取；进度在这里汇总。",
    )
    note = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(
        self,
        annual: AnnualPlan,
        *,
        data: QueryDict | None = None,
        said: LineContent | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(said) if said is not None else {"month": clock.today().month})
        self.annual = annual
        organisations = list(Organisation.objects.filter(is_active=True).select_related("parent").order_by("path"))
        inside = [one for one in organisations if one.path.startswith(annual.department.path)]
        self._choose("lead", [(one.code, one.full_name) for one in inside])
        self._choose("participants", [(one.code, one.name) for one in organisations])
        day = clock.today()
        self._choose("kinds", list(kinds_covered(day).order_by("name").values_list("code", "name")))
        taking_part = self._taking_part(data, said)
        bringing = [one for one in organisations if one.code in taking_part]
        versions = in_force(day).order_by("item__code")
        offered = [
            (one.item.code, f"{one.item.code} {one.name}（{'重点' if one.is_key else '一般'}）")
            for one in versions
            if any(may_bring(organisation, one.item.organisation) for organisation in bringing)
        ]
        known = {code for code, _ in offered}
        kept = [code for code in (said.items if said else ()) if code not in known]
        self._choose("items", [*offered, *((code, f"{code}（现不在用）") for code in kept)])
        self.fields["amount"].widget.attrs |= {"class": "input n", "inputmode": "decimal"}

    def _choose(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a field of choices

    def _taking_part(self, data: QueryDict | None, said: LineContent | None) -> set[str]:
        """Whose items are offered: those of lead and participants, or of the whole department to begin with."""
        if data is not None:
            return {data.get("lead", ""), *data.getlist("participants")}
        if said is not None:
            return {said.lead, *said.participants}
        return {self.annual.department.code}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        month, day = data.get("month"), data.get("day")
        if month and day and day > calendar.monthrange(self.annual.year, month)[1]:
            self.add_error("day", f"{self.annual.year}年{month}月没有 {day} 日。")
        unit, amount = data.get("unit"), data.get("amount")
        if not unit:
            return data
        if not amount:
            self.add_error("amount", "填写数量或比例，或选“按风险分类比例”。")
        elif unit == PERCENT and amount > 100:
            self.add_error("amount", "比例不能超过 100 %。")
        elif unit == NUMBER and amount != int(amount):
            self.add_error("amount", "户数应为整数。")
        return data

    def said(self) -> LineContent:
        """What the valid form says."""
        data = self.cleaned_data
        return LineContent(
            title=trim(data["title"]),
            lead=data["lead"],
            participants=tuple(code for code in data["participants"] if code != data["lead"]),
            targeted=bool(data["targeted"]),
            items=tuple(data["items"]),
            kinds=tuple(data["kinds"]),
            scope=trim(data["scope"]),
            month=data["month"],
            day=data["day"],
            number=int(data["amount"]) if data["unit"] == NUMBER else None,
            permille=int(data["amount"] * 10) if data["unit"] == PERCENT else None,
            note=trim(data["note"]),
            times=data["times"] or 1,
            by_districts=data["by_districts"],
        ).in_order()


def _initial(said: LineContent) -> dict[str, Any]:
    values: dict[str, Any] = {**said.__dict__, "targeted": "1" if said.targeted else ""}
    values |= {name: list(getattr(said, name)) for name in ("participants", "items", "kinds")}
    if said.number is not None:
        values |= {"unit": NUMBER, "amount": said.number}
    elif said.permille is not None:
        values |= {"unit": PERCENT, "amount": Decimal(said.permille) / 10}
    return values


class ReasonForm(DeskForm):
    """Why it is given up or changed."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
