"""Inspectors, what they were trained and tested in, and when they are away."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from sunlot.norms import clock
from sunlot.organisations.models import Organisation, User

from .persons import Person


class Inspector(Person):
    """A law-enforcement inspector; `number` is the staff number."""

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
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="inspectors", verbose_name="单位"
    )
    certificate = models.CharField("执法证号", max_length=40)
    certificate_issuer = models.CharField("发证机关", max_length=80, blank=True)
    certificate_expires = models.DateField("执法证有效期至")
    second_certificate = models.CharField("部门执法证号", max_length=40, blank=True)
    second_certificate_expires = models.DateField("部门执法证有效期至", null=True, blank=True)
    fields = models.JSONField("专业领域", default=list, blank=True)  # list of words: 燃气, 质量安全 …
    post = models.CharField("岗位", max_length=40, blank=True)
    rank = models.CharField("职务", max_length=40, blank=True)
    education = models.CharField("学历", max_length=20, blank=True)
    major = models.CharField("所学专业", max_length=40, blank=True)
    on_post_since = models.DateField("从事执法岗位起", null=True, blank=True)
    beat = models.CharField("管辖片区", max_length=80, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.RECOMMENDED)
    history = HistoricalRecords(excluded_fields=["search_keys"])

    class Meta(Person.Meta):
        verbose_name = verbose_name_plural = "执法检查人员"
        indexes = [models.Index(fields=["organisation", "state"], name="inspector_pool")]

    @property
    def certificate_days_left(self) -> int:
        """Days until the certificate's last day; negative once it has expired."""
        return (self.certificate_expires - clock.today()).days


class Assessment(models.Model):
    """A training with its test (培训考核) in one subject: 行政执法, or a field of competence.

    An inspector counts on the days on which a passed one holds, and has a competence on those of its own subject. What
    was entered wrongly is voided with the reason, never changed.
    """

    GENERAL = "行政执法"
    """The subject of the general test for law enforcement (公共法律知识、专业法律知识)."""

    inspector = models.ForeignKey(Inspector, on_delete=models.CASCADE, related_name="assessments")
    subject = models.CharField("科目", max_length=40)
    provider = models.CharField("组织单位", max_length=80, blank=True)
    hours = models.PositiveSmallIntegerField("学时", null=True, blank=True)
    tested_on = models.DateField("考核日期")
    score = models.CharField("成绩", max_length=20, blank=True)
    passed = models.BooleanField("合格", default=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)  # its last day; none: for good
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_reason = models.CharField("作废理由", max_length=200, blank=True)

    class Meta:
        ordering = ["-tested_on", "subject"]
        verbose_name = "培训考核"
        constraints = [
            models.UniqueConstraint(
                fields=["inspector", "subject", "tested_on"],
                condition=Q(voided_at__isnull=True),
                name="assessment_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("tested_on")), name="assessment_in_order"
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(voided_reason=""), name="assessment_voided_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["inspector", "subject"], name="assessment_subject")]

    def __str__(self) -> str:
        return f"{self.inspector} {self.subject}"

    @property
    def holds_today(self) -> bool:
        return (
            self.passed and self.voided_at is None and (self.valid_until is None or self.valid_until >= clock.today())
        )


class Leave(models.Model):
    """When an inspector is away, first and last day included: asked for by himself, or entered by the unit at once."""

    class Kind(models.TextChoices):
        ANNUAL = "annual", "年休假"
        SICK = "sick", "病假"
        MATERNITY = "maternity", "产假、护理假"
        PERSONAL = "personal", "事假"
        STUDY = "study", "学习培训"
        SECONDED = "seconded", "抽调、驻点"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        ASKED = "asked", "待批准"
        GRANTED = "granted", "已批准"
        REFUSED = "refused", "未批准"
        CANCELLED = "cancelled", "已撤销"

    MOVES: ClassVar[dict[str, tuple[str, ...]]] = {
        State.ASKED: (State.GRANTED, State.REFUSED, State.CANCELLED),
        State.GRANTED: (State.CANCELLED,),
        State.REFUSED: (),
        State.CANCELLED: (),
    }

    inspector = models.ForeignKey(Inspector, on_delete=models.CASCADE, related_name="leaves")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    starts = models.DateField("第一天")
    ends = models.DateField("最后一天")
    note = models.CharField("说明", max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField("意见", max_length=200, blank=True)

    class Meta:
        ordering = ["-starts"]
        verbose_name = "休假"
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="leave_in_order"),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="leave_decided_by",
            ),
        ]
        indexes = [models.Index(fields=["inspector", "starts", "ends"], name="leave_days")]  # who may be drawn

    def __str__(self) -> str:
        return f"{self.inspector} {self.starts}–{self.ends}"
