"""What counted for inspectors at a past moment: their tests, leave and loans of that day."""

from dataclasses import dataclass
from typing import Any

from .models import Assessment, Inspector, Leave, Loan
from .past import Moment
from .qualifying import IN_EFFECT


@dataclass(frozen=True)
class Then:
    """An inspector at a past moment, why he could not be drawn then (empty: he could), and to whom he was lent."""

    inspector: Any
    not_drawn: str
    served: str


def as_they_were(entries: list[Any], moment: Moment) -> list[Then]:
    """What counted for each of these entries then. Three queries."""
    keys, day = [one.id for one in entries], moment.day
    tests = Assessment.objects.filter(inspector__in=keys, passed=True, tested_on__lte=day, recorded_at__lt=moment.end)
    valid = {
        one.inspector_id
        for one in tests
        if (one.valid_until is None or one.valid_until >= day)
        and (one.voided_at is None or one.voided_at >= moment.end)
    }
    granted = Leave.objects.filter(inspector__in=keys, starts__lte=day, ends__gte=day, decided_at__lt=moment.end)
    away = set(granted.filter(state=Leave.State.GRANTED).values_list("inspector_id", flat=True))
    loans = Loan.objects.filter(inspector__in=keys, state__in=IN_EFFECT, starts__lte=day, ends__gte=day)
    lent = dict(loans.values_list("inspector_id", "borrower__name"))
    return [
        Then(one, _why_not(one, moment, tested=one.id in valid, away=one.id in away), lent.get(one.id, ""))
        for one in entries
    ]


def _why_not(entry: Any, moment: Moment, *, tested: bool, away: bool) -> str:
    if entry.state != Inspector.State.ACTIVE:
        return str(entry.get_state_display())
    if entry.certificate_expires < moment.day:
        return "执法证已过期"
    if not tested:
        return "没有有效考核"
    return "休假" if away else ""
