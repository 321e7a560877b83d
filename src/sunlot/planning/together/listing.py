"""The objects that other plans of the time visit too, as a list: by plan, by department, found, sorted, exported."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.lists import Column, Listing
from sunlot.organisations.viewer import Viewer
from sunlot.registry.lists.filters import RegionFilters, search_box, select
from sunlot.registry.lists.objects import called
from sunlot.registry.models import InspectionObject, Involvement
from sunlot.registry.queries import objects_seen
from sunlot.registry.searching import search
from sunlot.visits.bearers import PARTS
from sunlot.visits.models import Visit

from .overlap import VISITED, Other, Overlap

ALONE = "visits"
"""The choice of objects that somebody visits outside of the plans listed."""


class SharedFilters(RegionFilters):
    """What the list can be narrowed by; `shared` is set by `filters_for`."""

    shared: Overlap

    q = django_filters.CharFilter(
        label="名称、编号、信用代码或拼音首字母", method="search", widget=search_box("如：沙枣花、9115、szh")
    )
    kind = django_filters.ModelChoiceFilter(
        label="类别", queryset=ObjectKind.objects.all(), to_field_name="code", empty_label="全部类别", widget=select()
    )
    plan = django_filters.ChoiceFilter(label="同期计划", method="by_plan", empty_label="全部", widget=select())
    department = django_filters.ChoiceFilter(
        label="牵头或检查单位", method="by_department", empty_label="全部", widget=select()
    )

    class Meta:
        model = InspectionObject
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.order_fields(("q", "plan", "department", "kind", "region"))

    def offer_more(self) -> None:
        named = self.shared.named
        self.filters["plan"].extra["choices"] = [
            *((one.plan.number, f"{one.plan}（{one.plan.lead.name}）") for one in named),
            (ALONE, "已排定的检查"),
        ]
        visiting = self.shared.visits.order_by().filter(object__in=self.shared.scope.order_by().values("pk"))
        leads = {one.plan.lead.code: one.plan.lead.full_name for one in named}
        leads |= dict(visiting.values_list("organisation__code", "organisation__name").distinct())
        self.filters["department"].extra["choices"] = sorted(leads.items(), key=lambda pair: pair[1])

    def search(self, queryset: "QuerySet[InspectionObject]", _name: str, value: str) -> "QuerySet[InspectionObject]":
        return search(queryset, value, number="number")

    def by_plan(self, queryset: "QuerySet[InspectionObject]", _name: str, value: str) -> "QuerySet[InspectionObject]":
        if value == ALONE:
            return queryset.filter(**{VISITED: True})
        return queryset.filter(**{one.mark: True for one in self.shared.named if one.plan.number == value})

    def by_department(
        self, queryset: "QuerySet[InspectionObject]", _name: str, value: str
    ) -> "QuerySet[InspectionObject]":
        theirs = self.shared.visits.filter(organisation__code=value).order_by().values("object")
        concerned = Q(pk__in=theirs)
        for one in self.shared.named:
            if one.plan.lead.code == value:
                concerned |= Q(**{one.mark: True})
        return queryset.filter(concerned)


def listing_of(request: HttpRequest, viewer: Viewer, shared: Overlap) -> "Listing[InspectionObject]":
    """The objects of the overlap that lie in the viewer's jurisdiction."""
    visits = shared.visits.select_related("organisation").order_by("planned_until", "pk")
    ties = Involvement.objects.filter(part__in=PARTS).select_related("entity").order_by("part", "pk")
    rows = shared.rows().filter(pk__in=objects_seen(viewer).order_by().values("pk"))
    return Listing(
        request,
        rows.prefetch_related(
            Prefetch("visits", queryset=visits, to_attr="others_visits"),
            Prefetch("involvements", queryset=ties, to_attr="bearers"),
        ),
        filters=type("Filters", (SharedFilters,), {"shared": shared}),
        sorts={
            "name": ["name"],
            "number": ["number"],
            "kind": ["kind_id", "number"],
            "region": ["region_id", "number"],
        },
        default_sort="name",
        columns=_columns(shared),
        unit="户",
    )


def plans_at(entry: InspectionObject, shared: Overlap) -> list[Other]:
    """The other plans that share this row of the list."""
    return [one for one in shared.named if getattr(entry, one.mark)]


def _visits_at(entry: InspectionObject) -> "list[Visit]":
    found: list[Visit] = entry.others_visits  # type: ignore[attr-defined]  # prefetched
    return found


def _bearer(entry: InspectionObject) -> str:
    ties = entry.bearers  # type: ignore[attr-defined]  # prefetched
    return ties[0].entity.name if ties else ""


def _columns(shared: Overlap) -> Sequence[Column[InspectionObject]]:
    return [
        Column("number", "编号", lambda one: one.number),
        Column("name", "名称", called),
        Column("entity", "市场主体", _bearer),
        Column("kind", "类别", lambda one: one.kind.name),
        Column("region", "辖区", lambda one: one.region.name),
        Column("plans", "同期计划", lambda one: "；".join(str(other.plan) for other in plans_at(one, shared))),
        Column("plan_numbers", "计划编号", lambda one: "；".join(other.plan.number for other in plans_at(one, shared))),
        Column(
            "leads",
            "牵头科室（单位）",
            lambda one: "；".join(dict.fromkeys(other.plan.lead.full_name for other in plans_at(one, shared))),
        ),
        Column("visits", "已排定的检查", lambda one: "；".join(visit_in_words(visit) for visit in _visits_at(one))),
    ]


def visit_in_words(visit: Visit) -> str:
    """Who visits until when: “市场监督管理局 双随机抽查 2026-12-31 前”."""
    when = visit.agreed_on.isoformat() if visit.agreed_on else f"{visit.planned_until.isoformat()} 前"
    return f"{visit.organisation.name} {visit.get_source_display()} {when}"
