"""Whose yearly cap a visit to an object counts against: the entity that it is, else the one that operates it.

A building site without an operator counts against nobody's: its companies are asked through their involvements.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sunlot.catalogue.models import ObjectKind
from sunlot.registry.among import AT_ONCE, is_one_of
from sunlot.registry.models import InspectionObject, Involvement

PARTS = (Involvement.Part.ITSELF, Involvement.Part.OPERATOR)
CHUNK = 5000


class Borne(NamedTuple):
    """An object that counts for an entity, with what the cap goes by. There may be a hundred thousand of them."""

    object: int
    number: str
    entity: int
    risk_class: str
    kind: str
    is_itself: bool
    is_active: bool


def entities_of(object_ids: Iterable[int]) -> dict[int, int]:
    """Object → the entity whose cap it counts against; an object without one is left out."""
    found: dict[int, int] = {}
    for part in _chunks(object_ids):
        ties = Involvement.objects.filter(object__in=part, part__in=PARTS)
        # by name of the part “itself” comes before “operator”; of several operators the first entered bears
        for key, entity in ties.order_by("part", "pk").values_list("object_id", "entity_id"):
            found.setdefault(key, entity)
    return found


def objects_of(entity_ids: Iterable[int]) -> list[Borne]:
    """The objects that count for these entities. One query for each 50,000 of them, and one for the kinds."""
    found = []
    kinds = dict(ObjectKind.objects.values_list("pk", "code"))
    itself, active = Involvement.Part.ITSELF, InspectionObject.State.ACTIVE
    for part in _chunks(entity_ids, AT_ONCE):
        wanted = set(part)
        own = Involvement.objects.filter(is_one_of("entity_id", part), part__in=PARTS).order_by()
        ties = Involvement.objects.filter(object__in=own.values("object_id"), part__in=PARTS)
        rows = ties.filter(object__merged_into__isnull=True).order_by("part", "pk")
        seen: set[int] = set()
        for key, entity, tie, number, risk_class, kind, state in rows.values_list(
            "object_id", "entity_id", "part", "object__number", "object__risk_class", "object__kind_id", "object__state"
        ):
            if key not in seen and entity in wanted:
                found.append(Borne(key, number, entity, risk_class, kinds[kind], tie == itself, state == active))
            seen.add(key)
    return found


def _chunks(keys: Iterable[int], size: int = CHUNK) -> Iterable[list[int]]:
    wanted = sorted(set(keys))
    return (wanted[start : start + size] for start in range(0, len(wanted), size))
