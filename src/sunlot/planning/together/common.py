"""What two drawn plans both will visit, and on which days both may: what can be put on one day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sunlot.norms import clock
from sunlot.registry.models import InspectionObject
from sunlot.visits.models import Visit

from ..models import Plan


@dataclass(frozen=True)
class Common:
    """An object with a visit to come of each of the two plans, on the forms named; both may be made from `first` to `last`."""

    object: InspectionObject
    forms: tuple[str, ...]
    first: date
    last: date
    agreed_on: date | None
    together: str
    """What names the common visit that one of them already belongs to."""

    def allows(self, day: date) -> bool:
        return self.first <= day <= self.last


def common_objects(asking: Plan, asked: Plan) -> list[Common]:
    """The objects that both plans still have to visit and that have a day for both, by name. One query."""
    numbers = (asking.number, asked.number)
    visits = Visit.objects.filter(plan_number__in=numbers, state=Visit.State.PLANNED).order_by("object__name", "pk")
    by_object: dict[int, list[Visit]] = {}
    for visit in visits.select_related("object__kind", "object__region"):
        by_object.setdefault(visit.object_id, []).append(visit)
    both = (found for found in by_object.values() if {one.plan_number for one in found} == set(numbers))
    return [one for one in map(_common, both) if one.first <= one.last]


def _common(visits: Sequence[Visit]) -> Common:
    agreed = {visit.agreed_on for visit in visits}
    return Common(
        visits[0].object,
        tuple(dict.fromkeys(visit.form for visit in visits)),
        max([clock.today(), *(visit.planned_from for visit in visits if visit.planned_from)]),
        min(visit.planned_until for visit in visits),
        next((day for day in agreed if day is not None), None),
        next((visit.together for visit in visits if visit.together), ""),
    )


def span_of(found: Iterable[Common]) -> tuple[date, date] | None:
    """The first and the last day on which any of them can be visited by both."""
    listed = list(found)
    return (min(one.first for one in listed), max(one.last for one in listed)) if listed else None
