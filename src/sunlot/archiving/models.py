"""Filed inspections, how long each kind is kept, legal holds, and lists of what is proposed to be destroyed."""

from datetime import date

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from sunlot.catalogue.models import ObjectKind
from sunlot.inspecting.models import Form
from sunlot.organisations.models import Organisation, User
from sunlot.trail.models import StoredFile


class Years(models.IntegerChoices):
    """保管期限 of 国家档案局令第8号: for ever, or 30 or 10 years from the day of filing."""

    FOR_EVER = 0, "永久"
    THIRTY = 30, "30 年"
    TEN = 10, "10 年"


class CaseFile(models.Model):
    """A form as it was filed: the bound PDF, the manifest over all its files, and the log's proof of it.

    What comes after the filing (a correction, a follow-up, a document) leaves the file as it was; the form is filed again
    as its next edition.
    """

    class State(models.TextChoices):
        MAKING = "making", "归档中"
        FILED = "filed", "已归档"
        FAILED = "failed", "没有完成"
        DISPOSED = "disposed", "已核准销毁"

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="files")
    edition = models.PositiveSmallIntegerField("版次")
    state = models.CharField(max_length=8, choices=State.choices, default=State.MAKING)
    failure = models.CharField(max_length=200, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # who keeps it: the lead
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    manifest = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    log = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    filed_at = models.DateTimeField("归档时间", null=True, blank=True)
    filing = models.ForeignKey("trail.Event", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    years = models.PositiveSmallIntegerField("保管期限", choices=Years.choices, null=True, blank=True)
    keep_until = models.DateField("保管至", null=True, blank=True)  # None: for ever, or not filed yet
    text = models.TextField(blank=True)  # what the search in texts looks through, in small letters

    class Meta:
        ordering = ["-filed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["form", "edition"], name="case_file_edition"),
            models.CheckConstraint(
                condition=~Q(state__in=["filed", "disposed"])
                | Q(pdf__isnull=False, manifest__isnull=False, filed_at__isnull=False, years__isnull=False),
                name="case_file_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "filed_at"], name="case_file_listed"),
            models.Index(fields=["state", "keep_until"], name="case_file_due"),  # the list of what may go
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """案卷号: that of the form, and from the second edition on which it is."""
        return self.form.number if self.edition == 1 else f"{self.form.number}-{self.edition}"

    @property
    def thing(self) -> str:
        """The file's name in the trail."""
        return f"case-file:{self.pk}"

    @property
    def subject(self) -> str:
        """Its name in the public log, under which its manifest's digest stands."""
        return f"file:{self.form.number}:{self.edition}"

    @property
    def is_readable(self) -> bool:
        return self.state == self.State.FILED

    def is_past(self, day: date) -> bool:
        """Whether its time of keeping has ended before `day`."""
        return self.keep_until is not None and self.keep_until < day


class CasePaper(models.Model):
    """A paper of a bound case that is digested itself: what its QR code leads to."""

    file = models.ForeignKey(CaseFile, on_delete=models.CASCADE, related_name="papers")
    digest = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    number = models.CharField(max_length=100)
    day = models.DateField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["file", "digest"], name="case_paper_once")]
        indexes = [models.Index(fields=["digest"], name="case_paper_digest")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class RetentionRule(models.Model):
    """How long the files of one kind of object are kept; without a kind, all others. Counts for what is filed from then on."""

    kind = models.OneToOneField(ObjectKind, on_delete=models.PROTECT, null=True, blank=True, related_name="retention")
    years = models.PositiveSmallIntegerField("保管期限", choices=Years.choices)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(Coalesce(F("kind"), Value(0)), name="retention_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or '其他'} {self.get_years_display()}"


class LegalHold(models.Model):
    """暂停销毁: a file that a lawsuit, an audit or an enquiry may need is not destroyed until the hold is lifted."""

    file = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="holds")
    reason = models.TextField("理由")
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_why = models.TextField("解除的理由", blank=True)

    class Meta:
        ordering = ["-set_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_why="") | (Q(lifted_at__isnull=False) & ~Q(lifted_why="")),
                name="hold_lifted_has_reason",
            ),
            models.UniqueConstraint(fields=["file"], condition=Q(lifted_at__isnull=True), name="hold_once"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.set_at}"


class Disposal(models.Model):
    """销毁清单: files past their time, proposed by one person and approved or refused by another."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待审批"
        APPROVED = "approved", "已核准"
        REFUSED = "refused", "未核准"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    reason = models.TextField("说明")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField("审批意见", blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="disposal_second_person",
            ),
            models.UniqueConstraint(fields=["organisation"], condition=Q(state="proposed"), name="disposal_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.proposed_at:%Y-%m-%d}"

    @property
    def thing(self) -> str:
        return f"disposal:{self.pk}"


class DisposalLine(models.Model):
    """A file on a list. `kept_why` says why the approval left it out: it was held meanwhile."""

    disposal = models.ForeignKey(Disposal, on_delete=models.CASCADE, related_name="lines")
    file = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="disposals")
    kept_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["disposal", "file"], name="disposal_line_once")]

    def __str__(self) -> str:
        return f"{self.disposal_id} {self.file_id}"
