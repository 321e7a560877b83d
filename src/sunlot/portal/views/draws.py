"""Draws: the list, a draw with its dials and tickets, its bundle."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import conditional_page, require_safe

from sunlot.drawing import queries as drawing
from sunlot.drawing.logged import is_logged
from sunlot.drawing.models import Draw
from sunlot.drawing.naming import names_of
from sunlot.drawing.rounds import window_of
from sunlot.norms import clock

from .. import results, tickets
from ..draws import COLUMNS, PublicDraw, as_public, bundle_size, in_log, parties, public_draws, public_notice
from ..filters import DrawFilters
from ..lists import PublicListing, answer, table
from ..reassignments import public_reassignments
from ..replacements import REPLACEMENT_COLUMNS, public_replacements, public_supplements

SORTS: dict[str, Sequence[str]] = {"sealed": ["sealed"], "number": ["number"], "title": ["round__plan__title"]}


@require_safe
@conditional_page
def draws(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """All draws whose notice is sealed, those that came to nothing among them."""
    listing: PublicListing[Draw] = PublicListing(
        request, public_draws(), filters=DrawFilters, sorts=SORTS, default_sort="-sealed", columns=COLUMNS, unit="次"
    )
    shown = as_public(listing.page, clock.now()) if form is None else []
    return answer(listing, form, "portal/draws.html", {"draws": shown})


@require_safe
@conditional_page
def draw(request: HttpRequest, number: str) -> HttpResponse:
    """One draw. While an embargo lasts: digests, numbers and the countdown alone."""
    shown = _draw_or_404(number)
    context: dict[str, Any] = {
        "shown": shown,
        "draw": shown.draw,
        "plan": shown.draw.round.plan,
        "attempt": shown.attempt,
        "window": window_of(shown.draw),
        "parties": parties(shown),
        "logged": in_log(shown),
        "supplements": public_supplements(shown.attempt, shown.now),
        "public_url": settings.SUNLOT_PUBLIC_URL,
    }
    if shown.is_open:
        context |= _opened(request, shown)
    return render(request, "portal/draw.html", context)


def _opened(request: HttpRequest, shown: PublicDraw) -> dict[str, Any]:
    """What a released draw's page shows besides: dials, the lookup, teams, the drawn."""
    attempt = shown.attempt
    found, shown_replacements = drawing.outcome(attempt), public_replacements(attempt)
    replaced = [one.replacement for one in shown_replacements]
    typed = request.GET.get("q", "")
    hits = tickets.find(attempt, typed)
    chosen = tickets.why(attempt, found, hits[0]) if len(hits) == 1 else None
    names = names_of()
    zones = results.zone_names(found, names)
    large, small = tickets.dials(attempt, found, chosen)
    return {
        "outcome": found,
        "typed": typed,
        "hits": hits,
        "most": tickets.MOST_FOUND,
        "why": chosen,
        "large": large,
        "small": small,
        "size": bundle_size(attempt),
        "known": results.drawn_objects(attempt, found, replaced),
        "zones": zones,
        "teams": results.teams(found, zones, names, replaced),
        "pools": results.pool_names(found, names),
        "replacements": shown_replacements,
        "reassignments": public_reassignments(attempt),
    }


@require_safe
def objects(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """Everybody drawn or in reserve, as a table; 404 while an embargo lasts."""
    shown = _open_or_404(number)
    rows = results.drawn_rows(drawing.outcome(shown.attempt))
    return table(request, form, results.DRAWN_COLUMNS, rows, len(rows))


@require_safe
def replacements(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """Every replacement that is in the log, as a table; 404 while an embargo lasts."""
    rows = public_replacements(_open_or_404(number).attempt)
    return table(request, form, REPLACEMENT_COLUMNS, rows, len(rows))


@require_safe
def bundle(request: HttpRequest, number: str) -> HttpResponseBase:
    """The bundle as a zip, the same bytes every time once the log holds the draw; 404 while an embargo lasts."""
    shown = _open_or_404(number)
    logged = is_logged(shown.attempt)
    tag = f'"{shown.attempt.result_digest}{"" if logged else "-waiting"}"'
    unchanged: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if unchanged is not None:
        return unchanged
    response = HttpResponse(drawing.bundle_bytes(shown.attempt), content_type="application/zip")
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=3600" if logged else "no-cache"
    response["Content-Disposition"] = content_disposition_header(True, f"{number}-bundle.zip") or ""
    return response


@require_safe
def notice(request: HttpRequest, number: str, attempt: int) -> HttpResponse:
    """notice.json of an attempt, aborted ones too; its digest is what the log holds. 404 while an embargo lasts."""
    found = public_notice(number, attempt)
    if found is None:
        raise Http404
    return HttpResponse(found, content_type="application/json; charset=utf-8")


def _draw_or_404(number: str) -> PublicDraw:
    found = public_draws().filter(number=number).first()
    if found is None:
        raise Http404
    return PublicDraw(found, clock.now())


def _open_or_404(number: str) -> PublicDraw:
    shown = _draw_or_404(number)
    if not shown.is_open:
        raise Http404
    return shown
