"""What later rooms show on the pages of a plan: they register it in their own `panels.py`, planning asks nobody."""

from collections.abc import Callable

from sunlot.organisations.viewer import Viewer
from sunlot.registry.panels import Panel

from .models import Plan

PanelOf = Callable[[Viewer, Plan, bool], Panel | None]

_PANELS: list[PanelOf] = []


def plan_panel(function: PanelOf) -> PanelOf:
    """Register a section for the page of a plan and, in brief where the third argument says so, for those on which it is
    signed and answered. The plan comes with its parts.
    """
    _PANELS.append(function)
    return function


def plan_panels(viewer: Viewer, plan: Plan, *, brief: bool = False) -> list[Panel]:
    """The sections of a plan that this viewer sees."""
    return [found for function in _PANELS if (found := function(viewer, plan, brief)) is not None]
