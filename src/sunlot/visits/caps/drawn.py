"""Visits that a finished draw made certain: they stand in the table of visits once the forms are out, and count before.

Two plans drawn one after the other would else both take an entity that has one visit left. Which objects these are follows
from the draw's result as it stands today, with its replacements, so nothing has to be entered, taken back or matched with
the forms later: a later room knows them, and registers here.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sunlot.registry.models import Entity, InspectionObject

from ..bearers import CHUNK, entities_of


@dataclass(frozen=True)
class DrawnVisit:
    """An object that will be visited, by its number, and the paths of the organisations that come. One draw, one visit."""

    number: str
    paths: tuple[str, ...]


Source = Callable[[int], Iterable[DrawnVisit]]
"""The visits of a year (of the last day of their time) that are drawn and not sent out."""

_SOURCES: list[Source] = []


def drawn_source(function: Source) -> Source:
    """Register what knows the objects of draws whose tasks have not gone out."""
    _SOURCES.append(function)
    return function


@dataclass(frozen=True)
class Expected:
    """The same by the entities whose cap the visits count against."""

    visits: tuple[tuple[int, tuple[str, ...]], ...] = ()

    def by_entity(self, path: str) -> Counter[int]:
        """Entity → how many of these visits are of the organisation at `path` or of one below it; of anybody's without."""
        return Counter(entity for entity, paths in self.visits if any(one.startswith(path) for one in paths))


def expected(year: int) -> Expected:
    """The visits of a year that are drawn and not sent out. The queries grow with those draws, not with the registry."""
    found = [visit for source in _SOURCES for visit in source(year)]
    objects = _objects({visit.number for visit in found})
    bearers = entities_of(objects.values())
    kept = dict(
        Entity.objects.filter(pk__in=set(bearers.values()), merged_into__isnull=False).values_list(
            "pk", "merged_into_id"
        )
    )
    return Expected(
        tuple(
            (kept.get(entity) or entity, visit.paths)
            for visit in found
            if (entity := bearers.get(objects.get(visit.number, 0))) is not None
        )
    )


def _objects(numbers: set[str]) -> dict[str, int]:
    """Number → the object, or the one that it was merged into."""
    wanted = sorted(numbers)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = InspectionObject.objects.filter(number__in=wanted[start : start + CHUNK]).order_by()
        found.update((number, kept or key) for number, key, kept in rows.values_list("number", "pk", "merged_into_id"))
    return found
