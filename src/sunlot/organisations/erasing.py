"""Erasing a person from the trail takes two: the auditor asks, the system administrator does it (个人信息保护法).

The auditor changes nothing itself, and the system administrator, who sees no business data, never reads what it
erases. The event's entry and leaf stay for ever (sunlot.trail.actions.erase).
"""

from django.db import transaction

from sunlot.norms import clock
from sunlot.trail.actions import erase, record
from sunlot.trail.events import ERASED
from sunlot.trail.models import EventDetail

from . import events, policy
from .models import ErasureRequest
from .queries import events_seen
from .roles import Role
from .viewer import NotAllowed, Refused, Viewer


@transaction.atomic
def ask(viewer: Viewer, event_id: int, reason: str) -> ErasureRequest:
    """Ask to erase the detail of an event that the viewer reads; asked again, the open request is returned."""
    policy.require(viewer, Role.AUDITOR, "申请清除留痕明细")
    if not viewer.administers_everything:
        raise NotAllowed("清除留痕明细由市级审计管理员申请。")
    if not reason.strip():
        raise Refused("写明清除的理由和依据，如本人要求、法院文书。")
    detail = events_seen(viewer).filter(event_id=event_id).first()
    if detail is None:
        raise Refused("这条留痕的明细已经清除。")
    if detail.type == ERASED.name:
        raise Refused("清除的记录本身须永久保存，不能清除。")
    found, made = ErasureRequest.objects.get_or_create(
        event_id=event_id,
        state=ErasureRequest.State.OPEN,
        defaults={"reason": reason.strip(), "asked_by_id": viewer.user_id, "asked_at": clock.now()},
    )
    if made:
        words = f"申请清除第{event_id}条留痕的明细，理由：{reason.strip()}"
        record(viewer, events.ERASURE_ASKED, f"erasure:{found.pk}", words, after={"event": event_id})
    return found


@transaction.atomic
def carry_out(viewer: Viewer, request: ErasureRequest) -> ErasureRequest:
    """Erase the detail; done twice is done once."""
    found = _decidable(viewer, request)
    if found.state == ErasureRequest.State.ERASED:
        return found
    if not EventDetail.objects.filter(event_id=found.event_id).exists():
        raise Refused("这条留痕的明细已经不在。")
    _decide(viewer, found, ErasureRequest.State.ERASED)
    erase(viewer, found.event_id, found.reason)
    return found


@transaction.atomic
def dismiss(viewer: Viewer, request: ErasureRequest, answer: str) -> ErasureRequest:
    """Leave the detail as it is, with the reason."""
    found = _decidable(viewer, request)
    if found.state == ErasureRequest.State.DISMISSED:
        return found
    if not answer.strip():
        raise Refused("写明不予清除的理由。")
    found.answer = answer.strip()
    _decide(viewer, found, ErasureRequest.State.DISMISSED)
    words = f"不予清除第{found.event_id}条留痕的明细，理由：{found.answer}"
    record(viewer, events.ERASURE_DISMISSED, f"erasure:{found.pk}", words, after={"event": found.event_id})
    return found


def _decidable(viewer: Viewer, request: ErasureRequest) -> ErasureRequest:
    policy.require(viewer, Role.SYSTEM_ADMINISTRATOR, "清除留痕明细")
    if not viewer.administers_everything:
        raise NotAllowed("清除留痕明细由市级系统管理员办理。")
    found = ErasureRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if found.asked_by_id == viewer.user_id:
        raise NotAllowed("申请人不能办理自己的申请，由另一人办理。")
    return found


def _decide(viewer: Viewer, found: ErasureRequest, state: ErasureRequest.State) -> None:
    if state not in ErasureRequest.MOVES[found.state]:
        raise Refused("这份申请已经办结。")
    found.state, found.decided_by_id, found.decided_at = state, viewer.user_id, clock.now()
    found.save(update_fields=["state", "decided_by", "decided_at", "answer"])
