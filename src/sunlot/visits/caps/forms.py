"""The form of a table of caps: a row for everybody and every kind, rows for a department or a kind, and the exceptions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict

from sunlot.catalogue.models import ObjectKind
from sunlot.catalogue.vocabulary import RiskClass
from sunlot.desk.forms import DeskForm, dress
from sunlot.norms import clock
from sunlot.norms.text import trim
from sunlot.organisations.models import Organisation

from ..models import CapException
from .rules import Line

CLASSES = ("A", "B", "C", "D")
SPARE_ROWS = 3
MAX_ROWS = 30
MOST = 99


@dataclass(frozen=True)
class Row:
    """One line of the form: whose visits, of which kind, and the cap of each class. The first has no choices."""

    department: BoundField | None
    kind: BoundField | None
    caps: tuple[tuple[str, BoundField], ...]


@dataclass(frozen=True)
class ExceptionRow:
    label: str
    basis: BoundField


class CapsForm(DeskForm):
    """Reads and shows a table. Give `data` (what was sent) or lines and exceptions (what stands)."""

    effective_from = forms.DateField(label="起用日期", widget=forms.DateInput)
    reason = forms.CharField(label="理由", max_length=300, help_text="例如：按自治区关于严格规范涉企行政检查的要求制定")

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        lines: Iterable[Line] = (),
        exceptions: Mapping[str, str] | None = None,
    ) -> None:
        rows = _rows_of(lines)
        initial: dict[str, Any] = {"effective_from": clock.today()}
        for at, ((department, kind), caps) in enumerate(rows.items()):
            initial |= {f"department-{at}": department, f"kind-{at}": kind}
            initial |= {f"cap-{at}-{risk}": cap for risk, cap in caps.items()}
        initial |= {f"basis-{cause}": basis for cause, basis in (exceptions or {}).items()}
        super().__init__(data, initial=initial)
        self.row_count = min(MAX_ROWS, len(rows) + SPARE_ROWS)
        if data is not None:
            sent = [at for at in range(MAX_ROWS) if f"cap-{at}-A" in data]
            self.row_count = max(sent, default=0) + 1
        self._add_rows()

    def _add_rows(self) -> None:
        active = Organisation.objects.filter(is_active=True).select_related("parent").order_by("path")
        self._departments = {one.code: one for one in active}
        self._kinds = {kind.code: kind for kind in ObjectKind.objects.all()}
        departments = [("", "各部门合计"), *((one.code, one.full_name) for one in active)]
        kinds = [("", "所有类别"), *((kind.code, kind.name) for kind in self._kinds.values())]
        for at in range(self.row_count):
            if at:
                label = f"第 {at + 1} 行"
                self._add(
                    f"department-{at}", forms.ChoiceField(label=f"{label}检查部门", choices=departments, required=False)
                )
                self._add(f"kind-{at}", forms.ChoiceField(label=f"{label}对象类别", choices=kinds, required=False))
            for risk in CLASSES:
                label = f"第 {at + 1} 行 {risk} 类每年最多次数"
                self._add(
                    f"cap-{at}-{risk}", forms.IntegerField(label=label, min_value=1, max_value=MOST, required=False)
                )
        for cause in CapException.Cause:
            self._add(f"basis-{cause.value}", forms.CharField(label=cause.label, max_length=200, required=False))

    def _add(self, name: str, field: forms.Field) -> None:
        dress(field)
        if isinstance(field, forms.IntegerField):
            field.widget.attrs |= {"class": "input n", "inputmode": "numeric"}
        self.fields[name] = field

    @property
    def rows(self) -> Iterator[Row]:
        for at in range(self.row_count):
            caps = tuple((f"{risk} {RiskClass(risk).label}", self[f"cap-{at}-{risk}"]) for risk in CLASSES)
            yield Row(self[f"department-{at}"], self[f"kind-{at}"], caps) if at else Row(None, None, caps)

    @property
    def causes(self) -> list[ExceptionRow]:
        return [ExceptionRow(cause.label, self[f"basis-{cause.value}"]) for cause in CapException.Cause]

    @property
    def heads(self) -> list[str]:
        return [f"{risk} {RiskClass(risk).label}" for risk in CLASSES]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        lines = list(self._lines(data))
        places = [(line.department, line.kind, line.risk_class) for line in lines]
        if len(set(places)) < len(places):
            raise ValidationError("有两行的检查部门和对象类别相同，合并成一行。")
        if not lines and not self.errors:
            raise ValidationError("至少填写一类的次数。不填的一类不设上限。")
        data["lines"] = lines
        data["exceptions"] = {
            cause.value: basis
            for cause in CapException.Cause
            if (basis := trim(data.get(f"basis-{cause.value}") or ""))
        }
        return data

    def _lines(self, data: Mapping[str, Any]) -> Iterator[Line]:
        for at in range(self.row_count):
            department = self._departments.get(data.get(f"department-{at}") or "")
            kind = self._kinds.get(data.get(f"kind-{at}") or "")
            for risk in CLASSES:
                if cap := data.get(f"cap-{at}-{risk}"):
                    yield Line(
                        risk,
                        cap,
                        kind.code if kind else "",
                        kind.name if kind else "",
                        department.code if department else "",
                        department.full_name if department else "",
                        department.path if department else "",
                    )


def _rows_of(lines: Iterable[Line]) -> dict[tuple[str, str], dict[str, int]]:
    """(department, kind) → class → cap; the row of everybody and every kind first, there or not."""
    rows: dict[tuple[str, str], dict[str, int]] = {("", ""): {}}
    for line in lines:
        rows.setdefault((line.department, line.kind), {})[line.risk_class] = line.cap
    return rows
