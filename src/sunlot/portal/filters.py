"""What the public lists can be narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from sunlot.catalogue.models import ObjectKind
from sunlot.drawing.models import Draw
from sunlot.inspecting.models import Category
from sunlot.norms import regions
from sunlot.norms.text import half_width, trim
from sunlot.organisations.models import Organisation
from sunlot.planning.models import Plan
from sunlot.publishing.models import Publication
from sunlot.registry.models import Entity, InspectionObject, Involvement
from sunlot.registry.searching import search
from sunlot.trail.events import all_kinds
from sunlot.trail.models import PublicEntry

from .log import VERSIONED, subjects_of

SELECT = forms.Select({"class": "input"})
SEARCH = forms.TextInput({"class": "input", "type": "search"})
DISTRICTS = [(code, regions.NAMES[code]) for code in regions.DISTRICTS]


def words(value: str) -> str:
    """What was typed, without what an input method or a paste leaves behind."""
    return trim(half_width(value))


class PlanFilters(django_filters.FilterSet):
    """Plans by words, kind and lead."""

    q = django_filters.CharFilter(label="名称、编号或拼音首字母", method="search", widget=SEARCH)
    kind = django_filters.ChoiceFilter(label="类别", choices=Plan.Kind.choices, empty_label="全部", widget=SELECT)
    lead = django_filters.ModelChoiceFilter(
        label="牵头", queryset=Organisation.objects.none(), to_field_name="code", empty_label="全部", widget=SELECT
    )
    state = django_filters.ChoiceFilter(
        label="状态",
        choices=[
            (s.value, s.label)
            for s in (Plan.State.PUBLISHED, Plan.State.DRAWN, Plan.State.COMPLETED, Plan.State.WITHDRAWN)
        ],
        empty_label="全部",
        widget=SELECT,
    )

    class Meta:
        model = Plan
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leads = Organisation.objects.filter(pk__in=self.queryset.order_by().values("lead_id"))
        self.filters["lead"].queryset = leads

    def search(self, queryset: "QuerySet[Plan]", _name: str, value: str) -> "QuerySet[Plan]":
        asked = words(value)
        return queryset.filter(
            Q(title__icontains=asked) | Q(number__icontains=asked) | Q(search_keys__contains=asked.lower())
        )


class DrawFilters(django_filters.FilterSet):
    """Draws by words, lead and year."""

    q = django_filters.CharFilter(label="名称、编号或拼音首字母", method="search", widget=SEARCH)
    lead = django_filters.ModelChoiceFilter(
        label="牵头",
        field_name="round__plan__lead",
        queryset=Organisation.objects.none(),
        to_field_name="code",
        empty_label="全部",
        widget=SELECT,
    )
    year = django_filters.NumberFilter(label="年份", widget=forms.NumberInput({"class": "input"}))

    class Meta:
        model = Draw
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leads = Organisation.objects.filter(pk__in=self.queryset.order_by().values("round__plan__lead_id"))
        self.filters["lead"].queryset = leads

    def search(self, queryset: "QuerySet[Draw]", _name: str, value: str) -> "QuerySet[Draw]":
        asked = words(value)
        return queryset.filter(
            Q(number__icontains=asked)
            | Q(round__plan__title__icontains=asked)
            | Q(round__plan__search_keys__contains=asked.lower())
        )


class ResultFilters(django_filters.FilterSet):
    """Published results by words, department, category, region and the days of publication."""

    q = django_filters.CharFilter(label="检查对象名称、代码或拼音首字母", method="search", widget=SEARCH)
    department = django_filters.ModelChoiceFilter(
        label="检查单位",
        field_name="part__organisation",
        queryset=Organisation.objects.none(),
        to_field_name="code",
        empty_label="全部",
        widget=SELECT,
    )
    category = django_filters.ChoiceFilter(
        label="检查结果", choices=Category.choices, empty_label="全部", widget=SELECT, method="with_category"
    )
    region = django_filters.ChoiceFilter(
        label="辖区", field_name="part__form__object__region_id", choices=DISTRICTS, empty_label="全部", widget=SELECT
    )
    since = django_filters.DateFilter(
        label="公示日期自",
        field_name="published_at",
        lookup_expr="date__gte",
        widget=forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = Publication
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments = Organisation.objects.filter(pk__in=self.queryset.order_by().values("part__organisation_id"))
        self.filters["department"].queryset = departments

    def search(self, queryset: "QuerySet[Publication]", _name: str, value: str) -> "QuerySet[Publication]":
        asked = words(value)
        place = "part__form__object__"
        return queryset.filter(
            Q(**{f"{place}name__icontains": asked})
            | Q(**{f"{place}number__iexact": asked})
            | Q(**{f"{place}search_keys__contains": asked.lower()})
            | Q(part__form__object__in=InspectionObject.objects.filter(entities__credit_code__iexact=asked))
        )

    def with_category(self, queryset: "QuerySet[Publication]", _name: str, value: str) -> "QuerySet[Publication]":
        # A JSON list of single digits as text: SQLite has no containment, and no value is part of another.
        return queryset.filter(categories__icontains=value)


class EnterpriseFilters(django_filters.FilterSet):
    """Inspection objects by words, kind and region; words also find the entities involved."""

    q = django_filters.CharFilter(label="企业或项目名称、统一社会信用代码、拼音首字母", method="search", widget=SEARCH)
    kind = django_filters.ModelChoiceFilter(
        label="类别", queryset=ObjectKind.objects.all(), to_field_name="code", empty_label="全部", widget=SELECT
    )
    region = django_filters.ChoiceFilter(
        label="辖区", field_name="region_id", choices=DISTRICTS, empty_label="三区", widget=SELECT
    )

    class Meta:
        model = InspectionObject
        fields: list[str] = []

    def search(self, queryset: "QuerySet[InspectionObject]", _name: str, value: str) -> "QuerySet[InspectionObject]":
        """Words also find the one that stands by the name or number of one that was merged into it."""
        own = search(InspectionObject.objects.all(), value, number="number")
        entities = search(Entity.objects.all(), value, number="credit_code")
        involved = Involvement.objects.filter(entity__in=entities.order_by().values("pk"))
        return queryset.filter(
            Q(pk__in=own.order_by().values("pk"))
            | Q(pk__in=own.order_by().filter(merged_into__isnull=False).values("merged_into"))
            | Q(pk__in=involved.order_by().values("object"))
        )


class LogFilters(django_filters.FilterSet):
    """Public entries of the log by what they are about and by kind."""

    q = django_filters.CharFilter(
        label="抽取、计划、检查表、事项或指引编号，企业名称或代码，摘要，条目序号", method="search", widget=SEARCH
    )
    kind = django_filters.ChoiceFilter(label="事项", field_name="type", empty_label="全部", widget=SELECT)

    class Meta:
        model = PublicEntry
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.name, kind.label) for kind in all_kinds() if kind.public]
        self.filters["kind"].extra["choices"] = kinds

    def search(self, queryset: "QuerySet[PublicEntry]", _name: str, value: str) -> "QuerySet[PublicEntry]":
        asked = words(value)
        by_index = Q(event__leaf__index=int(asked)) if asked.isdecimal() and len(asked) < 19 else Q()
        versioned = Q()
        for kind in VERSIONED:  # of items, guides and tables of ratios, every version
            versioned |= Q(subject__istartswith=f"{kind}:{asked}:")
        return queryset.filter(Q(subject__in=subjects_of(asked)) | versioned | by_index)
