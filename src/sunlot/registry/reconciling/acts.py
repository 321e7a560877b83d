"""The acts of a reconciliation: upload, decide, take in, file, sign."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.work import start
from sunlot.norms import clock
from sunlot.organisations import signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events, imports, policy
from ..imports.recognition import recognise
from ..models import Import, InspectionObject, Reconciliation, ReconciliationLine
from .background import COMPARE, FILE, STATES, address_of, thing
from .rosters import roster_of

Decision, Outcome = ReconciliationLine.Decision, ReconciliationLine.Outcome
State = Reconciliation.State
CLERK, HEAD = "经办人", "科室负责人"
"""In what capacities a report is signed: by who reconciled, and by another person above."""

PART = 5000


def require_reconciler(viewer: Viewer) -> None:
    """Raise NotAllowed unless this person may reconcile the registry of its jurisdiction."""
    if not policy.may_write(viewer):
        raise NotAllowed("名录核对由经办人或统筹科室办理。")


def upload(
    viewer: Viewer,
    *,
    source: str,
    as_of: date,
    kinds: Iterable[ObjectKind],
    regions: Iterable[str],
    file_name: str,
    content: bytes,
) -> Reconciliation:
    """Take an authoritative list in; a job compares it. Raises Refused for what is no table."""
    require_reconciler(viewer)
    recognise(content)
    if as_of > clock.today():
        raise Refused("名单日期还没有到。填写名单导出的日期。")
    wanted = sorted(regions)
    if not wanted or any(not code.startswith(viewer.region_prefix) for code in wanted):
        raise Refused("选定本辖区内的区。")
    with transaction.atomic():
        made = Reconciliation.objects.create(
            organisation=viewer.organisation,
            source=source,
            as_of=as_of,
            kinds=sorted(kind.code for kind in kinds),
            regions=wanted,
            file=files.store(content),
            file_name=file_name[-255:],
            created_by=viewer.membership.user,
            created_at=clock.now(),
        )
        after = {"file": made.file_id, "kinds": made.kinds, "regions": made.regions}
        record(
            viewer,
            events.RECONCILIATION_STARTED,
            thing(made),
            f"以{source} {as_of.isoformat()} 的名单核对名录库",
            after=after,
        )
        start(viewer, COMPARE, f"核对《{made.file_name}》", subject=thing(made), address=address_of(made))
    return made


@transaction.atomic
def decide(
    viewer: Viewer,
    reconciliation: Reconciliation,
    lines: "QuerySet[ReconciliationLine]",
    decision: str,
    *,
    fields: Sequence[str] = (),
    state: str = "",
    reason: str = "",
) -> int:
    """Decide about lines, some ticked or all that a rule (a filter) finds; returns how many.

    TAKE follows the list: in these fields of what differs, or in all where none are named; a `state` is what objects
    get that the list does not have. KEEP leaves the registry as it is and needs its reason. Lines that agree, and those
    carried out already, are left alone. Raises Refused where nothing can be decided.
    """
    current = _open(viewer, reconciliation)
    reason = reason.strip()
    if decision == Decision.KEEP and not reason:
        raise Refused("保留名录库的内容须写明理由，例如“已实地核实在营”。")
    wanted = ReconciliationLine.objects.filter(
        pk__in=lines.filter(reconciliation=current).values("pk"), roster__isnull=True, done_at__isnull=True
    ).exclude(outcome=Outcome.SAME)
    if decision == Decision.TAKE:
        if "number" in fields:
            raise Refused("统一社会信用代码是对象的身份，不能从名单采用。核实后保留名录库，或在对象页办理。")
        wanted = wanted.exclude(outcome=Outcome.UNCLEAR).exclude(fields=",number,")
        if wanted.filter(outcome=Outcome.GONE).exists():
            if state not in (*InspectionObject.MOVES[InspectionObject.State.ACTIVE],):
                raise Refused("名单上没有的对象，选定它们现在的状态：注销、吊销、迁出或停业停工。")
            wanted.filter(outcome=Outcome.GONE).update(state=state)
    elif decision not in (Decision.KEEP, Decision.OPEN):
        raise Refused("选定采用名单还是保留名录库。")
    decided = wanted.update(
        decision=decision,
        taken=list(fields) if decision == Decision.TAKE else [],
        reason=reason[:200],
        decided_by=viewer.membership.user,
        decided_at=clock.now(),
    )
    if not decided:
        raise Refused("没有可以处理的行。一致的、无法比对的和已经办理的，不能采用名单。")
    words = f"{Decision(decision).label} {decided} 条" + (f"：{reason}" if reason else "")
    after = {"decision": decision, "lines": decided, "fields": list(fields), "state": state}
    record(viewer, events.RECONCILIATION_DECIDED, thing(current), words, after=after)
    return decided


def take_in(viewer: Viewer, reconciliation: Reconciliation) -> Import | None:
    """Carry out what was decided in favour of the list: new enterprises and changed facts become an import, looked at
    and confirmed as any other; changed states are set by a job. Returns the import, if there is anything for one.

    Raises Refused where nothing waits.
    """
    with transaction.atomic():
        current = _open(viewer, reconciliation)  # held from here: pressed twice, the second finds nothing to take in
        made, roster = roster_of(current), None
        if made is not None:
            content, keys = made
            name = f"名录核对-{current.as_of.isoformat()}.xlsx"
            roster = imports.upload(viewer, Import.Target.OBJECTS, name, content)
            for start_at in range(0, len(keys), PART):
                part = keys[start_at : start_at + PART]
                ReconciliationLine.objects.filter(pk__in=part).update(roster=roster)
        waiting = current.lines.filter(decision=Decision.TAKE, done_at__isnull=True).exclude(state="")
        states = waiting.filter(Q(outcome=Outcome.GONE) | Q(fields__contains=",state,")).count()
        if roster is None and not states:
            raise Refused("没有待办理的采用。先在下面逐条或按条件选定“采用名单”。")
        if states:
            start(
                viewer,
                STATES,
                f"变更 {states} 个对象的状态",
                subject=thing(current),
                address=address_of(current),
                total=states,
            )
        after = {"import": roster.pk if roster else None, "states": states}
        record(viewer, events.RECONCILIATION_TAKEN, thing(current), "办理采用名单的内容", after=after)
    return roster


@transaction.atomic
def file_report(viewer: Viewer, reconciliation: Reconciliation) -> Reconciliation:
    """Close the reconciliation; a job makes and files its report. Nothing can be decided any more.

    Raises Refused while lines wait for a decision, or what was decided was not carried out.
    """
    current = _open(viewer, reconciliation)
    waiting = current.lines.filter(decision=Decision.OPEN).count()
    if waiting:
        raise Refused(f"还有 {waiting} 条待处理。全部采用或保留（写明理由）以后再归档。")
    undone = current.lines.filter(decision=Decision.TAKE, roster__isnull=True, done_at__isnull=True).count()
    if undone:
        raise Refused(f"还有 {undone} 条采用名单的内容没有办理。")
    unconfirmed = Import.objects.filter(pk__in=current.lines.exclude(roster=None).values("roster")).exclude(
        state__in=[Import.State.APPLIED, Import.State.DISCARDED]
    )
    if unconfirmed.exists():
        raise Refused("采用的内容还没有确认导入。确认或放弃那份导入以后再归档。")
    current.state, current.filed_by = State.FILING, viewer.membership.user
    current.save(update_fields=["state", "filed_by"])
    record(viewer, events.RECONCILIATION_CLOSED, thing(current), "核对完毕，生成报告")
    start(viewer, FILE, f"生成{current.source}名单的核对报告", subject=thing(current), address=address_of(current))
    return current


def page_of(reconciliation: Reconciliation, capacity: str) -> signatures.Page:
    """What is signed: the filed report, by its digest."""
    title = f"{reconciliation.source} {reconciliation.as_of.isoformat()} 名单的核对报告"
    return signatures.Page(thing(reconciliation), title, reconciliation.report_id or "", capacity)


def capacity_of(viewer: Viewer, reconciliation: Reconciliation) -> str | None:
    """In what capacity this person may sign the report now; None where it may not, or has."""
    if reconciliation.state != State.FILED or not viewer.covers(reconciliation.organisation):
        return None
    if viewer.role in (Role.HEAD, Role.UNIT_HEAD, Role.LEADER):
        capacity = HEAD
    elif policy.may_write(viewer):
        capacity = CLERK
    else:
        return None
    standing = Signature.objects.filter(thing=thing(reconciliation), digest=reconciliation.report_id).exclude(
        state=Signature.State.VOID
    )
    mine = standing.filter(Q(capacity=capacity) | Q(user_id=viewer.user_id))
    return None if mine.exists() else capacity


@transaction.atomic
def sign(viewer: Viewer, reconciliation: Reconciliation, proof: signatures.Proof, comment: str = "") -> Signature:
    """Sign the filed report; its two signatures are of two persons."""
    return signatures.sign(viewer, page_of(reconciliation, _signing(viewer, reconciliation)), proof, comment)


@transaction.atomic
def refuse(viewer: Viewer, reconciliation: Reconciliation, reason: str) -> Signature:
    """Refuse to sign the report, with the reason, which stays with it."""
    return signatures.refuse(viewer, page_of(reconciliation, _signing(viewer, reconciliation)), reason)


def _signing(viewer: Viewer, reconciliation: Reconciliation) -> str:
    current = (
        Reconciliation.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=reconciliation.pk)
    )
    capacity = capacity_of(viewer, current)
    if capacity is None:
        raise NotAllowed("核对报告归档后，由经办人和科室负责人签署，各签一次，不能是同一人。")
    return capacity


def _require_handler(viewer: Viewer, reconciliation: Reconciliation) -> None:
    require_reconciler(viewer)
    if not viewer.covers(reconciliation.organisation):
        raise NotAllowed("这次核对由上传单位的经办人办理。")


def _open(viewer: Viewer, reconciliation: Reconciliation) -> Reconciliation:
    """The reconciliation, locked, if it can be worked on and is this person's to handle."""
    current = (
        Reconciliation.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=reconciliation.pk)
    )
    _require_handler(viewer, current)
    if current.state != State.OPEN:
        raise Refused(f"这次核对{current.get_state_display()}，现在不能处理。")
    return current
