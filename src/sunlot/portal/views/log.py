"""The transparency log for people: how it stands, a search of its public entries, an entry with its proof."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sunlot.ledger.faults import LedgerError
from sunlot.ledger.tree import leaf_hash
from sunlot.trail.log import reading
from sunlot.trail.models import PublicEntry

from ..filters import LogFilters
from ..lists import PublicListing, answer
from ..log import COLUMNS, as_shown, entry_in_words, public_entries, restorations, state

SORTS: dict[str, Sequence[str]] = {"entered": ["event_id"]}


@require_safe
def log(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """How the log stands, and its public entries, newest first."""
    listing: PublicListing[PublicEntry] = PublicListing(
        request, public_entries(), filters=LogFilters, sorts=SORTS, default_sort="-entered", columns=COLUMNS
    )
    if form is not None:
        return answer(listing, form, "", {})
    standing = state()
    context = {
        "state": standing,
        "entries": as_shown(listing.page, standing.size),
        "restored": restorations(standing.size),
        "public_url": settings.SUNLOT_PUBLIC_URL,
    }
    return answer(listing, None, "portal/log.html", context)


@require_safe
def entry(request: HttpRequest, index: int) -> HttpResponse:
    """One entry of the published log with the proof that it stands there, checked by the reader's own browser."""
    tree = reading.published_tree()
    if tree is None or index >= tree.size:
        raise Http404
    context: dict[str, Any] = {"state": state(), "public_url": settings.SUNLOT_PUBLIC_URL, "index": index}
    try:
        logged = tree.at(index)
    except LedgerError as error:
        return render(request, "portal/log_damaged.html", {**context, "fault": str(error)}, status=503)
    note = reading.note_of(tree.checkpoint).encode().decode()
    context |= {
        "shown": entry_in_words(logged.entry, index),
        "leaf": leaf_hash(logged.entry.encode()).hex(),
        "proof": [one.hex() for one in logged.proof],
        "note": note,
        "checkpoint": tree.checkpoint,
        "data": {"checkpoint": note, **logged.as_json()},
    }
    return render(request, "portal/log_entry.html", context)
