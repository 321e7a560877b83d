"""What the trail calls `plan:17`, by its name and with its page, for lists of events about many things.

Each room registers its kinds in its `things.py`, which is always loaded.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from sunlot.organisations.viewer import Viewer
from sunlot.trail.queries import HistoryEntry


@dataclass(frozen=True)
class Named:
    """A thing's name and the address of its page."""

    name: str
    url: str


@dataclass(frozen=True)
class NamedEntry:
    """A line of a story of many things; `about` is None where the viewer may not see the thing, or the words name it."""

    at: datetime
    words: str
    person: str
    about: Named | None


Seeing = Callable[[Viewer], "QuerySet[Any]"]
Naming = Callable[[Any], Named]


@dataclass(frozen=True)
class _Kind:
    seen: Seeing
    name: Naming


_KINDS: dict[str, _Kind] = {}


def register(kind: str, seen: Seeing, name: Naming) -> None:
    """Let things of a kind be named: `seen` gives those within what a viewer may see, `name` asks the database nothing."""
    if kind in _KINDS:
        raise ValueError(f"kind of thing {kind!r} is registered twice")
    _KINDS[kind] = _Kind(seen, name)


def named(viewer: Viewer, things: Iterable[str]) -> dict[str, Named]:
    """Those of the things that the viewer may see, with one query for each kind."""
    keys: dict[str, set[int]] = {}
    for thing in things:
        kind, _, key = thing.partition(":")
        if kind in _KINDS and key.isdecimal():
            keys.setdefault(kind, set()).add(int(key))
    return {
        f"{kind}:{found.pk}": _KINDS[kind].name(found)
        for kind, wanted in keys.items()
        for found in _KINDS[kind].seen(viewer).filter(pk__in=wanted)
    }


def with_names(viewer: Viewer | None, entries: Iterable[HistoryEntry]) -> list[NamedEntry]:
    """The lines, each with the thing that it is about; who acts in no role sees no names."""
    listed = list(entries)
    names = named(viewer, {entry.thing for entry in listed}) if viewer else {}
    return [NamedEntry(one.at, one.words, one.person, _about(one, names.get(one.thing))) for one in listed]


def _about(entry: HistoryEntry, found: Named | None) -> Named | None:
    return None if found is None or found.name in entry.words else found
