"""Periodic work of the inspecting room; safe to run at any time, twice, and by two workers at once."""

from datetime import timedelta

from sunlot.desk.jobs import periodic
from sunlot.norms import clock

from .actions.evidence import forget_stale
from .ratings.actions import forget_spent

KEPT = timedelta(days=14)
"""How long a file that stopped half-way is kept: a phone may lie in a drawer over a holiday."""


@periodic("inspecting.uploads", timedelta(hours=6))
def forget_uploads() -> int:
    """Forget files that nobody went on with; returns how many."""
    return forget_stale(KEPT)


@periodic("inspecting.ratings", timedelta(days=1))
def forget_rated() -> int:
    """Forget which visits were rated more than a year ago; returns how many."""
    return forget_spent(clock.today())
