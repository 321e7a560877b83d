"""The form of a table of ratios: its rows, and why they are made or changed."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

from sunlot.catalogue.forms import RowForm, typed
from sunlot.catalogue.models import ItemVersion, ObjectKind
from sunlot.catalogue.queries import in_force
from sunlot.desk.forms import DeskForm
from sunlot.norms import clock
from sunlot.norms.text import trim
from sunlot.registry.models import CreditMark, RiskClass

from ..models.ratios import MOST_TICKETS, MOST_TIMES
from .rules import bearing
from .text import RatioText, RowText

PREFIX = "rows"
MAX_ROWS = 120
ALL = ""
BLANK_ROWS = 2

Choices = list[Any]

if TYPE_CHECKING:
    _RowSet = BaseFormSet["RatioRowForm"]
else:
    _RowSet = BaseFormSet  # generic for the type checker alone


class RatioRowForm(RowForm):
    """One row; it counts where its class is chosen."""

    ASKS = "选定信用风险类别，或把这一行清空。"
    with_default = frozenset({"tickets", "subject"})

    risk_class = forms.ChoiceField(label="信用风险", required=False)
    mark = forms.ChoiceField(label="信用标记", required=False)
    subject = forms.ChoiceField(label="适用于", required=False)
    percent = forms.DecimalField(label="比例（%）", min_value=0, max_value=100, decimal_places=1, required=False)
    minimum = forms.DecimalField(label="最低（%）", min_value=0, max_value=100, decimal_places=1, required=False)
    maximum = forms.DecimalField(label="最高（%）", min_value=0, max_value=100, decimal_places=1, required=False)
    times = forms.IntegerField(label="每年次数", min_value=1, max_value=MOST_TIMES, required=False)
    tickets = forms.IntegerField(label="签数", min_value=1, max_value=MOST_TICKETS, required=False, initial=1)

    def __init__(self, *args: Any, subjects: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("risk_class", [("", "（空行）"), *((one.value, f"{one.value} {one.label}") for one in RISKS)])
        self._choose("mark", [("", "没有标记"), *((kind.value, bearing(kind)) for kind in CreditMark.Kind)])
        self._choose("subject", subjects)
        for name in ("percent", "minimum", "maximum", "times", "tickets"):
            self.fields[name].widget.attrs |= {"class": "input n", "inputmode": "decimal"}

    def _choose(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors or not data.get("risk_class"):
            return data
        ratio, least, most = (data.get(name) for name in ("percent", "minimum", "maximum"))
        if ratio is None:
            self._check_tickets_alone(data)
            return data
        data["minimum"] = ratio if least is None else least
        data["maximum"] = ratio if most is None else most
        if data["minimum"] > ratio:
            self.add_error("minimum", "最低不能高于比例。")
        if data["maximum"] < ratio:
            self.add_error("maximum", "最高不能低于比例。")
        return data

    def _check_tickets_alone(self, data: dict[str, Any]) -> None:
        """A row without a ratio gives the objects with its mark more tickets, and nothing else."""
        others = [name for name in ("minimum", "maximum", "times") if data.get(name) is not None]
        if others or not data.get("mark") or (data.get("tickets") or 1) < 2:
            self.add_error("percent", "填写比例；只给有标记的对象多签的，选定标记，签数填 2 以上，其余留空。")

    def text(self, named: "Subjects") -> RowText:
        """What the valid row says."""
        data = self.cleaned_data
        item, kind = named.of(data["subject"])
        return RowText(
            risk_class=data["risk_class"],
            mark=data["mark"],
            item=item,
            kind=kind,
            permille=_permille(data["percent"]),
            minimum=_permille(data["minimum"]),
            maximum=_permille(data["maximum"]),
            times=data["times"],
            tickets=data["tickets"] or 1,
        )


RISKS = sorted(RiskClass, key=lambda one: one.value, reverse=True)


class Subjects:
    """For what a row may be: all, a kind of object, an item in force; also those that the table names already."""

    def __init__(self, kept: Iterable[RowText] = ()) -> None:
        self._kinds = {kind.code: kind for kind in ObjectKind.objects.order_by("name")}
        versions: Sequence[ItemVersion] = list(in_force(clock.today()).order_by("item__code"))
        self._items = {version.item.code: version.item for version in versions}
        names = {version.item.code: f"{version.item.code} {version.name}" for version in versions}
        for row in kept:
            if row.item is not None and row.item.code not in self._items:
                self._items[row.item.code] = row.item
                names[row.item.code] = f"{row.item.code}（现不在用）"
        self.choices: Choices = [
            (ALL, "全部"),
            ("对象类别", [(f"kind:{code}", kind.name) for code, kind in self._kinds.items()]),
            ("抽查事项", [(f"item:{code}", names[code]) for code in sorted(self._items)]),
        ]

    def of(self, choice: str) -> tuple[Any, Any]:
        """Item and kind of a choice."""
        what, _, code = choice.partition(":")
        return (self._items[code] if what == "item" else None, self._kinds[code] if what == "kind" else None)

    def choice_called(self, words: str) -> str:
        """The choice that a cell of a file names: 全部, a kind by name, an item by code or “事项 WY-01”; else the words,
        which no choice is."""
        name = trim(words)
        code = name.removeprefix("事项").strip().split(" ")[0].upper()
        if name in ("", "全部"):
            return ALL
        kind = next((one.code for one in self._kinds.values() if one.name == name), None)
        return f"kind:{kind}" if kind else f"item:{code}" if code in self._items else words


class ReasonForm(DeskForm):
    """Why the table is made or changed."""

    reason = forms.CharField(
        label="制定或变更理由",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        help_text="随表公布，如：按本年度信用风险分类监管要求，提高投诉举报较多对象的抽查比例。",
    )


def formset(
    subjects: Subjects, data: QueryDict | None = None, initial: Sequence[Any] = (), extra: int = BLANK_ROWS
) -> Any:
    """The rows to write in: as sent, or with these first values and blank ones after."""
    made = formset_factory(RatioRowForm, formset=_Rows, extra=extra, max_num=MAX_ROWS, validate_max=True)
    return made(data, prefix=PREFIX, initial=initial, form_kwargs={"subjects": subjects.choices})


def one_more(subjects: Subjects, data: QueryDict) -> Any:
    """The rows as typed so far, not judged yet, and a blank one."""
    return formset(subjects, initial=[dict(typed(row, data)) for row in formset(subjects, data)], extra=1)


class _Rows(_RowSet):
    """All rows; what two of them say alike is told at the second."""

    def clean(self) -> None:
        seen: dict[tuple[str, str, str], int] = {}
        for number, row in enumerate(self.forms, 1):
            data = row.cleaned_data if row.is_valid() else {}
            if not data.get("risk_class"):
                continue
            key = data["subject"], data["risk_class"], data["mark"]
            if key in seen:
                row.add_error("risk_class", f"与第 {seen[key]} 行的适用对象、类别和标记相同，去掉一行。")
            seen.setdefault(key, number)

    def texts(self, subjects: Subjects) -> list[RowText]:
        """What valid rows say, without the blank ones."""
        return [row.text(subjects) for row in self.forms if not row.is_blank]


def text_of_forms(form: ReasonForm, rows: Any, subjects: Subjects) -> RatioText:
    return RatioText(rows=rows.texts(subjects), reason=trim(form.cleaned_data["reason"].replace("\r\n", "\n")))


def initial_of(row: RowText) -> dict[str, Any]:
    """A row as the form's controls hold it."""
    subject = f"item:{row.item.code}" if row.item else f"kind:{row.kind.code}" if row.kind else ALL
    percents = {name: _percent(getattr(row, of)) for name, of in _PERCENTS.items()}
    return {
        "risk_class": row.risk_class,
        "mark": row.mark,
        "subject": subject,
        "times": row.times,
        "tickets": row.tickets,
        **percents,
    }


_PERCENTS = {"percent": "permille", "minimum": "minimum", "maximum": "maximum"}


def _percent(permille: int | None) -> str:
    return "" if permille is None else f"{permille / 10:g}"


def _permille(percent: Decimal | None) -> int | None:
    return None if percent is None else int(percent * 10)
