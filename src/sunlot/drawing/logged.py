"""What the transparency log holds of an attempt: where each entry stands, and log.json of the bundle.

A thing counts once it is in the log; until its checkpoint is there, pages show 等待入链.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sunlot.trail.log import reading
from sunlot.trail.models import EventDetail, LogCheckpoint

from . import events
from .actions.locking import thing
from .models import Attempt

_KINDS = (events.NOTICE_SEALED, events.BEACON_READ, events.NONCE_REVEALED, events.DRAWN, events.ABORTED)


@dataclass(frozen=True)
class PublicEvent:
    """A public event of an attempt; `index` is its place in the log, None while it waits for it."""

    event_id: int
    type: str
    at: datetime
    public: dict[str, Any]
    index: int | None

    @property
    def contributor(self) -> str:
        """Whose number a reveal is."""
        return str(self.public.get("contributor", ""))


def public_events(attempts: Iterable[Attempt]) -> dict[int, list[PublicEvent]]:
    """The events of these attempts that stand in the public log, by attempt, oldest first, in two queries.

    Of two of a kind the first counts (docs/spec/draw-protocol.md, Commit and reveal): the later one is left out.
    """
    things = {thing(attempt): attempt.pk for attempt in attempts}
    found: dict[int, list[PublicEvent]] = {pk: [] for pk in things.values()}
    size = LogCheckpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    rows = EventDetail.objects.filter(thing__in=list(things), type__in=[kind.name for kind in _KINDS])
    seen: set[tuple[str, str, str]] = set()
    for row in rows.order_by("event_id").values_list(
        "thing", "type", "at", "event_id", "event__entry", "event__leaf__index"
    ):
        key, kind, at, event_id, entry, index = row
        one = PublicEvent(
            event_id, kind, at, json.loads(entry)["public"], index if index is not None and index < size else None
        )
        if (key, kind, one.contributor) not in seen:
            seen.add((key, kind, one.contributor))
            found[things[key]].append(one)
    return found


def is_logged(attempt: Attempt) -> bool:
    """Whether everything public of the attempt has its place in the log under a published checkpoint."""
    return all(one.index is not None for one in public_events([attempt])[attempt.pk])


def log_value(attempt: Attempt) -> dict[str, object] | None:
    """log.json of a drawn attempt's bundle; None while one of its entries still waits for its checkpoint.

    Its checkpoint is the first that holds the result, with the cosignatures that have come: so it hardly ever changes.
    """
    earlier = list(attempt.draw.attempts.filter(number__lt=attempt.number).order_by("number"))
    found = public_events([*earlier, attempt])
    own = found[attempt.pk]
    aborted = [_only(found[one.pk], events.ABORTED.name) for one in earlier]
    sealed, drawn = _only(own, events.NOTICE_SEALED.name), _only(own, events.DRAWN.name)
    beacon = _only(own, events.BEACON_READ.name)
    by_contributor = {one.contributor: one for one in own if one.type == events.NONCE_REVEALED.name}
    reveals = [by_contributor.get(one.code) for one in attempt.contributors.order_by("position")]
    needed = [sealed, drawn, *reveals, *aborted, *([beacon] if attempt.beacon_value is not None else [])]
    indexes = [one.index if one is not None else None for one in needed]
    if any(index is None for index in indexes):
        return None
    checkpoint = _first_holding(max(index for index in indexes if index is not None))
    if checkpoint is None:
        return None
    tree = reading.PublishedTree(checkpoint)
    entries = tree.entries([one.event_id for one in needed if one is not None])

    def shown(one: PublicEvent | None) -> dict[str, object] | None:
        return entries[one.event_id].as_json() if one is not None else None

    return {
        "checkpoint": reading.note_of(checkpoint).encode().decode(),
        "notice": shown(sealed),
        "beacon": shown(beacon),
        "reveals": [shown(one) for one in reveals],
        "result": shown(drawn),
        "aborted": [shown(one) for one in aborted],
    }


def notice_proof(attempt: Attempt) -> dict[str, object] | None:
    """What a contributor's device asks for before it reveals: that the sealed notice is in the log. None while it waits.

    Gives `checkpoint`, `vkey`, and the entry with its place and proof.
    """
    sealed = _only(public_events([attempt])[attempt.pk], events.NOTICE_SEALED.name)
    tree = reading.published_tree()
    if sealed is None or sealed.index is None or tree is None:
        return None
    return {
        "checkpoint": reading.note_of(tree.checkpoint).encode().decode(),
        "vkey": reading.verifier_key(),
        "notice": tree.entries([sealed.event_id])[sealed.event_id].as_json(),
    }


def _only(found: list[PublicEvent], kind: str) -> PublicEvent | None:
    return next((one for one in found if one.type == kind), None)


def _first_holding(index: int) -> LogCheckpoint | None:
    """The first published checkpoint whose tree holds the leaf."""
    holding = LogCheckpoint.objects.filter(size__gt=index).order_by("size")
    return holding.prefetch_related("cosignatures").first()
