"""Pairs of a person, inspector or expert, and an object that must not meet (回避)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from sunlot.norms import clock
from sunlot.organisations.models import Organisation, User

from .experts import Expert
from .inspectors import Inspector
from .objects import InspectionObject


class Avoidance(models.Model):
    """A pair that must not meet. The reason stays inside the system.

    What a person declares of himself holds at once and until the unit refuses it: the two had better not meet while it is looked
    into. The ground `rotation` is computed from visits on the day it is asked; a row of it says that the unit lifted the pair
    (`lifted`, about the visit of `visited_on`) or set it by hand.
    """

    class Ground(models.TextChoices):
        FAMILY = "family", "近亲属关系"
        SHARES = "shares", "持有股份或投资"
        INTEREST = "interest", "其他利害关系"
        FORMER = "former", "曾在该单位任职"
        ROTATION = "rotation", "上次检查过同一对象"
        OTHER = "other", "其他可能影响公正的情形"

    class State(models.TextChoices):
        DECLARED = "declared", "已申报，待单位核实"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "不成立"
        LIFTED = "lifted", "已解除"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.DECLARED: (State.CONFIRMED, State.REFUSED, State.LIFTED),
        State.CONFIRMED: (State.LIFTED,),
        State.REFUSED: (),
        State.LIFTED: (),
    }
    STANDING = (State.DECLARED, State.CONFIRMED)
    FORMER_YEARS = 3
    """Years after leaving an enterprise during which its former employee stays away, unless the unit says more."""

    inspector = models.ForeignKey(
        Inspector, on_delete=models.PROTECT, null=True, blank=True, related_name="avoidances"
    )  # or
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, null=True, blank=True, related_name="avoidances")
    object = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, related_name="avoidances")
    ground = models.CharField("事由", max_length=10, choices=Ground.choices)
    note = models.CharField("说明", max_length=200, blank=True)
    left_on = models.DateField("离职日期", null=True, blank=True)
    visited_on = models.DateField("检查日期", null=True, blank=True)
    expires = models.DateField("有效期至", null=True, blank=True)  # its last day; none: for good
    evidence = models.ForeignKey("trail.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    evidence_name = models.CharField(max_length=255, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CONFIRMED)
    by_himself = models.BooleanField("本人申报", default=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField("意见", max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["inspector__number", "expert__number", "object__number"]
        verbose_name = verbose_name_plural = "回避关系"
        constraints = [
            models.UniqueConstraint(
                fields=["inspector", "object"], condition=Q(ended_at__isnull=True), name="avoidance_once"
            ),
            models.UniqueConstraint(
                fields=["expert", "object"],
                condition=Q(ended_at__isnull=True, expert__isnull=False),
                name="avoidance_of_expert_once",
            ),
            models.CheckConstraint(
                condition=Q(inspector__isnull=False, expert__isnull=True)
                | Q(inspector__isnull=True, expert__isnull=False),
                name="avoidance_of_one",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["declared", "confirmed"], ended_at__isnull=True)
                | Q(state__in=["refused", "lifted"], ended_at__isnull=False),
                name="avoidance_ended",
            ),
            models.CheckConstraint(condition=~Q(state="declared") | Q(by_himself=True), name="avoidance_declared"),
        ]

    def __str__(self) -> str:
        return f"{self.person} × {self.object}"

    @property
    def person(self) -> Inspector | Expert:
        """Who must not meet the object."""
        person = self.inspector or self.expert
        assert person is not None  # noqa: S101 -- the database holds it so
        return person

    @property
    def unit(self) -> Organisation:
        """Whose it is to confirm and to lift."""
        return self.person.organisation
