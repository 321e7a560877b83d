"""Events, their details and the files that are evidence. Nothing here is ever updated (see guards.py)."""

from django.db import models


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
            models.Index(fields=["type", "at"], name="detail_type_at"),  # the auditor's search
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.thing}"


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
