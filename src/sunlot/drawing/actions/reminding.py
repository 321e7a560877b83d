"""Reminders before the deadline for reveals: an attempt must not fail because somebody forgot."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from sunlot.desk import reminders
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM
from sunlot.trail.actions import record

from .. import events
from ..models import Attempt
from .locking import locked, thing

BEFORE = (timedelta(hours=24), timedelta(minutes=30), timedelta(minutes=10))
"""How long before `reveal_by` those are reminded whose number, or whose dice, are still missing."""


@transaction.atomic
def remind_due(attempt: Attempt) -> int:
    """Remind whoever an attempt waits for, once for each of `BEFORE`; returns how many people were. Twice is once."""
    found = locked(attempt)
    now = clock.now()
    left = found.reveal_by - now
    due = [before for before in BEFORE if left <= before]
    if not due or left <= timedelta() or found.sealed_at is None:
        return 0
    if min(due) > found.reveal_by - found.sealed_at:
        return 0  # sealed later than that: everybody has just been at the page
    if found.state == Attempt.State.REVEALING:
        users = [one.committed_by_id for one in found.contributors.all() if one.nonce is None and one.committed_by_id]
        act = "公开密数"
    elif found.state == Attempt.State.SEALED:
        users = [one.committed_by_id for one in found.contributors.all() if one.committed_by_id]
        act = "两人分别录入掷骰结果，再公开密数"
    else:
        return 0
    key = f"{key_of(found)}{found.state}:{int(min(due).total_seconds())}"
    words = f"抽取 {found.draw.number} 等您{act}，{_until(found.reveal_by)}截止。逾期抽取中止，并写明是谁。"
    address = reverse("drawing:ceremony", args=[found.draw.number])
    sent = reminders.remind(users, key, words, address, found.reveal_by)
    if sent:
        record(SYSTEM, events.REMINDED, thing(found), f"提醒 {len(sent)} 人{act}", after={"users": sent})
    return len(sent)


def key_of(attempt: Attempt) -> str:
    """The beginning of the keys of an attempt's reminders."""
    return f"drawing:{attempt.pk}:"


def _until(moment: datetime) -> str:
    local = moment.astimezone(clock.SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M} "
