"""Background work of the draw; each may run at any time, twice, and by two workers at once. Long jobs are declared by being
imported.
"""

from datetime import timedelta

import structlog
from django.db.models import Q

from sunlot.desk.jobs import periodic
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused

from .actions import settle
from .actions.ending import FINISHED, OPEN
from .actions.reminding import BEFORE, remind_due
from .models import Attempt
from .simulating import background as simulating

__all__ = ["abort_due", "remind", "simulating"]

_log = structlog.stdlib.get_logger("sunlot.drawing")


@periodic("drawing.remind", timedelta(seconds=30))
def remind() -> int:
    """Remind those whose dice or numbers are missing as the deadline comes near; returns how many people were."""
    soon = clock.now() + max(BEFORE)
    waiting = Attempt.objects.filter(
        state__in=(Attempt.State.SEALED, Attempt.State.REVEALING), reveal_by__gt=clock.now(), reveal_by__lte=soon
    )
    return sum(remind_due(attempt) for attempt in waiting.order_by("pk"))


@periodic("drawing.settle", timedelta(seconds=5))
def abort_due() -> int:
    """Complete every draw whose last value is in, abort every one whose deadline passed, release what is due.

    Returns at how many attempts it looked. One that can't be completed is logged and does not stop the others.
    """
    due = Attempt.objects.filter(
        Q(state__in=OPEN) | Q(state__in=FINISHED, release_at__lte=clock.now(), released_at__isnull=True)
    )
    looked = 0
    for attempt in due.order_by("pk"):
        looked += 1
        try:
            settle(attempt)
        except Refused:
            _log.exception("a draw could not be completed", attempt=str(attempt.pk))
    return looked
