"""Events, their details, the files that are evidence, and the transparency log over all events.

The database refuses to change what is evidence (guards.py). Three tables are no evidence and change: `Unsealed`, a
queue; `LogEdge`, which follows from the leaves; `Sealer`, who is at work.
"""

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

    class Meta:
        indexes = [models.Index(fields=["leaf_hash"], name="event_leaf_hash")]  # a proof asked for by the leaf's hash

    def __str__(self) -> str:
        return f"event {self.pk}"


class PublicEntry(models.Model):
    """That an event stands in the public log under its own name, so that it is found by kind and subject."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="named")
    type = models.CharField(max_length=64)
    subject = models.CharField(max_length=120)

    class Meta:
        indexes = [
            models.Index(fields=["type", "event"], name="public_entry_type"),
            models.Index(fields=["subject", "event"], name="public_entry_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


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


class Unsealed(models.Model):
    """An event that waits for its place in the log; written with the event, gone once it has one."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return f"unsealed {self.event_id}"


class LogLeaf(models.Model):
    """The place of an event in the log, given by the sealer."""

    index = models.PositiveBigIntegerField(primary_key=True, db_column="leaf_index")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="leaf")

    def __str__(self) -> str:
        return f"leaf {self.index}"


class LogTile(models.Model):
    """A full tile of 256 hashes (C2SP tlog-tiles), under its path without the prefix: `tile/0/x001/x234/067`."""

    path = models.CharField(max_length=40, primary_key=True)
    hashes = models.BinaryField(max_length=8192)

    def __str__(self) -> str:
        return self.path


class LogEdge(models.Model):
    """The partial tile at the right edge of a level: what the next seal goes on from, checked against the root."""

    level = models.PositiveSmallIntegerField(primary_key=True)
    index = models.PositiveBigIntegerField(db_column="tile_index")
    hashes = models.BinaryField(max_length=8192)

    def __str__(self) -> str:
        return f"edge {self.level}"


class LogCheckpoint(models.Model):
    """A checkpoint that was signed and published: size and root of the tree, and the signed note itself."""

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint {self.size}"


class LogCosignature(models.Model):
    """A witness's line under a checkpoint (C2SP tlog-cosignature), as it came."""

    checkpoint = models.ForeignKey(LogCheckpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=255)
    line = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="log_cosignature_once")]

    def __str__(self) -> str:
        return f"{self.witness} {self.checkpoint_id}"


class LogKey(models.Model):
    """A verifier key under which checkpoints were signed (C2SP signed-note); the newest is the present one."""

    vkey = models.TextField(unique=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.vkey


class Sealer(models.Model):
    """The one row of the sealer: who holds it, what is staged but not yet published, and why it stopped if it did."""

    holder = models.CharField(max_length=64, blank=True)
    held_until = models.FloatField(default=0)  # seconds since 1970 by the machines' clocks; the demonstration's moves
    staged_size = models.PositiveBigIntegerField(default=0)
    staged_root = models.BinaryField(max_length=32, default=b"")
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_why = models.TextField(blank=True)
    evidence = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="sealer_is_one")]

    def __str__(self) -> str:
        return self.holder or "nobody"
