"""The yearly caps on visits to one enterprise: those that hold, and every version before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import conditional_page, require_safe

from sunlot.catalogue.vocabulary import RiskClass
from sunlot.desk.lists import Column
from sunlot.norms import canonical, clock
from sunlot.visits.caps import queries
from sunlot.visits.caps.actions import content_of
from sunlot.visits.caps.rules import Line
from sunlot.visits.caps.showing import shown
from sunlot.visits.models import CapTable

from ..lists import table


@dataclass(frozen=True)
class Row:
    """One line of one version, and until when the version counts."""

    table: CapTable
    until: date | None
    line: Line


COLUMNS: list[Column[Any]] = [
    Column("region", "辖区", lambda one: one.table.region.name),
    Column("version", "版本", lambda one: one.table.number, number=True),
    Column("from", "起用日期", lambda one: one.table.effective_from.isoformat()),
    Column("until", "用到", lambda one: one.until.isoformat() if one.until else ""),
    Column("department", "检查部门", lambda one: one.line.whose),
    Column("kind", "对象类别", lambda one: one.line.kind_name or "所有类别"),
    Column("risk_class", "信用风险", lambda one: f"{one.line.risk_class} {RiskClass(one.line.risk_class).label}"),
    Column("cap", "每年最多次数", lambda one: one.line.cap, number=True),
    Column("digest", "摘要", lambda one: one.table.digest),
]


@require_safe
@conditional_page
def caps(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """The caps in force in each jurisdiction, those to come, and those of the past."""
    everything = list(queries.approved())
    if form is not None:
        rows = list(_rows(everything))
        return table(request, form, COLUMNS, rows, len(rows))
    today = clock.today()
    standing = queries.in_force(today)
    context = {
        "standing": [shown(one) for _, one in sorted(standing.items())],
        "coming": [one for one in everything if one.effective_from > today],
        "versions": [(one, queries.until(one, everything)) for one in everything],
        "today": today,
    }
    return render(request, "portal/caps.html", context)


def _rows(tables: Iterable[CapTable]) -> Iterator[Row]:
    everything = list(tables)
    for one in everything:
        until = queries.until(one, everything)
        for line in queries.lines_of(one):
            yield Row(one, until, line)


@require_safe
@conditional_page
def cap_table(request: HttpRequest, region: str, number: int) -> HttpResponse:
    """One version, in force or not."""
    everything = list(queries.approved().filter(region=region))
    found = get_object_or_404(queries.approved(), region=region, number=number)
    context = {"shown": shown(found), "until": queries.until(found, everything), "today": clock.today()}
    return render(request, "portal/cap_table.html", context)


@require_safe
def content(request: HttpRequest, region: str, number: int) -> HttpResponse:
    """The canonical content that was approved; its SHA-256 is the digest in the public log."""
    found = get_object_or_404(queries.approved(), region=region, number=number)
    body = canonical.dumps(content_of(found))
    return HttpResponse(body, content_type="application/json; charset=utf-8")
