"""One table of visits: read for caps, rotation, “not inspected within a year”, merging and achievements."""

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import Organisation
from sunlot.registry.models import Entity, InspectionObject


class Visit(models.Model):
    """One department's visit to one object, planned or done.

    Visits of one `occasion` are one visit to the enterprise (综合查一次): the departments of one form, and those of two
    forms whose leads agreed on one day.
    """

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
    form = models.CharField(max_length=80)  # the form that it stands on: `form:9`; its own `thing` where there is none
    occasion = models.CharField(max_length=80)  # the form; `together` where the visit is kept to the agreed day
    plan_number = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_from = models.DateField(null=True, blank=True)
    planned_until = models.DateField()
    agreed_on = models.DateField(null=True, blank=True)  # the day on which several forms are to be visited together
    together = models.CharField(max_length=80, blank=True)  # what names that common visit
    visited_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-planned_until", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(state="done") | Q(visited_on__isnull=False), name="visit_done_has_day"),
            models.CheckConstraint(condition=~Q(form="") & ~Q(occasion=""), name="visit_has_occasion"),
            models.CheckConstraint(
                condition=Q(planned_from__isnull=True) | Q(planned_from__lte=F("planned_until")),
                name="visit_period_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["object", "visited_on"], name="visit_object_day"),
            models.Index(fields=["entity", "visited_on"], name="visit_entity_day"),
            models.Index(fields=["organisation", "planned_until"], name="visit_unit_until"),  # the calendar of a unit
            models.Index(fields=["organisation", "visited_on"], name="visit_unit_day"),
            models.Index(fields=["plan_number"], name="visit_plan"),  # whom other plans of the period visit
            models.Index(fields=["form"], name="visit_form"),
            # Everybody's visits of a year are counted from these two alone, without a look at the table.
            models.Index(fields=["visited_on", "entity", "occasion", "state"], name="visit_of_year_done"),
            models.Index(fields=["planned_until", "entity", "occasion", "state"], name="visit_of_year_to_come"),
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.planned_until}"
