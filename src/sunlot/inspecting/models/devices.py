"""Phones in the field: each known by its own number, what is checked out to it, and drafts that came too late."""

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import User

from .parts import FormPart


class FieldDevice(models.Model):
    """One browser of one person. `unlock` opens the key of the drafts on it, and is given to that person alone.

    A device reported lost is told to wipe itself at its next contact, and its share of the key is never given again.
    """

    number = models.CharField("设备编号", max_length=32, unique=True)  # made by the device: 128 bits of chance
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="field_devices")
    name = models.CharField("设备", max_length=80)
    unlock = models.CharField(max_length=64)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    signed_out_at = models.DateTimeField(null=True, blank=True)  # it drops its key at the next contact
    lost_at = models.DateTimeField("挂失时间", null=True, blank=True)
    wiped_at = models.DateTimeField("清除时间", null=True, blank=True)

    class Meta:
        ordering = ["-last_seen"]

    def __str__(self) -> str:
        return self.name


class CheckOut(models.Model):
    """That a part is filled on one device. At most one at a time; taking over ends the one before."""

    class End(models.TextChoices):
        TAKEN_OVER = "taken", "被接手"
        GIVEN_BACK = "back", "交回"
        SUBMITTED = "done", "已提交"
        LOST = "lost", "设备挂失"
        HANDED = "moved", "部分已指派"

    part = models.ForeignKey(FormPart, on_delete=models.CASCADE, related_name="check_outs")
    device = models.ForeignKey(FieldDevice, on_delete=models.PROTECT, related_name="check_outs")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=5, choices=End.choices, blank=True)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["part"], condition=Q(ended_at__isnull=True), name="checked_out_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="") | (Q(ended_at__isnull=False) & ~Q(ended_how="")),
                name="check_out_end_has_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.device}"


class DraftCopy(models.Model):
    """What a device sent for a part that was no longer its own: refused as a save, kept to be read."""

    part = models.ForeignKey(FormPart, on_delete=models.CASCADE, related_name="copies")
    device = models.ForeignKey(FieldDevice, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    texts = models.JSONField()  # records.flat of what was typed
    digest = models.CharField(max_length=64)  # of the texts: the same copy is kept once
    why = models.CharField(max_length=200)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["part", "device", "digest"], name="draft_copy_once")]

    def __str__(self) -> str:
        return f"{self.part_id} {self.received_at}"
