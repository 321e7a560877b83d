"""When each periodic job is due and which worker holds it, long jobs and how far they are, what people are reminded of."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from sunlot.norms import clock
from sunlot.organisations.models import Membership, User

QUIET = timedelta(seconds=10)
"""After so long without news the page of a job says when the last was."""


class PeriodicJob(models.Model):
    """One periodic job. A worker holds it until `held_until`; one that dies is taken over then."""

    name = models.CharField(max_length=64, unique=True)
    due_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)  # of the last run; empty when it went well

    def __str__(self) -> str:
        return self.name


class Job(models.Model):
    """One long piece of work (`work.py`): who asked for it, how far it is, where its result stands.

    Whoever runs it holds it by `attempt` and must keep `heartbeat_at` fresh; whoever takes it over counts `attempt` up,
    and every write of the earlier holder then finds no row.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "办理中"
        DONE = "done", "已办完"
        STOPPED = "stopped", "已停止"
        FAILED = "failed", "没有办成"

    LIVE = (State.WAITING, State.RUNNING)

    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    subject = models.CharField(max_length=120)  # the thing worked on: at most one live job of a kind for each
    arguments = models.JSONField(default=dict)
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    address = models.CharField(max_length=200)  # where the result stands, or the thing until there is one
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)  # 0: not known yet
    unit = models.CharField(max_length=8, default="项")
    words = models.CharField(max_length=200, blank=True)  # what is being done; once ended, what came of it
    position = models.JSONField(default=dict)  # where to go on after a restart; the room's own
    stop_asked_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    fruitless = models.PositiveSmallIntegerField(default=0)  # attempts in a row that died without any progress
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    progress_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_done = models.PositiveBigIntegerField(
        default=0
    )  # `done` when it was claimed: the pace is counted from there
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = verbose_name_plural = "办理进度"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(state__in=["waiting", "running"]), name="job_one_live"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(heartbeat_at__isnull=False, claimed_at__isnull=False),
                name="job_running_is_held",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"]) | Q(ended_at__isnull=False), name="job_ended_at"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state__in=["waiting", "running"]), name="job_live"),
            models.Index(fields=["owner", "-created_at"], name="job_owner"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def is_quiet(self) -> bool:
        """Whether there was no news for so long that the page says when the last was."""
        return self.is_live and self.progress_at is not None and clock.now() - self.progress_at > QUIET

    @property
    def minutes_left(self) -> int | None:
        """Minutes left at the pace since it was claimed, rounded up; 0 for less than half of one, None where it can't be told."""
        if self.state != self.State.RUNNING or not self.total or self.claimed_at is None or self.progress_at is None:
            return None
        passed, made = (self.progress_at - self.claimed_at).total_seconds(), self.done - self.claimed_done
        if passed < 2 or made <= 0:
            return None
        seconds = passed / made * max(0, self.total - self.done)
        return 0 if seconds < 30 else -int(-seconds // 60)


class Export(models.Model):
    """A list as a file (`exporting.py`), for the person who asked in the role of then, until its time is over."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="export")
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    form = models.CharField(max_length=4)  # csv or xlsx
    rows = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "导出的文件"
        indexes = [
            models.Index(fields=["owner", "-made_at"], name="export_owner"),
            models.Index(fields=["until"], name="export_until"),  # what is to be deleted
        ]

    def __str__(self) -> str:
        return f"{self.name}.{self.form}"


class Reminder(models.Model):
    """What one person is reminded of on every page of the desk, until it is seen to or its time is over.

    `key` names the occasion, so that it is sent once however often the job runs.
    """

    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    words = models.CharField(max_length=200)
    address = models.CharField(max_length=200)
    sent_at = models.DateTimeField()
    until = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-sent_at"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="reminder_once")]
        indexes = [models.Index(fields=["recipient", "until"], name="reminder_open")]

    def __str__(self) -> str:
        return self.words


class SavedFilter(models.Model):
    """A list in a certain state, kept by a person under a name; shared, the colleagues of its unit see it too."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=120)  # of the list
    name = models.CharField("名称", max_length=30)
    query = models.CharField(max_length=1000)  # what stands behind `?`
    is_shared = models.BooleanField("本单位共用", default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "path", "name"], name="saved_filter_once")]
        indexes = [models.Index(fields=["path", "organisation"], name="saved_filter_shared")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return f"{self.path}?{self.query}"
