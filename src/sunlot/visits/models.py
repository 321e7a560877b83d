"""One table of visits: read for caps, rotation, “not inspected within a year”, merging and achievements."""

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import Organisation
from sunlot.registry.models import Entity, InspectionObject


class Visit(models.Model):
    """One department's visit to one object, planned or done. `form_part` is the part's key in the inspecting room."""

    class Source(models.TextChoices):
        DRAW = "draw", "双随机抽查"
        DAILY = "daily", "日常检查"
        SPECIAL = "special", "专项检查"
        COMPLAINT = "complaint", "投诉举报"
        ASSIGNED = "assigned", "上级交办"
        RECHECK = "recheck", "复查"

    class State(models.TextChoices):
        PLANNED = "planned", "待检查"
        DONE = "done", "已检查"
        FAILED = "failed", "未能检查"
        CANCELLED = "cancelled", "已取消"

    object = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, related_name="visits")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, null=True, blank=True, related_name="visits")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="visits")
    source = models.CharField(max_length=10, choices=Source.choices)
    thing = models.CharField(max_length=80, unique=True)  # where it comes from: `form-part:17`
    plan_number = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_until = models.DateField()
    visited_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-planned_until", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(state="done") | Q(visited_on__isnull=False), name="visit_done_has_day"),
        ]
        indexes = [
            models.Index(fields=["object", "visited_on"], name="visit_object_day"),
            models.Index(fields=["entity", "visited_on"], name="visit_entity_day"),
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.planned_until}"
