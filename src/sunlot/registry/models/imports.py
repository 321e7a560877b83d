"""Imports into the registries."""

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import Organisation, User

from .objects import InspectionObject

IMPORTED = "导入："
"""How the change reason of an import's history records begins."""


class Import(models.Model):
    """An uploaded roster on its way into the registry: looked at, corrected, confirmed once.

    A large one is looked at and taken in by long jobs (`imports/background.py`). Its rows are taken in a fixed order,
    entities first; `next_row` of them have been decided upon, and what was done with each is counted in `taken`.
    """

    class Target(models.TextChoices):
        OBJECTS = "objects", "检查对象"
        INSPECTORS = "inspectors", "执法检查人员"
        EXPERTS = "experts", "专家"
        ITEMS = "items", "抽查事项"
        MARKS = "marks", "信用标记"
        LICENCES = "licences", "许可证"
        ACCOUNTS = "accounts", "账号"

    class State(models.TextChoices):
        CHECKING = "checking", "正在核对"
        UNREADABLE = "unreadable", "不能读取"
        PREVIEW = "preview", "待确认"
        APPLYING = "applying", "正在导入"
        STOPPED = "stopped", "导入了一部分"
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
    layout = models.JSONField(default=dict)  # sheets, heads, title and first rows, so that pages need not read the file
    refusal = models.TextField(blank=True)  # why the file can't be read
    accept_warnings = models.BooleanField(default=False)  # as it was confirmed
    next_row = models.PositiveIntegerField(default=0)  # rows decided upon, in the order of taking
    taken = models.JSONField(
        default=dict
    )  # of those: new, changed, same, confirm, faulty; and left, the rows not reached
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
                condition=~Q(state__in=["applying", "stopped"]) | Q(applied_by__isnull=False),
                name="import_confirmed_by",
            ),
            models.CheckConstraint(
                condition=~Q(state="unreadable") | ~Q(refusal=""), name="import_unreadable_says_why"
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(applied_at__gte=F("created_at")), name="import_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def into(self) -> str:
        """What it goes into, as pages call it."""
        return {self.Target.ITEMS.value: "事项清单", self.Target.ACCOUNTS.value: "人员和账号"}.get(
            self.target, "名录库"
        )

    @property
    def why(self) -> str:
        """The change reason of the history records that it writes."""
        return f"{IMPORTED}{self.file_name}"


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
    about = models.ForeignKey(
        InspectionObject, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )  # the object of the registry that it speaks of

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
