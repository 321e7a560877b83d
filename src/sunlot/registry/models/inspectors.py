"""Inspectors, and the objects that they must not meet."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from sunlot.norms import clock
from sunlot.organisations.models import Organisation, User

from .objects import InspectionObject


class Inspector(models.Model):
    """A law-enforcement inspector. `number` is the public staff number, never a personal identifier."""

    class State(models.TextChoices):
        RECOMMENDED = "recommended", "已推荐，待审核"
        RETURNED = "returned", "审核退回"
        REVIEWED = "reviewed", "已审核"
        ACTIVE = "active", "在岗"
        SUSPENDED = "suspended", "暂停"
        LEFT = "left", "已离岗"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.RECOMMENDED: (State.REVIEWED, State.RETURNED, State.LEFT),
        State.RETURNED: (State.RECOMMENDED, State.LEFT),
        State.REVIEWED: (State.ACTIVE, State.LEFT, State.RECOMMENDED),
        State.ACTIVE: (State.SUSPENDED, State.LEFT, State.RECOMMENDED),
        State.SUSPENDED: (State.ACTIVE, State.LEFT, State.RECOMMENDED),
        State.LEFT: (State.RECOMMENDED,),  # back after years: recommended and reviewed anew
    }

    number = models.CharField("人员编号", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=40)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="inspectors", verbose_name="单位"
    )
    user = models.OneToOneField(
        User, verbose_name="登录账号", on_delete=models.PROTECT, null=True, blank=True, related_name="inspector"
    )
    certificate = models.CharField("执法证号", max_length=40)
    certificate_expires = models.DateField("执法证有效期至")
    fields = models.JSONField("专业领域", default=list, blank=True)  # list of words: 燃气, 质量安全 …
    post = models.CharField("岗位", max_length=40, blank=True)
    rank = models.CharField("职务", max_length=40, blank=True)
    phone = models.CharField("手机", max_length=20, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.RECOMMENDED)
    state_reason = models.CharField("状态说明", max_length=200, blank=True)
    recommended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_demo = models.BooleanField("演示", default=False)
    search_keys = models.CharField(max_length=300, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    history = HistoricalRecords(excluded_fields=["search_keys"])

    class Meta:
        ordering = ["number"]
        verbose_name = verbose_name_plural = "执法检查人员"
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"), name="inspector_number_form"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | Q(recommended_by__isnull=True)
                | ~Q(reviewed_by=F("recommended_by")),
                name="inspector_second_person",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="inspector_pool")]

    def __str__(self) -> str:
        return self.name

    @property
    def certificate_days_left(self) -> int:
        """Days until the certificate's last day; negative once it has expired."""
        return (self.certificate_expires - clock.today()).days


class Avoidance(models.Model):
    """A pair that must not meet (回避). The reason stays inside the system."""

    class Ground(models.TextChoices):
        FAMILY = "family", "近亲属关系"
        INTEREST = "interest", "利害关系"
        FORMER = "former", "曾在该单位任职"
        ROTATION = "rotation", "上次检查过同一对象"
        OTHER = "other", "其他可能影响公正的情形"

    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="avoidances")
    object = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, related_name="avoidances")
    ground = models.CharField("事由", max_length=10, choices=Ground.choices)
    note = models.CharField("说明", max_length=200, blank=True)
    expires = models.DateField("有效期至", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["inspector__number", "object__number"]
        verbose_name = verbose_name_plural = "回避关系"
        constraints = [
            models.UniqueConstraint(
                fields=["inspector", "object"], condition=Q(ended_at__isnull=True), name="avoidance_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.inspector} × {self.object}"
