"""Asking for a check outside of the plans, changing, returning, withdrawing and approving it.

Approved, the task and its forms are made in the same transaction, just as by dispatching a draw.
"""

from typing import Any

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations import signatures
from sunlot.organisations.models import Organisation, Region, Signature
from sunlot.organisations.signatures import Page, Proof
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record
from sunlot.visits.models import Visit

from .. import events
from ..actions.making import FormToMake, PartToMake, write_forms
from ..models import CheckRequest, Task
from . import checks, policy, queries
from .content import COLUMNS, RequestContent, content_of, digest_of

State = CheckRequest.State
TITLE = "行政检查审批表"
TEAM = "检查组"


@transaction.atomic
def ask(viewer: Viewer, content: RequestContent, *, is_demo: bool = False) -> CheckRequest:
    """Ask for a check by the viewer's unit. Raises NotAllowed for others than clerks, Refused with what stands against it."""
    if not policy.may_ask(viewer):
        raise NotAllowed("计划外的检查由承办单位的经办人提出申请。")
    unit = viewer.organisation
    _require_possible(viewer, unit, content)
    request = CheckRequest.objects.create(
        number=_next_number(unit),
        organisation=unit,
        **_columns(content),
        asked_by_id=viewer.user_id,
        asked_at=clock.now(),
        is_demo=is_demo,
    )
    found = _set_lists(request, content)
    record(
        viewer, events.CHECK_REQUESTED, found.thing, f"申请{found.get_source_display()}“{found}”", after=_said(found)
    )
    return found


@transaction.atomic
def change(viewer: Viewer, request: CheckRequest, content: RequestContent) -> CheckRequest:
    """Change a request that waits or was returned; a returned one is submitted again with it."""
    found = _locked(request)
    if not policy.may_change(viewer, found):
        raise NotAllowed(f"由{found.organisation.name}的经办人修改。")
    if not found.is_open:
        raise Refused(f"这份申请{found.get_state_display()}，不能再改。")
    if found.state == State.ASKED and content_of(found) == content:
        return found
    _require_possible(viewer, found.organisation, content)
    before = _said(found)
    for name, value in _columns(content).items():
        setattr(found, name, value)
    found.state, found.asked_by_id, found.asked_at = State.ASKED, viewer.user_id, clock.now()
    found.comment, found.decided_by, found.decided_at = "", None, None
    found.save()
    found = _set_lists(found, content)
    after = _said(found)
    changed = [name for name in after if before[name] != after[name]]
    record(
        viewer,
        events.CHECK_CHANGED,
        found.thing,
        f"修改“{found}”的检查申请，重新提交",
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return found


@transaction.atomic
def return_request(viewer: Viewer, request: CheckRequest, comment: str) -> CheckRequest:
    """Send it back with what is to be changed. Twice is once."""
    found = _locked(request)
    _require_decider(viewer, found)
    if found.state == State.RETURNED:
        return found
    if not comment.strip():
        raise Refused("写明退回的理由，经办人据此修改。")
    _decide(viewer, found, State.RETURNED, comment)
    signatures.refuse(viewer, page_of(found), comment)
    record(viewer, events.CHECK_RETURNED, found.thing, f"退回“{found}”的检查申请：{found.comment}")
    return found


@transaction.atomic
def withdraw(viewer: Viewer, request: CheckRequest, reason: str) -> CheckRequest:
    """Give it up before it is approved, with the reason. Twice is once."""
    found = _locked(request)
    if not policy.may_change(viewer, found):
        raise NotAllowed(f"由{found.organisation.name}的经办人撤回。")
    if found.state == State.WITHDRAWN:
        return found
    if not reason.strip():
        raise Refused("写明撤回的理由。")
    _decide(viewer, found, State.WITHDRAWN, reason)
    record(viewer, events.CHECK_WITHDRAWN, found.thing, f"撤回“{found}”的检查申请：{found.comment}")
    return found


@transaction.atomic
def approve(viewer: Viewer, request: CheckRequest, proof: Proof, comment: str = "") -> Task:
    """Approve and sign it: the task and its forms are there at once. Twice, or by two at once, it is approved once.

    Raises NotAllowed for others than the unit's head, Refused where by now something stands against it.
    """
    found = _locked(request)
    _require_decider(viewer, found)
    if found.state == State.APPROVED:
        return Task.objects.get(request=found)
    _require_move(found, State.APPROVED)
    _require_possible(viewer, found.organisation, content_of(found))
    signatures.sign(viewer, page_of(found), proof, comment)
    return _dispatch(viewer, found, comment)


@transaction.atomic
def paper_confirmed(viewer: Viewer, signature: Signature) -> None:
    """The head signed on paper, and a second person has compared the scan with it."""
    pk = int(signature.thing.partition(":")[2])
    found = _locked(CheckRequest(pk=pk))
    if found.state == State.APPROVED:
        return
    _require_move(found, State.APPROVED)
    _require_possible(viewer, found.organisation, content_of(found))
    _dispatch(viewer, found, "纸质审批")


def page_of(request: CheckRequest) -> Page:
    """What the unit's head signs."""
    return Page(request.thing, f"“{request}”的{TITLE}", request.digest, policy.UNIT_HEAD)


# --- inside -------------------------------------------------------------------------------------------------------


def _dispatch(viewer: Viewer, request: CheckRequest, comment: str) -> Task:
    _decide(viewer, request, State.APPROVED, comment)
    task = Task.objects.create(
        number=request.number,
        title=request.title,
        source=request.source,
        request=request,
        starts_on=request.starts_on,
        ends_on=request.ends_on,
        created_at=clock.now(),
    )
    items = list(request.items.all())
    people = tuple(request.inspectors.all())
    wanted = []
    for entry in request.objects_named.all():
        fitting = tuple(one for one in items if entry.kind_id in {kind.pk for kind in one.kinds.all()})
        wanted.append(FormToMake(entry, TEAM, (PartToMake(request.organisation, people, fitting),)))
    forms, _ = write_forms(task, wanted)
    record(
        viewer,
        events.CHECK_APPROVED,
        request.thing,
        f"批准“{request}”并派发 {len(forms)} 份检查表" + (f"：{request.comment}" if request.comment else ""),
        after={"digest": request.digest, "forms": [form.number for form in forms]},
    )
    words = f"经批准派发{request.get_source_display()}任务：{len(forms)} 户"
    record(viewer, events.DISPATCHED, f"task:{task.pk}", words, after={"request": request.number, "forms": len(forms)})
    return task


def _require_possible(viewer: Viewer, unit: Organisation, content: RequestContent) -> None:
    found = checks.faults(viewer, unit, content)
    if found:
        raise Refused(" ".join(found))


def _require_decider(viewer: Viewer, request: CheckRequest) -> None:
    if not policy.may_decide(viewer, request):
        raise NotAllowed(f"由{request.organisation.department.name}的{policy.UNIT_HEAD}审批，申请人自己不能批准。")


def _require_move(request: CheckRequest, state: CheckRequest.State) -> None:
    if state not in CheckRequest.MOVES[request.state]:
        raise Refused(f"这份申请{request.get_state_display()}。刷新页面看最新情况。")


def _decide(viewer: Viewer, request: CheckRequest, state: CheckRequest.State, comment: str) -> None:
    _require_move(request, state)
    request.state, request.comment = state, comment.strip()[:500]
    request.decided_by_id, request.decided_at = viewer.user_id, clock.now()
    request.save(update_fields=["state", "comment", "decided_by", "decided_at"])


def _locked(request: CheckRequest) -> CheckRequest:
    CheckRequest.objects.select_for_update().get(pk=request.pk)
    return queries.whole(CheckRequest.objects.filter(pk=request.pk)).get()


def _columns(content: RequestContent) -> dict[str, Any]:
    typed = {name: getattr(content, name) for name in COLUMNS}
    words = {name: value.strip() if isinstance(value, str) else value for name, value in typed.items()}
    is_recheck = content.source == Visit.Source.RECHECK
    return {**words, "rechecks_id": content.rechecks if is_recheck else None}


def _set_lists(request: CheckRequest, content: RequestContent) -> CheckRequest:
    request.objects_named.set(content.objects)
    request.items.set(content.items)
    request.inspectors.set(content.inspectors)
    found = queries.whole(CheckRequest.objects.filter(pk=request.pk)).get()
    found.digest = digest_of(found)
    found.save(update_fields=["digest"])
    return found


def _said(request: CheckRequest) -> dict[str, Any]:
    return {
        **{name: getattr(request, name) for name in COLUMNS},
        "objects": [one.number for one in request.objects_named.all()],
        "items": [one.item.code for one in request.items.all()],
        "inspectors": [one.number for one in request.inspectors.all()],
        "digest": request.digest,
    }


def _next_number(unit: Organisation) -> str:
    """JC-150300-2026-0001: one row of numbers for each region and year; the region's row is the lock."""
    Region.objects.select_for_update(no_key=True).get(pk=unit.region_id)
    prefix = f"JC-{unit.region_id}-{clock.today().year}-"
    last = CheckRequest.objects.filter(number__startswith=prefix).order_by("-number").values_list("number", flat=True)
    newest = last.first()
    return f"{prefix}{int(newest.removeprefix(prefix)) + 1 if newest else 1:04d}"
