"""Entities, inspection objects, inspectors, avoidance, and imports into them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from sunlot.catalogue.models import ObjectKind
from sunlot.norms import clock
from sunlot.organisations.models import Organisation, Region, User


class RiskClass(models.TextChoices):
    """Credit risk (国市监信发〔2022〕6号)."""

    A = "A", "低"
    B = "B", "一般"
    C = "C", "较高"
    D = "D", "高"


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


class Import(models.Model):
    """An uploaded roster on its way into the registry: looked at, corrected, confirmed once."""

    class Target(models.TextChoices):
        OBJECTS = "objects", "检查对象"
        INSPECTORS = "inspectors", "执法检查人员"

    class State(models.TextChoices):
        PREVIEW = "preview", "待确认"
        APPLIED = "applied", "已导入"
        DISCARDED = "discarded", "已放弃"

    target = models.CharField(max_length=12, choices=Target.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("trail.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    sheet = models.CharField(max_length=120, blank=True)
    header_row = models.PositiveIntegerField(default=1)  # counted from 1, as the spreadsheet does
    columns = models.JSONField(default=dict)  # column number (as text, from 0) -> field name
    defaults = models.JSONField(default=dict)  # field name -> value of the whole roster, where no column gives it
    counts = models.JSONField(default=dict)  # rows, new, changed, same, confirm, faulty, mended
    taken = models.JSONField(default=dict)  # once applied: new, changed, same, left
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    applied_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = verbose_name_plural = "导入"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="applied") | (Q(applied_by__isnull=False) & Q(applied_at__isnull=False)),
                name="import_applied_by",
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(applied_at__gte=F("created_at")), name="import_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportFinding(models.Model):
    """What the preview has to say about one cell of one row; rewritten whenever the preview is."""

    class Verdict(models.TextChoices):
        FAULT = "fault", "不导入"
        WARNING = "warning", "待确认"
        MENDED = "mended", "已改正"

    roster = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="findings")
    row = models.PositiveIntegerField()  # as the spreadsheet numbers it
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    column = models.CharField(max_length=40)  # the registry's field, in Chinese
    name = models.CharField(max_length=120, blank=True)  # of the row, to recognise it by
    value = models.CharField(max_length=200, blank=True)  # as it stands in the file
    what = models.CharField(max_length=300)
    mend = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["roster", "verdict", "row"], name="finding_verdict")]

    def __str__(self) -> str:
        return f"{self.row} {self.column}"


class ColumnMemory(models.Model):
    """Which field an organisation gave to a column head the last time: its next file is matched by it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=12, choices=Import.Target.choices)
    head = models.CharField(max_length=120)
    field = models.CharField(max_length=24, blank=True)  # empty: not imported

    class Meta:
        verbose_name = verbose_name_plural = "列的记忆"
        constraints = [models.UniqueConstraint(fields=["organisation", "target", "head"], name="column_memory_once")]

    def __str__(self) -> str:
        return f"{self.head} → {self.field}"
