"""Rounds, draws, attempts and their frozen files."""

from django.db import models
from django.db.models import F, Q

from sunlot.organisations.models import User
from sunlot.planning.models import Plan
from sunlot.planning.rounds import round_in_words


class Round(models.Model):
    """A round (抽取批次) of a plan that is being drawn or is drawn; a plan with a frequency of two a year has two. When each
    is drawn and inspected, the plan says (`planning.models.PlanRound`).
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="round_number")]

    def __str__(self) -> str:
        return f"{self.plan} 第{self.number}批"

    @property
    def label(self) -> str:
        """“第 2 批”; empty for the only round of a plan."""
        return round_in_words(self.plan, self.number)


class Draw(models.Model):
    """A draw under its public number `<region>-<year>-<serial>`; the serials of a year run without gaps.

    A round has one draw, and supplementary ones (补充抽取): each gives a new team to objects of the draw that it
    supplements, `covers`, because no team was open to them or, with a `basis`, because their team can't be filled again.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="draws")
    number = models.CharField("抽取编号", max_length=64, unique=True)
    region_code = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    supplements = models.ForeignKey(
        "Attempt", on_delete=models.PROTECT, null=True, blank=True, related_name="supplementary_draws"
    )
    basis = models.ForeignKey(
        "Replacement", on_delete=models.PROTECT, null=True, blank=True, related_name="supplementary_draws"
    )
    covers = models.JSONField("所补的对象", default=list, blank=True)  # object numbers

    class Meta:
        ordering = ["-year", "-serial"]
        verbose_name = "抽取"
        constraints = [
            models.UniqueConstraint(fields=["region_code", "year", "serial"], name="draw_serial"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(supplements__isnull=True), name="draw_one_a_round_but_supplements"
            ),
            models.CheckConstraint(
                condition=Q(supplements__isnull=False) | Q(basis__isnull=True), name="draw_basis_of_a_supplement"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        """What it is called: as its plan, with the round where there are several; a supplementary one says so."""
        beside = "，".join(filter(None, (self.round.label, "补充抽取" if self.supplements_id is not None else "")))
        return f"{self.round.plan.title}（{beside}）" if beside else self.round.plan.title


class Attempt(models.Model):
    """One run of the ceremony. There is one result per attempt and no way back from it."""

    class State(models.TextChoices):
        PREPARING = "preparing", "等待各方承诺"
        SEALED = "sealed", "公告已封存，等待掷骰"
        REVEALING = "revealing", "各方公开密数"
        READING = "reading", "等待彩票开奖号码"
        DRAWN = "drawn", "已抽取，等待签署记录"
        SIGNED = "signed", "记录已签署"
        ARCHIVED = "archived", "已归档"
        ABORTED = "aborted", "已中止"
        WITHDRAWN = "withdrawn", "未封存即撤回"

    class Beacon(models.TextChoices):
        DICE = "dice", "掷骰"
        LOTTERY = "lottery", "彩票开奖号码"

    class Hash(models.TextChoices):
        SHA256 = "sha256", "SHA-256"
        SM3 = "sm3", "SM3（国密）"

    # With dice: preparing, sealed, revealing, drawn. With a lottery the numbers are read after the reveals:
    # preparing, revealing, reading, drawn. What is not sealed may be withdrawn; the number stays used, and the log says so.
    MOVES: dict[str, frozenset[str]] = {
        State.PREPARING: frozenset({State.SEALED, State.REVEALING, State.WITHDRAWN}),
        State.SEALED: frozenset({State.REVEALING, State.ABORTED}),
        State.REVEALING: frozenset({State.READING, State.DRAWN, State.ABORTED}),
        State.READING: frozenset({State.DRAWN, State.ABORTED}),
        State.DRAWN: frozenset({State.SIGNED}),
        State.SIGNED: frozenset({State.ARCHIVED}),
        State.ARCHIVED: frozenset(),
        State.ABORTED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    hash_name = models.CharField("摘要算法", max_length=6, choices=Hash.choices, default=Hash.SHA256)
    beacon_kind = models.CharField(max_length=8, choices=Beacon.choices)
    beacon_form = models.JSONField()  # the notice's `beacon` member
    reveal_by = models.DateTimeField("公开密数的期限")
    release_at = models.DateTimeField("名单公开时间", null=True, blank=True)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    notice = models.TextField(blank=True)  # canonical JSON, once sealed
    notice_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    rules = models.TextField(blank=True)  # canonical JSON of the published plan and rules that `rules` is the digest of
    sealed_at = models.DateTimeField(null=True, blank=True)
    beacon_value = models.CharField(max_length=1000, null=True, blank=True)
    beacon_at = models.DateTimeField(null=True, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    result = models.ForeignKey("trail.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    result_digest = models.CharField(max_length=64, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)  # lead and 纪检 have signed, or refused with a reason
    archived_at = models.DateTimeField(null=True, blank=True)
    record_file = models.ForeignKey(
        "trail.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)  # an embargo's end, once it is in the log
    dispatched_at = models.DateTimeField(null=True, blank=True)  # the forms are on their way
    waiting = models.PositiveIntegerField(default=0)  # objects that wait for a supplementary draw
    aborted_at = models.DateTimeField(null=True, blank=True)
    abort_reason = models.TextField(blank=True)
    abort_failed = models.JSONField(default=list, blank=True)  # ids of the contributors whose reveal was missing
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)  # public

    class Meta:
        ordering = ["draw", "number"]
        verbose_name = "抽取"
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="attempt_number"),
            models.UniqueConstraint(
                fields=["draw"],
                condition=~Q(state__in=["aborted"]),
                name="attempt_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["preparing", "withdrawn"])
                | (Q(notice_digest__isnull=False) & Q(sealed_at__isnull=False) & ~Q(notice="")),
                name="attempt_sealed_has_notice",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["drawn", "signed", "archived"])
                | (Q(result__isnull=False) & ~Q(result_digest="") & Q(drawn_at__isnull=False) & ~Q(seed="")),
                name="attempt_drawn_has_result",
            ),
            models.CheckConstraint(
                condition=~Q(state="archived") | (Q(archived_at__isnull=False) & Q(record_file__isnull=False)),
                name="attempt_archived_has_record",
            ),
            models.CheckConstraint(
                condition=~Q(state="aborted") | (Q(aborted_at__isnull=False) & ~Q(abort_reason="")),
                name="attempt_aborted_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn")
                | (Q(notice_digest__isnull=True) & Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="attempt_withdrawn_unsealed",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(drawn_at__isnull=False), name="attempt_released_is_drawn"
            ),
            models.CheckConstraint(condition=Q(number=1) | Q(beacon_kind="lottery"), name="attempt_repeat_by_lottery"),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True) | Q(reveal_by__gt=F("sealed_at")),
                name="attempt_deadline_after_seal",
            ),
        ]
        indexes = [models.Index(fields=["state", "reveal_by"], name="attempt_deadlines")]

    def __str__(self) -> str:
        return f"{self.draw.number}:{self.number}"

    @property
    def failed_names(self) -> list[str]:
        """The organisations that had not revealed when the attempt was aborted."""
        return [one.organisation.full_name for one in self.contributors.all() if one.code in self.abort_failed]


class RosterPart(models.Model):
    """A frozen roster file of an attempt, stored for ever."""

    class Roster(models.TextChoices):
        OBJECTS = "objects"
        INSPECTORS = "inspectors"
        AVOID = "avoid"

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="parts")
    roster = models.CharField(max_length=10, choices=Roster.choices)
    number = models.PositiveSmallIntegerField(default=1)
    file = models.ForeignKey("trail.StoredFile", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)  # under the notice's hash
    rows = models.PositiveIntegerField()

    class Meta:
        ordering = ["roster", "number"]
        constraints = [models.UniqueConstraint(fields=["attempt", "roster", "number"], name="roster_part_number")]

    def __str__(self) -> str:
        return f"{self.roster} {self.number}"
