"""Extensions (延期): a part's inspection may take longer than its task says, once the unit's head has approved it."""

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import User

from .parts import FormPart


class Extension(models.Model):
    """A later last day, asked for with its reason (notice, part 4（三）: 情况复杂或有特殊情况的，经本单位负责人批准).

    Both days are kept; the one that holds stands on the part. What was returned is asked for anew.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待审批"
        APPROVED = "approved", "已批准"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    MOVES: dict[str, frozenset[str]] = {
        State.ASKED: frozenset({State.APPROVED, State.RETURNED, State.WITHDRAWN}),
        State.APPROVED: frozenset(),
        State.RETURNED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="extensions")
    number = models.CharField("编号", max_length=100, unique=True)
    due = models.DateField("原办理期限")
    until = models.DateField("延期至")
    reason = models.TextField("延期理由")
    done = models.TextField("已开展的工作和后续安排", blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    digest = models.CharField(max_length=64)  # of what is asked for: this is what is signed
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    comment = models.CharField("审批意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = "延期"
        constraints = [
            models.UniqueConstraint(fields=["part"], condition=Q(state="asked"), name="extension_one_open"),
            models.CheckConstraint(condition=Q(until__gt=F("due")), name="extension_is_later"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_reason"),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="extension_approved_by_another",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(comment=""), name="extension_returned_why"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def thing(self) -> str:
        """Its key under the signature; its acts stand in the part's own story."""
        return f"extension:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ASKED
