"""Reading the trail: the story of a thing in plain words, and one event with the proof that it is what was written."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from sunlot.norms import masking

from .actions import LEAF_PREFIX
from .events import Act, all_kinds, kind_named
from .models import Erasure, Event, EventDetail

_ADMINISTRATORS_KINDS = ("access.", "organisations.", "trail.")


@dataclass(frozen=True)
class HistoryEntry:
    """One line of a thing's story. `person` is masked; before and after hold what changed, or None."""

    at: datetime
    thing: str
    words: str
    person: str
    organisation: str
    type: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class Change:
    """One value that an event changed: None where there was or is none."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True)
class WholeEvent:
    """One event as the auditor reads it. `detail` and `whole` are None where they were erased.

    `entry_matches`: the stored hash is that of the entry; `detail_matches`: the entry's digest is that of salt and
    whole event (None where they were erased).
    """

    event: Event
    entry: dict[str, Any]
    detail: EventDetail | None
    whole: dict[str, Any] | None
    changes: list[Change]
    erasure: Erasure | None
    entry_matches: bool
    detail_matches: bool | None

    @property
    def kind_label(self) -> str:
        """The kind in plain words; its name where an older version declared it."""
        return label_of(self.detail.type) if self.detail else ""

    @property
    def leaf(self) -> str:
        """The leaf hash as 64 hex digits."""
        return bytes(self.event.leaf_hash).hex()


def history(things: str | Iterable[str], limit: int = 50) -> list[HistoryEntry]:
    """The newest events of one thing or several, newest first.

    The caller has already looked the thing up within what its viewer may see: who sees a thing sees its story.
    """
    keys = [things] if isinstance(things, str) else list(things)
    details = EventDetail.objects.filter(thing__in=keys).order_by("-event_id")[:limit]
    return [_entry(detail) for detail in details]


def newest_in(codes: Iterable[str], limit: int = 6, *, kinds: Iterable[str] = ()) -> list[HistoryEntry]:
    """The newest events of these organisations, for a home page.

    `kinds` are beginnings of names (`organisations.`) and narrow it down; without them everything but what is the
    administrators' own: sign-ins and refusals, accounts and roles, the trail itself.
    """
    wanted = Q()
    for beginning in kinds:
        wanted |= Q(type__startswith=beginning)
    details = EventDetail.objects.filter(wanted, organisation__in=list(codes))
    if not wanted:
        for beginning in _ADMINISTRATORS_KINDS:
            details = details.exclude(type__startswith=beginning)
    return [_entry(detail) for detail in details.order_by("-event_id")[:limit]]


def of_person(username: str, limit: int = 20) -> list[HistoryEntry]:
    """What this person did, newest first, for its own account page, where the name need not stand in each line."""
    details = EventDetail.objects.filter(username=username).order_by("-event_id")[:limit]
    return [replace(_entry(detail), person="") for detail in details]


def label_of(type_name: str) -> str:
    """A kind of event in plain words; its name where an older version of the product declared it."""
    kind = kind_named(type_name)
    return kind.label if kind else type_name


def kinds_of(act: str) -> list[str]:
    """The names of all kinds that do this to their thing."""
    return [kind.name for kind in all_kinds() if kind.act == Act(act)]


def whole_event(event: Event) -> WholeEvent:
    """The event with its detail, and whether both still are what was written."""
    detail = EventDetail.objects.filter(event=event).first()
    entry = json.loads(event.entry)
    whole = detail.contents if detail else None
    leaf = hashlib.sha256(LEAF_PREFIX + event.entry.encode()).digest()
    detail_matches = None
    if detail is not None:
        digest = hashlib.sha256(bytes(detail.salt) + detail.whole.encode()).hexdigest()
        detail_matches = digest == entry["digest"]
    return WholeEvent(
        event=event,
        entry=entry,
        detail=detail,
        whole=whole,
        changes=_changes(whole["before"], whole["after"]) if whole else [],
        erasure=Erasure.objects.filter(event=event).select_related("recorded_by").first(),
        entry_matches=leaf == bytes(event.leaf_hash),
        detail_matches=detail_matches,
    )


def _changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[Change]:
    """What an event changed, key by key; what stayed the same is left out."""
    old, new = before or {}, after or {}
    return [
        Change(key, old.get(key), new.get(key))
        for key in [*old, *(key for key in new if key not in old)]
        if old.get(key) != new.get(key)
    ]


def _entry(detail: EventDetail) -> HistoryEntry:
    whole = detail.contents
    return HistoryEntry(
        at=detail.at,
        thing=detail.thing,
        words=whole["words"],
        person=_person(whole),
        organisation=whole["organisation"],
        type=detail.type,
        before=whole["before"],
        after=whole["after"],
    )


def _person(whole: dict[str, Any]) -> str:
    """Who acted, masked, and for whom where the role was borrowed; 系统 is nobody's name."""
    name = masking.person(whole["person"]) if whole["username"] else str(whole["person"])
    giver = whole.get("on_behalf_of")
    return f"{name}（代{masking.person(giver)}）" if giver else name
