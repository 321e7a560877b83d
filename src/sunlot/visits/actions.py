"""Writing the one table of visits. Called by the rooms inside their own actions, whose events tell the story.

Every call is safe to repeat: the same `thing` is one visit.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Refused
from sunlot.registry.models import Entity, InspectionObject

from .bearers import entities_of
from .models import Visit

State = Visit.State
BATCH = 2000


@dataclass(frozen=True)
class Planned:
    """One department's visit to come. `thing` says where it comes from (`form-part:17`), once each; it may take place
    from `since` to `until`.

    `entity` is whose yearly cap it counts against; without one, the entity that the object is or that operates it.
    `form` is the form on which several departments visit together (`form:9`).
    """

    object: InspectionObject
    organisation: Organisation
    source: Visit.Source
    thing: str
    until: date
    plan_number: str = ""
    entity: Entity | None = None
    since: date | None = None
    form: str = ""


def plan_visits(planned: Iterable[Planned]) -> int:
    """Enter visits to come, in a fixed number of queries; one whose `thing` is entered already stays as it is.

    Where no entity is the object or operates it (a building site), nobody's cap is touched unless `entity` says whose.
    Returns how many were given.
    """
    wanted = list(planned)
    entities = entities_of(one.object.pk for one in wanted if one.entity is None)
    Visit.objects.bulk_create(
        [
            Visit(
                object=one.object,
                entity_id=one.entity.pk if one.entity else entities.get(one.object.pk),
                organisation=one.organisation,
                source=one.source,
                thing=one.thing,
                form=one.form or one.thing,
                occasion=one.form or one.thing,
                plan_number=one.plan_number,
                planned_from=one.since,
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
    """The visit took place on this day; a record corrected later moves the day. On another day than the one agreed with
    others it was a visit of its own.

    Raises Refused for one that was never entered, or was cancelled.
    """
    visit = _locked(thing)
    if visit.state == State.CANCELLED:
        raise Refused("这次检查已取消，不能再登记为已检查。")
    kept = visit.together and visited_on == visit.agreed_on
    visit.occasion = visit.together if kept else visit.form
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
def hand_to(thing: str, organisation: Organisation, new_thing: str = "") -> Visit:
    """Another organisation makes a visit to come: its people came into the team, or the part was handed on to it and is
    now `new_thing`. What was agreed for the visit stays.
    """
    visit = _locked(thing)
    if visit.state == State.PLANNED:
        visit.organisation, visit.thing = organisation, new_thing or visit.thing
        visit.save(update_fields=["organisation", "thing"])
    return visit


@transaction.atomic
def extend(thing: str, until: date) -> Visit:
    """A visit to come may be made until a later day: its time was extended."""
    visit = _locked(thing)
    if visit.state == State.PLANNED:
        visit.planned_until = until
        visit.save(update_fields=["planned_until"])
    return visit


@transaction.atomic
def put_on_one_day(occasions: Mapping[str, str], day: date) -> list[str]:
    """The visits to come of these forms are to be made on `day`, as one visit to the enterprise for each name: form
    (`form:9`) → what names the common visit. Said again for another day, that day counts.

    What was visited or called off meanwhile is left alone, and so is a form that remains without another. One that was to
    be visited on this very day with others joins them. Returns the names under which forms come together.
    Raises Refused for a day outside of the time of one of them, and for another day than one agreed with others.
    """
    locked = list(
        Visit.objects.select_for_update(of=("self",))
        .filter(form__in=list(occasions), state=State.PLANNED)
        .select_related("object")
        .order_by("pk")
    )
    groups: dict[str, list[Visit]] = {}
    for visit in locked:
        groups.setdefault(occasions[visit.form], []).append(visit)
    groups = {name: found for name, found in groups.items() if len({visit.form for visit in found}) > 1}
    moved = [visit for found in groups.values() for visit in found]
    elsewhere = _agreed_elsewhere(moved)
    names = []
    for name, found in groups.items():
        for visit in found:
            _require_possible(visit, day, elsewhere)
        kept = next((visit.together for visit in found if visit.together in elsewhere), name)
        names.append(kept)
        for visit in found:
            visit.agreed_on, visit.together, visit.occasion = day, kept, kept
    Visit.objects.bulk_update(moved, ["agreed_on", "together", "occasion"], batch_size=BATCH)
    return names


def _agreed_elsewhere(moved: Collection[Visit]) -> dict[str, date]:
    """The common visits in which other visits to come take part too: what names each → its day."""
    names = {visit.together for visit in moved if visit.together}
    others = Visit.objects.filter(together__in=names, state=State.PLANNED, agreed_on__isnull=False)
    rows = others.exclude(pk__in=[visit.pk for visit in moved]).values_list("together", "agreed_on")
    return {name: day for name, day in rows if day is not None}


def _require_possible(visit: Visit, day: date, elsewhere: Mapping[str, date]) -> None:
    first, last = visit.planned_from, visit.planned_until
    if day > last or (first is not None and day < first):
        span = f"{first.isoformat()} 至 {last.isoformat()}" if first else f"{last.isoformat()} 前"
        raise Refused(f"“{visit.object.name}”的检查时间是 {span}，不能约定在 {day.isoformat()}。")
    agreed = elsewhere.get(visit.together)
    if agreed is not None and agreed != day:
        raise Refused(
            f"“{visit.object.name}”已与其他检查约定在 {agreed.isoformat()} 一同检查。改约那一天，或先与对方协商。"
        )


def _locked(thing: str) -> Visit:
    visit = Visit.objects.select_for_update().filter(thing=thing).first()
    if visit is None:
        raise Refused("这次检查没有列入过，不能登记结果。请先派发。")
    return visit


def _set(visit: Visit, state: Visit.State, day: date | None) -> Visit:
    visit.state, visit.visited_on = state, day
    visit.save(update_fields=["state", "visited_on", "occasion"])
    return visit
