"""Loans of inspectors between units: asked for by either, agreed to by a head of both, for a time."""

from collections import deque
from datetime import date

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from .. import events, policy
from ..locks import take_registry_lock
from ..models import Inspector, Loan

State = Loan.State
_STANDING = (State.ASKED, State.AGREED)


@transaction.atomic
def ask_loan(
    viewer: Viewer, inspector: Inspector, borrower: Organisation, *, starts: date, ends: date, reason: str
) -> Loan:
    """Ask that an inspector be lent to `borrower` from `starts` to `ends`; heads of both sides have to agree.

    Raises Refused for days that are past or out of order, for a person lent already in that time, and for a circle: a
    unit that lends to another must not borrow from it, through others either, in the same time.
    """
    lender = inspector.organisation
    policy.require(viewer, policy.may_ask_loan(viewer, lender, borrower), "人员借调由借出或借入单位的经办人提出。")
    if not reason.strip():
        raise Refused("写明借调的事由，双方负责人据此决定。")
    if ends < starts:
        raise Refused("最后一天不能早于第一天。")
    if ends < clock.today():
        raise Refused("借调期已经过去。")
    if borrower.pk == lender.pk:
        raise Refused("借入单位就是本人所在单位，不用借调。")
    if lender.path.startswith(borrower.path):
        raise Refused(f"{borrower.name}的抽取本来就包括{lender.name}的人员，不用借调。")
    if inspector.state != Inspector.State.ACTIVE:
        raise Refused(f"{inspector.name}现在是“{inspector.get_state_display()}”，在岗的人员才能借调。")
    take_registry_lock()  # two who close a circle at once
    overlapping = Loan.objects.filter(state__in=_STANDING, starts__lte=ends, ends__gte=starts)
    other = overlapping.filter(inspector=inspector).select_related("borrower").first()
    if other is not None:
        raise Refused(
            f"{inspector.name}在 {other.starts.isoformat()} 至 {other.ends.isoformat()} 已借给{other.borrower.name}"
            f"（{other.get_state_display()}）。一人同一时间只能借给一个单位，也不能转借。"
        )
    _refuse_circle(lender, borrower, overlapping.values_list("lender__path", "borrower__path"))
    loan = Loan.objects.create(
        inspector=inspector,
        lender=lender,
        borrower=borrower,
        starts=starts,
        ends=ends,
        reason=reason.strip(),
        asked_by=viewer.membership.user,
        asked_at=clock.now(),
    )
    words = f"提出借调：{lender.name}借给{borrower.name}，{_days(loan)}（{reason.strip()}）"
    after = {"lender": lender.code, "borrower": borrower.code, "starts": starts, "ends": ends}
    record(viewer, events.LOAN_ASKED, f"inspector:{inspector.pk}", words, after=after)
    return loan


def _refuse_circle(lender: Organisation, borrower: Organisation, edges: object) -> None:
    """Raise Refused where the borrower already lends, through however many units, to the lender."""
    lends: dict[str, set[str]] = {}
    for source, target in edges:  # type: ignore[attr-defined]  # pairs of paths
        lends.setdefault(source, set()).add(target)
    reached, waiting = {borrower.path}, deque([borrower.path])
    while waiting:
        for target in lends.get(waiting.popleft(), ()):
            if target == lender.path:
                raise Refused(
                    f"同一时间{borrower.name}的人员已直接或经其他单位借给{lender.name}，不能互相循环借调。"
                    "先结束那一笔，或各用本单位的人。"
                )
            if target not in reached:
                reached.add(target)
                waiting.append(target)


@transaction.atomic
def agree_loan(viewer: Viewer, loan: Loan) -> Loan:
    """Agree for the side that one is head of; when both have, it holds. One person never agrees for both.

    Agreed twice is agreed once. Raises NotAllowed for who is head of neither side that is still open.
    """
    current = _locked(loan)
    if current.state != State.ASKED:
        return current
    user = viewer.membership.user
    if user.pk in (current.lender_agreed_by_id, current.borrower_agreed_by_id):
        return current
    side = next((one for one in ("lender", "borrower") if _is_open(viewer, current, one)), None)
    if side is None:
        raise NotAllowed("借调由借出、借入双方的负责人（科室负责人、分管领导、单位负责人或统筹科室）分别同意。")
    if user.pk == current.asked_by_id:
        raise NotAllowed("提出借调的人不能同时代表一方同意，由另一人办理。")
    setattr(current, f"{side}_agreed_by", user)
    setattr(current, f"{side}_agreed_at", clock.now())
    if current.lender_agreed_by_id and current.borrower_agreed_by_id:
        current.state = State.AGREED
    current.save(update_fields=["state", f"{side}_agreed_by", f"{side}_agreed_at"])
    whose = getattr(current, side).name
    words = f"{whose}同意借调，{_days(current)}" + ("；双方均已同意" if current.state == State.AGREED else "")
    record(viewer, events.LOAN_AGREED, f"inspector:{current.inspector_id}", words, after={"side": side})
    return current


def _is_open(viewer: Viewer, loan: Loan, side: str) -> bool:
    return getattr(loan, f"{side}_agreed_by_id") is None and policy.may_agree(viewer, getattr(loan, side))


@transaction.atomic
def refuse_loan(viewer: Viewer, loan: Loan, reason: str) -> Loan:
    """Say no for one side, with the reason. One that is no longer open is left as it is."""
    current = _locked(loan)
    allowed = any(policy.may_agree(viewer, side) for side in (current.lender, current.borrower))
    policy.require(viewer, allowed, "借调由借出、借入双方的负责人决定。")
    if not reason.strip():
        raise Refused("写明不同意的理由。")
    if current.state == State.ASKED:
        _close(viewer, current, State.REFUSED, reason, events.LOAN_REFUSED, "不同意借调")
    return current


@transaction.atomic
def end_loan(viewer: Viewer, loan: Loan, reason: str) -> Loan:
    """End a loan that both agreed to before its last day (today is the last then), or withdraw one not yet begun or agreed.

    Ended twice is ended once.
    """
    current = _locked(loan)
    sides = (current.lender, current.borrower)
    allowed = policy.may_ask_loan(viewer, *sides) or any(policy.may_agree(viewer, side) for side in sides)
    policy.require(viewer, allowed, "借调由借出或借入单位结束。")
    if not reason.strip():
        raise Refused("写明结束借调的理由。")
    today = clock.today()
    if current.state == State.AGREED and current.starts <= today:
        current.ends = min(current.ends, today)
        _close(viewer, current, State.ENDED, reason, events.LOAN_ENDED, "提前结束借调")
    elif current.state in _STANDING:
        _close(viewer, current, State.CANCELLED, reason, events.LOAN_ENDED, "撤回借调")
    return current


def _close(viewer: Viewer, loan: Loan, state: Loan.State, reason: str, kind: events.EventKind, what: str) -> None:
    loan.state, loan.decision = state, reason.strip()
    loan.decided_by, loan.decided_at = viewer.membership.user, clock.now()
    loan.save(update_fields=["state", "decision", "decided_by", "decided_at", "ends"])
    words = f"{what}：{loan.lender.name}与{loan.borrower.name}，{_days(loan)}（{reason.strip()}）"
    record(viewer, kind, f"inspector:{loan.inspector_id}", words, after={"state": state, "reason": reason.strip()})


def _locked(loan: Loan) -> Loan:
    rows = Loan.objects.select_for_update(of=("self",)).select_related("inspector", "lender", "borrower")
    return rows.get(pk=loan.pk)


def _days(loan: Loan) -> str:
    return f"{loan.starts.isoformat()} 至 {loan.ends.isoformat()}"
