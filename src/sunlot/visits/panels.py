"""Visits on the registry's pages."""

from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Entity, InspectionObject
from sunlot.registry.panels import Panel, panel, visit_counter

from .models import Visit
from .queries import visits_of_entity, visits_of_object, visits_this_year

SHOWN = 50

visit_counter(visits_this_year)


@panel
def visits(viewer: Viewer, entry: InspectionObject | Entity) -> Panel:
    """When it was or will be visited, by whom, and how often this year."""
    is_object = isinstance(entry, InspectionObject)
    found = visits_of_object(viewer, entry) if isinstance(entry, InspectionObject) else visits_of_entity(viewer, entry)
    shown = list(found.exclude(state=Visit.State.CANCELLED)[:SHOWN])
    return Panel(
        "visits",
        "检查",
        "双随机、日常、专项和投诉举报检查",
        "visits/_visits.html",
        {"visits": shown, "of_object": is_object},
    )
