"""Tasks and one form for each object (一企一表)."""

from django.db import models
from django.db.models import F, Q

from sunlot.drawing.models import Attempt
from sunlot.norms import regions
from sunlot.planning.models import Plan
from sunlot.registry.models import Expert, InspectionObject
from sunlot.visits.models import Visit


class Task(models.Model):
    """What is to be inspected, and where it comes from."""

    number = models.CharField("任务编号", max_length=64, unique=True)
    title = models.CharField(max_length=80)
    source = models.CharField(max_length=10, choices=Visit.Source.choices)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="task")
    request = models.OneToOneField(
        "inspecting.CheckRequest", on_delete=models.PROTECT, null=True, blank=True, related_name="task"
    )
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source="draw") | (Q(plan__isnull=False) & Q(attempt__isnull=False)),
                name="task_draw_has_plan",
            ),
            # Nothing is inspected that was neither drawn nor approved.
            models.CheckConstraint(
                condition=Q(source="draw", request__isnull=True) | (~Q(source="draw") & Q(request__isnull=False)),
                name="task_drawn_or_approved",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="task_period_in_order"),
        ]

    def __str__(self) -> str:
        return self.title


class Form(models.Model):
    """One object's inspection form (执法检查表)."""

    class State(models.TextChoices):
        DISPATCHED = "dispatched", "已派发"
        SCHEDULED = "scheduled", "已约定"
        INSPECTING = "inspecting", "检查中"
        RECORDED = "recorded", "已记录"
        CLOSED = "closed", "已完成"
        FILED = "filed", "已归档"
        REPLACED = "replaced", "已替补"

    FINISHED = (State.CLOSED, State.FILED)
    """Every part is published; nothing is to be done but to file it, or not even that."""

    number = models.CharField("检查表编号", max_length=80, unique=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="forms")
    object = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, related_name="forms")
    team = models.CharField("检查组", max_length=80)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DISPATCHED)
    # The form that took this one's place: of the object that came in, or of the new team over the same object.
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")
    replaced_at = models.DateTimeField(null=True, blank=True)
    replaced_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "object"], name="form_one_per_object"),
            models.CheckConstraint(
                condition=~Q(state="replaced") | (Q(replaced_at__isnull=False) & ~Q(replaced_why="")),
                name="form_replaced_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def team_label(self) -> str:
        """The team in words: `150302-1` is 海勃湾区第1组."""
        zone, _, number = self.team.rpartition("-")
        return f"{regions.name_of(zone)}第{number}组" if number.isdigit() else self.team


class FormExpert(models.Model):
    """An expert of the team: an adviser on the whole form, who signs no part and counts among no inspectors."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="experts")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="forms")
    pool = models.CharField(max_length=64)  # the department under which it was drawn: `expert-gas`
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["form", "expert"], name="form_expert_once")]

    def __str__(self) -> str:
        return str(self.expert)
