"""The page of a day's visits, for inspectors their own, for everybody else their unit's."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sunlot.desk.views import desk_view, pdf_response
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer

from . import day as days

REACH = timedelta(days=400)


@require_GET
@desk_view()
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Where to go on a day (`?day=`, today by default)."""
    asked = _day(request)
    listed, is_more = days.stops(viewer, asked)
    context = {
        "day": asked,
        "today": clock.today(),
        "before": asked - timedelta(days=1),
        "after": asked + timedelta(days=1),
        "stops": listed,
        "is_more": is_more,
        "most": days.MOST,
        "forms": len({part.form_id for stop in listed for part in stop.parts}),
        "map": days.map_of(listed),
    }
    return render(request, "inspecting/day.html", context)


@require_GET
@desk_view()
def pdf(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """All forms of the day, to print in one go."""
    asked = _day(request)
    listed, _ = days.stops(viewer, asked)
    if not listed:
        raise Refused("这一天没有可以打印的检查表。")
    return pdf_response(days.day_pdf(viewer, listed, asked), f"执法检查表-{asked.isoformat()}.pdf")


def _day(request: HttpRequest) -> date:
    """The day asked for; today where none is, or none that can be."""
    today = clock.today()
    try:
        asked = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return asked if abs(asked - today) <= REACH else today
