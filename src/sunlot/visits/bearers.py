"""Whose yearly cap a visit to an object counts against: the entity that it is, else the one that operates it.

A building site without an operator counts against nobody's: its companies are asked through their involvements.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sunlot.registry.models import InspectionObject, Involvement

PARTS = (Involvement.Part.ITSELF, Involvement.Part.OPERATOR)
CHUNK = 5000


@dataclass(frozen=True)
class Borne:
    """An object that counts for an entity, with what the cap goes by."""

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
    """The objects that count for these entities. Two queries for each chunk."""
    found = []
    for part in _chunks(entity_ids):
        wanted = set(part)
        keys = Involvement.objects.filter(entity__in=part, part__in=PARTS).values_list("object_id", flat=True)
        rows = InspectionObject.objects.filter(pk__in=keys, merged_into__isnull=True).order_by()
        facts = {
            key: (number, risk_class, kind, state == InspectionObject.State.ACTIVE)
            for key, number, risk_class, kind, state in rows.values_list(
                "pk", "number", "risk_class", "kind__code", "state"
            )
        }
        ties = Involvement.objects.filter(object__in=list(facts), part__in=PARTS).order_by("part", "pk")
        seen: set[int] = set()
        for key, entity, tie in ties.values_list("object_id", "entity_id", "part"):
            if key not in seen and entity in wanted:
                number, risk_class, kind, is_active = facts[key]
                found.append(Borne(key, number, entity, risk_class, kind, tie == Involvement.Part.ITSELF, is_active))
            seen.add(key)
    return found


def _chunks(keys: Iterable[int]) -> Iterable[list[int]]:
    wanted = sorted(set(keys))
    return (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))
