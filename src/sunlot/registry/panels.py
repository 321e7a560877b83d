"""What later rooms show on the registry's pages: they register it in their own `panels.py`, the registry asks nobody."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sunlot.organisations.viewer import Viewer

from .models import Entity, InspectionObject, Inspector


@dataclass(frozen=True)
class Panel:
    """A section of an object's or entity's page: its heading, a line beside it, and the template that shows `context`."""

    key: str
    title: str
    hint: str
    template: str
    context: Mapping[str, Any]


PanelOf = Callable[[Viewer, InspectionObject | Entity], Panel | None]
CountVisits = Callable[[Iterable[int]], Mapping[int, int]]

LinkOf = Callable[[Viewer, Inspector], tuple[str, str] | None]

_PANELS: list[PanelOf] = []
_LINKS: list[LinkOf] = []
_COUNTERS: list[CountVisits] = []


def panel(function: PanelOf) -> PanelOf:
    """Register a section for the pages of objects and entities."""
    _PANELS.append(function)
    return function


def link_of_person(function: LinkOf) -> LinkOf:
    """Register a link (words and address) on the page of an inspector, for the viewers who may follow it."""
    _LINKS.append(function)
    return function


def links_of(viewer: Viewer, person: Inspector) -> list[tuple[str, str]]:
    """The links that later rooms have for an inspector's page."""
    return [found for offer in _LINKS if (found := offer(viewer, person)) is not None]


def visit_counter(function: CountVisits) -> CountVisits:
    """Register what counts this year's visits of objects, in one query for many."""
    _COUNTERS.append(function)
    return function


def panels_of(viewer: Viewer, entry: InspectionObject | Entity) -> list[Panel]:
    """The sections that later rooms have for this page."""
    return [found for offer in _PANELS if (found := offer(viewer, entry)) is not None]


def visits_this_year(object_ids: Iterable[int]) -> dict[int, int]:
    """Object id → visits of this year, those of the objects merged into it among them."""
    wanted = list(object_ids)
    merged = InspectionObject.objects.filter(merged_into__in=wanted).values_list("pk", "merged_into_id")
    into = {key: key for key in wanted} | {key: kept for key, kept in merged if key not in wanted}
    counts = dict.fromkeys(wanted, 0)
    for count in _COUNTERS:
        for key, visits in count(list(into)).items():
            counts[into[key]] += visits
    return counts
