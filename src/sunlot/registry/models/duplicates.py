"""Objects that may be one: how they are found, what was decided, and merges that can be undone."""

from django.db import models
from django.db.models import F, Q

from sunlot.norms import clock
from sunlot.organisations.models import User

from .objects import InspectionObject


class BlockingKey(models.Model):
    """What an object shares with those that may be the same (`registry/likeness.py`), as a number of 64 bits.

    Two objects are compared only where they share a key, so that no registry is ever compared pairwise. `version` is
    that of the object when its keys were made; the scan makes them anew where it moved on.
    """

    object = models.ForeignKey(InspectionObject, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    key = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "key"], name="blocking_key_once")]
        indexes = [models.Index(fields=["key"], name="blocking_key")]

    def __str__(self) -> str:
        return f"{self.object_id} {self.key}"


class DuplicatePair(models.Model):
    """Two objects that look like one. What somebody decided about them is remembered: they are never asked twice."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        MERGED = "merged", "已合并"
        DIFFERENT = "different", "不是同一个"
        GONE = "gone", "不再相像"

    first = models.ForeignKey(InspectionObject, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(InspectionObject, on_delete=models.CASCADE, related_name="+")
    likeness = models.CharField("相像之处", max_length=60)  # words of likeness.Likeness joined by 、
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    note = models.CharField("说明", max_length=200, blank=True)
    found_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-found_at", "-pk"]
        verbose_name = verbose_name_plural = "疑似重复"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
        ]
        indexes = [models.Index(fields=["state"], name="duplicate_state")]

    def __str__(self) -> str:
        return f"{self.first} = {self.second}"


class Merge(models.Model):
    """One object merged into another. `moved` and `before` hold all that undoing it needs."""

    kept = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=200)
    taken = models.JSONField(default=dict)  # field of `kept` → [before, after], plain values
    moved = models.JSONField(default=dict)  # involvements, licences, marks, avoidances → keys now under `kept`
    before = models.JSONField(default=dict)  # state, state_since, state_source of `gone`
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    merged_at = models.DateTimeField(default=clock.now)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_reason = models.CharField("恢复理由", max_length=200, blank=True)

    class Meta:
        ordering = ["-merged_at"]
        verbose_name = verbose_name_plural = "合并"
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at__isnull=True), name="merge_once"),
        ]

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"
