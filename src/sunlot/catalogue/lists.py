"""The catalogue as a list: the same search, filters, order and columns for the staff and for the public."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest

from sunlot.desk.lists import Column, Listing
from sunlot.norms import clock
from sunlot.norms.text import half_width, trim
from sunlot.organisations.models import Organisation

from . import queries
from .models import Basis, ItemVersion, ObjectKind

SORTS: dict[str, Sequence[str]] = {
    "code": ["item__code", "number"],
    "organisation": ["item__organisation__path", "item__code"],
    "category": ["category", "item__code"],
    "from": ["effective_from", "item__code"],
}


def matching(versions: "QuerySet[ItemVersion]", words: str) -> "QuerySet[ItemVersion]":
    """Those whose code or name holds `words`, or whose initials or pinyin begin or hold them."""
    asked = trim(half_width(words))
    return versions.filter(
        Q(name__icontains=asked) | Q(item__code__icontains=asked) | Q(search_keys__contains=asked.lower())
    )


class ItemFilters(django_filters.FilterSet):
    """What a list of items can be narrowed by. Without a day it shows how every item stands today."""

    q = django_filters.CharFilter(
        label="名称、编号或拼音首字母", method="search", widget=forms.TextInput({"class": "input", "type": "search"})
    )
    organisation = django_filters.ModelChoiceFilter(
        label="科室（单位）",
        field_name="item__organisation",
        queryset=Organisation.objects.all(),
        to_field_name="code",
        empty_label="全部",
        widget=forms.Select({"class": "input"}),
    )
    category = django_filters.ChoiceFilter(
        label="类别", choices=ItemVersion.Category.choices, empty_label="全部", widget=forms.Select({"class": "input"})
    )
    kind = django_filters.ModelChoiceFilter(
        label="对象类别",
        field_name="kinds",
        queryset=ObjectKind.objects.all(),
        to_field_name="code",
        empty_label="全部",
        widget=forms.Select({"class": "input"}),
    )
    day = django_filters.DateFilter(
        label="某一天的清单",
        method="leave",
        widget=forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = ItemVersion
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.fields["organisation"].queryset = queries.organisations_with_items(self.queryset)

    def search(self, queryset: "QuerySet[ItemVersion]", _name: str, value: str) -> "QuerySet[ItemVersion]":
        return matching(queryset, value)

    def leave(self, queryset: "QuerySet[ItemVersion]", _name: str, _value: Any) -> "QuerySet[ItemVersion]":
        """The day decides which version of an item stands in the list: see `filter_queryset`."""
        return queryset

    def filter_queryset(self, queryset: "QuerySet[ItemVersion]") -> "QuerySet[ItemVersion]":
        day = self.form.cleaned_data.get("day")
        chosen = queries.holding_on(queryset, day) if day else self.by_default(queryset)
        filtered: QuerySet[ItemVersion] = super().filter_queryset(chosen)
        return filtered

    def by_default(self, queryset: "QuerySet[ItemVersion]") -> "QuerySet[ItemVersion]":
        """What stands in the list when no day is asked for."""
        return queries.holding_on(queryset, clock.today())


class DeskItemFilters(ItemFilters):
    """The staff's filters: also by state, which shows the versions in that state."""

    state = django_filters.ChoiceFilter(
        label="状态", choices=ItemVersion.State.choices, empty_label="现状", widget=forms.Select({"class": "input"})
    )

    def by_default(self, queryset: "QuerySet[ItemVersion]") -> "QuerySet[ItemVersion]":
        if self.form.cleaned_data.get("state"):
            return queryset
        return queries.representative(queryset, clock.today())


def whole(versions: "QuerySet[ItemVersion]") -> "QuerySet[ItemVersion]":
    """With everything that a row shows, in three queries whatever the number of rows."""
    return versions.select_related("item__organisation").prefetch_related(
        Prefetch("kinds", ObjectKind.objects.order_by("name")), Prefetch("bases", Basis.objects.order_by("position"))
    )


COLUMNS: list[Column[ItemVersion]] = [
    Column("code", "编号", lambda version: version.item.code),
    Column("name", "事项名称", lambda version: version.name),
    Column("organisation", "科室（单位）", lambda version: version.item.organisation.name),
    Column("category", "类别", lambda version: version.get_category_display()),
    Column("kinds", "检查对象类别", lambda version: "、".join(kind.name for kind in version.kinds.all())),
    Column("content", "检查内容", lambda version: version.content),
    Column("modes", "检查方式", lambda version: "、".join(version.mode_labels)),
    Column("bases", "检查依据", lambda version: "；".join(version.laws)),
    Column("version", "版本", lambda version: version.number),
    Column("state", "状态", lambda version: version.get_state_display()),
    Column("effective_from", "生效日期", lambda version: _iso(version.effective_from)),
    Column("effective_to", "失效日期", lambda version: _iso(version.effective_to)),
]


def desk_listing(request: HttpRequest, versions: "QuerySet[ItemVersion]", items: int) -> "Listing[ItemVersion]":
    """The staff's list over `versions`, which belong to `items` items."""
    listing: Listing[ItemVersion] = Listing(
        request, whole(versions), filters=DeskItemFilters, sorts=SORTS, default_sort="code", columns=COLUMNS, unit="项"
    )
    listing.total = items  # the empty state counts items, not their versions
    return listing


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
