"""Housekeeping that belongs to no room."""

from datetime import timedelta

from django.core.management import call_command

from sunlot.desk import exporting
from sunlot.desk.jobs import periodic
from sunlot.desk.models import Job
from sunlot.norms import clock

JOBS_KEPT = timedelta(days=180)


@periodic("sessions.clear", every=timedelta(hours=6))
def clear_sessions() -> None:
    """Remove sessions that have ended."""
    call_command("clearsessions")


@periodic("exports.clear", every=timedelta(hours=1))
def clear_exports() -> None:
    """Delete the files of exported lists whose time is over."""
    exporting.clear()


@periodic("jobs.clear", every=timedelta(hours=24))
def clear_jobs() -> None:
    """Remove long jobs that ended long ago; what they did stands in the trail and in the things themselves."""
    Job.objects.filter(ended_at__lt=clock.now() - JOBS_KEPT).delete()
