"""Reminders on every page of the desk: sent once by a room's job, shown until seen or over."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from sunlot.norms import clock

from .models import Reminder


def remind(users: Iterable[int], key: str, words: str, address: str, until: datetime) -> list[int]:
    """Remind these users of `words`, with a link to `address`, until `until`. Returns those who were not before."""
    wanted = set(users)
    known = set(Reminder.objects.filter(recipient__in=wanted, key=key).values_list("recipient_id", flat=True))
    fresh = sorted(wanted - known)
    now = clock.now()
    Reminder.objects.bulk_create(
        [
            Reminder(recipient_id=user, key=key, words=words, address=address, sent_at=now, until=until)
            for user in fresh
        ],
        ignore_conflicts=True,  # another worker sends the same
    )
    return fresh


def settle(key_beginning: str, user_id: int | None = None) -> None:
    """What was to be done is done: nobody, or not this person, is reminded of these occasions any more."""
    open_ones = Reminder.objects.filter(key__startswith=key_beginning, seen_at__isnull=True)
    if user_id is not None:
        open_ones = open_ones.filter(recipient_id=user_id)
    if open_ones.exists():  # mostly there is none, and looking takes no lock
        open_ones.update(seen_at=clock.now())


def open_for(user_id: int) -> "QuerySet[Reminder]":
    """What this person is reminded of now, newest first."""
    return Reminder.objects.filter(recipient_id=user_id, seen_at__isnull=True, until__gt=clock.now())


def mark_seen(user_id: int, pk: int) -> None:
    """This person has seen the reminder. Twice is once; another's is left alone."""
    Reminder.objects.filter(pk=pk, recipient_id=user_id, seen_at__isnull=True).update(seen_at=clock.now())
