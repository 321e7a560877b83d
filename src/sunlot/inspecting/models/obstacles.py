"""That an object can't be inspected, as its inspectors found it on the spot."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from sunlot.drawing.models import Replacement
from sunlot.organisations.models import User

from .parts import FormPart


class Obstacle(models.Model):
    """A report that an object can't be inspected, with the photos that show it. The same one twice is one."""

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="obstacles")
    cause = models.CharField(
        "事由", max_length=20, choices=[(one.value, one.label) for one in Replacement.OBJECT_CAUSES]
    )
    reason = models.CharField("具体情况", max_length=200)
    photos = models.JSONField("照片", default=list)  # SHA-256 of the originals, as they stood in the record then
    found_at = models.DateTimeField("发现时间")  # on the spot, by the phone's clock set right; not after `reported_at`
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField("报告时间")

    class Meta:
        ordering = ["reported_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["part", "cause", "reason"], name="obstacle_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="obstacle_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.get_cause_display()}"

    @property
    def was_late(self) -> bool:
        """Whether it came long after it was found: a phone had no network."""
        return self.reported_at - self.found_at > timedelta(minutes=1)
