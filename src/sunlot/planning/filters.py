"""The list of plans: its filters, its order and its columns."""

from collections.abc import Sequence

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from sunlot.desk.lists import Column
from sunlot.norms import clock
from sunlot.organisations.models import Organisation

from .models import Plan
from .queries import plans_seen


class PlanFilters(django_filters.FilterSet):
    """Search by name, initials or number; state, kind, lead, year of drawing."""

    q = django_filters.CharFilter(
        label="计划名称、拼音首字母或编号",
        method="search",
        widget=forms.TextInput(attrs={"class": "input", "type": "search"}),
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=Plan.State.choices, empty_label="全部", widget=forms.Select(attrs={"class": "input"})
    )
    kind = django_filters.ChoiceFilter(
        label="类别", choices=Plan.Kind.choices, empty_label="全部", widget=forms.Select(attrs={"class": "input"})
    )
    lead = django_filters.ModelChoiceFilter(
        label="牵头",
        queryset=Organisation.objects.none(),
        empty_label="全部",
        widget=forms.Select(attrs={"class": "input"}),
    )
    year = django_filters.ChoiceFilter(
        label="年度", method="in_year", empty_label="全部", widget=forms.Select(attrs={"class": "input"})
    )

    class Meta:
        model = Plan
        fields: list[str] = []

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        seen = plans_seen(self.request.viewer)
        self.filters["lead"].queryset = Organisation.objects.filter(pk__in=seen.values("lead"))
        years = {moment.astimezone(clock.SHANGHAI).year for moment in seen.datetimes("draw_at", "year", order="DESC")}
        self.filters["year"].extra["choices"] = [(str(year), f"{year}年") for year in sorted(years, reverse=True)]

    def search(self, plans: "QuerySet[Plan]", name: str, value: str) -> "QuerySet[Plan]":
        wanted = value.strip()
        return plans.filter(
            Q(title__icontains=wanted) | Q(number__icontains=wanted) | Q(search_keys__icontains=wanted.lower())
        )

    def in_year(self, plans: "QuerySet[Plan]", name: str, value: str) -> "QuerySet[Plan]":
        return plans.filter(draw_at__year=int(value))


SORTS: dict[str, Sequence[str]] = {
    "number": ("number",),
    "title": ("title",),
    "state": ("state",),
    "lead": ("lead__path",),
    "draw_at": ("draw_at",),
    "created": ("created_at",),
}

COLUMNS: list[Column[Plan]] = [
    Column("number", "计划编号", lambda plan: plan.number),
    Column("title", "抽查任务名称", lambda plan: plan.title),
    Column("kind", "类别", lambda plan: plan.get_kind_display()),
    Column("targeted", "定向", lambda plan: plan.targeting),
    Column("state", "状态", lambda plan: plan.get_state_display()),
    Column("lead", "牵头科室（单位）", lambda plan: plan.lead.name),
    Column(
        "participants", "参与部门", lambda plan: "、".join(part.organisation.name for part in plan.participants.all())
    ),
    Column("draw_at", "抽取时间", lambda plan: plan.draw_at.astimezone(clock.SHANGHAI)),
    Column("starts_on", "检查开始", lambda plan: plan.starts_on),
    Column("ends_on", "检查截止", lambda plan: plan.ends_on),
    Column("version", "版本", lambda plan: plan.version),
    Column("digest", "摘要", lambda plan: plan.digest),
]
