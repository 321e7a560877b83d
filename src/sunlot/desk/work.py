"""Long work as jobs: what a room needs to have something done in the background, with progress, stoppable, restartable.

A room declares a kind in its `jobs.py` and starts jobs of it in its actions:

    def _apply(work: Work) -> Outcome:
        for start in range(work.position.get("next", 0), count, CHUNK):
            with transaction.atomic():
                take(start, start + CHUNK)
                work.save(done=start + CHUNK, position={"next": start + CHUNK})   # commits with what was taken
        return Outcome("已导入 12 000 行", "/desk/…")

    APPLY = JobKind("registry.import_apply", "导入名单", _apply, unit="行")

    job = start(viewer, APPLY, "导入《名单.xlsx》", subject="import:17", address="/desk/…", total=12_000)

The function may be called again after any kill: it goes on from `work.position`, which it saves in the same short
transaction as what it did. Between two transactions it calls `work.progress()`; there, and in `save`, it is ended when
somebody asked to stop, when the worker ends, or when another worker has taken the job over. It raises `Refused` for what
people must be told. Pages show a job with `{% include "desk/_job.html" with job=… %}`.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from sunlot.norms import clock
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import SYSTEM, NotAllowed, Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from . import events, reminders
from .models import Job

TOLD_EVERY = 0.5  # seconds between two writes of `progress`


@dataclass(frozen=True)
class Outcome:
    """What came of a job, in words, and the page on which it stands (empty: the job's own address)."""

    words: str = ""
    address: str = ""


@dataclass(frozen=True)
class JobKind:
    """A kind of long work.

    `run` does it. `ended` is called in the transaction in which the job ends in whatever way, with the job as it then
    is, so that the thing worked on is never left as if the work still went on.
    """

    name: str
    label: str
    run: "Callable[[Work], Outcome]"
    unit: str = "项"
    ended: Callable[[Job], None] = lambda job: None

    def __post_init__(self) -> None:
        if self.name in _KINDS:
            raise ValueError(f"job kind {self.name!r} is declared twice")
        _KINDS[self.name] = self


_KINDS: dict[str, JobKind] = {}


def kind_of(job: Job) -> JobKind:
    """The kind of a job. Raises KeyError for one that this version does not know any more."""
    return _KINDS[job.kind]


class Halted(Exception):  # noqa: N818 -- reads as what happened
    """Ends the work at the next `progress` or `save`; a room lets it pass."""


class StopAsked(Halted):
    """Somebody asked to stop."""


class LeaseLost(Halted):
    """Another worker has taken the job over, because this one gave no sign for too long."""


class WorkerEnds(Halted):
    """This worker ends; the job goes back to the queue and another goes on at once."""


class Work:
    """A job in hand: what its function is given."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.attempt = job.attempt
        self.position: dict[str, Any] = dict(job.position)
        self.halted: type[Halted] | None = None  # set by the heart and by the worker
        self._told = 0.0
        self._lock = threading.Lock()

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the job was started with."""
        return dict(self.job.arguments)

    @property
    def actor(self) -> Actor:
        """Whoever asked for it, or the installation itself. Raises Refused as `viewer` does."""
        return SYSTEM if self.job.owner_id is None else self.viewer

    @property
    def viewer(self) -> Viewer:
        """The person who asked for it, in the role of then. Raises Refused where that role has ended."""
        owner = self.job.owner
        if owner is None or owner.ended_at is not None or not owner.user.is_active:
            raise Refused("办理人已不再担任这个角色，没有继续。由现任人员重新办理。")
        return Viewer(owner)

    def progress(self, done: int | None = None, total: int | None = None, words: str | None = None) -> None:
        """Tell how far it is; written at most twice a second, so call it as often as you like. Raises Halted."""
        if self.halted is not None:
            raise self.halted
        news: dict[str, Any] = {"done": done, "total": total, "words": words}
        news = {name: value for name, value in news.items() if value is not None}
        if words is None and total is None and time.monotonic() - self._told < TOLD_EVERY:
            return
        self._told = time.monotonic()
        self._write(**news)

    def save(self, done: int, position: Mapping[str, Any], words: str | None = None) -> None:
        """Write where to go on after a restart, inside the transaction of the work itself.

        Raises LeaseLost, so that the transaction is taken back, where another worker has gone on meanwhile; and Halted
        as `progress` does.
        """
        if self.halted is not None:
            raise self.halted
        self.position = dict(position)
        said = {} if words is None else {"words": words}
        self._write(done=done, position=self.position, fruitless=0, **said)

    def _write(self, **news: Any) -> None:
        if not self.held().update(progress_at=clock.now(), **news):
            self.halted = LeaseLost
            raise LeaseLost

    def held(self) -> "QuerySet[Job]":
        """The job's row, as long as this attempt holds it."""
        return Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, attempt=self.attempt)


def start(
    actor: Actor,
    kind: JobKind,
    title: str,
    *,
    subject: str,
    address: str,
    arguments: Mapping[str, Any] | None = None,
    total: int = 0,
) -> Job:
    """Put a job in the queue, in the transaction of the act that asks for it; a worker takes it up within a second.

    A live job of this kind for the same subject is returned as it is: asked for twice is once.
    """
    try:
        with transaction.atomic():
            return Job.objects.create(
                kind=kind.name,
                title=title[:200],
                subject=subject,
                arguments=dict(arguments or {}),
                owner=actor.membership if isinstance(actor, Viewer) else None,
                address=address,
                total=total,
                unit=kind.unit,
                created_at=clock.now(),
            )
    except IntegrityError:
        return Job.objects.get(kind=kind.name, subject=subject, state__in=Job.LIVE)


@transaction.atomic
def stop(viewer: Viewer, job: Job) -> Job:
    """Ask a job to stop; one that nobody has taken up yet is stopped at once. What it has done stays done."""
    current = Job.objects.select_for_update(of=("self",)).select_related("owner__organisation").get(pk=job.pk)
    if not may_stop(viewer, current):
        raise NotAllowed("停止由办理人本人或其单位的统筹科室进行。")
    if not current.is_live or current.stop_asked_at is not None:
        return current
    current.stop_asked_at = clock.now()
    current.save(update_fields=["stop_asked_at"])
    record(viewer, events.JOB_STOPPED, current.subject, f"停止“{current.title}”", after={"done": current.done})
    if current.state == Job.State.WAITING:
        end(current, Job.State.STOPPED, Outcome("没有开始"))
    return current


def may_stop(viewer: Viewer, job: Job) -> bool:
    """Whose job it is may stop it, and the coordinator above."""
    if job.owner is None:
        return False
    return job.owner.user_id == viewer.user_id or (
        viewer.role == Role.COORDINATOR and viewer.covers(job.owner.organisation)
    )


def end(job: Job, state: str, outcome: Outcome) -> None:
    """Write how a job ended, inside a transaction in which its row is held."""
    job.state, job.ended_at, job.progress_at = state, clock.now(), clock.now()
    job.words, job.address = outcome.words[:200], outcome.address or job.address
    job.save(update_fields=["state", "ended_at", "progress_at", "words", "address"])
    kind_of(job).ended(job)


def jobs_seen(viewer: Viewer) -> "QuerySet[Job]":
    """The jobs that somebody of the viewer's organisation, or of one below it, asked for; administrators see their own."""
    seen = Job.objects.select_related("owner__user", "owner__organisation")
    if viewer.role in ADMINISTRATORS:
        return seen.filter(owner=viewer.membership)
    return seen.filter(owner__organisation__path__startswith=viewer.base.path)


def job_of(subject: str, *kinds: JobKind) -> Job | None:
    """The newest job for a thing, of one of these kinds; what a page of the thing shows while it is live."""
    names = [kind.name for kind in kinds]
    return Job.objects.filter(subject=subject, kind__in=names).order_by("-created_at", "-pk").first()


def shown(viewer: Viewer, job: Job | None) -> dict[str, Any]:
    """What a page of the thing needs for `desk/_job_head.html` and `desk/_job_live.html`.

    Who sees how a job ended need not be reminded of it any more.
    """
    if job is not None and not job.is_live:
        reminders.settle(f"job:{job.pk}", viewer.user_id)
    return {"job": job, "may_stop": job is not None and job.is_live and may_stop(viewer, job)}
