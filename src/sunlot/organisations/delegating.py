"""Delegation during leave (委托代签): a signatory lends its role to another person of the department for some days.

Nobody lends what is borrowed, and nobody is away and stands in for another on the same days: so there is no circle, and a
signature always has one person who gave it and one whose duty it was.
"""

from datetime import date, timedelta

from django.db import transaction

from sunlot.norms import clock
from sunlot.trail.actions import record

from . import events, roles
from .models import Delegation, Membership, User
from .roles import Role
from .viewer import NotAllowed, Refused, Viewer

State = Delegation.State

LENT = frozenset({Role.HEAD, Role.LEADER, Role.UNIT_HEAD})
"""Roles that sign and approve. Who watches (纪检), administers, or goes into the field acts in person."""

LONGEST = timedelta(days=92)
"""Longer than a quarter is no leave but another appointment, which the security administrator makes."""

_STANDING = (State.ASKED, State.ACCEPTED)


def may_give(viewer: Viewer) -> bool:
    """Whether the role that the viewer acts in can be lent by it."""
    return viewer.role in LENT and viewer.giver is None


@transaction.atomic
def delegate(viewer: Viewer, receiver: User, *, starts: date, ends: date, reason: str) -> Delegation:
    """Ask `receiver` to sign in the viewer's present role from `starts` to `ends`. The same asked twice is asked once.

    Raises NotAllowed for a role that is not lent, and Refused for days out of order or too long, for somebody of another
    department, and where either of the two stands in for, or is stood in for by, somebody else on these days.
    """
    if not may_give(viewer):
        words = (
            "受托的职责不能再转委托。由本人另行委托。"
            if viewer.giver is not None
            else "只有签署、审批的职责可以委托代签。"
        )
        raise NotAllowed(words)
    _require_days(starts, ends)
    if not reason.strip():
        raise Refused("写明委托的事由，如年休假、外出学习。")
    _lock(viewer.user_id, receiver.pk)
    same = Delegation.objects.filter(
        giver=viewer.membership, receiver=receiver, starts=starts, ends=ends, state__in=_STANDING
    ).first()
    if same is not None:
        return same
    _require_receiver(viewer.membership, receiver)
    _require_free(viewer.membership, receiver, starts, ends)
    made = Delegation.objects.create(
        giver=viewer.membership,
        receiver=receiver,
        starts=starts,
        ends=ends,
        reason=reason.strip(),
        asked_at=clock.now(),
    )
    words = f"委托{receiver.name}代签（{viewer.role.label}，{_days(made).strip()}）：{made.reason}"
    record(viewer, events.DELEGATION_ASKED, _thing(made), words, after=_facts(made))
    return made


@transaction.atomic
def accept(viewer: Viewer, delegation: Delegation) -> Delegation:
    """Accept, in whatever role one acts: from the first day to the last the other's role is among one's own.

    Accepted twice is accepted once. Refused where it was taken back, is over, or no longer fits what has come since.
    """
    found = _locked(delegation)
    _require_mine(viewer, found)
    if found.state == State.ACCEPTED:
        return found
    _require_asked(found)
    _require_receiver(found.giver, found.receiver)
    _require_free(found.giver, found.receiver, found.starts, found.ends, beside=found)
    _move(found, State.ACCEPTED)
    Membership.objects.create(
        user=found.receiver, organisation=found.giver.organisation, role=found.giver.role, delegation=found
    )
    record(
        viewer,
        events.DELEGATION_ACCEPTED,
        _thing(found),
        f"接受{found.giver.user.name}的委托，{_days(found).strip()} 代签",
    )
    return found


@transaction.atomic
def refuse(viewer: Viewer, delegation: Delegation, reason: str) -> Delegation:
    """Don't accept, with the reason. Refused twice is refused once."""
    found = _locked(delegation)
    _require_mine(viewer, found)
    if found.state == State.REFUSED:
        return found
    _require_asked(found)
    if not reason.strip():
        raise Refused("写明不接受的理由，便于委托人另找他人。")
    _move(found, State.REFUSED, reason.strip())
    record(viewer, events.DELEGATION_REFUSED, _thing(found), f"不接受代签：{found.decision}")
    return found


@transaction.atomic
def revoke(viewer: Viewer, delegation: Delegation) -> Delegation:
    """Take it back, at once and at any time; what was signed meanwhile stands. Taken back twice is once."""
    found = _locked(delegation)
    if found.giver.user_id != viewer.user_id:
        raise NotAllowed("委托由委托人本人收回；本人无法办理的，由安全管理员收回受托人的角色。")
    if found.state == State.REVOKED:
        return found
    if found.is_over:
        raise Refused(f"这份委托{found.standing}，不用收回。")
    _move(found, State.REVOKED)
    Membership.objects.filter(delegation=found, ended_at__isnull=True).update(ended_at=clock.now())
    record(viewer, events.DELEGATION_REVOKED, _thing(found), f"收回对{found.receiver.name}的代签委托")
    return found


# --- inside -------------------------------------------------------------------------------------------------------


def _require_days(starts: date, ends: date) -> None:
    if ends < starts:
        raise Refused("最后一天不能早于第一天。")
    if starts < clock.today():
        raise Refused("第一天不能早于今天：委托不能补办。")
    if ends - starts >= LONGEST:
        raise Refused(f"一次委托最长 {LONGEST.days} 天。更长的，由安全管理员授予角色。")


def _require_receiver(giver: Membership, receiver: User) -> None:
    """Raise Refused unless this person may stand in for that role at all."""
    if giver.ended_at is not None or not giver.user.is_active:
        raise Refused(f"{giver.user.name}已不担任{giver.get_role_display()}，委托不再有效。")
    if receiver.pk == giver.user_id:
        raise Refused("不能委托给本人。")
    home = giver.organisation.department
    held = list(Membership.objects.filter(user=receiver, ended_at__isnull=True).select_related("organisation__parent"))
    if not receiver.is_active or not any(one.organisation.department.pk == home.pk for one in held):
        raise Refused(f"{receiver.name}不是{home.name}在用的账号。代签人须是本单位的人员。")
    if any(
        (one.organisation_id, one.role, one.delegation_id) == (giver.organisation_id, giver.role, None) for one in held
    ):
        raise Refused(f"{receiver.name}本来就是{giver.organisation.name}的{giver.get_role_display()}，可以直接签署。")
    clash = roles.conflict({Role(one.role) for one in held}, Role(giver.role))
    if clash:
        raise Refused(f"不能委托给{receiver.name}：{clash}。")


def _require_free(
    giver: Membership, receiver: User, starts: date, ends: date, beside: Delegation | None = None
) -> None:
    """Raise Refused where, on these days, the role is lent already or one of the two is on the other side of another."""
    standing = (
        Delegation.objects.filter(state__in=_STANDING, starts__lte=ends, ends__gte=starts)
        .exclude(pk__in=[beside.pk] if beside else [])
        .select_related("giver__user", "giver__organisation", "receiver")
    )
    lent = standing.filter(giver=giver).first()
    if lent is not None:
        raise Refused(
            f"{_days(lent)}已委托{lent.receiver.name}（{lent.get_state_display()}）。先收回那一份，再委托他人。"
        )
    away = standing.filter(giver__user=receiver).first()
    if away is not None and away.receiver_id == giver.user_id:
        raise Refused(f"{receiver.name}在{_days(away)}已委托您代签，两人不能互相委托：那几天谁都不在。另找一人。")
    if away is not None:
        raise Refused(f"{receiver.name}在{_days(away)}已委托{away.receiver.name}代签，不能再为他人代签。另找一人。")
    stands_in = standing.filter(receiver=giver.user).first()
    if stands_in is not None:
        whom = stands_in.giver.user.name
        raise Refused(
            f"{giver.user.name}在{_days(stands_in)}为{whom}代签，不能同时委托他人。请{whom}先收回，另作安排。"
        )


def _require_mine(viewer: Viewer, delegation: Delegation) -> None:
    if delegation.receiver_id != viewer.user_id:
        raise NotAllowed(f"由受托人{delegation.receiver.name}答复。")


def _require_asked(delegation: Delegation) -> None:
    if delegation.state != State.ASKED or delegation.is_over:
        raise Refused(f"这份委托{delegation.standing}，不能再答复。")


def _lock(*users: int) -> None:
    """Both persons' rows, in one order: two who delegate to each other at once come one after the other."""
    list(User.objects.select_for_update().filter(pk__in=users).order_by("pk"))


def _locked(delegation: Delegation) -> Delegation:
    parties = Delegation.objects.select_related("giver").get(pk=delegation.pk)
    _lock(parties.giver.user_id, parties.receiver_id)
    return Delegation.objects.select_related("giver__user", "giver__organisation__parent", "receiver").get(
        pk=delegation.pk
    )


def _move(delegation: Delegation, to: str, decision: str = "") -> None:
    if to not in Delegation.MOVES[delegation.state]:
        raise Refused(f"这份委托{delegation.standing}，不能再办。")
    delegation.state, delegation.decision, delegation.decided_at = to, decision, clock.now()
    delegation.save(update_fields=["state", "decision", "decided_at"])


def _thing(delegation: Delegation) -> str:
    return f"delegation:{delegation.pk}"


def _days(delegation: Delegation) -> str:
    return f" {delegation.starts.isoformat()} 至 {delegation.ends.isoformat()} "


def _facts(delegation: Delegation) -> dict[str, str]:
    return {
        "giver": delegation.giver.user.username,
        "receiver": delegation.receiver.username,
        "role": delegation.giver.role,
        "organisation": delegation.giver.organisation.code,
        "starts": delegation.starts.isoformat(),
        "ends": delegation.ends.isoformat(),
    }
