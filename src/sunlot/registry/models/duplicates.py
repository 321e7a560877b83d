"""Objects and entities that may be one: how they are found, what was decided, and merges that can be undone."""

from django.db import models
from django.db.models import F, Q

from sunlot.norms import clock
from sunlot.organisations.models import User

from .objects import Entity, InspectionObject


class _Key(models.Model):
    """What an entry shares with those that may be the same (`registry/likeness.py`), as a number of 64 bits.

    Two entries are compared only where they share a key, so that no registry is ever compared pairwise. `version` is
    that of the entry when its keys were made; the scan makes them anew where it moved on.
    """

    version = models.PositiveIntegerField()
    key = models.BigIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.object_id} {self.key}"  # type: ignore[attr-defined]  # of the concrete models


class BlockingKey(_Key):
    """A key of an inspection object."""

    object = models.ForeignKey(InspectionObject, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "key"], name="blocking_key_once")]
        indexes = [models.Index(fields=["key"], name="blocking_key")]


class EntityKey(_Key):
    """A key of a market entity."""

    object = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "key"], name="entity_key_once")]
        indexes = [models.Index(fields=["key"], name="entity_key")]


class _Pair(models.Model):
    """Two entries that look like one. What somebody decided about them is remembered: they are never asked twice."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        MERGED = "merged", "已合并"
        DIFFERENT = "different", "不是同一个"
        GONE = "gone", "不再相像"

    likeness = models.CharField("相像之处", max_length=60)  # words of likeness.Likeness joined by 、
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    note = models.CharField("说明", max_length=200, blank=True)
    found_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-found_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.first} = {self.second}"  # type: ignore[attr-defined]  # of the concrete models


class DuplicatePair(_Pair):
    """Two inspection objects that look like one."""

    first = models.ForeignKey(InspectionObject, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(InspectionObject, on_delete=models.CASCADE, related_name="+")

    class Meta(_Pair.Meta):
        verbose_name = verbose_name_plural = "疑似重复"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
        ]
        indexes = [models.Index(fields=["state"], name="duplicate_state")]


class EntityPair(_Pair):
    """Two market entities that look like one."""

    first = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")

    class Meta(_Pair.Meta):
        verbose_name = verbose_name_plural = "疑似重复的主体"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="entity_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="entity_pair_in_order"),
        ]
        indexes = [models.Index(fields=["state"], name="entity_pair_state")]


class _Merge(models.Model):
    """One entry merged into another. `moved` and `before` hold all that undoing it needs."""

    reason = models.CharField("理由", max_length=200)
    taken = models.JSONField(default=dict)  # field of `kept` → [before, after], plain values
    moved = models.JSONField(default=dict)  # what hung on `gone` → keys now under `kept`
    before = models.JSONField(default=dict)  # what of `gone` the merge itself changed
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    merged_at = models.DateTimeField(default=clock.now)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_reason = models.CharField("恢复理由", max_length=200, blank=True)

    class Meta:
        abstract = True
        ordering = ["-merged_at"]

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"  # type: ignore[attr-defined]  # of the concrete models


class Merge(_Merge):
    """One inspection object merged into another; `moved` names involvements, licences, marks, avoidances, and the merge
    of the two entities that they were, if there were two.
    """

    kept = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, related_name="+")

    class Meta(_Merge.Meta):
        verbose_name = verbose_name_plural = "合并"
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at__isnull=True), name="merge_once"),
        ]


class EntityMerge(_Merge):
    """One market entity merged into another; `moved` names involvements and marks."""

    kept = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")

    class Meta(_Merge.Meta):
        verbose_name = verbose_name_plural = "主体合并"
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="entity_merge_of_two"),
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at__isnull=True), name="entity_merge_once"),
        ]
