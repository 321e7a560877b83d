"""Writing visits. Rooms that plan and make visits call these inside their own transactions, in which their right to do so
was checked; each call is safe to repeat.
"""

from datetime import date

from django.db import transaction

from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Refused
from sunlot.registry.models import Entity, InspectionObject, Involvement
from sunlot.trail.actions import record
from sunlot.trail.events import Actor, EventKind

from . import events
from .models import Visit

# Whose visit it is where several entities are involved: the one that is visited, else who runs the place.
_PRECEDENCE = [
    Involvement.Part.ITSELF,
    Involvement.Part.OPERATOR,
    Involvement.Part.CONTRACTOR,
    Involvement.Part.BUILDER,
    Involvement.Part.SUPERVISION,
]


@transaction.atomic
def plan_visit(
    actor: Actor,
    entry: InspectionObject,
    organisation: Organisation,
    *,
    source: str,
    thing: str,
    planned_until: date,
    plan_number: str = "",
    entity: Entity | None = None,
) -> Visit:
    """Enter that `organisation` will visit an object by `planned_until`. `thing` is what it comes from (`form-part:17`),
    and the same thing planned twice is one visit.

    `entity` is whose yearly cap it counts against; without one it is the entity that the object is, else its operator,
    contractor, building unit or supervision unit.
    """
    visit, made = Visit.objects.get_or_create(
        thing=thing,
        defaults={
            "object": entry,
            "entity": entity or _counted_entity(entry),
            "organisation": organisation,
            "source": source,
            "plan_number": plan_number,
            "planned_until": planned_until,
        },
    )
    if made:
        words = f"列入检查：{organisation.name}，{Visit.Source(source).label}，{planned_until.isoformat()} 前"
        _record(actor, visit, events.VISIT_PLANNED, words)
    return visit


def _counted_entity(entry: InspectionObject) -> Entity | None:
    involved = {one.part: one.entity for one in entry.involvements.select_related("entity")}
    return next((involved[part] for part in _PRECEDENCE if part in involved), None)


@transaction.atomic
def visit_done(actor: Actor, thing: str, visited_on: date) -> Visit:
    """The visit took place. Once more on the same day changes nothing; a corrected day replaces the former.

    Raises Refused for a visit that was never planned or was cancelled.
    """
    visit = _locked(thing)
    if visit.state == Visit.State.CANCELLED:
        raise Refused("这次检查已取消，不能再登记为已检查。")
    if visit.state == Visit.State.DONE and visit.visited_on == visited_on:
        return visit
    visit.state, visit.visited_on = Visit.State.DONE, visited_on
    visit.save(update_fields=["state", "visited_on"])
    _record(actor, visit, events.VISIT_DONE, f"{visited_on.isoformat()} 由{visit.organisation.name}检查")
    return visit


@transaction.atomic
def visit_failed(actor: Actor, thing: str, on: date, reason: str) -> Visit:
    """The inspectors came, or tried to, and could not inspect. It counts against no cap."""
    visit = _locked(thing)
    if visit.state == Visit.State.FAILED and visit.visited_on == on:
        return visit
    if visit.state == Visit.State.DONE:
        raise Refused("这次检查已登记为完成，不能改为未能检查。")
    visit.state, visit.visited_on = Visit.State.FAILED, on
    visit.save(update_fields=["state", "visited_on"])
    _record(actor, visit, events.VISIT_FAILED, f"{on.isoformat()} {visit.organisation.name}未能检查：{reason}")
    return visit


@transaction.atomic
def cancel_visit(actor: Actor, thing: str, reason: str) -> Visit:
    """A planned visit will not take place: its form was replaced or withdrawn. One that took place stays."""
    visit = _locked(thing)
    if visit.state != Visit.State.PLANNED:
        return visit
    visit.state = Visit.State.CANCELLED
    visit.save(update_fields=["state"])
    _record(actor, visit, events.VISIT_CANCELLED, f"取消检查：{reason}")
    return visit


def _locked(thing: str) -> Visit:
    visit = Visit.objects.select_for_update().filter(thing=thing).first()
    if visit is None:
        raise Refused("这次检查没有列入过，不能登记结果。请先派发。")
    return visit


def _record(actor: Actor, visit: Visit, kind: EventKind, words: str) -> None:
    after = {
        "thing": visit.thing,
        "state": visit.state,
        "organisation": visit.organisation.code,
        "visited_on": visit.visited_on,
    }
    record(actor, kind, f"object:{visit.object_id}", words, after=after)
