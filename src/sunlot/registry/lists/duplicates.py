"""Objects that may be one, as a list."""

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sunlot.desk.lists import Column, Listing
from sunlot.norms.text import half_width, trim
from sunlot.organisations.viewer import Viewer

from .. import queries
from ..likeness import Likeness
from ..models import DuplicatePair
from .filters import search_box, select


class DuplicateFilters(django_filters.FilterSet):
    """What the list of pairs can be narrowed by; without a state those that wait."""

    q = django_filters.CharFilter(label="名称或编号", method="search", widget=search_box("如：沙枣花"))
    likeness = django_filters.ChoiceFilter(
        label="相像之处", lookup_expr="contains", empty_label="不限", widget=select(),
        choices=[(one.value, one.value) for one in Likeness],
    )  # fmt: skip
    state = django_filters.ChoiceFilter(
        label="状态", choices=DuplicatePair.State.choices, empty_label="全部", widget=select()
    )

    class Meta:
        model = DuplicatePair
        fields: list[str] = []

    def search(self, queryset: "QuerySet[DuplicatePair]", _name: str, value: str) -> "QuerySet[DuplicatePair]":
        text = trim(half_width(value))
        of_first = Q(first__name__icontains=text) | Q(first__number__icontains=text)
        return queryset.filter(of_first | Q(second__name__icontains=text) | Q(second__number__icontains=text))


def duplicates_listing(request: HttpRequest, viewer: Viewer) -> "Listing[DuplicatePair]":
    """The pairs of which this person sees both."""
    return Listing(
        request,
        queries.duplicates_seen(viewer),
        filters=DuplicateFilters,
        sorts={"name": ["first__name"], "found": ["found_at"], "state": ["state", "found_at"]},
        default_sort="-found",
        columns=[
            Column("first", "编号一", lambda one: one.first.number),
            Column("first_name", "名称一", lambda one: one.first.name),
            Column("second", "编号二", lambda one: one.second.number),
            Column("second_name", "名称二", lambda one: one.second.name),
            Column("likeness", "相像之处", lambda one: one.likeness),
            Column("state", "状态", lambda one: one.get_state_display()),
            Column("found_at", "发现时间", lambda one: one.found_at),
        ],
        unit="对",
    )
