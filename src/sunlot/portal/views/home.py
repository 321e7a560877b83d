"""The public's first page, and how anybody verifies a draw."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import conditional_page, require_safe

from sunlot.drawing import queries as drawing
from sunlot.inspecting.models import Category
from sunlot.norms import clock
from sunlot.planning import queries as planning
from sunlot.planning.models import Plan
from sunlot.trail.log import reading

from .. import offline, tickets
from ..draws import PublicDraw, as_public, figures, public_draws
from ..results import labels, published

NEWEST_DRAWS, NEWEST_RESULTS, NEXT_DATES = 6, 6, 5


@require_safe
@conditional_page
def home(request: HttpRequest) -> HttpResponse:
    """The search, the dial of the newest released draw, the newest draws and results, what comes next."""
    now = clock.now()
    newest = as_public(public_draws()[:NEWEST_DRAWS], now)
    results = published().order_by("-published_at", "-pk")[:NEWEST_RESULTS]
    context = {
        "draws": newest,
        "results": [(one, labels(one)) for one in results],
        "figures": _figures(now.year),
        "coming": _coming(newest),
        "draw_count": public_draws().count(),
        **_dial(newest),
    }
    return render(request, "portal/home.html", context)


@require_safe
@conditional_page
def verify(request: HttpRequest) -> HttpResponse:
    """The verifier, and how anybody verifies a draw without it."""
    newest = as_public(public_draws()[:NEWEST_DRAWS], clock.now())
    example = next((shown for shown in newest if shown.is_open), None)
    return render(request, "portal/verify.html", {"example": example, "own_key": reading.verifier_key()})


@require_safe
@conditional_page
def verify_offline(request: HttpRequest) -> HttpResponse:
    """The verifier as one file to keep; it needs no network and asks for none."""
    return _kept(offline.VERIFIER, "阳光摇号核验.html")


@require_safe
def nonce(request: HttpRequest) -> HttpResponse:
    """One file that makes a contributor's secret number, filled in for the draw that the address names."""
    asked = {name: request.GET.get(name, "") for name in ("draw", "attempt", "contributor", "hash", "title")}
    return _kept(offline.NONCE, "阳光摇号密数页.html", **asked)


def _kept(page: offline.OnePage, name: str, **values: str) -> HttpResponse:
    response = HttpResponse(page.html(**values), content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Content-Security-Policy"] = page.policy()
    return response


def _dial(newest: list[PublicDraw]) -> dict[str, Any]:
    """The dial of the newest draw whose result may be shown."""
    shown = next((one for one in newest if one.is_open), None)
    if shown is None:
        return {"dial": None}
    large, _ = tickets.dials(shown.attempt, drawing.outcome(shown.attempt), None)
    return {"dial": large, "dialled": shown}


def _figures(year: int) -> dict[str, int]:
    """The year so far in numbers that need no names."""
    plans = planning.made_public().exclude(state=Plan.State.WITHDRAWN).filter(draw_at__year=year)
    attempts = drawing.public_attempts(clock.now()).filter(drawn_at__year=year)
    drawn = [figures(one).quota for one in attempts.select_related(None).prefetch_related(None)]
    results = published().order_by().filter(published_at__year=year)
    return {
        "plans": plans.count(),
        "draws": len(drawn),
        "objects": sum(drawn),
        "results": results.count(),
        "fine": results.filter(categories=[Category.NO_PROBLEM.value]).count(),
    }


@dataclass(frozen=True)
class Coming:
    """Something with a date: a draw to be held, a list to be released."""

    at: datetime
    plan: Plan
    url: str
    what: str


def _coming(newest: list[PublicDraw]) -> list[Coming]:
    """The draws to be held and the lists to be released next, by date."""
    found = [
        Coming(window.draw_at, plan, reverse("portal:plan", args=[plan.number]), f"{words}抽取")
        for plan, words, window in planning.next_draws(planning.published_plans())[:NEXT_DATES]
    ]
    for shown in newest:
        if shown.is_drawn and not shown.is_released and shown.attempt.release_at:
            url = reverse("portal:draw", args=[shown.draw.number])
            words = f"名单到期公开，{shown.waits}"
            found.append(Coming(shown.attempt.release_at, shown.draw.round.plan, url, words))
    return sorted(found, key=lambda entry: entry.at)
