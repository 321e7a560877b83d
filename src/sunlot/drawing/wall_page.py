"""The wall of the meeting room: one page, whose content is asked for again and again."""

import re
from collections.abc import Callable
from functools import reduce

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from sunlot.desk.views import desk_view
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from . import dial, stage
from .dice import dice
from .finding import find
from .freeze import authority_of
from .models import Attempt
from .naming import Names, names_of, spread_of
from .outcome import outcome, tickets_of
from .queries import is_released
from .stored import notice_of
from .views import version_of
from .wall import DrawingFrame, FormingFrame, Frame, frame_of

MOST_ROOMY = 3  # contributors that fit with commitment and number on two lines
DRAWING_PAUSE, QUIET_PAUSE = 500, 2000  # milliseconds


@require_GET
@desk_view()
def wall(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The page as a whole; without JavaScript it shows the moment at which it was opened."""
    context, version, _ = _scene(find(request, viewer, number), still=False)
    return render(request, "drawing/wall.html", {**context, "version": version})


@require_GET
@desk_view()
def part(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """What is to be seen now; empty (204) when the wall shows it already. `still` leaves out the show of tickets."""
    attempt = find(request, viewer, number)
    context, version, frame = _scene(attempt, still="still" in request.GET)
    headers = {
        "X-Version": version,
        "X-Now": str(int(clock.now().timestamp() * 1000)),
        "X-Pause": str(DRAWING_PAUSE if frame else QUIET_PAUSE),
    }
    if request.GET.get("seen") == version:
        return HttpResponse(status=204, headers=headers)
    return HttpResponse(render_to_string("drawing/_wall.html", context, request), headers=headers)


def now_shown(request: HttpRequest, attempt: Attempt, *, still: bool) -> tuple[str, Callable[[], str]]:
    """The version of what is to be seen now, and what renders it."""
    context, version, _ = _scene(attempt, still=still)
    return version, lambda: render_to_string("drawing/_wall.html", context, request)


def _scene(attempt: Attempt, *, still: bool) -> tuple[dict[str, object], str, Frame | None]:
    now = clock.now()
    released = is_released(attempt, now)
    frame = None if still or attempt.result_id is None else frame_of(attempt, now)
    contributors = list(attempt.contributors.all())
    upcoming = stage.next_of(attempt)
    names = names_of()
    short = {one: re.sub(r"（.*?）", "", names.short(one.organisation.code)) for one in contributors}
    context: dict[str, object] = {
        "attempt": attempt,
        "plan": attempt.draw.round.plan,
        "authority": authority_of(attempt.draw.round.plan),
        "way": stage.way(attempt, showing=frame is not None),
        "next": upcoming,
        "now_words": reduce(lambda words, one: words.replace(one.organisation.name, short[one]), short, upcoming.words),
        "until": int(upcoming.until.timestamp() * 1000) if upcoming.until else None,
        "now": now,
        "contributors": list(short.items()),
        "roomy": len(contributors) <= MOST_ROOMY,
        "unequal": stage.unequal_words(attempt),
        "reading": stage.open_reading(attempt),
        # Numbers and seed give the result away to anyone who knows the enterprises, tickets to whoever learns them
        # later: held back with the names, the wall then shows digests and counts.
        "released": released,
        "dice": dice(attempt.beacon_value) if attempt.beacon_value and attempt.beacon_kind == "dice" else "",
        "frame": frame,
        "names": names,
    }
    if attempt.notice_digest is not None:
        notice = notice_of(attempt)
        context |= {
            "notice": notice,
            "strata": notice.strata,
            "quota": sum(one.quota for one in notice.strata),
            "teams": sum(zone.count for zone in notice.teams),
        }
    if isinstance(frame, DrawingFrame):
        context["shown"] = sum(lane.shown for lane in frame.lanes)
    if isinstance(frame, DrawingFrame) and released:
        context["picture"] = dial.dial(frame.tickets.dial(frame.progress.shown), prefix="w")
    elif isinstance(frame, FormingFrame):
        context |= _forming(frame, names)
    elif frame is None and attempt.result_id is not None:
        found = outcome(attempt)
        context |= {
            "outcome": found,
            "dials": released
            and [
                (dial.dial(tickets.dial(), prefix=f"w{at}", small=True), stratum)
                for at, (tickets, stratum) in enumerate(zip(tickets_of(attempt), found.strata, strict=True))
            ],
            "spread": spread_of(found, names),
            "qr": _qr(f"{settings.SUNLOT_PUBLIC_URL}/draws/{attempt.draw.number}/"),
        }
    version = f"{version_of(attempt, 0)}-{frame.version if frame else '-'}-{int(released)}"
    return context, version, frame


def _forming(frame: FormingFrame, names: Names) -> dict[str, object]:
    """The team that is shown, in words; inspectors by number alone, as the public page has them."""
    return {
        "forming": frame,
        "team": names.team(frame.team.id),
        "members": [(names.short(one.department), one) for one in frame.members],
        "around": [(names.team(one.id), one) for one in frame.around],
    }


def _qr(address: str) -> str:
    """The code of a public address, as SVG without style."""
    return segno.make(address, error="m").svg_inline(scale=1, border=2, svgclass="qr", lineclass=None, omitsize=True)
