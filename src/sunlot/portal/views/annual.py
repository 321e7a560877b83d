"""Published annual plans, in the annex's columns."""

import json
from collections.abc import Sequence

import django_filters
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import conditional_page, require_safe

from sunlot.desk.lists import Column
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.planning.annual import queries, sheet
from sunlot.planning.annual.content import rows_of
from sunlot.planning.models import AnnualPlan, AnnualVersion

from ..filters import SELECT
from ..lists import PublicListing, answer


class AnnualFilters(django_filters.FilterSet):
    """By year."""

    year = django_filters.ChoiceFilter(label="年度", empty_label="全部", widget=SELECT)

    class Meta:
        model = AnnualPlan
        fields: list[str] = []

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        years = queries.made_public().order_by("-year").values_list("year", flat=True)
        self.filters["year"].extra["choices"] = [(str(year), f"{year}年") for year in dict.fromkeys(years)]


SORTS: dict[str, Sequence[str]] = {"year": ["year", "number"], "department": ["department__path"]}

COLUMNS: list[Column[AnnualPlan]] = [
    Column("number", "编号", lambda one: one.number),
    Column("department", "单位", lambda one: one.department.name),
    Column("year", "年度", lambda one: one.year),
    Column("version", "版本", lambda one: one.version),
    Column("published_at", "公布时间", lambda one: clock.iso(one.published_at) if one.published_at else ""),
    Column("digest", "摘要", lambda one: one.digest),
]


@require_safe
@conditional_page
def annual_plans(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """All annual plans that are published."""
    listing: PublicListing[AnnualPlan] = PublicListing(
        request,
        queries.made_public(),
        filters=AnnualFilters,
        sorts=SORTS,
        default_sort="-year",
        columns=COLUMNS,
        unit="个",
    )
    return answer(listing, form, "portal/annual_plans.html", {})


@require_safe
@conditional_page
def annual_plan(request: HttpRequest, number: str, version: int | None = None) -> HttpResponse:
    """One of them, in the version that stands or one published earlier, with what changed from the one before."""
    annual = get_object_or_404(queries.made_public(), number=number)
    versions, shown = _versions(annual, version)
    before = next((one for one in versions if one.number < shown.number), None)
    current = shown.number == annual.version
    progress = queries.progress_of(annual) if current else {}
    rows = rows_of(json.loads(shown.content), json.loads(before.content) if before else None)
    context = {
        "annual": annual,
        "version": shown,
        "versions": versions,
        "before": before,
        "current": current,
        "rows": [(row, progress.get(row.code)) for row in rows],
        "signatures": [
            one
            for one in queries.signatures_under(annual)
            if one.state == Signature.State.SIGNED and one.digest == shown.digest
        ],
    }
    return render(request, "portal/annual_plan.html", context)


@require_safe
def annual_content(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """The canonical content that was signed; its SHA-256 is the digest."""
    _, shown = _versions(get_object_or_404(queries.made_public(), number=number), version)
    return HttpResponse(shown.content, content_type="application/json; charset=utf-8")


@require_safe
def annual_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The annex as it is printed, in the version that stands."""
    annual = get_object_or_404(queries.made_public(), number=number)
    _, shown = _versions(annual, None)
    body = sheet.pdf(annual, json.loads(shown.content), queries.signatures_under(annual))
    return HttpResponse(body, content_type="application/pdf")


def _versions(annual: AnnualPlan, asked: int | None) -> tuple[list[AnnualVersion], AnnualVersion]:
    """The published versions, newest first, and the one that is asked for, the newest where none is."""
    versions = list(queries.published_versions(annual))
    shown = next((one for one in versions if asked is None or one.number == asked), None)
    if shown is None:
        raise Http404
    return versions, shown
