"""The lines of a reconciliation as a list; its filters are also the rules by which many are decided at once."""

from collections.abc import Sequence

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sunlot.desk.lists import Column, Listing

from ..models import Reconciliation, ReconciliationLine
from ..reconciling.comparing import LABELS
from .filters import search_box, select

Line = ReconciliationLine


class LineFilters(django_filters.FilterSet):
    """What the lines can be narrowed by."""

    q = django_filters.CharFilter(label="名称或编号", method="search", widget=search_box("如：沙枣花、9115"))
    outcome = django_filters.ChoiceFilter(
        label="结果", choices=Line.Outcome.choices, empty_label="全部结果", widget=select()
    )
    field = django_filters.ChoiceFilter(
        label="不同之处", method="by_field", choices=list(LABELS.items()), empty_label="不限", widget=select()
    )
    decision = django_filters.ChoiceFilter(
        label="处理", choices=Line.Decision.choices, empty_label="全部", widget=select()
    )

    class Meta:
        model = Line
        fields: list[str] = []

    def search(self, queryset: "QuerySet[Line]", _name: str, value: str) -> "QuerySet[Line]":
        return queryset.filter(Q(name__icontains=value.strip()) | Q(number__icontains=value.replace(" ", "")))

    def by_field(self, queryset: "QuerySet[Line]", _name: str, value: str) -> "QuerySet[Line]":
        return queryset.filter(fields__contains=f",{value},")


def lines_listing(request: HttpRequest, reconciliation: Reconciliation) -> "Listing[Line]":
    """All lines, in the order of the list."""
    return Listing(
        request,
        reconciliation.lines.select_related("object__kind", "object__region", "roster"),
        filters=LineFilters,
        sorts={"order": ["pk"], "name": ["name"], "outcome": ["outcome", "pk"]},
        default_sort="order",
        columns=_columns(),
        unit="条",
    )


def _columns() -> Sequence[Column[Line]]:
    return [
        Column("outcome", "结果", lambda one: one.get_outcome_display()),
        Column("row", "名单行号", lambda one: one.row, number=True),
        Column("number", "编号", lambda one: one.number),
        Column("name", "名称", lambda one: one.name),
        Column("here", "名录库", lambda one: "；".join(f"{it['label']}：{it['here']}" for it in one.differences)),
        Column("there", "名单", lambda one: "；".join(f"{it['label']}：{it['there']}" for it in one.differences)),
        Column("decision", "处理", lambda one: one.get_decision_display()),
        Column("reason", "理由", lambda one: one.reason),
        Column("note", "说明", lambda one: one.note),
    ]
