"""Experts and the bodies that they come from: they advise, and never count among the two certified inspectors."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from sunlot.catalogue.models import Competence
from sunlot.norms import clock
from sunlot.organisations.models import Organisation

from .persons import Person


class Institution(models.Model):
    """A testing body, an institute or a trade association (检验检测机构、科研院所、行业协会)."""

    class Kind(models.TextChoices):
        TESTING = "testing", "检验检测机构"
        INSTITUTE = "institute", "科研院所、高校"
        TRADE = "trade", "行业协会、企业"
        OTHER = "other", "其他单位"

    name = models.CharField("名称", max_length=120, unique=True)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    qualification = models.CharField("资质证书", max_length=120, blank=True)  # CMA, CNAS …
    qualification_expires = models.DateField("资质有效期至", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=clock.now)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        verbose_name = "专家所在单位"
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="institution_has_name")]

    def __str__(self) -> str:
        return self.name


class Expert(Person):
    """An expert adviser, for the fields and the days that the unit engages him for."""

    class State(models.TextChoices):
        RECOMMENDED = "recommended", "已推荐，待审核"
        RETURNED = "returned", "审核退回"
        ACTIVE = "active", "在聘"
        SUSPENDED = "suspended", "暂停"
        LEFT = "left", "已解聘"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.RECOMMENDED: (State.ACTIVE, State.RETURNED, State.LEFT),
        State.RETURNED: (State.RECOMMENDED, State.LEFT),
        State.ACTIVE: (State.SUSPENDED, State.LEFT, State.RECOMMENDED),
        State.SUSPENDED: (State.ACTIVE, State.LEFT, State.RECOMMENDED),
        State.LEFT: (State.RECOMMENDED,),
    }

    number = models.CharField("专家编号", max_length=64, unique=True)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="experts", verbose_name="所在单位"
    )
    fields = models.ManyToManyField(Competence, related_name="experts", verbose_name="专业领域")
    post = models.CharField("职务", max_length=40, blank=True)
    engaged_from = models.DateField("聘期起", null=True, blank=True)
    engaged_until = models.DateField("聘期至")  # its last day: from the next on nobody draws the expert
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="experts", verbose_name="聘请单位"
    )
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.RECOMMENDED)
    history = HistoricalRecords(excluded_fields=["search_keys"], m2m_fields=[fields])

    class Meta(Person.Meta):
        verbose_name = verbose_name_plural = "专家"
        constraints = [
            *Person.Meta.constraints,
            models.CheckConstraint(
                condition=Q(engaged_from__isnull=True) | Q(engaged_until__gte=F("engaged_from")),
                name="expert_engaged_in_order",
            ),
        ]
        indexes = [models.Index(fields=["state", "engaged_until"], name="expert_pool")]

    @property
    def days_left(self) -> int:
        """Days until the last day of the engagement; negative once it is over."""
        return (self.engaged_until - clock.today()).days
