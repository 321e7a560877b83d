"""Who goes out after the draw, and who comes in by the protocol's rule (docs/spec/draw-protocol.md, After the draw)."""

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import User

from .draw import Attempt


class Replacement(models.Model):
    """An object that can't be inspected, or an inspector who falls out, and who comes in by the protocol's rule.

    Nobody chooses who comes in: it is computed, shown, and computed again when a second person approves. An object's
    replacement belongs to the attempt that drew it, an inspector's to the attempt that formed the team.
    """

    class Kind(models.TextChoices):
        OBJECT = "object", "替补检查对象"
        INSPECTOR = "inspector", "更换检查人员"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"

    class Cause(models.TextChoices):
        DEREGISTERED = "deregistered", "已注销"
        REVOKED = "revoked", "营业执照或资质已吊销、撤销"
        MOVED = "moved", "已迁出抽查范围"
        CLOSED = "closed", "已停业、歇业"
        UNREACHABLE = "unreachable", "通过登记的住所（经营场所）无法联系"
        INSPECTED = "inspected", "已由他案检查，不重复检查"
        LEAVE = "leave", "请假、外出等不能参加"
        CERTIFICATE = "certificate", "执法证件到期或暂扣"
        TRANSFERRED = "transferred", "已调离执法岗位"
        CONFLICT = "conflict", "发现应当回避的情形"

    MOVES: dict[str, frozenset[str]] = {
        State.PROPOSED: frozenset({State.APPROVED, State.REFUSED}),
        State.APPROVED: frozenset(),
        State.REFUSED: frozenset(),
    }
    OBJECT_CAUSES = (
        Cause.DEREGISTERED, Cause.REVOKED, Cause.MOVED, Cause.CLOSED, Cause.UNREACHABLE, Cause.INSPECTED,
    )  # fmt: skip
    INSPECTOR_CAUSES = (Cause.LEAVE, Cause.CERTIFICATE, Cause.TRANSFERRED, Cause.CONFLICT)

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="replacements")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    outgoing = models.CharField("换出", max_length=64)  # number of the object or inspector
    object = models.CharField(max_length=64, blank=True)  # the one object that an inspector stays away from
    department = models.CharField(max_length=64, blank=True)  # whose seat an inspector has
    # Of an inspector the team; of an object the one to which the incoming goes, known once it is approved.
    team = models.CharField(max_length=80, blank=True)
    incoming = models.CharField("换入", max_length=64, blank=True)  # empty once approved: the reserve is used up
    passed_over = models.JSONField("依次跳过", default=list, blank=True)
    cause = models.CharField("事由", max_length=12, choices=Cause.choices)
    reason = models.CharField("说明", max_length=200)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField("不批准的理由", max_length=200, blank=True)
    entry = models.OneToOneField("trail.Event", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["proposed_at", "pk"]
        verbose_name = "替补"
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "outgoing", "object"],
                condition=Q(state="proposed"),
                name="replacement_one_open",
            ),
            models.UniqueConstraint(
                fields=["attempt", "outgoing"],
                condition=Q(state="approved", kind="object"),
                name="replacement_object_out_once",
            ),
            models.UniqueConstraint(
                fields=["attempt", "incoming"],
                condition=Q(state="approved") & ~Q(incoming=""),
                name="replacement_comes_in_once",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False) & Q(decided_at__isnull=False)),
                name="replacement_decided_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="replacement_by_two_people",
            ),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(refusal="")) | (~Q(state="refused") & Q(refusal="")),
                name="replacement_refused_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind="inspector", cause__in=["leave", "certificate", "transferred", "conflict"])
                & ~Q(team="")
                & ~Q(department="")
                | Q(
                    kind="object",
                    object="",
                    cause__in=["deregistered", "revoked", "moved", "closed", "unreachable", "inspected"],
                ),
                name="replacement_cause_of_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved", kind="object") | (~Q(incoming="") & ~Q(team="")),
                name="replacement_object_has_incoming",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="replacement_has_reason"),
            models.CheckConstraint(
                condition=Q(entry__isnull=True) | (Q(state="approved") & ~Q(incoming="")),
                name="replacement_logged_is_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.outgoing}"

    @property
    def thing(self) -> str:
        """What the trail calls it."""
        return f"replacement:{self.pk}"

    @property
    def is_of_object(self) -> bool:
        return self.kind == self.Kind.OBJECT

    @property
    def is_exhausted(self) -> bool:
        """Whether it is approved and the reserve holds nobody: a whole new team is drawn."""
        return self.state == self.State.APPROVED and not self.incoming

    @property
    def public_reason(self) -> str:
        """What the log and the public page say: of a person the cause alone."""
        return f"{self.get_cause_display()}：{self.reason}" if self.is_of_object else self.get_cause_display()


class ReplacementEvidence(models.Model):
    """A scan that shows why somebody or something goes out."""

    replacement = models.ForeignKey(Replacement, on_delete=models.PROTECT, related_name="evidence")
    file = models.ForeignKey("trail.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["replacement", "file"], name="replacement_evidence_once")]

    def __str__(self) -> str:
        return self.name
