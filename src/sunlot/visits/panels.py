"""Visits on the registry's pages."""

from django.urls import reverse

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Entity, InspectionObject, Inspector
from sunlot.registry.panels import Panel, link_of_person, panel, visit_counter
from sunlot.registry.queries import entities_seen

from . import policy
from .bearers import entities_of
from .caps.queries import standing
from .models import Visit
from .queries import visits_of_entity, visits_of_object, visits_this_year

SHOWN = 50

visit_counter(visits_this_year)


@link_of_person
def calendar_of(viewer: Viewer, person: Inspector) -> tuple[str, str] | None:
    """The calendar of an inspector, for who may look at it."""
    if not policy.sees_inspector(viewer, person):
        return None
    return "检查日历", reverse("visits:calendar-inspector", args=[person.pk])


def _entity_of(entry: InspectionObject | Entity) -> Entity | None:
    """The entity itself, or the one for which an object's visits count."""
    if isinstance(entry, Entity):
        return entry
    return Entity.objects.filter(pk__in=entities_of([entry.pk]).values()).first()


@panel
def visits(viewer: Viewer, entry: InspectionObject | Entity) -> Panel:
    """When it was or will be visited, by whom, and how often this year."""
    is_object = isinstance(entry, InspectionObject)
    found = visits_of_object(viewer, entry) if isinstance(entry, InspectionObject) else visits_of_entity(viewer, entry)
    shown = list(found.exclude(state=Visit.State.CANCELLED)[:SHOWN])
    entity = _entity_of(entry)
    # An object may lie where its entity is not seen: then there is no calendar to lead to.
    leads = entity is not None and (not is_object or entities_seen(viewer).filter(pk=entity.pk).exists())
    return Panel(
        "visits",
        "检查",
        "双随机、日常、专项和投诉举报检查",
        "visits/_visits.html",
        {
            "visits": shown,
            "of_object": is_object,
            "standing": standing(entity, clock.today()) if entity is not None else None,
            "calendar_of": entity if leads else None,
        },
    )
