"""A part handed on to another competent unit (指派): asked for, approved by the unit that hands on, accepted by the other."""

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import Organisation, User

from .parts import FormPart


class Reassignment(models.Model):
    """That another unit of the same system inspects a part. Until it is accepted the part stays where it is; accepted, the
    part ends and the other unit has one of its own (`taken`), so that nothing that was written is lost or mixed.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待本单位负责人审批"
        APPROVED = "approved", "待对方接收"
        ACCEPTED = "accepted", "已接收"
        RETURNED = "returned", "本单位负责人退回"
        DECLINED = "declined", "对方不接收"
        WITHDRAWN = "withdrawn", "已撤回"

    MOVES: dict[str, frozenset[str]] = {
        State.ASKED: frozenset({State.APPROVED, State.RETURNED, State.WITHDRAWN}),
        State.APPROVED: frozenset({State.ACCEPTED, State.DECLINED, State.WITHDRAWN}),
        State.ACCEPTED: frozenset(),
        State.RETURNED: frozenset(),
        State.DECLINED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }
    OPEN = (State.ASKED, State.APPROVED)

    class By(models.TextChoices):
        DRAWN = "drawn", "原抽取的检查人员"
        NAMED = "named", "接收单位负责人指定"

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="reassignments")
    number = models.CharField("编号", max_length=100, unique=True)
    to = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="reassignments_received", verbose_name="接收单位"
    )
    reason = models.CharField("指派理由", max_length=300)  # public once it is accepted
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    digest = models.CharField(max_length=64)  # of what is asked for: this is what both heads sign
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    comment = models.CharField("移交单位意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField("接收单位意见", max_length=500, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    by = models.CharField("检查人员的产生", max_length=5, choices=By.choices, blank=True)
    naming_reason = models.CharField("指定检查人员的理由", max_length=300, blank=True)  # public
    taken = models.OneToOneField(FormPart, on_delete=models.PROTECT, null=True, blank=True, related_name="taken_from")
    event = models.ForeignKey("trail.Event", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = "指派"
        constraints = [
            models.UniqueConstraint(
                fields=["part"], condition=Q(state__in=["asked", "approved"]), name="hand_on_one_open"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="hand_on_has_reason"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="hand_on_second_person"
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("decided_by")), name="hand_on_third_person"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | (Q(taken__isnull=False, answered_by__isnull=False, event__isnull=False) & ~Q(by="")),
                name="hand_on_accepted_whole",
            ),
            models.CheckConstraint(condition=~Q(by="named") | ~Q(naming_reason=""), name="hand_on_named_why"),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(answer=""), name="hand_on_declined_with_reason"),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(comment=""), name="hand_on_returned_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["to", "state"], name="hand_on_to")]

    def __str__(self) -> str:
        return self.number

    @property
    def thing(self) -> str:
        """Its key in the trail and under the signatures."""
        return f"reassignment:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
