"""Which inspectors make which visits: a later room's to know, registered by its `panels.py`; visits ask nobody above."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from sunlot.registry.models import Inspector


@dataclass(frozen=True)
class Source:
    """`things_of`: a query of the things (`form-part:17`) that these inspectors inspect. `who`: of things, each with the
    key of an inspector who does.
    """

    things_of: "Callable[[QuerySet[Inspector]], QuerySet[Any, Any]]"
    who: Callable[[Collection[str]], Iterable[tuple[str, int]]]


_SOURCES: list[Source] = []


def visitor_source(source: Source) -> Source:
    """Register what knows the inspectors of visits."""
    _SOURCES.append(source)
    return source


def made_by(inspectors: "QuerySet[Inspector]") -> Q:
    """The condition on visits that one of these inspectors makes them."""
    found = Q(pk__in=[])
    for source in _SOURCES:
        found |= Q(thing__in=source.things_of(inspectors))
    return found


def inspectors_of(things: Collection[str]) -> dict[str, set[int]]:
    """Thing → the keys of its inspectors, in one query for each source."""
    found: dict[str, set[int]] = {}
    for source in _SOURCES:
        for thing, key in source.who(things):
            found.setdefault(thing, set()).add(key)
    return found
