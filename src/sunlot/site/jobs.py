"""Housekeeping that belongs to no room."""

from datetime import timedelta

from django.core.management import call_command

from sunlot.desk.jobs import periodic


@periodic("sessions.clear", every=timedelta(hours=6))
def clear_sessions() -> None:
    """Remove sessions that have ended."""
    call_command("clearsessions")
