"""How an attempt ends: in a result, or in the abort that the protocol demands. Nobody decides which; the values do."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from sunlot import lottery
from sunlot.norms import canonical, clock
from sunlot.organisations.viewer import SYSTEM, Refused
from sunlot.planning import actions as planning
from sunlot.planning import content as contents
from sunlot.planning.content import PlanContent
from sunlot.planning.models import Plan
from sunlot.trail import files
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events, queries, stored
from ..models import Attempt, Replacement
from ..rounds import drawn_rounds
from ..standing import FINISHED, root_of, standing_of
from ..supplement import waiting_in
from .locking import family_locked, locked, move, subject, thing, whole

NUMBERS_WITHIN = timedelta(days=7)
SETTLED = (Attempt.State.SIGNED, Attempt.State.ARCHIVED)
OPEN = (Attempt.State.SEALED, Attempt.State.REVEALING, Attempt.State.READING)


def settle(attempt: Attempt, actor: Actor = SYSTEM) -> Attempt:
    """Do what is due by itself: draw where the last value is in, abort where the protocol demands it, release.

    Safe to call at any time, twice, and by two at once. Returns the attempt as it stands afterwards.
    """
    found = whole(attempt.pk)
    now = clock.now()
    if is_ready(found):
        return draw(actor, found)
    if why_abort(found, now) is not None:
        abort_if_due(SYSTEM, found)
        return whole(attempt.pk)
    if _release_is_due(found, now):
        release(SYSTEM, found)
        return whole(attempt.pk)
    return found


def is_ready(attempt: Attempt) -> bool:
    """Whether every value is in and the drawing must follow."""
    return (
        attempt.state in OPEN
        and attempt.beacon_value is not None
        and all(one.nonce is not None for one in attempt.contributors.all())
    )


@transaction.atomic
def draw(actor: Actor, attempt: Attempt) -> Attempt:
    """Carry the draw out over the frozen files; there is one result, and a repeated request returns it.

    Raises Refused before the last value is in, and where the frozen files can't be read any more.
    """
    found = family_locked(attempt)
    if found.state in FINISHED:
        return found
    if not is_ready(found):
        raise Refused(f"现在不能抽取：{found.get_state_display()}。各方密数和公共随机数齐了即自动抽取。")
    reveals = [{"contributor": one.code, "nonce": str(one.nonce)} for one in found.contributors.all()]
    try:
        result = lottery.draw(stored.notice_value(found), stored.rosters_of(found), reveals, found.beacon_value)
    except (lottery.LotteryError, ValueError, OSError) as error:
        raise Refused(
            "封存的名册文件读不出来，抽取没有完成；数值都已保存。由系统管理员从备份恢复文件后会自动完成。"
        ) from error
    value = canonical.loads(canonical.dumps(result))  # type: ignore[arg-type]  # the core returns JSON values
    found.result = files.store(canonical.dumps(value))
    found.result_digest = lottery.result_digest(value, found.hash_name)
    found.seed, found.drawn_at = str(result["seed"]), clock.now()
    move(found, Attempt.State.DRAWN)
    found.save(update_fields=["result", "result_digest", "seed", "drawn_at", "state"])
    record(
        actor,
        events.DRAWN,
        thing(found),
        "抽取完成",
        after={"result": found.result_digest},
        subject=subject(found),
        public={"notice": found.notice_digest, "result": found.result_digest},
    )
    if found.draw.supplements is not None or result["unassigned"]:
        count_waiting(found)
    plan = found.draw.round.plan
    if plan.state == Plan.State.PUBLISHED and not queries.has_rounds_to_come(plan):
        planning.mark_drawn(actor, plan)
    return found


@transaction.atomic
def abort_if_due(actor: Actor, attempt: Attempt) -> bool:
    """Abort where, and only where, the protocol demands it; returns whether it is aborted now."""
    found = locked(attempt)
    if found.state == Attempt.State.ABORTED:
        return True
    why = why_abort(found, clock.now())
    if why is None:
        return False
    failed, reason = why
    move(found, Attempt.State.ABORTED)
    found.aborted_at, found.abort_reason, found.abort_failed = clock.now(), reason, failed
    found.save(update_fields=["state", "aborted_at", "abort_reason", "abort_failed"])
    record(
        actor,
        events.ABORTED,
        thing(found),
        f"中止：{reason}",
        subject=subject(found),
        public={"notice": found.notice_digest, "contributors": failed, "reason": reason},
    )
    return True


def why_abort(attempt: Attempt, now: datetime) -> tuple[list[str], str] | None:
    """Who failed and the reason, where the protocol demands an abort at `now`; None where it does not.

    Nobody failed when the dice were not logged: until then no number could be revealed.
    """
    if is_ready(attempt):
        return None
    if attempt.state == Attempt.State.SEALED and now >= attempt.reveal_by:
        return [], "到公开密数的期限，掷骰结果没有记入日志"
    if attempt.state == Attempt.State.REVEALING and now >= attempt.reveal_by:
        missing = [one for one in attempt.contributors.all() if one.nonce is None]
        names = "、".join(one.organisation.name for one in missing)
        return [one.code for one in missing], f"到公开密数的期限，{names}没有公开密数"
    if attempt.state == Attempt.State.READING:
        form = attempt.beacon_form
        if now >= clock.parse(str(form["not_before"])) + NUMBERS_WITHIN:
            return [], f"开奖时间起七日内，没有取得{form['name']}第 {form['issue']} 期的号码"
    return None


@transaction.atomic
def release(actor: Actor, attempt: Attempt, why: str = "") -> Attempt:
    """End an embargo: at its time, or before it when the inspection's first result is published. Released twice is once.

    What was replaced meanwhile is made public with it, and so are the draw that this one supplements and those that
    supplement it: they name the same enterprises. `why` says for the history what ended it before its time.
    """
    found = family_locked(attempt)
    if not is_held(found) or found.state not in FINISHED:
        return found
    root = root_of(found)
    others = Attempt.objects.filter(Q(pk=root.pk) | Q(draw__supplements=root)).exclude(pk=found.pk)
    for one in (found, *others.filter(state__in=FINISHED).order_by("pk")):
        if is_held(one):
            _release(actor, one, why)
    return whole(attempt.pk)


def _release(actor: Actor, attempt: Attempt, why: str) -> None:
    attempt.released_at = clock.now()
    attempt.save(update_fields=["released_at"])
    record(
        actor,
        events.RELEASED,
        thing(attempt),
        f"名单公开：{why}" if why else "名单公开",
        subject=subject(attempt),
        public={"notice": attempt.notice_digest, "result": attempt.result_digest},
    )
    held = attempt.replacements.filter(state=Replacement.State.APPROVED, entry__isnull=True).exclude(incoming="")
    for one in held.order_by("decided_at", "pk"):
        log_replacement(actor, attempt, one)


def is_held(attempt: Attempt) -> bool:
    """Whether the log still keeps back what the draw gave: its release is not yet an entry, whatever the hour."""
    return attempt.release_at is not None and attempt.released_at is None


def log_replacement(actor: Actor, attempt: Attempt, one: Replacement) -> None:
    """Write an approved replacement into the public log, once (docs/spec/draw-protocol.md, log.json)."""
    public = {
        "result": attempt.result_digest,
        "team": one.team,
        "object": one.outgoing if one.is_of_object else one.object or None,
        "out": one.outgoing,
        "in": one.incoming,
        "reason": one.public_reason,
    }
    words = f"{one.get_kind_display()}：换出 {one.outgoing}，换入 {one.incoming}，{one.public_reason}"
    after = {"passed_over": one.passed_over, "cause": one.cause, "reason": one.reason}
    one.entry = record(actor, events.REPLACED, one.thing, words, after=after, subject=subject(attempt), public=public)
    one.save(update_fields=["entry"])


def count_waiting(attempt: Attempt) -> None:
    """Keep with the supplemented draw how many objects of its family wait for a new team, for lists and the home page."""
    standing = standing_of(attempt)
    waiting = sum(len(one.objects) for one in waiting_in(standing))
    Attempt.objects.filter(pk=standing.root.pk).update(waiting=waiting)


def mark_dispatched(attempt: Attempt) -> None:
    """The forms of a signed draw are on their way: the inspecting room says so, in the act that it records itself."""
    found = locked(attempt)
    if found.state not in SETTLED:
        raise Refused(f"抽取现在是“{found.get_state_display()}”，不能派发。")
    if found.dispatched_at is None:
        found.dispatched_at = clock.now()
        found.save(update_fields=["dispatched_at"])


def _release_is_due(attempt: Attempt, now: datetime) -> bool:
    if attempt.state not in FINISHED or attempt.release_at is None or attempt.released_at is not None:
        return False
    root = attempt.draw.supplements
    return now >= attempt.release_at or (root is not None and not is_held(root))


@planning.withdrawal_check
def _under_way(plan: Plan) -> str | None:
    """A sealed notice ends in a result or an abort, never in a withdrawal."""
    return _sealed(plan, "撤回")


@planning.change_check
def _listed(plan: Plan, content: PlanContent) -> str | None:
    """What is sealed is drawn as it stands and sent out as it was drawn; a round that is drawn stays as it was; who
    contributes is settled when the draw is prepared.
    """
    if why := _sealed(plan, "调整") or _keeps_drawn(plan, content):
        return why
    prepared = Attempt.objects.filter(draw__round__plan=plan, state=Attempt.State.PREPARING).first()
    taking_part = {seat.organisation for seat in content.seats}
    if prepared is None or taking_part == {part.organisation.code for part in plan.participants.all()}:
        return None
    return f"抽取 {prepared.draw.number} 已在准备，参与方已经列定，调整不能增减参与部门。"


@planning.order_follower
def _all_drawn(actor: Actor, plan: Plan) -> None:
    """A change that gives up the rounds to come leaves a plan of which all is drawn."""
    if plan.state == Plan.State.PUBLISHED and not queries.has_rounds_to_come(plan):
        planning.mark_drawn(actor, plan)


def _sealed(plan: Plan, act: str) -> str | None:
    idle = (Attempt.State.PREPARING, Attempt.State.ABORTED, Attempt.State.WITHDRAWN)
    for sealed in Attempt.objects.filter(draw__round__plan=plan).exclude(state__in=idle).select_related("draw"):
        if sealed.state in OPEN:
            return f"抽取 {sealed.draw.number} 的公告已封存，须抽取完毕或依规则中止后才能{act}计划"
        if act == "撤回":
            return f"{sealed.draw.number} 已经抽取，计划不能撤回。余下的批次不再进行的，用“调整计划”减去"
        if sealed.dispatched_at is None:
            return f"{sealed.draw.number} 抽取的检查任务还没有派发，派发后才能{act}计划"
    return None


def _keeps_drawn(plan: Plan, content: PlanContent) -> str | None:
    """Why this content would change a round that is drawn: its days, or who inspects what it drew."""
    drawn = drawn_rounds([plan.pk]).get(plan.pk, frozenset())
    if not drawn:
        return None
    before = contents.windows_of(plan)
    if any(content.windows[at - 1 : at] != before[at - 1 : at] for at in drawn):
        return f"已抽取的 {len(drawn)} 批不能改动，调整只能改以后的批次"
    gone = {one.organisation.code for one in plan.participants.all()} - {seat.organisation for seat in content.seats}
    return "已抽取的批次由现有的参与部门检查，调整不能减去参与部门" if gone else None
