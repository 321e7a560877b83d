"""What every act on a plan stands on: its row locked, who may, whether it is its turn, the move itself."""

from typing import Any

from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import Page
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import content as contents
from .. import policy
from ..feasibility import Feasibility
from ..models import Plan, PlanVersion
from ..queries import feasibility

State = Plan.State

HEAD = "科室负责人"
LEADER = "分管领导"


def page_of(plan: Plan, capacity: str) -> Page:
    """What is signed, in this capacity, in the version that stands."""
    return Page(plan.thing, f"计划“{plan}”第 {plan.version} 版", plan.digest, capacity)


def fingerprint(plan: Plan) -> str:
    """Tells whether what the plan says is still what somebody was shown."""
    return contents.digest_of(contents.canonical_text(contents.rules(plan)))


def locked(plan: Plan) -> Plan:
    """The plan as it stands now, its row locked: acts on one plan come one after another."""
    return Plan.objects.select_for_update(of=("self",)).select_related("lead__parent").get(pk=plan.pk)


def move(plan: Plan, to: str, *columns: str) -> None:
    if to not in Plan.MOVES[plan.state]:
        raise Refused(f"计划现在是“{plan.get_state_display()}”，不能转为“{State(to).label}”。刷新页面看最新情况。")
    plan.state = to
    plan.save(update_fields=["state", *columns])


def back_to_draft(plan: Plan, reason: str) -> None:
    """Begin the next version, if the present one was ever submitted; it stays readable with what ended it."""
    if plan.state == State.DRAFT:
        return
    PlanVersion.objects.filter(plan=plan, number=plan.version).update(ended_reason=reason)
    plan.version, plan.digest = plan.version + 1, ""
    move(plan, State.DRAFT, "version", "digest")


def standing_signature(plan: Plan, capacity: str) -> Signature | None:
    return Signature.objects.filter(
        thing=plan.thing, capacity=capacity, digest=plan.digest, state=Signature.State.SIGNED
    ).first()


def require_writer(viewer: Viewer, plan: Plan) -> None:
    if not policy.may_write(viewer, plan):
        raise NotAllowed(f"这个计划由{plan.lead.name}的经办人、负责人或统筹科室编制。")


def require_head(viewer: Viewer, plan: Plan) -> None:
    if not policy.may_sign_as_head(viewer, plan):
        raise NotAllowed(f"由{plan.lead.name}的{HEAD}签署。")


def require_leader(viewer: Viewer, plan: Plan) -> None:
    if not policy.may_sign_as_leader(viewer, plan):
        raise NotAllowed(f"由{plan.lead.department.name}的{LEADER}签署。")


def require_another(plan: Plan, people: frozenset[int], name: str) -> None:
    """Raise NotAllowed where one of `people`, by their keys, or somebody of this name gave the first signature."""
    first = standing_signature(plan, HEAD)
    if first is None:
        raise Refused(f"{HEAD}还没有签署。")
    if first.people & people or first.name == name.strip():
        raise NotAllowed(f"{HEAD}和{LEADER}不能是同一人。由另一位{LEADER}签署。")


def require_state(plan: Plan, state: str, act: str) -> None:
    if plan.state != state:
        raise Refused(f"计划现在是“{plan.get_state_display()}”，不能{act}。刷新页面看最新情况。")


def require_possible(plan: Plan, act: str) -> Feasibility:
    found = feasibility(plan)
    if not found.possible:
        listed = "".join(fault.message for fault in found.faults[:5])
        more = f"另有 {len(found.faults) - 5} 处，见计划页。" if len(found.faults) > 5 else ""
        raise Refused(f"计划现在无法实施，不能{act}：{listed}{more}")
    return found


def said(plan: Plan) -> dict[str, Any]:
    said = contents.rules(plan)
    del said["version"]
    return said
