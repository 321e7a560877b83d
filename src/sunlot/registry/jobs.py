"""Periodic work of the registries, and their long jobs, which are declared by being imported."""

from datetime import timedelta

from sunlot.desk.jobs import periodic

from . import actions
from .imports import background as imports
from .reconciling import background as reconciling

__all__ = ["imports", "reconciling"]


@periodic("registry.lapse_marks", every=timedelta(hours=1))
def lapse_marks() -> None:
    """Let credit marks whose last day is over stop counting."""
    actions.lapse_marks()


@periodic("registry.find_duplicates", every=timedelta(minutes=5))
def find_duplicates() -> None:
    """Look for objects that may be one among those that are new or changed."""
    actions.find_duplicates()
