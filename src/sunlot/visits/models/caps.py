"""Yearly caps (年度频次上限): how often one entity may be visited in a calendar year, by risk class, in approved versions.

国务院办公厅《关于严格规范涉企行政检查的意见》(国办发〔2024〕54号) asks for a published cap, and names the causes for which a
check may go beyond it.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sunlot.catalogue.models import ObjectKind
from sunlot.catalogue.vocabulary import RiskClass
from sunlot.norms import clock
from sunlot.organisations.models import Organisation, Region, User


class CapTable(models.Model):
    """One version of a jurisdiction's table. Written by one person, counts from its day on once another approved it.

    It stands until the next approved one of the same region begins. A district's own stands in place of the city's there.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待批准"
        REFUSED = "refused", "未批准"
        APPROVED = "approved", "已批准"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.PROPOSED: (State.APPROVED, State.REFUSED),
        State.APPROVED: (),
        State.REFUSED: (),
    }

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name="辖区")
    number = models.PositiveIntegerField("版本")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    effective_from = models.DateField("起用日期")
    reason = models.CharField("理由", max_length=300)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField("意见", max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # of what was approved, as the public log names it

    class Meta:
        ordering = ["region_id", "-number"]
        verbose_name = "频次上限"
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="cap_table_number"),
            models.UniqueConstraint(fields=["region"], condition=Q(state="proposed"), name="cap_table_one_proposed"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="cap_table_second_person"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_at__isnull=False)),
                name="cap_table_decided",
            ),
            models.CheckConstraint(condition=~Q(state="approved") | ~Q(digest=""), name="cap_table_approved_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.region.name}年度频次上限第 {self.number} 版"

    @property
    def thing(self) -> str:
        """The table's key in the trail."""
        return f"cap-table:{self.pk}"


class CapLine(models.Model):
    """At most so many visits a year to one entity of this class: all of them, or those of one department (with all below
    it); for every kind of object, or for one, which then stands in place of the line for every kind.
    """

    table = models.ForeignKey(CapTable, on_delete=models.CASCADE, related_name="lines")
    risk_class = models.CharField("信用风险", max_length=1, choices=RiskClass.choices)
    kind = models.ForeignKey(ObjectKind, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    cap = models.PositiveSmallIntegerField("每年最多次数")

    class Meta:
        ordering = ["department__path", "kind__code", "risk_class"]
        constraints = [
            # SQLite tells null from null: one constraint for each way of leaving something open.
            models.UniqueConstraint(
                fields=["table", "risk_class"],
                condition=Q(kind__isnull=True, department__isnull=True),
                name="cap_line_once",
            ),
            models.UniqueConstraint(
                fields=["table", "risk_class", "kind"],
                condition=Q(kind__isnull=False, department__isnull=True),
                name="cap_line_of_kind_once",
            ),
            models.UniqueConstraint(
                fields=["table", "risk_class", "department"],
                condition=Q(kind__isnull=True, department__isnull=False),
                name="cap_line_of_department_once",
            ),
            models.UniqueConstraint(
                fields=["table", "risk_class", "kind", "department"],
                condition=Q(kind__isnull=False, department__isnull=False),
                name="cap_line_of_both_once",
            ),
            models.CheckConstraint(condition=Q(cap__gte=1, cap__lte=99), name="cap_line_cap"),
            models.CheckConstraint(condition=Q(risk_class__in=RiskClass.values), name="cap_line_class"),
        ]

    def __str__(self) -> str:
        return f"{self.risk_class} 每年最多 {self.cap} 次"


class CapException(models.Model):
    """A cause for which a check may go beyond the cap, with the basis that allows it."""

    class Cause(models.TextChoices):
        COMPLAINT = "complaint", "投诉举报"
        ASSIGNED = "assigned", "上级交办"
        TRANSFERRED = "transferred", "部门转办"
        RECHECK = "recheck", "复查整改"
        DATA = "data", "数据监测线索"
        REQUEST = "request", "企业申请"
        SPECIAL = "special", "经批准的专项检查"

    table = models.ForeignKey(CapTable, on_delete=models.CASCADE, related_name="exceptions")
    cause = models.CharField("事由", max_length=12, choices=Cause.choices)
    basis = models.CharField("依据", max_length=200)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["table", "cause"], name="cap_exception_once"),
            models.CheckConstraint(condition=~Q(basis=""), name="cap_exception_has_basis"),
        ]

    def __str__(self) -> str:
        return self.get_cause_display()
