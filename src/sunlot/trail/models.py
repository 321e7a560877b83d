"""Events, their details and the files that are evidence. Nothing here is ever updated (see guards.py)."""

import json
from typing import Any

from django.db import models
from django.utils.functional import cached_property


class Event(models.Model):
    """One leaf of the transparency log: what the public may see of an act (docs/spec/transparency-log.md).

    `entry` is canonical JSON; `leaf_hash` is SHA-256(0x00 ‖ entry), 32 bytes (RFC 9162, section 2.1.1).
    An id is no order of commitment: the log gives its own indexes when it seals.
    """

    entry = models.TextField()
    leaf_hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"event {self.pk}"


class EventDetail(models.Model):
    """The whole event and its salt: `digest` in the entry is SHA-256(salt ‖ whole). Stays inside.

    `thing` names what the event is about (`plan:17`), so that every page can show its own story.
    """

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    at = models.DateTimeField()
    type = models.CharField(max_length=64)
    thing = models.CharField(max_length=80)
    organisation = models.CharField(max_length=64, blank=True)
    username = models.CharField(max_length=150, blank=True)
    whole = models.TextField()
    salt = models.BinaryField(max_length=16)

    class Meta:
        indexes = [
            models.Index(fields=["thing", "event"], name="detail_thing"),  # history of one thing
            models.Index(fields=["type", "at"], name="detail_type_at"),  # the auditor's search, here and below
            models.Index(fields=["organisation", "event"], name="detail_organisation"),
            models.Index(fields=["username", "event"], name="detail_username"),
            models.Index(fields=["at"], name="detail_at"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.thing}"

    @cached_property
    def contents(self) -> dict[str, Any]:
        """The members of the whole event, as trail.actions.record wrote them."""
        members: dict[str, Any] = json.loads(self.whole)
        return members


class Erasure(models.Model):
    """That an event's detail and salt were erased (个人信息保护法 第四十七条), and the event that says so.

    The database lets a detail go only where this row stands already, so nothing is erased without its reason.
    """

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="erasure")
    reason = models.TextField()
    at = models.DateTimeField()
    recorded_by = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="erasure_has_reason"),
            models.CheckConstraint(condition=~models.Q(event=models.F("recorded_by")), name="erasure_stays_recorded"),
        ]

    def __str__(self) -> str:
        return f"erasure of event {self.event_id}"


class Subject(models.Model):
    """The opaque name under which an internal thing appears in the public log: always the same, never telling which."""

    thing = models.CharField(max_length=80, unique=True)
    opaque = models.CharField(max_length=32, unique=True)

    def __str__(self) -> str:
        return self.opaque


class StoredFile(models.Model):
    """A file kept for ever under its digest in the data folder; the same bytes are stored once."""

    digest = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    stored_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest
