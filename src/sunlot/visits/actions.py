"""Writing the one table of visits. Called by the rooms inside their own actions, whose events tell the story."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sunlot.organisations.models import Organisation
from sunlot.registry.models import InspectionObject, Involvement

from .models import Visit


@dataclass(frozen=True)
class Planned:
    """One department's visit to come. `thing` says where it comes from (`form-part:17`), once each; `until` is its last day."""

    object: InspectionObject
    organisation: Organisation
    source: Visit.Source
    thing: str
    until: date
    plan_number: str = ""


def plan_visits(planned: Iterable[Planned]) -> int:
    """Enter visits to come, in a fixed number of queries; one whose `thing` is entered already stays as it is.

    The entity is the object itself where it is one: caps and records of a building site's companies are asked through
    their involvements. Returns how many were given.
    """
    wanted = list(planned)
    entities = dict(
        Involvement.objects.filter(
            object__in={one.object.pk for one in wanted}, part=Involvement.Part.ITSELF
        ).values_list("object_id", "entity_id")
    )
    Visit.objects.bulk_create(
        [
            Visit(
                object=one.object,
                entity_id=entities.get(one.object.pk),
                organisation=one.organisation,
                source=one.source,
                thing=one.thing,
                plan_number=one.plan_number,
                planned_until=one.until,
            )
            for one in wanted
        ],
        ignore_conflicts=True,
    )
    return len(wanted)


def plan_visit(planned: Planned) -> Visit:
    """Enter one visit to come; the same `thing` twice is one visit."""
    plan_visits([planned])
    return Visit.objects.get(thing=planned.thing)


def mark_done(thing: str, visited_on: date) -> None:
    """Note that the visit of `thing` took place on this day; a record corrected later moves the day."""
    Visit.objects.filter(thing=thing).exclude(state=Visit.State.CANCELLED).update(
        state=Visit.State.DONE, visited_on=visited_on
    )
