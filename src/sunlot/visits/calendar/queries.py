"""Reading a calendar: the visits of an entity, of a unit or of an inspector in a month, in a fixed number of queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Coalesce

from sunlot.desk import things
from sunlot.norms import clock, working_days
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Entity, Inspector

from .. import policy
from ..models import Visit
from ..visitors import inspectors_of, made_by
from .month import AGREED, DUE, FAILED, MADE, Entry, Month, last_of, month_of

State = Visit.State


def of_unit(viewer: Viewer, unit: Organisation) -> "QuerySet[Visit]":
    """The visits that the unit or one below it makes, and those that its inspectors make for the body above it."""
    inside = Q(organisation__path__startswith=unit.path)
    people = Inspector.objects.filter(organisation__path__startswith=unit.path)
    return Visit.objects.filter(inside | made_by(people)) if policy.sees_unit(viewer, unit) else Visit.objects.none()


def of_inspector(viewer: Viewer, inspector: Inspector) -> "QuerySet[Visit]":
    """The visits that the inspector makes."""
    if not policy.sees_inspector(viewer, inspector):
        return Visit.objects.none()
    return Visit.objects.filter(made_by(Inspector.objects.filter(pk=inspector.pk)))


def of_entity(entity: Entity) -> "QuerySet[Visit]":
    """The visits that count as the entity's, those of what was merged into it among them; whether the entity may be seen is
    the caller's question.
    """
    return Visit.objects.filter(Q(entity=entity) | Q(entity__merged_into=entity))


def units_seen(viewer: Viewer) -> "QuerySet[Organisation]":
    """The units whose calendar the viewer may look at (`policy.sees_unit`)."""
    units = Organisation.objects.select_related("parent")
    return units.filter(path__startswith=viewer.base.path) if policy.sees_unit(viewer, viewer.base) else units.none()


def inspectors_seen(viewer: Viewer) -> "QuerySet[Inspector]":
    """The inspectors whose calendar the viewer may look at (`policy.sees_inspector`)."""
    mine = Q(user=viewer.user_id) | Q(organisation__in=units_seen(viewer).order_by().values("pk"))
    return Inspector.objects.filter(mine).select_related("organisation")


def own_inspectors(viewer: Viewer) -> "QuerySet[Inspector]":
    """Whom of the registry this person is."""
    return Inspector.objects.filter(user=viewer.user_id).select_related("organisation").order_by("pk")


def standing_in(first: date, last: date) -> Q:
    """The visits that have their day between the two: made or tried, agreed on, or due on it."""
    was = Q(state__in=[State.DONE, State.FAILED], visited_on__range=(first, last))
    will = Q(state=State.PLANNED, agreed_on__range=(first, last))
    return was | will | Q(state=State.PLANNED, agreed_on__isnull=True, planned_until__range=(first, last))


def open_in(first: date, last: date) -> Q:
    """The visits without an agreed day that may be made between the two."""
    begun = Q(planned_from__isnull=True) | Q(planned_from__lte=last)
    return Q(state=State.PLANNED, agreed_on__isnull=True, planned_until__gte=first) & begun


def month(viewer: Viewer, visits: "QuerySet[Visit]", first: date) -> Month:
    """A month of these visits, with the pages of their forms and the inspectors as far as the viewer sees them."""
    last = last_of(first)
    found = entries_of(visits.filter(standing_in(first, last) | open_in(first, last)))
    inside = _shown(viewer, (entry for entry in found if first <= entry.day <= last))
    open_ones = [entry for entry in found if entry.standing == DUE]
    return month_of(first, inside, open_ones, clock.today(), working_days.is_working_day)


def entries_of(visits: "QuerySet[Visit]") -> list[Entry]:
    """The visits as entries, departments that come together as one; by day and name. One query."""
    groups: dict[tuple[str, int, date, str], list[Visit]] = {}
    for visit in visits.select_related("organisation", "object__region").order_by("pk"):
        day, standing = _place(visit)
        groups.setdefault((visit.occasion, visit.object_id, day, standing), []).append(visit)
    entries = [_entry(day, standing, found) for (_, _, day, standing), found in groups.items()]
    return sorted(entries, key=lambda entry: (entry.day, entry.name, entry.object))


def _place(visit: Visit) -> tuple[date, str]:
    if visit.state == State.DONE and visit.visited_on is not None:
        return visit.visited_on, MADE
    if visit.state == State.FAILED and visit.visited_on is not None:
        return visit.visited_on, FAILED
    return (visit.agreed_on, AGREED) if visit.agreed_on is not None else (visit.planned_until, DUE)


def _entry(day: date, standing: str, visits: Collection[Visit]) -> Entry:
    first = next(iter(visits))
    since = [visit.planned_from for visit in visits if visit.planned_from is not None]
    return Entry(
        occasion=first.occasion,
        object=first.object_id,
        name=first.object.name,
        number=first.object.number,
        day=day,
        standing=standing,
        units=tuple(dict.fromkeys(visit.organisation.name for visit in visits)),
        sources=tuple(dict.fromkeys(str(visit.get_source_display()) for visit in visits)),
        plans=tuple(dict.fromkeys(visit.plan_number for visit in visits if visit.plan_number)),
        since=max(since) if since else None,
        things=tuple(visit.thing for visit in visits),
        address=first.object.address,
        region=first.object.region.name,
        is_demo=first.object.is_demo,
    )


def _shown(viewer: Viewer, entries: Iterable[Entry]) -> list[Entry]:
    """The entries with the pages of their forms, and with the inspectors of the units that the viewer sees."""
    listed = list(entries)
    keys = [thing for entry in listed for thing in entry.things]
    pages = things.named(viewer, keys)
    names = _people(viewer, inspectors_of(keys))
    return [
        replace(
            entry,
            url=next((pages[thing].url for thing in entry.things if thing in pages), ""),
            people=tuple(dict.fromkeys(name for thing in entry.things for name in names.get(thing, ()))),
        )
        for entry in listed
    ]


def _people(viewer: Viewer, found: dict[str, set[int]]) -> dict[str, list[str]]:
    keys = {key for people in found.values() for key in people}
    seen = Inspector.objects.filter(pk__in=keys).select_related("organisation").order_by("organisation__path", "number")
    names = {one.pk: one.name for one in seen if policy.sees_inspector(viewer, one)}
    return {thing: [name for key, name in names.items() if key in people] for thing, people in found.items()}


@dataclass(frozen=True)
class Share:
    """How many visits of a month fall to a unit or to an inspector."""

    who: Organisation | Inspector
    visits: int
    to_come: int


def shares(viewer: Viewer, unit: Organisation, found: Month) -> tuple[list[Share], list[Share]]:
    """The month's visits by the units below and by the unit's inspectors, the most first. Three queries."""
    keys = {thing: entry for entry in found.entries for thing in entry.things}
    by_thing = dict(Visit.objects.filter(thing__in=list(keys)).values_list("thing", "organisation_id"))
    people = inspectors_of(list(keys))
    inside = Organisation.objects.filter(path__startswith=unit.path).exclude(pk=unit.pk).select_related("parent")
    units = [(one, {thing for thing, key in by_thing.items() if key == one.pk}) for one in inside]
    own = Inspector.objects.filter(organisation__path__startswith=unit.path).select_related("organisation")
    persons = [(one, {thing for thing, found in people.items() if one.pk in found}) for one in own]
    return _shares(units, keys), _shares(persons, keys)


def _shares(found: "Iterable[tuple[Organisation | Inspector, set[str]]]", entries: dict[str, Entry]) -> list[Share]:
    listed = []
    for who, made in found:
        theirs = {(entries[thing].occasion, entries[thing].object): entries[thing] for thing in made}
        if theirs:
            listed.append(Share(who, len(theirs), sum(entry.is_to_come for entry in theirs.values())))
    return sorted(listed, key=lambda one: (-one.visits, str(one.who)))


def next_day(visits: "QuerySet[Visit]", after: date) -> date | None:
    """The first day after `after` on which a visit to come stands."""
    planned = visits.filter(state=State.PLANNED).annotate(day=Coalesce("agreed_on", "planned_until"))
    found: date | None = planned.filter(day__gt=after).aggregate(soonest=Min("day"))["soonest"]
    return found
