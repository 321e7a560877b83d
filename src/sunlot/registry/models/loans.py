"""Inspectors lent by one unit to another for a time (调配一线执法检查力量)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sunlot.norms import clock
from sunlot.organisations.models import Organisation, User

from .inspectors import Inspector


class Loan(models.Model):
    """One inspector lent, first and last day included; in that time he is drawn for the borrowing unit.

    Asked for by either side, agreed to by a head of each: two persons. The lender is the inspector's unit at the asking.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待双方同意"
        AGREED = "agreed", "双方已同意"
        REFUSED = "refused", "不同意"
        ENDED = "ended", "提前结束"
        CANCELLED = "cancelled", "已撤回"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.ASKED: (State.AGREED, State.REFUSED, State.CANCELLED),
        State.AGREED: (State.ENDED, State.CANCELLED),
        State.REFUSED: (),
        State.ENDED: (),
        State.CANCELLED: (),
    }

    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="loans")
    lender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="借出单位")
    borrower = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="借入单位")
    starts = models.DateField("第一天")
    ends = models.DateField("最后一天")
    reason = models.CharField("事由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    lender_agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lender_agreed_at = models.DateTimeField(null=True, blank=True)
    borrower_agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    borrower_agreed_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField("意见", max_length=200, blank=True)  # why it was refused, ended or withdrawn
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-starts", "-pk"]
        verbose_name = "人员借调"
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="loan_in_order"),
            models.CheckConstraint(condition=~Q(lender=F("borrower")), name="loan_between_two"),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "ended"])
                | (
                    Q(lender_agreed_by__isnull=False, borrower_agreed_by__isnull=False)
                    & ~Q(lender_agreed_by=F("borrower_agreed_by"))
                ),
                name="loan_agreed_by_both",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "ended", "cancelled"]) | ~Q(decision=""),
                name="loan_ended_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["inspector", "starts", "ends"], name="loan_days")]  # who may be drawn for whom

    def __str__(self) -> str:
        return f"{self.inspector} {self.lender} → {self.borrower}"
