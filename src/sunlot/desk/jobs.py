"""Periodic work: each room registers it in its `jobs.py`, the worker runs what is due. Long work with progress: `work.py`.

Periodic work must be safe to run at any time, twice, and by two workers at once: the lease below only keeps that rare.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from sunlot.norms import clock

from .models import PeriodicJob

LEASE = timedelta(minutes=2)
_log = structlog.stdlib.get_logger("sunlot.jobs")


@dataclass(frozen=True)
class Periodic:
    """A function without arguments and how often it runs."""

    name: str
    every: timedelta
    run: Callable[[], object]


_JOBS: dict[str, Periodic] = {}


def periodic(name: str, every: timedelta) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function of a room's `jobs.py` as a periodic job."""

    def register(function: Callable[[], object]) -> Callable[[], object]:
        if name in _JOBS:
            raise ValueError(f"periodic job {name!r} is declared twice")
        _JOBS[name] = Periodic(name, every, function)
        return function

    return register


def run_due() -> list[str]:
    """Run every job that is due and that no other worker holds; returns the names of those that ran.

    A job that fails says so in its row and in the log, and is tried again at its next turn: one broken job must not
    stop the others.
    """
    return [job.name for job in _JOBS.values() if _take(job) and _run(job)]


def _take(job: Periodic) -> bool:
    """Hold the job if it is due and free. Only one of two workers gets it: the update tells who."""
    now = clock.now()
    PeriodicJob.objects.get_or_create(name=job.name, defaults={"due_at": now})
    free = Q(held_until__isnull=True) | Q(held_until__lt=now)
    return bool(PeriodicJob.objects.filter(free, name=job.name, due_at__lte=now).update(held_until=now + LEASE))


def _run(job: Periodic) -> bool:
    started = clock.now()
    failure = ""
    try:
        job.run()
    except Exception as error:  # noqa: BLE001 -- whatever broke one job, the others go on; it is logged and shown
        _log.exception("job failed", job=job.name)
        failure = f"{type(error).__name__}: {error}"
    _give_back(job, started, failure)
    return True


@transaction.atomic
def _give_back(job: Periodic, started: datetime, failure: str) -> None:
    row = PeriodicJob.objects.select_for_update().get(name=job.name)
    row.due_at, row.held_until, row.failure = started + job.every, None, failure
    if not failure:
        row.succeeded_at = clock.now()
    row.save()
