"""Records written beside the form: a questioning, what was copied, what was sampled, how a scene was found."""

import secrets

from django.db import models
from django.db.models import Q

from sunlot.organisations.models import User
from sunlot.trail.models import StoredFile

from .parts import FormPart


def new_number() -> str:
    return secrets.token_hex(16)


class WrittenRecord(models.Model):
    """One record of a part. Complete, its content never changes again; a correction is a new one with its reason.

    `number` is made where it is begun, on a phone without a network too: the same number is the same record.
    """

    class Kind(models.TextChoices):
        QUESTIONING = "questioning", "询问笔录"
        COPIES = "copies", "复制（提取）材料清单"
        SAMPLING = "sampling", "抽样取证记录"
        SCENE = "scene", "现场勘验笔录"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        COMPLETE = "complete", "已完成"
        CORRECTED = "corrected", "已更正"
        VOID = "void", "已作废"

    MOVES: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.COMPLETE, State.VOID}),
        State.COMPLETE: frozenset({State.CORRECTED}),
        State.CORRECTED: frozenset(),
        State.VOID: frozenset(),
    }

    part = models.ForeignKey(FormPart, on_delete=models.PROTECT, related_name="written")
    kind = models.CharField("种类", max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=32, unique=True, default=new_number)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    texts = models.JSONField("内容", default=dict)  # a text by the name of each place (written.kinds)
    rows = models.JSONField("各行", default=list)  # lists of texts in the order of the kind's columns
    officers = models.JSONField("检查人员", default=list)  # numbers of those of the team who made it
    shown = models.JSONField("照片和文件", default=list)  # SHA-256 of the part's evidence that belongs to it
    edition = models.PositiveSmallIntegerField("版次", default=1)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    reason = models.CharField("更正或作废的原因", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)  # grows with every save
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True)  # of the complete record (written.content)
    content = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    completed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    completed_at = models.DateTimeField(null=True, blank=True)
    # Why the person signed nothing, and who witnessed it; noted after it was complete, so not of its content.
    absence_reason = models.CharField("未签字的原因", max_length=300, blank=True)
    witness = models.CharField("见证人", max_length=40, blank=True)
    absence_noted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["begun_at", "pk"]
        verbose_name = "检查笔录和清单"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "void"], digest="")
                | (
                    Q(state__in=["complete", "corrected"])
                    & ~Q(digest="")
                    & Q(content__isnull=False, completed_by__isnull=False, completed_at__isnull=False)
                ),
                name="written_complete_has_digest",
            ),
            models.CheckConstraint(
                condition=(Q(corrects__isnull=True) & ~Q(state="void")) | ~Q(reason=""), name="written_reason"
            ),
            models.UniqueConstraint(fields=["corrects"], condition=~Q(state="void"), name="written_corrected_once"),
            models.CheckConstraint(
                condition=Q(absence_reason="", absence_noted_at__isnull=True)
                | (~Q(absence_reason="") & ~Q(witness="") & Q(absence_noted_at__isnull=False)),
                name="written_absence_has_witness",
            ),
        ]
        indexes = [models.Index(fields=["part", "state"], name="written_of_part")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number[:8]}"

    @property
    def thing(self) -> str:
        """The record's name in the trail and under its signatures."""
        return f"written:{self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_frozen(self) -> bool:
        """Whether its content is what it will be for ever."""
        return self.state in (self.State.COMPLETE, self.State.CORRECTED)
