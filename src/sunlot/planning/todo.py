"""What waits in planning, and how plans are signed on paper."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from django.urls import reverse

from sunlot.desk.todo import Todo, provider
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Thing, register_thing
from sunlot.organisations.viewer import Viewer

from . import actions, policy, queries
from .annual import todo as annual_todo
from .checks import last_days_to_decide
from .models import Participant, Plan, PlanVersion
from .ratios import family as ratios
from .rounds import next_draw_at
from .together import todo as together_todo

__all__ = ["annual_todo", "ratios", "together_todo", "waiting"]  # all register what waits

State = Plan.State


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """Answers for participants, signatures for head and leader, drafts and what came back for those who write."""
    if viewer.role not in (*policy.WRITERS, Role.LEADER):
        return
    plans = (
        queries.plans_seen(viewer)
        .filter(state__in=Plan.UNPUBLISHED)
        .prefetch_related("participants__organisation", "windows")
    )
    returned = _reasons(plans)
    for plan in plans:
        todo = _todo(viewer, plan, returned)
        if todo is not None:
            yield todo


def _todo(viewer: Viewer, plan: Plan, returned: Mapping[int, str]) -> Todo | None:
    leader_by, head_by, parts_by = last_days_to_decide(next_draw_at(plan).date(), 3)
    if plan.state == State.DRAFT and policy.may_write(viewer, plan):
        if plan.pk in returned:
            return Todo(f"修改计划“{plan}”", returned[plan.pk], _url("edit", plan), "修改计划", parts_by)
        if plan.created_by_id == viewer.user_id:
            return Todo(f"编制计划“{plan}”", "草稿还没有提交。", _url("plan", plan), "继续编制", parts_by)
    if plan.state == State.CONFIRMING:
        return _to_confirm(viewer, plan, parts_by)
    if plan.state == State.CONFIRMED and policy.may_sign_as_head(viewer, plan):
        return Todo(
            f"签署计划“{plan}”", "参与部门已全部同意，等科室负责人签署。", _url("sign", plan), "查看并签署", head_by
        )
    if plan.state == State.HEAD_SIGNED and policy.may_sign_as_leader(viewer, plan):
        after = "即向社会公布" if plan.revises_id is None else "调整即生效，并向社会公布"
        reason = f"{plan.lead.name}负责人已签署；您签署后{after}。"
        return Todo(f"签署计划“{plan}”", reason, _url("sign", plan), "签署并公布", leader_by)
    return None


def _to_confirm(viewer: Viewer, plan: Plan, by: date) -> Todo | None:
    """The answer of a participant; for the lead, once it is late, who has not given one."""
    pending = [part for part in plan.participants.all() if part.state == Participant.State.PENDING]
    for part in pending:
        if policy.may_confirm(viewer, part.organisation):
            reason = f"{plan.lead.name}牵头，请{part.organisation.name}确认参与，每组派 {part.seats} 人。"
            return Todo(f"确认参与“{plan}”", reason, _url("answer", plan), "答复是否参与", by)
    if clock.today() <= by or not policy.may_write(viewer, plan):
        return None
    who = "、".join(part.organisation.name for part in pending)
    reason = f"{who}没有答复，已过期限。与对方联系，或修改计划、不再联合后重新提交。"
    return Todo(f"“{plan}”还没有全部确认", reason, _url("plan", plan), "查看计划", by)


def _reasons(plans: Iterable[Plan]) -> dict[int, str]:
    """Why drafts came back: what ended their last version. One query."""
    drafts = {plan.pk: plan.version - 1 for plan in plans if plan.state == State.DRAFT and plan.version > 1}
    ended = PlanVersion.objects.filter(plan__in=drafts).values_list("plan_id", "number", "ended_reason")
    return {plan: reason for plan, number, reason in ended if drafts[plan] == number}


def _url(name: str, plan: Plan) -> str:
    return reverse(f"planning:{name}", args=[plan.number])


def _things(viewer: Viewer, keys: Iterable[str]) -> dict[str, Thing]:
    """Plans as things to be signed on paper: both lines of the 计划表 stand on one sheet, so both wait together."""
    wanted = [int(key) for key in keys if key.isdecimal()]
    return {str(plan.pk): _thing(viewer, plan) for plan in queries.plans_seen(viewer).filter(pk__in=wanted)}


def _thing(viewer: Viewer, plan: Plan) -> Thing:
    capacities = {State.CONFIRMED: (actions.HEAD, actions.LEADER), State.HEAD_SIGNED: (actions.LEADER,)}
    may = policy.may_write(viewer, plan)
    draw_at = plan.draw_at.astimezone(clock.SHANGHAI)
    return Thing(
        title=f"计划“{plan}”第 {plan.version} 版",
        url=_url("plan", plan),
        number=plan.number,
        facts=(
            ("牵头科室", plan.lead.name),
            ("抽查类别", plan.get_kind_display()),
            ("抽取时间", f"{draw_at:%Y-%m-%d %H:%M}"),
            ("检查时间", f"{plan.starts_on.isoformat()} 至 {plan.ends_on.isoformat()}"),
        ),
        pages=tuple(actions.page_of(plan, capacity) for capacity in capacities.get(State(plan.state), ())),
        may_enter=may,
        may_confirm=may,
        who_enters=f"{plan.lead.name}的经办人、负责人或统筹科室",
        who_confirms=f"{plan.lead.name}的另一名经办人、负责人或统筹科室",
        demo=plan.is_demo,
    )


def _paper_confirmed(viewer: Viewer, signature: Signature) -> None:
    actions.paper_confirmed(viewer, signature)


register_thing("plan", _things, confirmed=_paper_confirmed)
