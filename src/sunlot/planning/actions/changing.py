"""Change orders (计划调整): a published plan is changed by another that goes the whole way of a plan before it counts.

The order is a plan of its own that `revises` the published one: written, confirmed by the participants and signed twice
like any other. What they confirm and sign is already the published plan's next version, so its digest is that version's.
With the second signature it takes effect; both versions stay readable, the reason between them (notice, part 四（一）).
"""

from collections.abc import Callable

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import content as contents
from .. import events, storing
from ..content import PlanContent
from ..models import Plan, PlanVersion
from .guards import locked, move, require_state, require_writer, said

State = Plan.State

# Later rooms may know why a published plan can't take on this content just now: its draw is sealed. Each is given the
# plan and the content, and answers with the reason, or None. Called inside the transaction.
ChangeCheck = Callable[[Plan, PlanContent], str | None]
_CHANGE_CHECKS: list[ChangeCheck] = []


def change_check(check: ChangeCheck) -> ChangeCheck:
    """Register a later room's reason against changing a published plan."""
    _CHANGE_CHECKS.append(check)
    return check


# What later rooms do in the same transaction when a change has taken effect. Each is given who signed it, and the plan.
OrderFollower = Callable[[Viewer, Plan], None]
_ORDER_FOLLOWERS: list[OrderFollower] = []


def order_follower(follower: OrderFollower) -> OrderFollower:
    """Register what a later room does when a published plan was changed."""
    _ORDER_FOLLOWERS.append(follower)
    return follower


@transaction.atomic
def open_change_order(viewer: Viewer, plan: Plan, reason: str) -> Plan:
    """Begin to change a published plan, with the reason: a draft that says what the plan says now.

    Returns the order. One is open at a time: asked again, by the same or another person, the open one is returned.
    Refused without a reason, for a plan that is not published, and while a later room says why not.
    """
    found = locked(plan)
    require_writer(viewer, found)
    earlier = found.change_orders.filter(state__in=Plan.UNPUBLISHED).first()
    if earlier is not None:
        return earlier
    require_state(found, State.PUBLISHED, "调整")
    if not reason.strip():
        raise Refused("调整计划须写明理由。")
    content = contents.content_of(found)
    _require_changeable(found, content)
    order = storing.new_order(viewer, found, reason.strip(), content)
    record(
        viewer,
        events.ORDER_OPENED,
        order.thing,
        f"提出调整计划：{order.change_reason}",
        after={"plan": found.number, **said(order)},
    )
    record(viewer, events.ORDER_OPENED, found.thing, f"提出调整（{order.number}）：{order.change_reason}")
    return order


def require_order_possible(order: Plan) -> None:
    """Refused where the order changes nothing, or the plan is no longer the one that it started from."""
    if order.revises is None:
        return
    plan = _standing(order)
    content = contents.content_of(order)
    if content == contents.content_of(plan):
        raise Refused("调整后与原计划相同。先修改要调整的内容，再提交。")
    _require_changeable(plan, content)


def apply_order(viewer: Viewer, order: Plan) -> None:
    """The second signature is there: the plan says what the order says, as its next version, in public."""
    plan = _standing(order)
    content = contents.content_of(order)
    _require_changeable(plan, content)
    stored = PlanVersion.objects.get(plan=order, number=order.version)
    before, now = plan.digest, clock.now()
    PlanVersion.objects.filter(plan=plan, number=plan.version).update(ended_reason=f"计划调整：{order.change_reason}")
    storing.write_order(plan, order, content)
    plan.version, plan.digest = plan.version + 1, order.digest
    plan.save(update_fields=["version", "digest"])
    PlanVersion.objects.create(
        plan=plan,
        number=plan.version,
        content=stored.content,
        digest=stored.digest,
        made_by_id=stored.made_by_id,
        made_at=now,
        published_at=now,
    )
    move(order, State.APPLIED)
    record(viewer, events.ORDER_APPLIED, order.thing, f"调整生效，成为计划 {plan.number} 第 {plan.version} 版")
    record(
        viewer,
        events.PUBLISHED_PLAN_CHANGED,
        plan.thing,
        f"计划调整为第 {plan.version} 版：{order.change_reason}",
        before={"digest": before},
        after={"digest": plan.digest, "order": order.number},
        subject=f"plan:{plan.number}",
        public={"plan": plan.digest, "before": before, "reason": order.change_reason},
    )
    for follow in _ORDER_FOLLOWERS:
        follow(viewer, plan)


def withdraw_order_of(actor: Actor, plan: Plan, reason: str) -> None:
    """The plan itself has moved on: what was still to be changed of it is given up, if anything."""
    for order in plan.change_orders.select_for_update(of=("self",)).filter(state__in=Plan.UNPUBLISHED):
        order.withdrawn_reason = reason
        move(order, State.WITHDRAWN, "withdrawn_reason")
        record(actor, events.PLAN_WITHDRAWN, order.thing, f"撤回调整：{reason}")


def _standing(order: Plan) -> Plan:
    """The plan that the order changes, locked. Refused where it is no longer the published version it started from."""
    plan = locked(Plan(pk=order.revises_id))
    if plan.state != State.PUBLISHED or plan.version != order.base_version:
        now = f"{plan.get_state_display()}，第 {plan.version} 版"
        raise Refused(f"原计划现在是“{now}”，这份从第 {order.base_version} 版改起的调整不能再办。写明理由撤回它。")
    return plan


def _require_changeable(plan: Plan, content: PlanContent) -> None:
    for check in _CHANGE_CHECKS:
        if why_not := check(plan, content):
            raise Refused(why_not)
