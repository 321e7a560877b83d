"""The rules of all tables as one list: its filters, order and columns."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from sunlot.desk.lists import Column
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.registry.models import CreditMark, RiskClass

from ..models import RatioRow
from . import queries
from .text import label_of, row_text, subject_in_words

SELECT = {"class": "input"}
SORTS: dict[str, Sequence[str]] = {
    "table": ["version__ratio_table__code", "position"],
    "risk": ["risk_class", "version__ratio_table__code", "position"],
    "ratio": ["permille", "version__ratio_table__code", "position"],
}


class RatioFilters(django_filters.FilterSet):
    """By whose table, class, mark; without a day it shows what holds today."""

    organisation = django_filters.ModelChoiceFilter(
        label="单位",
        field_name="version__ratio_table__organisation",
        queryset=Organisation.objects.none(),
        to_field_name="code",
        empty_label="全部",
        widget=forms.Select(SELECT),
    )
    risk_class = django_filters.ChoiceFilter(
        label="信用风险", choices=RiskClass.choices, empty_label="全部", widget=forms.Select(SELECT)
    )
    mark = django_filters.ChoiceFilter(
        label="信用标记", choices=CreditMark.Kind.choices, empty_label="全部", widget=forms.Select(SELECT)
    )
    day = django_filters.DateFilter(
        label="某一天的规则", method="leave", widget=forms.DateInput({**SELECT, "type": "date"}, format="%Y-%m-%d")
    )

    class Meta:
        model = RatioRow
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.queryset.order_by().values("version__ratio_table__organisation")
        self.filters["organisation"].queryset = Organisation.objects.filter(pk__in=own)

    def leave(self, rows: "QuerySet[RatioRow]", _name: str, _value: Any) -> "QuerySet[RatioRow]":
        """The day decides which versions are listed (see `filter_queryset`)."""
        return rows

    def filter_queryset(self, queryset: "QuerySet[RatioRow]") -> "QuerySet[RatioRow]":
        found: QuerySet[RatioRow] = super().filter_queryset(queryset)
        return queries.rows_on(found, self.form.cleaned_data.get("day") or clock.today())


COLUMNS: list[Column[RatioRow]] = [
    Column("table", "编号", lambda row: row.version.ratio_table.code),
    Column("version", "版本", lambda row: row.version.number, number=True),
    Column("organisation", "单位", lambda row: row.version.ratio_table.organisation.name),
    Column("row", "行", lambda row: row.position, number=True),
    Column("subject", "适用于", lambda row: subject_in_words(row_text(row))),
    Column("risk_class", "信用风险", lambda row: row.risk_class),
    Column("mark", "信用标记", lambda row: row.get_mark_display() if row.mark else ""),
    Column("label", "分层", lambda row: label_of(row.risk_class, row.mark)),
    Column("permille", "比例（千分比）", lambda row: row.permille, number=True),
    Column("minimum", "最低（千分比）", lambda row: row.minimum, number=True),
    Column("maximum", "最高（千分比）", lambda row: row.maximum, number=True),
    Column("times", "每年至多次数", lambda row: row.times, number=True),
    Column("tickets", "签数", lambda row: row.tickets, number=True),
    Column("effective_from", "生效日期", lambda row: _iso(row.version.effective_from)),
    Column("effective_to", "失效日期", lambda row: _iso(row.version.effective_to)),
]


def _iso(day: Any) -> str:
    return day.isoformat() if day else ""
