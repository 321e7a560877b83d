"""Entities, inspection objects, and how an entity stands to an object."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from sunlot.catalogue.models import ObjectKind
from sunlot.catalogue.vocabulary import RiskClass
from sunlot.norms import clock, trades
from sunlot.organisations.models import Organisation, Region

from ..searching import Grams


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
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name="所在辖区", db_index=False
    )  # entity_by_region
    address = models.CharField("住所", max_length=200, blank=True)
    representative = models.CharField("法定代表人", max_length=40, blank=True)
    contact = models.CharField("联系人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name="并入",
        db_index=False,  # entity_merged
    )  # a duplicate: actions/merging_entities.py alone writes it
    is_demo = models.BooleanField("演示", default=False)
    manager = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="管理单位"
    )  # the department that keeps the entry; None for what the installation itself brought in
    search_keys = models.CharField(max_length=500, blank=True, editable=False)  # initials and full pinyin
    search_grams = Grams(number="credit_code", default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    history = HistoricalRecords(excluded_fields=["search_keys", "search_grams"])

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "市场主体"
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_code__isnull=True) | Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="entity_credit_code_form",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="entity_not_merged_into_itself"),
        ]
        indexes = [
            # Of the merged ones alone: SQLite would read a list by an index of all, and sort it.
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="entity_merged"),
            models.Index(fields=["name", "id"], name="entity_name"),
            models.Index(fields=["kind", "updated_at", "id"], name="entity_by_kind"),
            models.Index(fields=["region", "updated_at", "id"], name="entity_by_region"),
            models.Index(fields=["updated_at", "id"], name="entity_updated"),
        ]

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
        MERGED = "merged", "已并入"  # a duplicate: actions/merging.py alone moves in and out of it

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.ACTIVE: (State.SUSPENDED, State.MOVED, State.DEREGISTERED, State.REVOKED),
        State.SUSPENDED: (State.ACTIVE, State.MOVED, State.DEREGISTERED, State.REVOKED),
        State.MOVED: (State.ACTIVE,),
        State.DEREGISTERED: (State.ACTIVE,),  # entered by mistake: the way back needs its source too
        State.REVOKED: (State.DEREGISTERED, State.ACTIVE),
        State.MERGED: (),
    }

    number = models.CharField("编号", max_length=64, unique=True)
    name = models.CharField("名称", max_length=120)
    kind = models.ForeignKey(
        ObjectKind,
        on_delete=models.PROTECT,
        related_name="inspection_objects",
        verbose_name="类别",
        db_index=False,  # object_by_kind
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="inspection_objects", verbose_name="辖区", db_index=False
    )  # object_by_region
    address = models.CharField("地址", max_length=200, blank=True)
    trade = models.CharField("行业", max_length=3, blank=True)  # norms.trades: `E`, `E47`
    attributes = models.JSONField("类别特有内容", default=dict, blank=True)  # by name, as registry/kinds.py declares
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)  # CGCS2000
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6, null=True, blank=True)
    # The class that counts follows from the base class, given by hand or by import with its reason, from the marks that
    # count today and from the rules in force: actions/risk.py alone writes it.
    risk_class = models.CharField("信用风险", max_length=1, choices=RiskClass.choices, default=RiskClass.B)
    risk_base = models.CharField("评定类别", max_length=1, choices=RiskClass.choices, default=RiskClass.B)
    risk_reason = models.CharField("分类依据", max_length=200, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.ACTIVE)
    state_since = models.DateField("状态日期", null=True, blank=True)
    state_source = models.CharField("状态来源", max_length=120, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name="并入"
    )
    is_demo = models.BooleanField("演示", default=False)
    contact = models.CharField("现场联系人", max_length=40, blank=True)
    phone = models.CharField("现场电话", max_length=40, blank=True)
    manager = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="管理单位"
    )
    entities = models.ManyToManyField(Entity, through="Involvement", related_name="inspection_objects")
    search_keys = models.CharField(max_length=500, blank=True, editable=False)
    search_grams = Grams(default="")
    version = models.PositiveIntegerField(default=1)  # two people editing one entry: the second is told
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    history = HistoricalRecords(excluded_fields=["search_keys", "search_grams", "entities"])

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
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="object_merged_into_another",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="object_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="object_coordinates",
            ),
            models.CheckConstraint(condition=Q(trade__regex=r"^([A-T]([0-9]{2})?)?$"), name="object_trade_form"),
        ]
        indexes = [
            models.Index(
                fields=["region", "kind", "risk_class", "state"], name="object_filters"
            ),  # lists and candidates
            # A filter, or a sort, and the newest first within it: a page is read without looking at the other rows.
            models.Index(fields=["kind", "updated_at", "id"], name="object_by_kind"),
            models.Index(fields=["region", "updated_at", "id"], name="object_by_region"),
            models.Index(fields=["risk_class", "updated_at", "id"], name="object_by_risk"),
            models.Index(fields=["state", "updated_at", "id"], name="object_by_state"),
            models.Index(fields=["updated_at", "id"], name="object_updated"),
            models.Index(fields=["name", "id"], name="object_name"),
            models.Index(fields=["trade"], name="object_trade"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def trade_name(self) -> str:
        """`E47 房屋建筑业`; empty where it is not known."""
        return f"{self.trade} {trades.name_of(self.trade)}" if self.trade else ""


class CurrentInvolvements(models.Manager["Involvement"]):
    """Those that have not ended: what every room means unless it asks for the past."""

    def get_queryset(self) -> "models.QuerySet[Involvement]":
        return super().get_queryset().filter(until__isnull=True)


class Involvement(models.Model):
    """How an entity stands to an object, and from when to when. One that has ended stays, for the object's story."""

    class Part(models.TextChoices):
        ITSELF = "itself", "本身"
        BUILDER = "builder", "建设单位"
        CONTRACTOR = "contractor", "施工单位"
        SUPERVISION = "supervision", "监理单位"
        OPERATOR = "operator", "运营单位"

    object = models.ForeignKey(InspectionObject, on_delete=models.CASCADE, related_name="involvements")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="involvements")
    part = models.CharField("关系", max_length=12, choices=Part.choices)
    since = models.DateField("自", null=True, blank=True)  # None: not known
    until = models.DateField("至", null=True, blank=True)  # the day on which it ended

    objects = CurrentInvolvements()
    everything = models.Manager()  # noqa: DJ012 -- a manager, which comes after the default one

    class Meta:
        ordering = ["part"]
        base_manager_name = "everything"
        constraints = [
            models.UniqueConstraint(
                fields=["object", "entity", "part"], condition=Q(until__isnull=True), name="involvement_once"
            ),
            models.UniqueConstraint(
                fields=["object"], condition=Q(part="itself", until__isnull=True), name="involvement_one_itself"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="involvement_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.get_part_display()}"
