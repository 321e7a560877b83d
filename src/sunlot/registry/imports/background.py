"""Imports of large rosters as long jobs (desk/work.py): looking at one, and taking it in."""

from django.db import transaction

from sunlot.desk.models import Job
from sunlot.desk.work import JobKind, Outcome, Work
from sunlot.organisations.viewer import Refused
from sunlot.trail import files

from ..models import Import
from .checking import guess_columns, keep, look_at, refuse_unreadable
from .columns import score
from .outcome import Applied
from .reading import read
from .taking import take_in_chunks

State = Import.State


def address_of(roster: Import) -> str:
    """The page of an import."""
    return f"/desk/registry/imports/{roster.pk}/"


def _roster(job: Job) -> Import:
    key = int(job.subject.partition(":")[2])
    return Import.objects.select_related("organisation", "applied_by").get(pk=key)


def _check(work: Work) -> Outcome:
    """Read the file, match its columns where that was not done, look at every row."""
    roster, viewer = _roster(work.job), work.viewer
    if roster.state != State.CHECKING:
        return Outcome()
    work.progress(words="读取文件")
    sheet = work.arguments.get("sheet", roster.sheet)
    table = read(files.read(roster.file_id), sheet or None, score(roster.target))
    if not roster.layout or sheet != roster.sheet:
        guess_columns(viewer, roster, table)
    rows = len(table.rows)
    work.progress(0, rows)
    found = look_at(viewer, roster, table, lambda done, words: work.progress(done, words=words), use_up=True)
    with transaction.atomic():
        work.save(rows, {})
        counts = keep(roster, found)
    good = counts["new"] + counts["changed"] + counts["same"]
    return Outcome(f"可导入 {good} 行，待确认 {counts['confirm']} 行，有错误 {counts['faulty']} 行")


def _check_ended(job: Job) -> None:
    """A file that could not be looked at is over, with the reason; one that somebody stopped is given up."""
    roster = _roster(job)
    if job.state == Job.State.FAILED:
        refuse_unreadable(roster, job.words)
    elif job.state == Job.State.STOPPED:
        Import.objects.filter(pk=roster.pk, state=State.CHECKING).update(state=State.DISCARDED)


def _apply(work: Work) -> Outcome:
    """Take the rows in, from where it stood."""
    roster = _roster(work.job)
    if roster.state == State.APPLIED:
        return Outcome(Applied.of(roster).words)  # killed between its end and the job's
    if roster.state != State.APPLYING:
        raise Refused("这份名单不在导入之中。")
    done = take_in_chunks(
        work.viewer,
        roster,
        saved=lambda done: work.save(done, {}),
        tell=lambda done, words: work.progress(done, words=words),
    )
    return Outcome(done.words)


def _apply_ended(job: Job) -> None:
    """Whatever ended it early: what was taken is said, and it can go on; nothing taken is as if never confirmed."""
    rosters = Import.objects.filter(pk=_roster(job).pk, state=State.APPLYING)
    rosters.filter(next_row=0).update(state=State.PREVIEW)
    rosters.update(state=State.STOPPED)


CHECK = JobKind("registry.import_check", "核对名单", _check, unit="行", ended=_check_ended)
APPLY = JobKind("registry.import_apply", "导入名单", _apply, unit="行", ended=_apply_ended)
