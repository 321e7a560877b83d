"""Running long jobs (`work.py`): taking one up, giving a sign of life, taking over from a worker that died.

| what happens | what stands in the database | what follows |
| --- | --- | --- |
| the worker is killed | RUNNING, with a sign of life that grows old | after LEASE any worker takes it over and goes on from its position |
| it stood still for longer than LEASE and comes back | another attempt holds the job | its next write finds no row, its transaction is taken back |
| it is told to end | WAITING again | another worker takes it up within a second |
| it dies so each time before any progress | `fruitless` counts | after MOST_FRUITLESS the job has failed, and says so |
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F, Q

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused

from . import reminders
from .models import Job
from .work import LeaseLost, Outcome, StopAsked, Work, WorkerEnds, end, kind_of

PAUSE = 0.5  # seconds between two looks for work
TOLD_EVERY = 5.0  # seconds between two words of a command about its job
BEAT = 2.0  # seconds between two signs of life
LEASE = timedelta(seconds=12)
MOST_FRUITLESS = 3
REMIND_AFTER = timedelta(seconds=20)  # who has waited so long has probably left the page
REMINDED_FOR = timedelta(days=7)
_log = structlog.stdlib.get_logger("sunlot.jobs")


class Hands:
    """Takes up jobs one after another until it is told to end."""

    def __init__(self, *, beating: bool = True) -> None:
        """`beating` gives signs of life from a second connection; a test inside one transaction can't have one."""
        self._ending = threading.Event()
        self._beating = beating
        self._work: Work | None = None

    def keep_working(self) -> None:
        """Do jobs until `end` is called. A database that does not answer is asked again."""
        while not self._ending.is_set():
            close_old_connections()
            try:
                worked = self.work_once()
            except DatabaseError:
                _log.exception("the database does not answer; trying again")
                worked = False
            if not worked:
                self._ending.wait(PAUSE)

    def end(self) -> None:
        """Give the job in hand back at its next step, and take up no other."""
        self._ending.set()
        if self._work is not None:
            self._work.halted = WorkerEnds

    def work_once(self) -> bool:
        """Do one job, if there is one."""
        job = claim()
        if job is not None:
            self.do(job)
        return job is not None

    def do(self, job: Job) -> None:
        """Do a claimed job to its end, whatever that is."""
        work = self._work = Work(job)
        if self._ending.is_set():
            work.halted = WorkerEnds
        try:
            if self._beating:
                with _beating(work):
                    _run(work)
            else:
                _run(work)
        finally:
            self._work = None


def claim(pk: int | None = None) -> Job | None:
    """Hold the oldest job that waits, or whose holder gave no sign of life for LEASE; `pk` names one.

    Only one of two workers gets it: the conditional update tells who. None where there is nothing to do.
    """
    while True:
        silent = Q(state=Job.State.RUNNING, heartbeat_at__lt=clock.now() - LEASE)
        wanted = Job.objects.filter(Q(state=Job.State.WAITING) | silent)
        if pk is not None:
            wanted = wanted.filter(pk=pk)
        found = wanted.order_by("created_at", "pk").first()
        if found is None:
            return None
        now = clock.now()
        died = found.state == Job.State.RUNNING
        mine = Job.objects.filter(pk=found.pk, state=found.state, attempt=found.attempt).update(
            state=Job.State.RUNNING,
            attempt=F("attempt") + 1,
            fruitless=F("fruitless") + int(died),
            heartbeat_at=now,
            progress_at=now,
            claimed_at=now,
            claimed_done=F("done"),
        )
        if mine:
            if died:
                _log.warning("job taken over", job=found.pk, kind=found.kind, attempt=found.attempt + 1)
            return Job.objects.select_related("owner__user", "owner__organisation__parent").get(pk=found.pk)


def do_here(job: Job, tell: Callable[[Job], object]) -> Job:
    """Do a job in this process, for a command; where a worker has taken it up, wait for it. Returns it as it ended.

    `tell` hears every few seconds how far it is. A command that is killed leaves the job to the next worker.
    """
    ended = threading.Event()

    def talk() -> None:
        try:
            while not ended.wait(TOLD_EVERY):
                tell(Job.objects.get(pk=job.pk))
        finally:
            connection.close()

    beating = not connection.in_atomic_block
    talking = threading.Thread(target=talk, daemon=True)
    if beating:
        talking.start()
    try:
        while (current := Job.objects.get(pk=job.pk)).is_live:
            if (claimed := claim(job.pk)) is not None:
                Hands(beating=beating).do(claimed)
            else:
                time.sleep(PAUSE)
    finally:
        ended.set()
    return current


@contextmanager
def _beating(work: Work) -> Iterator[None]:
    """Give signs of life from a thread with a connection of its own, and hear there whether to stop."""
    ended = threading.Event()

    def beat() -> None:
        try:
            while not ended.wait(BEAT):
                _beat(work)
        finally:
            connection.close()

    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield
    finally:
        ended.set()
        heart.join(timeout=BEAT)


def _beat(work: Work) -> None:
    try:
        if not work.held().update(heartbeat_at=clock.now()):
            work.halted = work.halted or LeaseLost
        elif work.halted is None and work.held().filter(stop_asked_at__isnull=False).exists():
            work.halted = StopAsked
    except DatabaseError:
        _log.warning("no sign of life could be written", job=work.job.pk)


def _run(work: Work) -> None:
    """Run the kind's function and write how it ended."""
    job, started = work.job, time.monotonic()
    try:
        if job.stop_asked_at is not None:
            raise StopAsked
        if job.fruitless >= MOST_FRUITLESS:
            raise Refused("办理多次中断，没有进展，已不再重试。请联系系统管理员查看运行日志。")
        outcome = kind_of(job).run(work)
    except WorkerEnds:
        _finish(work, Job.State.WAITING, Outcome())
    except StopAsked:
        _finish(work, Job.State.STOPPED, Outcome("已按要求停止"))
    except LeaseLost:
        _log.warning("job lost to another worker", job=job.pk, kind=job.kind)
    except Refused as refusal:
        _finish(work, Job.State.FAILED, Outcome(str(refusal)))
    except Exception:  # noqa: BLE001 -- whatever broke one job, the others go on; it is logged and shown
        _log.exception("job failed", job=job.pk, kind=job.kind)
        _finish(
            work, Job.State.FAILED, Outcome("系统内部出错，没有办成。系统管理员可在运行日志中查到原因；可以再试一次。")
        )
    else:
        _finish(work, Job.State.DONE, outcome)
        _log.info("job done", job=job.pk, kind=job.kind, seconds=round(time.monotonic() - started, 1))


@transaction.atomic
def _finish(work: Work, state: str, outcome: Outcome) -> None:
    """Give the job back or end it, if this attempt still holds it."""
    job = work.held().select_for_update().first()
    if job is None:
        return
    if state == Job.State.WAITING:
        job.state = state
        job.save(update_fields=["state"])
        return
    if state == Job.State.DONE and job.total:
        job.done = job.total
        job.save(update_fields=["done"])
    end(job, state, outcome)
    if job.owner_id is not None and clock.now() - job.created_at > REMIND_AFTER:
        owner = work.job.owner
        assert owner is not None  # noqa: S101 -- it has an id
        words = (
            f"“{job.title}”{job.get_state_display()}：{job.words}"
            if job.words
            else f"“{job.title}”{job.get_state_display()}"
        )
        reminders.remind(
            [owner.user_id], f"job:{job.pk}", words[:200], f"/desk/jobs/{job.pk}/", clock.now() + REMINDED_FOR
        )
