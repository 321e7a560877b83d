"""Everything that changes a plan: written, submitted, confirmed by the participants, signed twice, published, drawn."""

from collections.abc import Callable

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations import signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import content as contents
from .. import events, policy, storing
from ..content import PlanContent
from ..models import Participant, Plan, PlanVersion
from .changing import apply_order, require_order_possible, withdraw_order_of
from .guards import (
    HEAD,
    LEADER,
    back_to_draft,
    fingerprint,
    locked,
    move,
    page_of,
    require_another,
    require_head,
    require_leader,
    require_possible,
    require_state,
    require_writer,
    said,
    standing_signature,
)

State = Plan.State

HOW_TO_CHANGE = "已公布、尚未抽取的计划，用“调整计划”办理；抽取以后不能再改。"

# Later rooms may know why a published plan can't be withdrawn just now: a draw of it is under way. Each is given the
# plan and answers with the reason, or None. Called inside the transaction.
WithdrawalCheck = Callable[[Plan], str | None]
_WITHDRAWAL_CHECKS: list[WithdrawalCheck] = []


def withdrawal_check(check: WithdrawalCheck) -> WithdrawalCheck:
    """Register a later room's reason against withdrawing a plan."""
    _WITHDRAWAL_CHECKS.append(check)
    return check


# What later rooms do in the same transaction when a plan is withdrawn. Each is given who withdraws it, and the plan.
WithdrawalFollower = Callable[[Viewer, Plan], None]
_WITHDRAWAL_FOLLOWERS: list[WithdrawalFollower] = []


def withdrawal_follower(follower: WithdrawalFollower) -> WithdrawalFollower:
    """Register what a later room does when a plan is withdrawn."""
    _WITHDRAWAL_FOLLOWERS.append(follower)
    return follower


@transaction.atomic
def create_plan(viewer: Viewer, content: PlanContent, *, is_demo: bool = False) -> Plan:
    """Begin a plan as a draft, which may be half filled; its number is the next of the lead's region and this year.

    NotAllowed where the viewer may not write plans of the lead; Refused for codes that name nothing.
    """
    lead = storing.organisations_of(content)[content.lead]
    if not policy.may_lead(viewer, lead):
        raise NotAllowed(f"由{lead.name}牵头的计划，由该科室（单位）的经办人、负责人或统筹科室编制。")
    plan = storing.new_plan(viewer, lead, content, is_demo)
    storing.write(plan, content)
    words = f"编制计划“{plan}”" if plan.title else "编制计划"
    record(viewer, events.PLAN_CREATED, plan.thing, words, after=said(plan))
    return plan


@transaction.atomic
def change_plan(viewer: Viewer, plan: Plan, content: PlanContent, *, reason: str = "", seen: str | None = None) -> Plan:
    """Change what a plan says. One that was already submitted returns to draft as its next version, and everybody
    confirms and signs anew; the version before stays readable.

    `seen` is the `fingerprint` of what the viewer was shown: Refused where somebody changed it in between. Refused once
    it is published. The same content again changes nothing and leaves no trace.
    """
    found = locked(plan)
    require_writer(viewer, found)
    if not found.is_open:
        raise Refused(f"计划{found.get_state_display()}，不能直接修改。{HOW_TO_CHANGE}")
    if seen is not None and seen != fingerprint(found):
        raise Refused("您打开以后，这个计划已被别人修改。刷新页面，看过最新内容再改。")
    content = content.in_order()
    if content == contents.content_of(found):
        return found
    lead = storing.organisations_of(content)[content.lead]
    if lead.pk != found.lead_id and found.revises_id is not None:
        raise Refused("计划调整不能更换牵头科室（单位）。确需更换的，撤回原计划，另行编制。")
    if lead.pk != found.lead_id and not policy.may_lead(viewer, lead):
        raise NotAllowed(f"牵头科室改为{lead.name}，须由该科室编制。")
    before = said(found)
    back_to_draft(found, reason.strip() or "修改计划")
    found.lead = lead
    storing.set_columns(found, content, "lead")
    storing.write(found, content)
    after = said(found)
    changed = [key for key in after if before.get(key) != after[key]]
    words = f"修改计划（第 {found.version} 版）" + (f"：{reason.strip()}" if reason.strip() else "")
    record(
        viewer,
        events.PLAN_CHANGED,
        found.thing,
        words,
        before={key: before.get(key) for key in changed},
        after={key: after[key] for key in changed},
    )
    return found


@transaction.atomic
def submit_plan(viewer: Viewer, plan: Plan) -> Plan:
    """Hand a draft to the participants, or to the section head where nobody else takes part. Its content is frozen as
    a version and its digest is what everybody confirms and signs.

    Refused with every fault while the plan is impossible. Submitted twice is submitted once.
    """
    found = locked(plan)
    require_writer(viewer, found)
    if found.state in (State.CONFIRMING, State.CONFIRMED):
        return found
    require_state(found, State.DRAFT, "提交")
    require_order_possible(found)
    require_possible(found, "提交")
    text = contents.canonical_text(contents.rules(found))
    found.digest = contents.digest_of(text)
    now = clock.now()
    PlanVersion.objects.create(
        plan=found, number=found.version, content=text, digest=found.digest, made_by_id=viewer.user_id, made_at=now
    )
    parts = found.participants.all()
    parts.update(state=Participant.State.PENDING, comment="", decided_by=None, decided_at=None)
    parts.filter(position=0).update(state=Participant.State.CONFIRMED, decided_by=viewer.user_id, decided_at=now)
    alone = not parts.filter(state=Participant.State.PENDING).exists()
    move(found, State.CONFIRMED if alone else State.CONFIRMING, "digest")
    whom = f"由{HEAD}签署" if alone else "由参与部门确认"
    record(
        viewer, events.PLAN_SUBMITTED, found.thing, f"提交第 {found.version} 版，{whom}", after={"digest": found.digest}
    )
    return found


@transaction.atomic
def confirm_participation(viewer: Viewer, participant: Participant, comment: str = "") -> Plan:
    """Agree to take part as planned; with the last of them the plan goes to the section head. Twice is once."""
    found, part = _locked_part(participant)
    _require_confirmer(viewer, part)
    if part.state == Participant.State.CONFIRMED and found.state != State.DRAFT:
        return found
    require_state(found, State.CONFIRMING, "确认")
    _decide(viewer, part, Participant.State.CONFIRMED, comment)
    words = f"{part.organisation.name}同意参与" + (f"：{comment.strip()}" if comment.strip() else "")
    record(viewer, events.PARTICIPATION_CONFIRMED, found.thing, words, after={"digest": found.digest})
    if not found.participants.exclude(state=Participant.State.CONFIRMED).exists():
        move(found, State.CONFIRMED)
    return found


@transaction.atomic
def refuse_participation(viewer: Viewer, participant: Participant, comment: str) -> Plan:
    """Disagree, with the reason: the plan returns to draft. Refused without a reason, or when it is not asked."""
    found, part = _locked_part(participant)
    _require_confirmer(viewer, part)
    require_state(found, State.CONFIRMING, "答复")
    if not comment.strip():
        raise Refused("不同意须写明理由和修改建议。")
    _decide(viewer, part, Participant.State.REFUSED, comment)
    words = f"{part.organisation.name}不同意：{comment.strip()}"
    record(viewer, events.PARTICIPATION_REFUSED, found.thing, words, after={"digest": found.digest})
    back_to_draft(found, words)
    return found


@transaction.atomic
def sign_as_head(viewer: Viewer, plan: Plan, proof: Proof, comment: str = "") -> Plan:
    """First signature, by the head of the lead section. Signed twice by the same person is signed once."""
    found = locked(plan)
    require_head(viewer, found)
    if _signed_already(found, HEAD, viewer):
        return found
    require_state(found, State.CONFIRMED, "签署")
    require_possible(found, "签署")
    signatures.sign(viewer, page_of(found, HEAD), proof, comment)
    move(found, State.HEAD_SIGNED)
    return found


@transaction.atomic
def sign_as_leader(viewer: Viewer, plan: Plan, proof: Proof, comment: str = "") -> Plan:
    """Second signature, by the leader in charge: it publishes the plan at once. Never by whoever gave the first."""
    found = locked(plan)
    require_leader(viewer, found)
    if _signed_already(found, LEADER, viewer):
        return found
    require_state(found, State.HEAD_SIGNED, "签署")
    require_another(found, viewer.people, viewer.person)
    require_possible(found, "签署")
    signatures.sign(viewer, page_of(found, LEADER), proof, comment)
    _publish(viewer, found)
    return found


@transaction.atomic
def paper_confirmed(viewer: Viewer, signature: Signature) -> Plan:
    """A page signed on paper has been compared and confirmed: the plan goes on as if signed here.

    Called inside the confirmation's transaction, so that a refusal undoes the confirmation too. Confirmed twice, or
    for a version that is no longer the plan's, moves nothing.
    """
    found = locked(Plan.objects.get(pk=int(signature.thing.partition(":")[2])))
    if signature.digest != found.digest:
        raise Refused("计划在纸质签署以后改过，这份签署件不再有效。打印新的计划表，重新签署。")
    if signature.capacity == HEAD and found.state == State.CONFIRMED:
        require_possible(found, "签署")
        move(found, State.HEAD_SIGNED)
    elif signature.capacity == LEADER and found.state == State.HEAD_SIGNED:
        require_another(found, frozenset(), signature.name)
        require_possible(found, "签署")
        _publish(viewer, found)
    elif signature.capacity == LEADER and found.state == State.CONFIRMED:
        raise Refused(f"{HEAD}还没有签署。先核对{HEAD}的签署件。")
    return found


@transaction.atomic
def return_plan(viewer: Viewer, plan: Plan, reason: str) -> Plan:
    """Refuse the signature that is asked of the viewer, with the reason: the plan returns to draft."""
    found = locked(plan)
    if found.state == State.CONFIRMED:
        require_head(viewer, found)
        capacity = HEAD
    elif found.state == State.HEAD_SIGNED:
        require_leader(viewer, found)
        capacity = LEADER
    else:
        raise Refused(f"计划现在是“{found.get_state_display()}”，没有等待签署。刷新页面看最新情况。")
    signatures.refuse(viewer, page_of(found, capacity), reason)
    words = f"{capacity}退回第 {found.version} 版：{reason.strip()}"
    record(viewer, events.PLAN_RETURNED, found.thing, words, before={"digest": found.digest})
    back_to_draft(found, words)
    return found


@transaction.atomic
def withdraw_plan(viewer: Viewer, plan: Plan, reason: str) -> Plan:
    """Give a plan up, with the reason, in any state before it is drawn. A published one is withdrawn in public.

    Refused without a reason, after the draw, and while a later room says why not (a draw is under way).
    """
    found = locked(plan)
    if not policy.may_withdraw(viewer, found):
        raise NotAllowed(f"已公布的计划由{HEAD}或{LEADER}撤回，未公布的由牵头科室撤回。")
    if found.state == State.WITHDRAWN:
        return found
    if State.WITHDRAWN not in Plan.MOVES[found.state]:
        raise Refused(f"计划{found.get_state_display()}，不能撤回。")
    if not reason.strip():
        raise Refused("撤回须写明理由。")
    give_up(viewer, found, reason.strip())
    return found


def give_up(viewer: Viewer, found: Plan, reason: str) -> None:
    """Withdraw a locked plan, in public where it was public, with everything that hangs on it. Who may is the caller's
    question. Refused while a later room says why not.
    """
    for check in _WITHDRAWAL_CHECKS:
        if why_not := check(found):
            raise Refused(why_not)
    found.withdrawn_reason = reason
    move(found, State.WITHDRAWN, "withdrawn_reason")
    words = f"撤回计划：{found.withdrawn_reason}"
    if found.published_at is None:
        record(viewer, events.PLAN_WITHDRAWN, found.thing, words)
    else:
        record(
            viewer,
            events.PUBLISHED_PLAN_WITHDRAWN,
            found.thing,
            words,
            subject=f"plan:{found.number}",
            public={"plan": found.digest, "reason": found.withdrawn_reason},
        )
    withdraw_order_of(viewer, found, "原计划已撤回")
    for follow in _WITHDRAWAL_FOLLOWERS:
        follow(viewer, found)


@transaction.atomic
def mark_drawn(actor: Actor, plan: Plan) -> Plan:
    """All rounds of the plan are drawn: the drawing room says so, once or more often."""
    found = locked(plan)
    if found.state in (State.DRAWN, State.COMPLETED):
        return found
    require_state(found, State.PUBLISHED, "抽取")
    move(found, State.DRAWN)
    record(actor, events.PLAN_DRAWN, found.thing, "计划已抽取")
    withdraw_order_of(actor, found, "原计划已抽取，不再调整")
    return found


@transaction.atomic
def mark_completed(actor: Actor, plan: Plan) -> Plan:
    """Every part of every form is published: said once or more often."""
    found = locked(plan)
    if found.state == State.COMPLETED:
        return found
    require_state(found, State.DRAWN, "完成")
    move(found, State.COMPLETED)
    record(actor, events.PLAN_COMPLETED, found.thing, "检查结果全部公布，计划完成")
    return found


# --- inside -------------------------------------------------------------------------------------------------------


def _locked_part(participant: Participant) -> tuple[Plan, Participant]:
    plan = locked(Plan(pk=participant.plan_id))
    part = plan.participants.select_related("organisation").filter(pk=participant.pk).first()
    if part is None:
        raise Refused("计划已修改，参与部门有变。刷新页面看最新情况。")
    return plan, part


def _publish(viewer: Viewer, plan: Plan) -> None:
    """The second signature is there: the plan stands published, or the change that it is takes effect."""
    move(plan, State.LEADER_SIGNED)
    if plan.revises_id is not None:
        apply_order(viewer, plan)
        return
    plan.published_at = clock.now()
    move(plan, State.PUBLISHED, "published_at")
    PlanVersion.objects.filter(plan=plan, number=plan.version).update(published_at=plan.published_at)
    record(
        viewer,
        events.PLAN_PUBLISHED,
        plan.thing,
        f"公布计划第 {plan.version} 版",
        after={"digest": plan.digest},
        subject=f"plan:{plan.number}",
        public={"plan": plan.digest},
    )


def _decide(viewer: Viewer, part: Participant, state: str, comment: str) -> None:
    part.state, part.comment = state, comment.strip()
    part.decided_by_id, part.decided_at = viewer.user_id, clock.now()
    part.save(update_fields=["state", "comment", "decided_by", "decided_at"])


def _signed_already(plan: Plan, capacity: str, viewer: Viewer) -> bool:
    signature = standing_signature(plan, capacity) if plan.digest else None
    return signature is not None and signature.user_id == viewer.user_id


def _require_confirmer(viewer: Viewer, part: Participant) -> None:
    if not policy.may_confirm(viewer, part.organisation):
        raise NotAllowed(f"由{part.organisation.name}的经办人或负责人确认。")
