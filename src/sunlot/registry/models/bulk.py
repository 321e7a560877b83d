"""Edits of many objects at once: looked at first, and taken back where nobody changed them since."""

from django.db import models
from django.db.models import Q

from sunlot.norms import clock
from sunlot.organisations.models import Organisation, User


class BulkEdit(models.Model):
    """One value given to many objects. `rows` maps each object's key to what it held before, as plain values."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    field = models.CharField("内容", max_length=24)
    value = models.JSONField()  # as it is kept
    words = models.CharField(max_length=300)  # “行业改为 E47 房屋建筑业”
    reason = models.CharField("理由", max_length=200)
    rows = models.JSONField(default=dict)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        verbose_name = verbose_name_plural = "批量修改"
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_by__isnull=False), name="bulk_edit_undone_by"
            )
        ]

    def __str__(self) -> str:
        return self.words
