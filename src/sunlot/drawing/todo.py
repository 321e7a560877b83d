"""What waits for a person at the draws."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.timezone import localtime

from sunlot.desk.todo import Todo, provider
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Thing, register_thing
from sunlot.organisations.viewer import Viewer
from sunlot.planning.queries import plans_seen
from sunlot.registry.models import Inspector

from . import actions, policy, rounds
from .actions.record import SIGNABLE, capacity_of, page_of
from .models import Attempt, Draw, Replacement
from .queries import attempts_concerning, attempts_seen, is_released, record_signatures
from .stage import Duty, Step, duty_of, not_before
from .standing import FINISHED

State = Attempt.State
_WAITING = (State.PREPARING, State.SEALED, State.REVEALING, State.READING, State.DRAWN, State.SIGNED, State.ABORTED)


@provider
def waiting(viewer: Viewer) -> Iterator[Todo]:
    """Plans to be drawn, the viewer's own next step at each draw under way, and what comes after it."""
    yield from _to_prepare(viewer)
    yield from _to_decide(viewer)
    yield from _to_supplement(viewer)
    attempts = list(attempts_seen(viewer).filter(state__in=_WAITING))
    newest = {attempt.draw_id: max(a.number for a in attempts if a.draw_id == attempt.draw_id) for attempt in attempts}
    signatures = record_signatures([one for one in attempts if one.state in (State.DRAWN, State.SIGNED)])
    for attempt in attempts:
        has_next = newest[attempt.draw_id] > attempt.number
        duty = duty_of(viewer, attempt, signatures.get(attempt.pk, ()), has_next=has_next)
        if duty is not None and _is_own(viewer, duty):
            yield _todo(attempt, duty)


def _is_own(viewer: Viewer, duty: Duty) -> bool:
    """A number is in the browser of the person who committed it: it waits for that person alone."""
    if duty.step != Step.REVEAL or duty.contributor is None:
        return True
    return duty.contributor.committed_by_id == viewer.user_id


def _to_prepare(viewer: Viewer) -> Iterator[Todo]:
    if viewer.role not in policy.HOSTS:
        return
    for one in rounds.waiting(plans_seen(viewer)):
        if policy.may_host(viewer, one.plan):
            why = "计划已公布。准备后各参与方提交承诺，然后封存公告。"
            if one.number > 1:
                why = f"第 {one.number - 1} 批已抽取。{one.label}现在可以准备，{one.window.draw_day.isoformat()} 起封存公告。"
            yield Todo(
                f"准备{one.label}抽取：{one.plan.title}",
                why,
                reverse("drawing:prepare", args=[one.plan.pk]),
                "准备抽取",
                due=one.window.draw_day,
                starts=_starts(one.window.draw_at),
            )


def _to_decide(viewer: Viewer) -> Iterator[Todo]:
    """Proposed replacements that this person may decide as the second one."""
    if not viewer.has(Role.HEAD, Role.COORDINATOR):
        return
    attempts = attempts_concerning(viewer).order_by().values("pk")
    found = Replacement.objects.filter(attempt__in=attempts, state=Replacement.State.PROPOSED)
    rows = list(
        found.exclude(proposed_by_id=viewer.user_id).select_related(
            "attempt__draw__round__plan__lead__parent", "proposed_by"
        )
    )
    numbers = [one.outgoing for one in rows if not one.is_of_object]
    people = {one.number: one for one in Inspector.objects.filter(number__in=numbers).select_related("organisation")}
    for one in rows:
        if policy.may_decide(viewer, one, people.get(one.outgoing)):
            plan = one.attempt.draw.round.plan
            yield Todo(
                f"批准{one.get_kind_display()}：{plan.title}",
                f"{one.proposed_by.name}提出，{one.outgoing}{one.get_cause_display()}。谁换入由规则算出。",
                reverse("drawing:replacement", args=[one.pk]),
                "核对并批准",
                due=rounds.window_of(one.attempt.draw).ends_on,
            )


def _to_supplement(viewer: Viewer) -> Iterator[Todo]:
    """Draws of which objects wait for a team, where no supplementary draw is on its way to a result."""
    if viewer.role not in policy.HOSTS:
        return
    with_result = Attempt.objects.filter(draw=OuterRef("pk"), drawn_at__isnull=False)
    withdrawn = Attempt.objects.filter(draw=OuterRef("pk"), state=State.WITHDRAWN)
    under_way = Draw.objects.filter(~Exists(with_result), ~Exists(withdrawn), supplements=OuterRef("pk"))
    for attempt in attempts_seen(viewer).filter(~Exists(under_way), waiting__gt=0, state__in=FINISHED):
        plan = attempt.draw.round.plan
        if policy.may_host(viewer, plan):
            yield Todo(
                f"补充抽取：{attempt.draw.title}",
                f"抽取 {attempt.draw.number} 有 {attempt.waiting} 户没有检查组，另抽一个组。",
                reverse("drawing:replacements", args=[attempt.draw.number]),
                "查看并补充抽取",
                due=rounds.window_of(attempt.draw).starts_on,
            )


def _todo(attempt: Attempt, duty: Duty) -> Todo:
    title, reason, button = _words(attempt, duty)
    draw_at = rounds.window_of(attempt.draw).draw_at
    due, starts = {
        Step.COMMIT: (_day(draw_at), _starts(draw_at)),
        Step.SEAL: (_day(draw_at), _starts(draw_at)),
        Step.BEACON: (_day(attempt.reveal_by), _until(attempt.reveal_by)),
        Step.REVEAL: (_day(attempt.reveal_by), _until(attempt.reveal_by)),
    }.get(duty.step, (None, ""))
    if attempt.state == State.READING:
        first_at = not_before(attempt)
        due, starts = (_day(first_at) if first_at else None), ""
    url = reverse(
        "drawing:record" if duty.step in (Step.SIGN, Step.FILE) else "drawing:ceremony", args=[attempt.draw.number]
    )
    return Todo(f"{title}：{attempt.draw.title}", reason, url, button, due=due, starts=starts)


def _words(attempt: Attempt, duty: Duty) -> tuple[str, str, str]:
    number = f"抽取编号 {attempt.draw.number}，第 {attempt.number} 次。"
    who = duty.contributor.organisation.name if duty.contributor else ""
    return {
        Step.COMMIT: ("提交承诺", f"{number}您代表{who}，用自己的浏览器生成密数，只提交它的摘要。", "提交承诺"),
        Step.SEAL: ("封存公告", f"{number}各方都已提交承诺。封存时冻结名册，写入透明日志。", "封存公告"),
        Step.BEACON: ("录入公共随机数", f"{number}由两人分别录入，互不看见，一致才算数。", "录入结果"),
        Step.REVEAL: ("公开密数", f"{number}您代表{who}承诺过。逾期没有公开，抽取中止并写明是谁。", "公开密数"),
        Step.SIGN: ("签署抽取记录", f"{number}抽取已完成，现场人员签署记录后派发任务。", "签署记录"),
        Step.FILE: ("归档抽取记录", f"{number}各参与方都已签署。归档后不能再签。", "查看并归档"),
        Step.AGAIN: ("重新准备抽取", f"{number}已中止：{attempt.abort_reason}。下一次改用彩票开奖号码。", "准备下一次"),
    }[duty.step]


def _day(moment: datetime) -> date:
    return localtime(moment).date()


def _starts(moment: datetime) -> str:
    return f"{localtime(moment):%H:%M} 开始"


def _until(moment: datetime) -> str:
    return f"{localtime(moment):%H:%M} 截止"


def _things(viewer: Viewer, keys: Iterable[str]) -> dict[str, Thing]:
    """Records as things to be signed on paper, for those who may see what was drawn."""
    wanted = [int(key) for key in keys if key.isdecimal()]
    attempts = list(attempts_seen(viewer).filter(pk__in=wanted, state__in=SIGNABLE))
    signatures = record_signatures(attempts)
    now = clock.now()
    return {
        str(attempt.pk): _thing(viewer, attempt, signatures[attempt.pk])
        for attempt in attempts
        if is_released(attempt, now) or policy.may_see_names(viewer, attempt)
    }


def _thing(viewer: Viewer, attempt: Attempt, signatures: list[Signature]) -> Thing:
    plan = attempt.draw.round.plan
    taken = {signature.capacity for signature in signatures}
    may = policy.may_type_beacon(viewer, attempt)
    open_ones = [one for one in attempt.contributors.all() if capacity_of(one) not in taken]
    return Thing(
        title=f"抽取记录（{attempt.draw.number}，第 {attempt.number} 次）",
        url=reverse("drawing:record", args=[attempt.draw.number]),
        number=attempt.draw.number,
        facts=(
            ("抽查计划", plan.title),
            ("抽取时间", f"{attempt.drawn_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}" if attempt.drawn_at else ""),
            ("种子", attempt.seed),
        ),
        pages=tuple(page_of(attempt, one) for one in open_ones),
        may_enter=may,
        may_confirm=may,
        who_enters="参与方或主持人",
        who_confirms="参与方或主持人中的另一人",
        demo=plan.is_demo,
    )


def _paper_confirmed(viewer: Viewer, signature: Signature) -> None:
    actions.paper_confirmed(viewer, signature)


register_thing("attempt", _things, confirmed=_paper_confirmed)
