"""Enterprises, sites and facilities, each with its inspections (一企一档, the public part)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import conditional_page, require_safe

from sunlot.desk.lists import Column
from sunlot.inspecting.models import FormPart
from sunlot.norms import clock
from sunlot.registry.models import Entity, InspectionObject, Involvement
from sunlot.visits.caps.queries import standing

from ..filters import EnterpriseFilters
from ..lists import PublicListing, answer
from ..results import PUBLISHED, checks

SORTS: dict[str, Sequence[str]] = {"name": ["name"], "number": ["number"], "results": ["results"]}

COLUMNS: list[Column[InspectionObject]] = [
    Column("number", "编号", lambda one: one.number),
    Column("name", "名称", lambda one: one.name),
    Column("kind", "类别", lambda one: one.kind.name),
    Column("region", "辖区", lambda one: one.region.name),
    Column("state", "状态", lambda one: one.get_state_display()),
    Column("entities", "相关市场主体", lambda one: "；".join(_involved(part) for part in one.involvements.all())),
    Column("results", "已公示结果", lambda one: one.results, number=True),  # type: ignore[attr-defined]  # annotated
    Column("demo", "演示数据", lambda one: "是" if one.is_demo else ""),
]


def _involved(part: Involvement) -> str:
    return f"{part.get_part_display()}：{part.entity.name}（{part.entity.credit_code or '无代码'}）"


def _objects() -> "QuerySet[InspectionObject]":
    """All inspection objects with what a line shows. The results are counted for the lines of the page alone: grouping
    the whole registry would make its first page as slow as its last.
    """
    parts = FormPart.objects.filter(form__object=OuterRef("pk"), state__in=PUBLISHED).order_by()
    counted = parts.values("form__object").annotate(found=Count("pk")).values("found")
    return (
        InspectionObject.objects.select_related("kind", "region")
        .prefetch_related(Prefetch("involvements", Involvement.objects.select_related("entity").order_by("part")))
        .annotate(results=Coalesce(Subquery(counted), 0))
    )


@require_safe
@conditional_page
def enterprises(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """Search by name, code or initials."""
    listing: PublicListing[InspectionObject] = PublicListing(
        request,
        _objects().filter(merged_into__isnull=True),
        filters=EnterpriseFilters,
        sorts=SORTS,
        default_sort="name",
        columns=COLUMNS,
        unit="户",
    )
    return answer(listing, form, "portal/enterprises.html", {})


@require_safe
@conditional_page
def enterprise(request: HttpRequest, key: str) -> HttpResponse:
    """One entity by its credit code, or one object by its number, with its inspections. Code and number of what was
    merged into another lead to the one that stands.
    """
    now = clock.now()
    known = Entity.objects.select_related("region", "merged_into__region")
    entity = known.filter(credit_code=key.upper()).first()
    if entity is not None and entity.merged_into is not None:
        entity = entity.merged_into
        if entity.credit_code:
            return redirect("portal:enterprise", key=entity.credit_code)
    if entity is not None:
        every = Q(entities=entity) | Q(
            entities__merged_into=entity
        )  # what was found under the other code is its own too
        return _page(request, entity, _objects().filter(every).distinct(), now)
    found = _objects().filter(number=key)
    thing = found.first()
    if thing is None:
        raise Http404
    if thing.merged_into is not None:
        return redirect("portal:enterprise", key=thing.merged_into.number)
    itself = next((part.entity for part in thing.involvements.all() if part.part == Involvement.Part.ITSELF), None)
    if itself is not None and itself.credit_code:
        return redirect("portal:enterprise", key=itself.credit_code)
    return _page(request, None, found, now)


def _page(
    request: HttpRequest, entity: Entity | None, objects: "QuerySet[InspectionObject]", now: datetime
) -> HttpResponse:
    things = list(objects.order_by("number"))
    every = checks(InspectionObject.objects.filter(pk__in=[thing.pk for thing in things]), now)
    context = {
        "entity": entity,
        "objects": things,
        "checks": every,
        "published": sum(check.publication is not None for check in every),
        "unfinished": sum(check.part.state not in PUBLISHED for check in every),
        # Only what this page shows is counted: a list not yet released must not be read off the number.
        "standing": standing(entity, clock.today(), things=[check.part.thing for check in every]) if entity else None,
    }
    return render(request, "portal/enterprise.html", context)
