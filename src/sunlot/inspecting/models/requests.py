"""Checks outside of the random plans: asked for by a unit with basis and reason, approved before there is any form."""

from django.db import models
from django.db.models import F, Q

from sunlot.catalogue.models import ItemVersion
from sunlot.organisations.models import Organisation, User
from sunlot.registry.models import InspectionObject, Inspector
from sunlot.visits.models import CapException, Visit

from .parts import FormPart


class CheckRequest(models.Model):
    """A check that somebody wants to make without a draw (行政检查审批表): 日常、专项、投诉举报、上级交办、复查.

    国办发〔2024〕54号: 实施行政检查前要制定检查方案并报本单位负责人批准. Approved, it is a task.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待审批"
        RETURNED = "returned", "已退回"
        APPROVED = "approved", "已批准"
        WITHDRAWN = "withdrawn", "已撤回"

    MOVES: dict[str, frozenset[str]] = {
        State.ASKED: frozenset({State.APPROVED, State.RETURNED, State.WITHDRAWN}),
        State.RETURNED: frozenset({State.ASKED, State.WITHDRAWN}),
        State.APPROVED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }

    number = models.CharField("编号", max_length=40, unique=True)
    source = models.CharField("检查类别", max_length=10, choices=Visit.Source.choices)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="check_requests", verbose_name="承办单位"
    )
    title = models.CharField("检查任务", max_length=80)
    basis = models.CharField("任务依据", max_length=300)
    reason = models.TextField("检查理由")
    mode = models.CharField("检查方式", max_length=12, choices=ItemVersion.Mode.choices)
    starts_on = models.DateField("检查开始")
    ends_on = models.DateField("检查截止")
    objects_named = models.ManyToManyField(InspectionObject, related_name="check_requests")
    items = models.ManyToManyField(ItemVersion, related_name="+")
    inspectors = models.ManyToManyField(Inspector, related_name="+")
    # The lawful cause for going beyond the yearly cap, where one of the objects has reached it.
    cap_cause = models.CharField("超出频次上限的事由", max_length=12, choices=CapException.Cause.choices, blank=True)
    cap_reason = models.CharField("超出频次上限的说明", max_length=300, blank=True)
    # Of a re-inspection (复查): the part whose problems are looked at again.
    rechecks = models.ForeignKey(FormPart, on_delete=models.PROTECT, null=True, blank=True, related_name="rechecks")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    digest = models.CharField(max_length=64)  # of what is asked for now: this is what is signed
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("提出时间")
    comment = models.CharField("审批意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField("演示", default=False)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = "检查审批"
        constraints = [
            models.CheckConstraint(condition=~Q(source="draw"), name="request_is_no_draw"),
            models.CheckConstraint(condition=~Q(basis="") & ~Q(reason=""), name="request_has_basis_and_reason"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="request_period_in_order"),
            models.CheckConstraint(
                condition=Q(source="recheck", rechecks__isnull=False) | ~Q(source="recheck") & Q(rechecks__isnull=True),
                name="request_recheck_names_part",
            ),
            models.CheckConstraint(condition=Q(cap_cause="") | ~Q(cap_reason=""), name="request_cap_cause_has_reason"),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="request_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(comment=""), name="request_returned_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="request_unit_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def thing(self) -> str:
        """Its key in the trail and under its signature."""
        return f"check-request:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.ASKED, self.State.RETURNED)
