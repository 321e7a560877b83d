"""Reconciling the registry with an authoritative list (确保不遗漏, 乌建局函字〔2019〕223号)."""

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import Organisation, User

from .imports import Import
from .objects import InspectionObject


class Reconciliation(models.Model):
    """A list of another authority laid beside the registry: compared by a job, decided line by line or by rule, filed."""

    class State(models.TextChoices):
        COMPARING = "comparing", "正在比对"
        UNREADABLE = "unreadable", "不能读取"
        OPEN = "open", "正在处理"
        FILING = "filing", "正在归档"
        FILED = "filed", "已归档"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    source = models.CharField("名单来源", max_length=80)  # 乌海市市场监督管理局
    as_of = models.DateField("名单日期")
    kinds = models.JSONField("类别", default=list)  # codes of the kinds that the list covers
    regions = models.JSONField("辖区", default=list)  # codes of the districts that it covers
    file = models.ForeignKey("trail.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State.choices, default=State.COMPARING)
    refusal = models.TextField(blank=True)
    counts = models.JSONField(default=dict)  # outcome → lines; and outside, the rows of other kinds and districts
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    filed_at = models.DateTimeField(null=True, blank=True)
    report = models.ForeignKey("trail.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    table = models.ForeignKey("trail.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        verbose_name = verbose_name_plural = "名录核对"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="filed")
                | Q(filed_by__isnull=False, filed_at__isnull=False, report__isnull=False, table__isnull=False),
                name="reconciliation_filed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="unreadable") | ~Q(refusal=""), name="reconciliation_unreadable_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.as_of}"


class ReconciliationLine(models.Model):
    """One enterprise of the list, of the registry, or of both: what was found, and what was decided about it.

    `differences` holds `{"field", "label", "here", "there"}` of each field that differs, `taken` the fields in which the
    list is followed, `there` what the list says, for the import that takes it in.
    """

    class Outcome(models.TextChoices):
        SAME = "same", "一致"
        DIFFERS = "differs", "内容不同"
        MISSING = "missing", "名录库没有"
        GONE = "gone", "名单上没有"
        UNCLEAR = "unclear", "无法比对"

    class Decision(models.TextChoices):
        OPEN = "open", "待处理"
        TAKE = "take", "采用名单"
        KEEP = "keep", "保留名录库"
        NONE = "none", "无需处理"

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField(null=True, blank=True)  # in the list, as the spreadsheet numbers it
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    object = models.ForeignKey(InspectionObject, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    number = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=120, blank=True)
    there = models.JSONField(default=dict)
    differences = models.JSONField(default=list)
    fields = models.CharField(
        max_length=120, blank=True
    )  # of the differences, with commas around: searched by a filter
    note = models.CharField(max_length=300, blank=True)  # why it can't be compared, or how it was found
    decision = models.CharField(max_length=4, choices=Decision.choices, default=Decision.OPEN)
    taken = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=InspectionObject.State.choices, blank=True)  # that the object gets
    reason = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    roster = models.ForeignKey(
        Import, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # that takes it in
    done_at = models.DateTimeField(null=True, blank=True)  # once the object got its state

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "核对结果"
        constraints = [
            models.UniqueConstraint(
                fields=["reconciliation", "object"],
                condition=Q(object__isnull=False),
                name="reconciliation_object_once",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["open", "none"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="reconciliation_decided_by",
            ),
            models.CheckConstraint(
                condition=~Q(decision="keep") | ~Q(reason=""), name="reconciliation_kept_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["reconciliation", "outcome", "decision"], name="reconciliation_lines")]

    def __str__(self) -> str:
        return self.name
