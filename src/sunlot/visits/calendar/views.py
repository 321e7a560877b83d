"""The pages of calendars, each also as iCalendar (`?format=ics`), and the address for subscribing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.models import Membership, Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Viewer
from sunlot.registry.models import Entity, Inspector
from sunlot.registry.queries import entities_seen

from .. import policy
from ..models import CalendarFeed, Visit
from . import actions, queries
from .ics import calendar_of
from .month import last_of

ICS_TYPE = "text/calendar; charset=utf-8"
PAST, AHEAD = timedelta(days=92), timedelta(days=366)
"""What a file or a feed holds: a quarter of what was, a year of what is to come."""

FIRST_YEAR, LAST_YEAR = 2000, 2100
IN_A_DAY = 20
"""So many visits of a day stand in the list; all of them on the day's own address."""


@dataclass(frozen=True)
class Shown:
    """Whose calendar it is: its title, what it says beside it, and the visits."""

    title: str
    hint: str
    visits: "QuerySet[Visit]"
    of_entity: bool = False
    unit: Organisation | None = None
    back: tuple[str, str] | None = None
    """Name and address of the page that it belongs to."""


@require_GET
@desk_view()
def own(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The calendar of the role acted in: an inspector's own, everybody else's unit's."""
    return _page(request, viewer, _own(viewer))


@require_GET
@desk_view()
def unit(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """The calendar of a unit, with all below it."""
    return _page(request, viewer, _of_unit(viewer, visible_or_404(viewer, queries.units_seen(viewer), code=code)))


@require_GET
@desk_view()
def inspector(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The calendar of an inspector: for the person itself and for who sees its unit's."""
    found = visible_or_404(viewer, queries.inspectors_seen(viewer), pk=pk)
    return _page(request, viewer, _of_inspector(viewer, found))


@require_GET
@desk_view()
def entity(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The calendar of an entity: all departments that visited or will visit it."""
    found: Entity = visible_or_404(viewer, entities_seen(viewer), pk=pk)
    shown = Shown(
        found.name,
        "各部门的检查，不论来源",
        queries.of_entity(found),
        of_entity=True,
        back=(found.name, reverse("registry:entity", args=[found.pk])),
    )
    return _page(request, viewer, shown)


@require_http_methods(["GET", "POST"])
@desk_view()
def subscription(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The secret address of one's calendar: made, shown once, ended."""
    if not policy.may_subscribe(viewer):
        raise NotAllowed("日历由经办检查的人员和管理人员以自己的身份订阅。")
    address = ""
    if request.method == "POST" and "end" in request.POST:
        if actions.end_feed(viewer):
            messages.success(request, "已停用订阅地址，用它的日历不再更新。")
        return redirect("visits:subscription")
    if request.method == "POST":
        token = actions.open_feed(viewer)
        address = f"{settings.SUNLOT_PUBLIC_URL}{reverse('visits:feed', args=[token])}"
    standing = CalendarFeed.objects.filter(membership=viewer.membership, ended_at__isnull=True).first()
    context = {"shown": _own(viewer), "address": address, "standing": standing}
    return render(request, "visits/calendar/subscription.html", context)


@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a secret address, for a program that can't sign in; 404 once the role or the address ended."""
    held = Membership.objects.held().filter(organisation__is_active=True, user__is_active=True)
    found = CalendarFeed.objects.filter(digest=actions.digest_of(token), ended_at__isnull=True, membership__in=held)
    one = found.select_related("membership__user", "membership__organisation__parent").first()
    if one is None:
        raise Http404
    viewer = Viewer(one.membership)
    return _file(viewer, _own(viewer), as_attachment=False)


# --- inside -------------------------------------------------------------------------------------------------------


def _own(viewer: Viewer) -> Shown:
    if viewer.role == Role.INSPECTOR:
        people = list(queries.own_inspectors(viewer))
        if not people:
            raise NotAllowed("您的账号还没有对应的执法检查人员登记。请本单位经办人在名录库中补上登录账号。")
        return _of_inspector(viewer, people[0])
    if not policy.sees_unit(viewer, viewer.base):
        raise NotAllowed("检查日历由检查人员和各单位的经办、管理人员查看。")
    return _of_unit(viewer, viewer.base)


def _of_unit(viewer: Viewer, found: Organisation) -> Shown:
    hint = "本单位及下属单位的检查，和本单位人员参加的检查"
    return Shown(found.full_name, hint, queries.of_unit(viewer, found), unit=found)


def _of_inspector(viewer: Viewer, found: Inspector) -> Shown:
    above = None
    if policy.sees_unit(viewer, found.organisation):
        above = (found.organisation.name, reverse("visits:calendar-unit", args=[found.organisation.code]))
    return Shown(
        found.name, f"{found.organisation.name}，本人参加的检查", queries.of_inspector(viewer, found), back=above
    )


def _page(request: HttpRequest, viewer: Viewer, shown: Shown) -> HttpResponse:
    if request.GET.get("format") == "ics":
        return _file(viewer, shown, as_attachment=True)
    first = _month(request)
    found = queries.month(viewer, shown.visits, first)
    only = _day(request, first)
    days = [day for day in found.days if only in (None, day.day)]
    units, people = queries.shares(viewer, shown.unit, found) if shown.unit is not None else ([], [])
    context: dict[str, Any] = {
        "shown": shown,
        "month": found,
        "days": [(day, day.entries if only else day.entries[:IN_A_DAY]) for day in days],
        "only": only,
        "before": _moved(first, -1),
        "after": _moved(first, 1),
        "this": clock.today().replace(day=1),
        "units": units,
        "people": people,
        "next_day": queries.next_day(shown.visits, last_of(first)) if not found.entries else None,
        "may_subscribe": policy.may_subscribe(viewer),
    }
    return render(request, "visits/calendar/month.html", context)


def _file(viewer: Viewer, shown: Shown, *, as_attachment: bool) -> HttpResponse:
    """The visits of a quarter past and a year to come as iCalendar."""
    today = clock.today()
    visits = shown.visits.filter(queries.standing_in(today - PAST, today + AHEAD))
    host = urlsplit(settings.SUNLOT_PUBLIC_URL).hostname or "sunlot"
    body = calendar_of(f"检查日历：{shown.title}", queries.entries_of(visits), clock.now(), host)
    response = HttpResponse(body, content_type=ICS_TYPE)
    name = f"检查日历-{shown.title}.ics"
    response["Content-Disposition"] = content_disposition_header(as_attachment, name) or ""
    return response


def _month(request: HttpRequest) -> date:
    """The first day of the month asked for; this month where none is, or none that can be."""
    try:
        asked = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        asked = clock.today().replace(day=1)
    return asked if FIRST_YEAR <= asked.year <= LAST_YEAR else clock.today().replace(day=1)


def _day(request: HttpRequest, first: date) -> date | None:
    """The one day of the month that is asked for."""
    try:
        asked = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return asked if first <= asked <= last_of(first) else None


def _moved(first: date, months: int) -> date:
    at = first.year * 12 + first.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)
