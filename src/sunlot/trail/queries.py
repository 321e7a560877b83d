"""Reading the trail: the story of a thing in plain words."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sunlot.norms import masking

from .models import EventDetail


@dataclass(frozen=True)
class HistoryEntry:
    """One line of a thing's story. `person` is masked; before and after hold what changed, or None."""

    at: datetime
    words: str
    person: str
    organisation: str
    type: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def history(things: str | Iterable[str], limit: int = 50) -> list[HistoryEntry]:
    """The newest events of one thing or several, newest first.

    The caller has already looked the thing up within what its viewer may see: who sees a thing sees its story.
    """
    keys = [things] if isinstance(things, str) else list(things)
    details = EventDetail.objects.filter(thing__in=keys).order_by("-event_id")[:limit]
    return [_entry(detail) for detail in details]


def newest_in(codes: Iterable[str], limit: int = 6) -> list[HistoryEntry]:
    """The newest events of these organisations, for a home page; sign-ins and refusals are the auditor's."""
    details = (
        EventDetail.objects.filter(organisation__in=list(codes))
        .exclude(type__startswith="access.")
        .order_by("-event_id")[:limit]
    )
    return [_entry(detail) for detail in details]


def _entry(detail: EventDetail) -> HistoryEntry:
    whole = json.loads(detail.whole)
    return HistoryEntry(
        at=detail.at,
        words=whole["words"],
        person=masking.person(whole["person"]),
        organisation=whole["organisation"],
        type=detail.type,
        before=whole["before"],
        after=whole["after"],
    )
