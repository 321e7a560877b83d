"""Credit marks, and the approved rules by which marks make a risk class."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sunlot.catalogue.vocabulary import RiskClass
from sunlot.norms import clock
from sunlot.organisations.models import Organisation, User

from .imports import Import
from .objects import Entity, InspectionObject


class CreditMark(models.Model):
    """Something known about an entity or an object that bears on its credit: from when, from whom, until when.

    It counts from `since` to `until`, both included, unless it was taken off earlier.
    """

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", "投诉举报"
        ABNORMAL = "abnormal", "经营异常名录"
        PENALTY = "penalty", "行政处罚"
        DISHONEST = "dishonest", "失信被执行人"
        SERIOUS = "serious", "严重违法失信名单"
        TRUSTED = "trusted", "守信激励名单"

    object = models.ForeignKey(
        InspectionObject, on_delete=models.PROTECT, null=True, blank=True, related_name="marks", verbose_name="检查对象"
    )
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, null=True, blank=True, related_name="marks", verbose_name="市场主体"
    )
    kind = models.CharField("标记", max_length=10, choices=Kind.choices)
    source = models.CharField("来源", max_length=120)
    reference = models.CharField("文号", max_length=80, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    since = models.DateField("列入日期")
    until = models.DateField("有效期至", null=True, blank=True)  # the last day on which it counts
    ended_on = models.DateField("移出日期", null=True, blank=True)  # the first day on which it no longer counts
    ended_reason = models.CharField("移出原因", max_length=200, blank=True)
    counted = models.BooleanField(default=False, editable=False)  # whether the classes stored today count it
    roster = models.ForeignKey(
        Import, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入"
    )  # which list brought it; None: entered by hand
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = verbose_name_plural = "信用标记"
        constraints = [
            models.CheckConstraint(
                condition=Q(object__isnull=False, entity__isnull=True) | Q(object__isnull=True, entity__isnull=False),
                name="mark_of_one",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="mark_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | ~Q(ended_reason=""), name="mark_ended_with_reason"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="mark_has_source"),
            models.UniqueConstraint(
                fields=["object", "kind", "since", "source", "reference"],
                condition=Q(object__isnull=False, ended_on__isnull=True),
                name="mark_of_object_once",
            ),
            models.UniqueConstraint(
                fields=["entity", "kind", "since", "source", "reference"],
                condition=Q(entity__isnull=False, ended_on__isnull=True),
                name="mark_of_entity_once",
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(counted=True), name="mark_running_out"),
            models.Index(fields=["kind", "until"], name="mark_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.source}）"


class RiskRuleSet(models.Model):
    """One version of the table “mark → class”. Proposed by one person, in force once another approved it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待批准"
        REFUSED = "refused", "未批准"
        IN_FORCE = "in-force", "在用"
        SUPERSEDED = "superseded", "已被取代"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.PROPOSED: (State.IN_FORCE, State.REFUSED),
        State.IN_FORCE: (State.SUPERSEDED,),
        State.REFUSED: (),
        State.SUPERSEDED: (),
    }

    number = models.PositiveIntegerField("版本", unique=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    reason = models.CharField("理由", max_length=300)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField("意见", max_length=200, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        verbose_name = verbose_name_plural = "信用风险规则"
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="proposed"), name="risk_rules_one_proposed"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="in-force"), name="risk_rules_one_in_force"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(proposed_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="risk_rules_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_at__isnull=False)),
                name="risk_rules_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"信用风险规则第 {self.number} 版"


class RiskRule(models.Model):
    """One line: with at least so many marks of this kind that count, the class is this one or a higher risk.

    A line of the mark 守信激励 works the other way: with no other line met, the class is this one or a lower risk.
    """

    rules = models.ForeignKey(RiskRuleSet, on_delete=models.CASCADE, related_name="lines")
    mark = models.CharField("标记", max_length=10, choices=CreditMark.Kind.choices)
    at_least = models.PositiveSmallIntegerField("达到次数", default=1)
    risk_class = models.CharField("类别", max_length=1, choices=RiskClass.choices)

    class Meta:
        ordering = ["mark", "at_least"]
        constraints = [
            models.UniqueConstraint(fields=["rules", "mark", "at_least"], name="risk_rule_once"),
            models.CheckConstraint(condition=Q(at_least__gte=1), name="risk_rule_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.get_mark_display()} {self.at_least} 次及以上 → {self.risk_class}"
