"""The long jobs of a reconciliation: comparing, changing the states of objects, making the report."""

from itertools import islice

from django.db import transaction
from django.db.models import Count, Q

from sunlot.desk.models import Job
from sunlot.desk.work import JobKind, Outcome, Work
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events
from ..actions import set_object_state
from ..imports.columns import score
from ..imports.fields import AUTHORITY
from ..imports.reading import read
from ..models import Reconciliation, ReconciliationLine
from .comparing import Reader, compare, read_list
from .report import pdf_of, table_of

BATCH = 2000
State, Decision = Reconciliation.State, ReconciliationLine.Decision


def thing(reconciliation: Reconciliation) -> str:
    """The key of a reconciliation in the trail and of its jobs."""
    return f"reconciliation:{reconciliation.pk}"


def address_of(reconciliation: Reconciliation) -> str:
    """The page of a reconciliation."""
    return f"/desk/registry/reconciliations/{reconciliation.pk}/"


def _reconciliation(job: Job) -> Reconciliation:
    return Reconciliation.objects.select_related("organisation").get(pk=int(job.subject.partition(":")[2]))


def _compare(work: Work) -> Outcome:
    """Read the list and lay it beside the registry. Nothing of it is to be seen before it is whole."""
    found, viewer = _reconciliation(work.job), work.viewer
    if found.state != State.COMPARING:
        return Outcome()

    def tell(done: int, words: str) -> None:
        work.progress(done, words=words)

    work.progress(words="读取名单")
    table = read(files.read(found.file_id), None, score(AUTHORITY))
    work.progress(0, len(table.rows))
    rows = read_list(Reader(found.kinds, found.regions), table, tell)
    found.lines.all().delete()  # of an attempt that was killed
    lines = compare(viewer, found, rows, tell)
    while part := list(islice(lines, BATCH)):
        with transaction.atomic():
            ReconciliationLine.objects.bulk_create(part)
            work.save(work.job.done, {})
        work.progress()
    counts = dict(found.lines.values_list("outcome").annotate(Count("pk")))
    counts["outside"] = sum(row.outside for row in rows)
    with transaction.atomic():
        work.save(len(rows), {})
        found.state, found.counts = State.OPEN, counts
        found.save(update_fields=["state", "counts"])
    return Outcome(
        f"内容不同 {counts.get('differs', 0)}，名录库没有 {counts.get('missing', 0)}，名单上没有 {counts.get('gone', 0)}"
    )


def _compare_ended(job: Job) -> None:
    """A list that could not be compared is over, with the reason."""
    if job.state in (Job.State.FAILED, Job.State.STOPPED):
        Reconciliation.objects.filter(pk=_reconciliation(job).pk, state=State.COMPARING).update(
            state=State.UNREADABLE, refusal=job.words or "比对没有完成。"
        )


def _set_states(work: Work) -> Outcome:
    """Give the objects the states decided for them, one act each; what is refused waits again, with the reason."""
    found, viewer = _reconciliation(work.job), work.viewer
    waiting = found.lines.filter(decision=Decision.TAKE, done_at__isnull=True).exclude(state="")
    waiting = waiting.filter(Q(outcome=ReconciliationLine.Outcome.GONE) | Q(fields__contains=",state,"))
    done = refused = 0
    # The keys first: a reading cursor must not stay open while each act is written.
    for key in list(waiting.order_by("pk").values_list("pk", flat=True)):
        line = found.lines.select_related("object").get(pk=key)
        if line.outcome != ReconciliationLine.Outcome.GONE and line.taken and "state" not in line.taken:
            continue
        entry = line.object
        assert entry is not None  # noqa: S101 -- what has a state to get is in the registry
        try:
            with transaction.atomic():
                set_object_state(viewer, entry, line.state, since=found.as_of, source=f"{found.source}名单")
                line.done_at = clock.now()
                line.save(update_fields=["done_at"])
                work.save(done + refused + 1, {})
            done += 1
        except Refused as refusal:
            line.decision, line.note = Decision.OPEN, str(refusal)[:300]
            line.save(update_fields=["decision", "note"])
            refused += 1
        work.progress()
    return Outcome(f"已变更 {done} 个" + (f"，{refused} 个不能变更，退回待处理" if refused else ""))


def _file(work: Work) -> Outcome:
    """Make the report and its table, and file both."""
    found = _reconciliation(work.job)
    if found.state != State.FILING:
        return Outcome()
    work.progress(words="生成表格")
    table = files.store(table_of(found))
    work.progress(words="生成报告")
    report = files.store(pdf_of(found, table.digest))
    with transaction.atomic():
        work.save(work.job.done, {})
        found.state, found.filed_at, found.report, found.table = State.FILED, clock.now(), report, table
        found.save(update_fields=["state", "filed_at", "report", "table"])
        after = {"report": report.digest, "table": table.digest}
        record(work.viewer, events.RECONCILIATION_FILED, thing(found), "核对报告归档", after=after)
    return Outcome("报告已归档，待签署")


def _file_ended(job: Job) -> None:
    """A report that was not made can be asked for again."""
    Reconciliation.objects.filter(pk=_reconciliation(job).pk, state=State.FILING).update(
        state=State.OPEN, filed_by=None
    )


COMPARE = JobKind("registry.reconcile", "核对名录", _compare, unit="行", ended=_compare_ended)
STATES = JobKind("registry.reconcile_states", "变更对象状态", _set_states, unit="个")
FILE = JobKind("registry.reconcile_report", "生成核对报告", _file, ended=_file_ended)
