"""The catalogue as lists: the same search, filters, order and columns for the staff and for the public."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest

from sunlot.desk.lists import Column, Listing
from sunlot.norms import clock
from sunlot.norms.text import half_width, trim
from sunlot.organisations.models import Organisation

from . import notation, queries
from .models import Guide, GuideVersion, Item, ItemVersion, ObjectKind
from .queries import listed, whole
from .texts import text_of
from .vocabulary import Degree

SELECT = {"class": "input"}

SORTS: dict[str, Sequence[str]] = {
    "code": ["item__code", "number"],
    "organisation": ["item__organisation__path", "item__code"],
    "category": ["category", "item__code"],
    "from": ["effective_from", "item__code"],
}
GUIDE_SORTS: dict[str, Sequence[str]] = {
    "code": ["guide__code", "number"],
    "organisation": ["guide__organisation__path", "guide__code"],
    "degree": ["guide__degree", "guide__code"],
    "from": ["effective_from", "guide__code"],
}


def matching(versions: "QuerySet[Any]", words: str) -> "QuerySet[Any]":
    """Those whose code or name holds `words`, or whose initials or pinyin begin or hold them."""
    asked = trim(half_width(words))
    code = Q(**{f"{versions.model.SUBJECT}__code__icontains": asked})
    return versions.filter(Q(name__icontains=asked) | code | Q(search_keys__contains=asked.lower()))


class VersionFilters(django_filters.FilterSet):
    """What every list of versions can be narrowed by. Without a day it shows how every item or guide stands today."""

    q = django_filters.CharFilter(
        label="名称、编号或拼音首字母", method="search", widget=forms.TextInput({"class": "input", "type": "search"})
    )
    organisation = django_filters.ModelChoiceFilter(
        label="科室（单位）",
        method="of",
        queryset=Organisation.objects.all(),
        to_field_name="code",
        empty_label="全部",
        widget=forms.Select(SELECT),
    )
    day = django_filters.DateFilter(
        label="某一天的清单",
        method="leave",
        widget=forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d"),
    )

    ORDER: ClassVar[tuple[str, ...]] = ("q", "organisation", "state", "day")
    """The filters as people meet them; one that a list has not is left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: dict[str, django_filters.Filter] = self.__dict__["filters"]  # the base class has no types
        self.filters = {name: known[name] for name in self.ORDER if name in known}
        self.form.fields["organisation"].queryset = queries.organisations_with(self.queryset)

    def search(self, queryset: "QuerySet[Any]", _name: str, value: str) -> "QuerySet[Any]":
        return matching(queryset, value)

    def of(self, queryset: "QuerySet[Any]", _name: str, value: Organisation) -> "QuerySet[Any]":
        return queryset.filter(**{f"{queryset.model.SUBJECT}__organisation": value})

    def leave(self, queryset: "QuerySet[Any]", _name: str, _value: Any) -> "QuerySet[Any]":
        """The day decides which version stands in the list (see `filter_queryset`); article goes with law."""
        return queryset

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        day = self.form.cleaned_data.get("day")
        chosen = queries.holding_on(queryset, day) if day else self.by_default(queryset)
        filtered: QuerySet[Any] = super().filter_queryset(chosen)
        return filtered

    def by_default(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """What stands in the list when no day is asked for."""
        return queries.holding_on(queryset, clock.today())


class DeskVersions(VersionFilters):
    """The staff's filters: also by state, which shows the versions in that state."""

    state = django_filters.ChoiceFilter(
        label="状态", choices=ItemVersion.State.choices, empty_label="现状", widget=forms.Select(SELECT)
    )

    def by_default(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.form.cleaned_data.get("state"):
            return queryset
        return queries.representative(queryset, clock.today())


class ItemFilters(VersionFilters):
    """Items by category, kind of object, and the law and article on which they stand."""

    category = django_filters.ChoiceFilter(
        label="类别", choices=ItemVersion.Category.choices, empty_label="全部", widget=forms.Select(SELECT)
    )
    kind = django_filters.ModelChoiceFilter(
        label="对象类别",
        field_name="kinds",
        queryset=ObjectKind.objects.all(),
        to_field_name="code",
        empty_label="全部",
        widget=forms.Select(SELECT),
    )
    law = django_filters.CharFilter(label="依据的法律法规", method="standing_on", widget=forms.TextInput(SELECT))
    article = django_filters.CharFilter(
        label="条款", method="leave", widget=forms.TextInput({"class": "input", "placeholder": "如 31"})
    )
    ORDER = ("q", "organisation", "category", "kind", "law", "article", "state", "day")

    class Meta:
        model = ItemVersion
        fields: list[str] = []

    def standing_on(self, queryset: "QuerySet[ItemVersion]", _name: str, value: str) -> "QuerySet[ItemVersion]":
        return queries.touched_by(queryset, value, self.form.cleaned_data.get("article") or "")

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        data = self.form.cleaned_data
        found = super().filter_queryset(queryset)
        if data.get("article") and not data.get("law"):  # an article of any law
            found = queries.touched_by(found, "", data["article"])
        return found


class DeskItemFilters(DeskVersions, ItemFilters):
    """The staff's filters of items."""

    class Meta(ItemFilters.Meta):
        pass


class GuideFilters(VersionFilters):
    """Guides by sort, degree of risk, and the item for which they are."""

    type = django_filters.ChoiceFilter(
        label="种类",
        field_name="guide__type",
        choices=Guide.Type.choices,
        empty_label="全部",
        widget=forms.Select(SELECT),
    )
    degree = django_filters.ChoiceFilter(
        label="风险程度",
        field_name="guide__degree",
        choices=Degree.choices,
        empty_label="全部",
        widget=forms.Select(SELECT),
    )
    ORDER = ("q", "organisation", "type", "degree", "item", "state", "day")
    item = django_filters.CharFilter(label="适用事项编号", method="for_item", widget=forms.TextInput(SELECT))

    class Meta:
        model = GuideVersion
        fields: list[str] = []

    def for_item(self, queryset: "QuerySet[GuideVersion]", _name: str, value: str) -> "QuerySet[GuideVersion]":
        items = Item.objects.filter(code__iexact=trim(half_width(value)))
        return queryset.filter(items__in=items)


class DeskGuideFilters(DeskVersions, GuideFilters):
    """The staff's filters of guides."""

    class Meta(GuideFilters.Meta):
        pass


COLUMNS: list[Column[ItemVersion]] = [
    Column("code", "编号", lambda version: version.item.code),
    Column("name", "事项名称", lambda version: version.name),
    Column("organisation", "科室（单位）", lambda version: version.item.organisation.name),
    Column("category", "类别", lambda version: version.get_category_display()),
    Column("kinds", "检查对象类别", lambda version: "、".join(kind.name for kind in version.kinds.all())),
    Column("content", "检查内容", lambda version: version.content),
    Column("modes", "检查方式", lambda version: "、".join(version.mode_labels)),
    Column("bases", "检查依据", lambda version: "；".join(version.laws)),
    Column("sub_items", "子项", lambda version: notation.written_sub_items(text_of(version).sub_items)),
    Column("materials", "检查材料", lambda version: notation.written_materials(text_of(version).materials)),
    Column("findings", "检查结果与后续处理", lambda version: notation.written_findings(text_of(version).findings)),
    Column("frequencies", "建议比例频次", lambda version: notation.written_frequencies(text_of(version).frequencies)),
    Column("competences", "检查人员专业要求", lambda version: "、".join(one.name for one in version.competences.all())),
    Column("version", "版本", lambda version: version.number),
    Column("state", "状态", lambda version: version.get_state_display()),
    Column("effective_from", "生效日期", lambda version: _iso(version.effective_from)),
    Column("effective_to", "失效日期", lambda version: _iso(version.effective_to)),
]

GUIDE_COLUMNS: list[Column[GuideVersion]] = [
    Column("code", "编号", lambda version: version.guide.code),
    Column("name", "名称", lambda version: version.name),
    Column("type", "种类", lambda version: version.guide.get_type_display()),
    Column("organisation", "科室（单位）", lambda version: version.guide.organisation.name),
    Column("degree", "事项风险程度", lambda version: version.guide.get_degree_display()),
    Column("items", "适用事项", lambda version: "、".join(item.code for item in version.items.all())),
    *(Column(part, GuideVersion.label_of(part), attrgetter(part)) for part in GuideVersion.PARTS),
    Column("version", "版本", lambda version: version.number),
    Column("state", "状态", lambda version: version.get_state_display()),
    Column("effective_from", "生效日期", lambda version: _iso(version.effective_from)),
    Column("effective_to", "失效日期", lambda version: _iso(version.effective_to)),
]


def desk_listing(request: HttpRequest, versions: "QuerySet[ItemVersion]", items: int) -> "Listing[ItemVersion]":
    """The staff's list over `versions`, which belong to `items` items."""
    shown = whole(versions) if "format" in request.GET else listed(versions)  # a file says everything, a row does not
    listing: Listing[ItemVersion] = Listing(
        request, shown, filters=DeskItemFilters, sorts=SORTS, default_sort="code", columns=COLUMNS, unit="项"
    )
    listing.total = items  # the empty state counts items, not their versions
    return listing


def desk_guides(request: HttpRequest, versions: "QuerySet[GuideVersion]", guides: int) -> "Listing[GuideVersion]":
    """The staff's list over `versions`, which belong to `guides` guides."""
    listing: Listing[GuideVersion] = Listing(
        request,
        with_items(versions),
        filters=DeskGuideFilters,
        sorts=GUIDE_SORTS,
        default_sort="code",
        columns=GUIDE_COLUMNS,
        unit="件",
    )
    listing.total = guides
    return listing


def with_items(versions: "QuerySet[GuideVersion]") -> "QuerySet[GuideVersion]":
    """With the items for which they are."""
    return versions.select_related("guide__organisation").prefetch_related(
        Prefetch("items", Item.objects.order_by("code"))
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
