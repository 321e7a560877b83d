"""Entities, inspection objects, and how an entity stands to an object."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from sunlot.catalogue.models import ObjectKind
from sunlot.catalogue.vocabulary import RiskClass
from sunlot.norms import clock
from sunlot.organisations.models import Organisation, Region


class Entity(models.Model):
    """A market entity (市场主体). A residents' committee or a drainage user may have no credit code."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", "企业"
        SELF_EMPLOYED = "self-employed", "个体工商户"
        INSTITUTION = "institution", "事业单位"
        OTHER = "other", "其他组织"

    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True, unique=True)
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类型", max_length=14, choices=Kind.choices, default=Kind.ENTERPRISE)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name="所在辖区")
    address = models.CharField("住所", max_length=200, blank=True)
    representative = models.CharField("法定代表人", max_length=40, blank=True)
    contact = models.CharField("联系人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    is_demo = models.BooleanField("演示", default=False)
    manager = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="管理单位"
    )  # the department that keeps the entry; None for what the installation itself brought in
    search_keys = models.CharField(max_length=500, blank=True, editable=False)  # initials and full pinyin
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    history = HistoricalRecords(excluded_fields=["search_keys"])

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "市场主体"
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_code__isnull=True) | Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="entity_credit_code_form",
            ),
        ]
        indexes = [models.Index(fields=["name"], name="entity_name")]

    def __str__(self) -> str:
        return self.name


class InspectionObject(models.Model):
    """What is visited: an enterprise itself, a site, a station, a residential area.

    `region` is where it lies, never the digits of a code. `number` is public: the credit code when the object is the
    enterprise, else the permit or project number, else `<region>-<kind>-<serial>`; an identifier of the draw protocol.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "在册"
        SUSPENDED = "suspended", "停业停工"
        MOVED = "moved", "迁出"
        DEREGISTERED = "deregistered", "注销"
        REVOKED = "revoked", "吊销"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.ACTIVE: (State.SUSPENDED, State.MOVED, State.DEREGISTERED, State.REVOKED),
        State.SUSPENDED: (State.ACTIVE, State.MOVED, State.DEREGISTERED, State.REVOKED),
        State.MOVED: (State.ACTIVE,),
        State.DEREGISTERED: (State.ACTIVE,),  # entered by mistake: the way back needs its source too
        State.REVOKED: (State.DEREGISTERED, State.ACTIVE),
    }

    number = models.CharField("编号", max_length=64, unique=True)
    name = models.CharField("名称", max_length=120)
    kind = models.ForeignKey(
        ObjectKind, on_delete=models.PROTECT, related_name="inspection_objects", verbose_name="类别"
    )
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="inspection_objects", verbose_name="辖区")
    address = models.CharField("地址", max_length=200, blank=True)
    risk_class = models.CharField("信用风险", max_length=1, choices=RiskClass.choices, default=RiskClass.B)
    risk_reason = models.CharField("分类依据", max_length=200, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.ACTIVE)
    state_since = models.DateField("状态日期", null=True, blank=True)
    state_source = models.CharField("状态来源", max_length=120, blank=True)
    is_demo = models.BooleanField("演示", default=False)
    contact = models.CharField("现场联系人", max_length=40, blank=True)
    phone = models.CharField("现场电话", max_length=40, blank=True)
    manager = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="管理单位"
    )
    entities = models.ManyToManyField(Entity, through="Involvement", related_name="inspection_objects")
    search_keys = models.CharField(max_length=500, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)  # two people editing one entry: the second is told
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    history = HistoricalRecords(excluded_fields=["search_keys", "entities"])

    class Meta:
        ordering = ["number"]
        verbose_name = verbose_name_plural = "检查对象"
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"), name="object_number_form"
            ),
            models.CheckConstraint(
                condition=Q(state="active") | (Q(state_since__isnull=False) & ~Q(state_source="")),
                name="object_state_has_source",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region", "kind", "risk_class", "state"], name="object_filters"
            ),  # lists and candidates
            models.Index(fields=["-updated_at"], name="object_updated"),
            models.Index(fields=["name"], name="object_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Involvement(models.Model):
    """How an entity stands to an object."""

    class Part(models.TextChoices):
        ITSELF = "itself", "本身"
        BUILDER = "builder", "建设单位"
        CONTRACTOR = "contractor", "施工单位"
        SUPERVISION = "supervision", "监理单位"
        OPERATOR = "operator", "运营单位"

    object = models.ForeignKey(InspectionObject, on_delete=models.CASCADE, related_name="involvements")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="involvements")
    part = models.CharField("关系", max_length=12, choices=Part.choices)

    class Meta:
        ordering = ["part"]
        constraints = [
            models.UniqueConstraint(fields=["object", "entity", "part"], name="involvement_once"),
            models.UniqueConstraint(fields=["object"], condition=Q(part="itself"), name="involvement_one_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.get_part_display()}"
