"""The long job that files a form: gather, set the PDF, write the manifest, log its digest, keep the log's proof.

| killed | left behind | goes on with |
| --- | --- | --- |
| while gathering or setting | stored files that nothing names | the same from the beginning: same input, same bytes |
| after the filing was committed | a filed form without log.json | the log's proof alone |
"""

import hashlib
import json
import time

from django.db import connection, transaction

from sunlot.desk.models import Job
from sunlot.desk.work import JobKind, Outcome, Work
from sunlot.documents.paper import Record
from sunlot.filed.manifest import TRAIL
from sunlot.inspecting.models import Form
from sunlot.norms import canonical, clock
from sunlot.organisations.viewer import Refused
from sunlot.trail import files
from sunlot.trail.actions import record
from sunlot.trail.log import reading, sealing
from sunlot.trail.models import Event, EventDetail, LogLeaf, StoredFile

from . import events, package, papers, queries
from .case import Case, case_of
from .models import CaseFile, CasePaper

State = CaseFile.State

PATIENCE = 30.0
"""Seconds that the job waits for the log to take in what it proves."""
_LOOK_AGAIN = 0.5


def address_of(file: CaseFile) -> str:
    """The page of a file."""
    return f"/desk/archive/{file.pk}/"


def _file(work: Work) -> Outcome:
    file = _again(int(work.arguments["file"]))
    if file.state == State.MAKING:
        work.progress(0, words="收集材料")
        case = case_of(file.form_id)
        _await_log(work, [one.event_id for one in case.events])
        work.progress(1, words="排版卷宗")
        case = case_of(file.form_id)  # with the places in the log that were given meanwhile
        filed_at = clock.now()
        years = queries.years_for(case.form.object.kind)
        made, records = papers.bound(file, case, filed_at, years)
        pdf = files.store(made)
        work.progress(2, words="编制清单")
        file.years, file.keep_until = years, queries.keep_until(papers.day_of(filed_at), years)
        kept = package.files_of(case, pdf)
        manifest = files.store(package.manifest_of(file, case, kept, filed_at))
        file.pdf, file.manifest, file.filed_at, file.text = pdf, manifest, filed_at, case.text
        _commit(work, file, case, records)
    work.progress(3, words="等待日志证明")
    _await_log(work, [file.filing_id] if file.filing_id else [])
    if log_of(file) is None:
        return Outcome("已归档；日志还没有收入归档登记，归档包的日志证明稍后补齐", address_of(file))
    return Outcome("已归档", address_of(file))


def _again(pk: int) -> CaseFile:
    return CaseFile.objects.select_related("form__task", "form__object__kind", "organisation", "asked_by").get(pk=pk)


def _commit(work: Work, file: CaseFile, case: Case, records: list[Record]) -> None:
    """File it: the form moves, the digest of the manifest is logged. Whatever changed since it was gathered refuses it."""
    with transaction.atomic():
        form = Form.objects.select_for_update().get(pk=file.form_id)
        current = CaseFile.objects.select_for_update().get(pk=file.pk)
        if current.state != State.MAKING or form.state != Form.State.CLOSED:
            raise Refused("归档期间检查表有了变动，没有归档。看过以后重新归档。")
        own = case.own_things
        if EventDetail.objects.filter(thing__in=own).count() != sum(one.thing in own for one in case.events):
            raise Refused("归档期间又有新的办理，没有归档。重新归档。")
        assert file.manifest is not None  # noqa: S101 -- made just before
        file.filing = record(
            work.actor, events.FILED, file.thing, f"检查表 {form.number} 归档（案卷 {file.number}）",
            after={"manifest": file.manifest.digest, "years": file.years},
            subject=file.subject, public={"manifest": file.manifest.digest},
        )  # fmt: skip
        file.state = State.FILED
        file.save(
            update_fields=["state", "pdf", "manifest", "filed_at", "years", "keep_until", "text", "filing"]
        )  # fmt: skip
        CasePaper.objects.bulk_create(
            CasePaper(
                file=file,
                digest=one.evidence.digest,
                title=one.paper_title()[:120],
                number=one.file_number[:100],
                day=one.day,
            )
            for one in records
        )
        form.state = Form.State.FILED
        form.save(update_fields=["state"])
        work.save(3, {"filed": True})


def _await_log(work: Work, wanted: list[int]) -> None:
    """Wait until the log holds these events, and help it on; whoever waits in vain goes on without."""
    if connection.in_atomic_block:  # nothing can be sealed inside a transaction
        return
    until = time.monotonic() + PATIENCE
    while not _is_logged(wanted) and not sealing.is_stopped() and time.monotonic() < until:
        if not sealing.seal():
            time.sleep(_LOOK_AGAIN)
        work.progress()


def _is_logged(wanted: list[int]) -> bool:
    tree = reading.published_tree()
    if tree is None:
        return not wanted
    return LogLeaf.objects.filter(event__in=wanted, index__lt=tree.size).count() == len(set(wanted))


def log_of(file: CaseFile) -> StoredFile | None:
    """log.json of a filed form, kept the first time that the log holds all of it; None before."""
    if file.log is not None or file.filing_id is None or file.manifest_id is None:
        return file.log
    value = package.log_value(file.filing_id, _events_of(file))
    if value is None:
        return None
    stored = files.store(canonical.dumps(value))
    CaseFile.objects.filter(pk=file.pk, log__isnull=True).update(log=stored)
    file.refresh_from_db(fields=["log"])
    return file.log


def _events_of(file: CaseFile) -> list[int]:
    """The events of the filed trail.json, found by the entries that stand in it."""
    assert file.manifest_id is not None  # noqa: S101 -- asked before
    listed = json.loads(files.read(file.manifest_id))["files"]
    trail = next(one["sha256"] for one in listed if one["name"] == TRAIL)
    entries = [one["entry"] for one in json.loads(files.read(trail))]
    leaves = [hashlib.sha256(b"\x00" + entry.encode()).digest() for entry in entries]
    return list(Event.objects.filter(leaf_hash__in=leaves, entry__in=entries).values_list("pk", flat=True))


def _ended(job: Job) -> None:
    """A file whose job ended in another way than filed is given up, with the reason, and may be asked for again."""
    CaseFile.objects.filter(pk=job.arguments["file"], state=State.MAKING).update(
        state=State.FAILED, failure=(job.words or "没有完成。")[:200]
    )


FILE = JobKind("archiving.file", "归档", _file, unit="步", ended=_ended)
