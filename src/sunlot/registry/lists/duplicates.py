"""Objects, or entities, that may be one, as a list."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sunlot.desk.lists import Column, Listing
from sunlot.norms.text import half_width, trim

from ..likeness import Likeness
from ..models import DuplicatePair, EntityPair
from .filters import search_box, select


class _PairFilters(django_filters.FilterSet):
    """What the list of pairs can be narrowed by."""

    number = "number"
    """The column of the number."""

    q = django_filters.CharFilter(label="名称或编号", method="search", widget=search_box("如：沙枣花"))
    likeness = django_filters.ChoiceFilter(
        label="相像之处", lookup_expr="contains", empty_label="不限", widget=select(),
        choices=[(one.value, one.value) for one in Likeness],
    )  # fmt: skip
    state = django_filters.ChoiceFilter(
        label="状态", choices=DuplicatePair.State.choices, empty_label="全部", widget=select()
    )

    def search(self, queryset: "QuerySet[Any]", _name: str, value: str) -> "QuerySet[Any]":
        text = trim(half_width(value))
        asked = [
            {f"{side}__{column}__icontains": text} for side in ("first", "second") for column in ("name", self.number)
        ]
        return queryset.filter(reduce(or_, (Q(**one) for one in asked)))


class ObjectPairs(_PairFilters):
    """Of objects."""

    class Meta:
        model = DuplicatePair
        fields: list[str] = []


class EntityPairs(_PairFilters):
    """Of entities."""

    number = "credit_code"

    class Meta:
        model = EntityPair
        fields: list[str] = []


def duplicates_listing(request: HttpRequest, pairs: "QuerySet[Any]", number_of: Callable[[Any], str]) -> "Listing[Any]":
    """The pairs as a list, the newest first."""
    return Listing(
        request,
        pairs,
        filters=EntityPairs if pairs.model is EntityPair else ObjectPairs,
        sorts={"name": ["first__name"], "found": ["found_at"], "state": ["state", "found_at"]},
        default_sort="-found",
        columns=[
            Column("first", "编号一", lambda one: number_of(one.first)),
            Column("first_name", "名称一", lambda one: one.first.name),
            Column("second", "编号二", lambda one: number_of(one.second)),
            Column("second_name", "名称二", lambda one: one.second.name),
            Column("likeness", "相像之处", lambda one: one.likeness),
            Column("state", "状态", lambda one: one.get_state_display()),
            Column("found_at", "发现时间", lambda one: one.found_at),
        ],
        unit="对",
    )
