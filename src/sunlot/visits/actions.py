"""Writing the one table of visits. Called by the rooms inside their own actions, whose events tell the story.

Every call is safe to repeat: the same `thing` is one visit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Refused
from sunlot.registry.models import Entity, InspectionObject, Involvement

from .models import Visit

State = Visit.State
BATCH = 2000


@dataclass(frozen=True)
class Planned:
    """One department's visit to come. `thing` says where it comes from (`form-part:17`), once each; `until` is its last day.

    `entity` is whose yearly cap it counts against; without one, the entity that the object itself is.
    """

    object: InspectionObject
    organisation: Organisation
    source: Visit.Source
    thing: str
    until: date
    plan_number: str = ""
    entity: Entity | None = None


def plan_visits(planned: Iterable[Planned]) -> int:
    """Enter visits to come, in a fixed number of queries; one whose `thing` is entered already stays as it is.

    Where the object is no entity itself (a building site), nobody's cap is touched unless `entity` says whose: its
    companies are asked through their involvements. Returns how many were given.
    """
    wanted = list(planned)
    nameless = {one.object.pk for one in wanted if one.entity is None}
    itself = Involvement.objects.filter(object__in=nameless, part=Involvement.Part.ITSELF)
    entities = dict(itself.values_list("object_id", "entity_id"))
    Visit.objects.bulk_create(
        [
            Visit(
                object=one.object,
                entity_id=one.entity.pk if one.entity else entities.get(one.object.pk),
                organisation=one.organisation,
                source=one.source,
                thing=one.thing,
                plan_number=one.plan_number,
                planned_until=one.until,
            )
            for one in wanted
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    return len(wanted)


def plan_visit(planned: Planned) -> Visit:
    """Enter one visit to come; the same `thing` twice is one visit."""
    plan_visits([planned])
    return Visit.objects.get(thing=planned.thing)


@transaction.atomic
def mark_done(thing: str, visited_on: date) -> Visit:
    """The visit took place on this day; a record corrected later moves the day.

    Raises Refused for one that was never entered, or was cancelled.
    """
    visit = _locked(thing)
    if visit.state == State.CANCELLED:
        raise Refused("这次检查已取消，不能再登记为已检查。")
    return _set(visit, State.DONE, visited_on)


@transaction.atomic
def mark_failed(thing: str, on: date) -> Visit:
    """The inspectors came on this day and could not inspect: it counts against no cap.

    Raises Refused for one that was never entered, was cancelled or took place.
    """
    visit = _locked(thing)
    if visit.state in (State.CANCELLED, State.DONE):
        raise Refused(f"这次检查{visit.get_state_display()}，不能登记为未能检查。")
    return _set(visit, State.FAILED, on)


@transaction.atomic
def cancel(thing: str) -> Visit:
    """A visit to come will not take place: its form was replaced or withdrawn. One that took place stays as it is."""
    visit = _locked(thing)
    return _set(visit, State.CANCELLED, None) if visit.state == State.PLANNED else visit


@transaction.atomic
def hand_to(thing: str, organisation: Organisation) -> Visit:
    """Another organisation makes a visit to come, because its people came into the team."""
    visit = _locked(thing)
    if visit.state == State.PLANNED:
        visit.organisation = organisation
        visit.save(update_fields=["organisation"])
    return visit


def _locked(thing: str) -> Visit:
    visit = Visit.objects.select_for_update().filter(thing=thing).first()
    if visit is None:
        raise Refused("这次检查没有列入过，不能登记结果。请先派发。")
    return visit


def _set(visit: Visit, state: Visit.State, day: date | None) -> Visit:
    visit.state, visit.visited_on = state, day
    visit.save(update_fields=["state", "visited_on"])
    return visit
