"""The registry of inspectors as of a past day: from the history of each entry, its tests, leave and loans of that day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from .models import Assessment, Inspector, Leave, Loan
from .policy import BLIND
from .qualifying import IN_EFFECT


def end_of(day: date) -> datetime:
    """The last moment of a day, as histories are asked."""
    return datetime.combine(day + timedelta(days=1), time(), clock.SHANGHAI) - timedelta(microseconds=1)


def inspectors_then(viewer: Viewer, day: date) -> "QuerySet[Any]":
    """The entries as they stood at the end of `day`, of the units that the viewer sees today."""
    then = Inspector.history.as_of(end_of(day))
    if viewer.role in BLIND:
        return then.none()
    found = then.filter(organisation__path__startswith=viewer.base.path)
    return found.select_related("organisation")


@dataclass(frozen=True)
class Then:
    """An inspector on a past day, and why he could not be drawn then (empty: he could)."""

    inspector: Any
    not_drawn: str
    served: str


def as_they_were(entries: list[Any], day: date) -> list[Then]:
    """What counted for each of these entries on `day`. Three queries."""
    keys = [one.id for one in entries]
    tests = Assessment.objects.filter(inspector__in=keys, passed=True, tested_on__lte=day, recorded_at__lte=end_of(day))
    valid = {
        one.inspector_id
        for one in tests
        if (one.valid_until is None or one.valid_until >= day)
        and (one.voided_at is None or one.voided_at > end_of(day))
    }
    granted = Leave.objects.filter(inspector__in=keys, starts__lte=day, ends__gte=day, decided_at__lte=end_of(day))
    away = set(granted.filter(state=Leave.State.GRANTED).values_list("inspector_id", flat=True))
    loans = Loan.objects.filter(inspector__in=keys, state__in=IN_EFFECT, starts__lte=day, ends__gte=day)
    lent = dict(loans.values_list("inspector_id", "borrower__name"))
    return [
        Then(one, _why_not(one, day, tested=one.id in valid, away=one.id in away), lent.get(one.id, ""))
        for one in entries
    ]


def _why_not(entry: Any, day: date, *, tested: bool, away: bool) -> str:
    if entry.state != Inspector.State.ACTIVE:
        return str(entry.get_state_display())
    if entry.certificate_expires < day:
        return "执法证已过期"
    if not tested:
        return "没有有效考核"
    return "休假" if away else ""
