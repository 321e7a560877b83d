"""That one plan's lead asks another's to visit together (综合查一次)."""

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import User
from sunlot.registry.models import InspectionObject

from .plans import Plan


class MergeRequest(models.Model):
    """A request to merge: both into one plan while they are being written, or the objects that both will visit on one day.

    The answer is the other lead's. What became of it is the trail's and the plans' own; the row says who asked what, and
    how it was answered.
    """

    class Form(models.TextChoices):
        ONE_PLAN = "plan", "并为一个计划"
        ONE_DAY = "day", "约定同一天检查"

    class State(models.TextChoices):
        ASKED = "asked", "待答复"
        AGREED = "agreed", "已同意"
        DECLINED = "declined", "不同意"
        CANCELLED = "cancelled", "已撤回"

    MOVES: dict[str, frozenset[str]] = {
        State.ASKED: frozenset({State.AGREED, State.DECLINED, State.CANCELLED}),
        State.AGREED: frozenset(),
        State.DECLINED: frozenset(),
        State.CANCELLED: frozenset(),
    }

    form = models.CharField("合并方式", max_length=4, choices=Form.choices)
    asking = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="merges_asked")
    asked = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="merges_received")
    into = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+")  # which one stays
    day = models.DateField("约定日期", null=True, blank=True)
    objects_named = models.ManyToManyField(InspectionObject, blank=True, related_name="+")
    reason = models.CharField("理由", max_length=500)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField("答复意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = "合并检查的请求"
        constraints = [
            models.CheckConstraint(condition=~Q(asking=F("asked")), name="merge_of_two_plans"),
            models.CheckConstraint(
                condition=Q(form="plan", day__isnull=True) & (Q(into=F("asking")) | Q(into=F("asked")))
                | Q(form="day", day__isnull=False, into__isnull=True),
                name="merge_form_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True) | (~Q(state="asked") & Q(decided_at__isnull=False)),
                name="merge_decided_has_moment",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="merge_has_reason"),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(answer=""), name="merge_declined_with_reason"),
            models.UniqueConstraint(fields=["asking", "asked"], condition=Q(state="asked"), name="merge_asked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.asking}与{self.asked}合并检查"

    @property
    def thing(self) -> str:
        """Its key in the trail."""
        return f"merge-request:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def leaving(self) -> Plan:
        """Of two plans that become one, the one that is given up."""
        return self.asked if self.into_id == self.asking_id else self.asking
