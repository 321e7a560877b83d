"""Leave of inspectors: asked for by themselves and decided on by their unit, or entered by the unit at once."""

from datetime import date

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record

from .. import events, policy
from ..models import Inspector, Leave

State = Leave.State
_WHO = "休假由本人申请，或由所在单位的经办人登记。"


@transaction.atomic
def enter_leave(viewer: Viewer, inspector: Inspector, *, kind: str, starts: date, ends: date, note: str = "") -> Leave:
    """Enter days of absence: granted at once by the unit, waiting for it where the inspector asks himself.

    Raises Refused for days out of order, or already covered by another leave of his.
    """
    himself = policy.is_self(viewer, inspector)
    policy.require(viewer, himself or policy.may_set_state(viewer, inspector), _WHO)
    if ends < starts:
        raise Refused("最后一天不能早于第一天。")
    if ends < clock.today():
        raise Refused("这些日子已经过去，不影响抽取，不用登记。")
    Inspector.objects.select_for_update().get(pk=inspector.pk)  # two who enter at once
    standing = Leave.objects.filter(inspector=inspector, state__in=[State.ASKED, State.GRANTED])
    other = standing.filter(starts__lte=ends, ends__gte=starts).first()
    if other is not None:
        raise Refused(f"与 {other.starts.isoformat()} 至 {other.ends.isoformat()} 的休假重叠。先撤销那一条，或改日期。")
    user, now = viewer.membership.user, clock.now()
    leave = Leave.objects.create(
        inspector=inspector,
        kind=kind,
        starts=starts,
        ends=ends,
        note=note,
        state=State.ASKED if himself else State.GRANTED,
        asked_by=user,
        asked_at=now,
        decided_by=None if himself else user,
        decided_at=None if himself else now,
    )
    words = f"{'申请' if himself else '登记'}休假：{_days(leave)}"
    after = {"kind": kind, "starts": starts, "ends": ends}
    record(viewer, events.LEAVE_ASKED, f"inspector:{inspector.pk}", words, after=after)
    return leave


@transaction.atomic
def decide_leave(viewer: Viewer, leave: Leave, grant: bool, reason: str = "") -> Leave:
    """Grant or refuse what an inspector asked for; refusing needs the reason. One decided already is left as it is."""
    current = Leave.objects.select_for_update(of=("self",)).select_related("inspector__organisation").get(pk=leave.pk)
    allowed = policy.may_set_state(viewer, current.inspector) and not policy.is_self(viewer, current.inspector)
    policy.require(viewer, allowed, "休假由所在单位的经办人或统筹科室批准。")
    if current.state != State.ASKED:
        return current
    if not grant and not reason.strip():
        raise Refused("写明不批准的理由。")
    _move(viewer, current, State.GRANTED if grant else State.REFUSED, reason)
    words = f"{'批准' if grant else '不批准'}休假：{_days(current)}" + (
        f"（{reason.strip()}）" if reason.strip() else ""
    )
    after = {"granted": grant, "reason": reason.strip()}
    record(viewer, events.LEAVE_DECIDED, f"inspector:{current.inspector_id}", words, after=after)
    return current


@transaction.atomic
def cancel_leave(viewer: Viewer, leave: Leave, reason: str = "") -> Leave:
    """Take a leave back: by the person while it is only asked for, by the unit at any time. Twice is once."""
    current = Leave.objects.select_for_update(of=("self",)).select_related("inspector__organisation").get(pk=leave.pk)
    himself = policy.is_self(viewer, current.inspector)
    allowed = policy.may_set_state(viewer, current.inspector) or (himself and current.state == State.ASKED)
    policy.require(viewer, allowed, "已批准的休假由所在单位的经办人撤销。")
    if State.CANCELLED not in Leave.MOVES[current.state]:
        return current
    _move(viewer, current, State.CANCELLED, reason)
    words = f"撤销休假：{_days(current)}" + (f"（{reason.strip()}）" if reason.strip() else "")
    record(viewer, events.LEAVE_CANCELLED, f"inspector:{current.inspector_id}", words, after={"reason": reason.strip()})
    return current


def _move(viewer: Viewer, leave: Leave, state: Leave.State, reason: str) -> None:
    leave.state, leave.decision = state, reason.strip()
    leave.decided_by, leave.decided_at = viewer.membership.user, clock.now()
    leave.save(update_fields=["state", "decision", "decided_by", "decided_at"])


def _days(leave: Leave) -> str:
    return f"{leave.get_kind_display()} {leave.starts.isoformat()} 至 {leave.ends.isoformat()}"
