"""What the page of a plan shows: where it stands, whose turn it is, what makes it impossible."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.urls import reverse

from sunlot.norms import clock, masking, working_days
from sunlot.organisations.models import Membership, Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from . import policy, wording
from .actions import HEAD, LEADER
from .checks import MIN_DEPARTMENTS, PUBLISH_WITHIN, departments_of, last_days_to_decide
from .content import Window
from .feasibility import Fault, Feasibility
from .merged_items import KindItems, items_by_kind
from .models import Participant, Plan, PlanVersion
from .queries import rules_of, windows
from .rounds import drawn_rounds, next_draw_at, next_round, round_in_words

State = Plan.State

# States in which the figures of the registries say something about what will be drawn.
FORECAST = (*Plan.UNPUBLISHED, State.PUBLISHED)


@dataclass(frozen=True)
class Step:
    """One step of the way. `standing` is done, now or todo."""

    name: str
    note: str
    standing: str

    @property
    def said(self) -> str:
        return {"done": "已完成", "now": "进行中", "todo": "未开始"}[self.standing]


@dataclass(frozen=True)
class Next:
    """Whose turn it is, until when, and the one button where it is this viewer's."""

    who: str
    what: str
    url: str = ""
    button: str = ""
    post: bool = False


@dataclass(frozen=True)
class Check:
    """A line of 公布前的检查: `mark` is done, now (known and allowed) or late (must be mended)."""

    mark: str
    text: str


def way(plan: Plan, figures: Feasibility | None, items: int) -> list[Step]:
    """The seven steps of a plan (清单 to 归档) with where it stands."""
    rosters = f"{figures.candidates:,} 户 · {figures.people} 人".replace(",", "\u2009") if figures else "已使用"
    published_by = working_days.due(plan.ends_on, PUBLISH_WITHIN).day
    notes = {
        "清单": f"{items} 项",
        "名录库": rosters,
        "计划": plan.get_state_display() if plan.state not in (State.DRAWN, State.COMPLETED) else "已公布",
        "抽取": f"{round_in_words(plan, next_round(plan))}定于{_day(next_draw_at(plan).date())}",
        "检查": f"{_day(plan.ends_on)}前",
        "公示": f"检查后 {PUBLISH_WITHIN} 个工作日",
        "归档": f"{published_by.year}年{published_by.month}月后",
    }
    now = {State.PUBLISHED: 3, State.DRAWN: 4, State.COMPLETED: 6, State.APPLIED: 3, State.WITHDRAWN: 2}.get(
        State(plan.state), 2
    )
    missing = {
        name for name, there in (("清单", items), ("名录库", figures is None or figures.candidates)) if not there
    }
    return [
        Step(name, note, "now" if at == now else "done" if at < now and name not in missing else "todo")
        for at, (name, note) in enumerate(notes.items())
    ]


def next_step(viewer: Viewer, plan: Plan, parts: Sequence[Participant], figures: Feasibility | None) -> Next | None:
    """What happens next and by whom; with a button if this viewer does it."""
    leader_by, head_by, parts_by = last_days_to_decide(next_draw_at(plan).date(), 3)
    match plan.state:
        case State.DRAFT:
            return _next_for_draft(viewer, plan, figures, parts_by)
        case State.CONFIRMING:
            return _next_answer(viewer, plan, parts, parts_by)
        case State.CONFIRMED:
            what = f"期限 {_day(head_by)}；签署后由{LEADER}签署并公布。"
            found = Next(f"{HEAD}{_names(plan, Role.HEAD)}签署", what)
            return _mine(found, policy.may_sign_as_head(viewer, plan), _url("sign", plan), "查看并签署")
        case State.HEAD_SIGNED:
            after = "签署后计划即向社会公布" if plan.revises_id is None else "签署后调整即生效，并向社会公布"
            what = f"期限 {_day(leader_by)}；{after}，{_moment(plan)} 抽取。"
            found = Next(f"{LEADER}{_names(plan, Role.LEADER)}签署", what)
            return _mine(found, policy.may_sign_as_leader(viewer, plan), _url("sign", plan), "签署并公布")
        case State.PUBLISHED:
            words = round_in_words(plan, next_round(plan))
            return Next(f"{words}抽取", f"定于 {_moment(plan)}，由牵头科室组织，纪检监督。")
    return None


def item_groups(plan: Plan, parts: Sequence[Participant]) -> list[KindItems]:
    """What each kind of object is checked for, where several take part; of one department alone its items say it."""
    return items_by_kind(parts, [(kind.pk, kind.name) for kind in plan.kinds.all()]) if len(parts) > 1 else []


@dataclass(frozen=True)
class Change:
    """What a change order changes: the plan as published, the reason, the fields that differ."""

    plan: Plan
    lines: Sequence[wording.Line]


@dataclass(frozen=True)
class RoundRow:
    """A round of a plan that has several; the figures are a forecast, and None once it is drawn."""

    number: int
    window: Window
    is_drawn: bool
    candidates: int | None = None
    quota: int | None = None


def rounds_of(plan: Plan, figures: Feasibility | None) -> list[RoundRow]:
    """The rounds of a plan that has several, none of another. `figures` are those from the next draw on."""
    if plan.round_count == 1:
        return []
    drawn = drawn_rounds([plan])[plan.pk]
    ahead = {one.number: one for one in figures.rounds} if figures is not None else {}
    found = []
    for number, window in enumerate(windows(plan), 1):
        one = ahead.get(number)
        numbers = (one.total, one.drawn) if one is not None and number not in drawn else (None, None)
        found.append(RoundRow(number, window, number in drawn, *numbers))
    return found


def change_of(order: Plan) -> Change | None:
    """What a change order changes of the version that it started from; None for any other plan."""
    if order.revises is None or order.base_version is None:
        return None
    base = PlanVersion.objects.get(plan=order.revises, number=order.base_version)
    found = wording.lines(rules_of(order), json.loads(base.content))
    return Change(order.revises, [line for line in found if line.changed])


def deadlines(plan: Plan) -> dict[str, date]:
    """Until when head and leader should sign, where it is their turn or soon will be."""
    leader_by, head_by = last_days_to_decide(next_draw_at(plan).date(), 2)
    open_to = {State.CONFIRMED: ("head", "leader"), State.HEAD_SIGNED: ("leader",)}
    days = {"head": head_by, "leader": leader_by}
    return {who: days[who] for who in open_to.get(State(plan.state), ())}


def _next_answer(viewer: Viewer, plan: Plan, parts: Sequence[Participant], by: date) -> Next:
    waiting = [part for part in parts if part.state == Participant.State.PENDING]
    mine = next((part for part in waiting if policy.may_confirm(viewer, part.organisation)), None)
    what = f"期限 {_day(by)}；全部同意后由{HEAD}签署。"
    if mine is None:
        return Next(f"{'、'.join(part.organisation.name for part in waiting)}确认参与", what)
    return Next(f"{mine.organisation.name}确认参与", what, _url("answer", plan), "答复是否参与")


def _next_for_draft(viewer: Viewer, plan: Plan, figures: Feasibility | None, by: date) -> Next:
    after = f"提交后由参与部门确认，期限 {_day(by)}。" if plan.kind != Plan.Kind.OWN else f"提交后由{HEAD}签署。"
    if not policy.may_write(viewer, plan):
        return Next(f"{plan.lead.name}修改并重新提交", "提交后会再次请各方确认。")
    if figures is not None and not figures.possible:
        return Next(
            f"改正 {len(figures.faults)} 处", "改正后才能提交，每处都写在有关的一栏。", _url("edit", plan), "修改计划"
        )
    return Next("提交计划", after, _url("submit", plan), "提交计划", post=True)


def _mine(found: Next, allowed: bool, url: str, button: str) -> Next:
    return Next(found.who, found.what, url, button) if allowed else found


def _names(plan: Plan, role: Role) -> str:
    """Who may sign, masked: “ 高○峰 ” where it is one person, “（2 人中任一人）” where several may."""
    lead = plan.lead
    top = lead.department
    inside = (
        Q(organisation=lead)
        if lead.is_section
        else Q(organisation=lead) | Q(organisation__parent=lead, organisation__kind="section")
    )
    if role == Role.LEADER:
        inside = Q(organisation=top) | Q(organisation__parent=top, organisation__kind="section")
    people = list(Membership.objects.held().filter(inside, role=role).values_list("user__name", flat=True).distinct())
    if not people:
        return "（尚未设置）"
    return f" {masking.person(people[0])} " if len(people) == 1 else f"（{len(people)} 人中任一人）"


def checks(plan: Plan, parts: Sequence[Participant], figures: Feasibility) -> list[Check]:
    """公布前的检查: what must hold before publication, then what should be known."""
    organisations = [part.organisation for part in parts]
    found = []

    def add(fields: tuple[str, ...], good: str) -> None:
        broken = [fault for fault in figures.faults if fault.field.split(".")[0] in fields]
        found.extend([Check("late", _first_sentence(fault.message)) for fault in broken] or [Check("done", good)])

    add(("items",), "事项均有依据且在用")
    if plan.kind == Plan.Kind.JOINT:
        count = departments_of(organisations)
        reason = "" if count >= MIN_DEPARTMENTS else "，理由已写明"
        add(("few_participants_reason",), f"参与部门 {count} 个{reason}")
    add(("kinds", "regions"), "对象均在事项范围内")
    if figures.candidates:
        add(("strata",), "抽取数不超过候选数")
    if figures.zones:
        add(("zones", "participants"), "各区检查人员够用，无对象因回避无人可查")
    add(("draw_at", "starts_on", "ends_on", "release_on", "rounds"), "时间安排前后相符")
    if plan.visit_cap is not None:
        add(("visit_cap",), f"每名检查人员每批最多查 {plan.visit_cap} 户，够用")
    return found + [Check("now", _first_sentence(warning.message)) for warning in figures.warnings]


def _first_sentence(message: str) -> str:
    """What is wrong, without what to do: that stands at the field."""
    return message.partition("。")[0]


def by_field(faults: Iterable[Fault]) -> dict[str, list[str]]:
    """Messages by the field at which they stand."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.field, []).append(fault.message)
    return found


def signature_of(signatures: Iterable[Signature], capacity: str, digest: str) -> Signature | None:
    """The signature in this capacity under the version that stands, signed or waiting for the second person."""
    standing = (Signature.State.SIGNED, Signature.State.UNCONFIRMED)
    return next(
        (s for s in signatures if digest and (s.capacity, s.digest) == (capacity, digest) and s.state in standing), None
    )


def _url(name: str, plan: Plan) -> str:
    return reverse(f"planning:{name}", args=[plan.number])


def _day(day: date) -> str:
    year = f"{day.year}年" if day.year != clock.today().year else ""
    return f"{year}{day.month}月{day.day}日"


def _moment(plan: Plan) -> str:
    at = next_draw_at(plan)
    return f"{_day(at.date())} {at:%H:%M}"
