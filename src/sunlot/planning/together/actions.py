"""Asking another plan's lead to merge, and its answer. Agreed, the act itself is done in the same transaction.

Locks are taken in one order everywhere: both plans by their keys, then the request.
"""

from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from sunlot.desk import reminders
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record
from sunlot.visits import actions as visits

from .. import content as contents
from .. import events, policy, storing
from ..actions.guards import back_to_draft, locked, said
from ..actions.plans import give_up
from ..models import MergeRequest, Plan
from .common import Common, common_objects
from .merged import merged

State = Plan.State
Form = MergeRequest.Form
REMINDED_FOR = timedelta(days=30)
MOST_OBJECTS = 200
"""Objects of one request: more are not visited on one day."""


@transaction.atomic
def ask_to_merge(viewer: Viewer, asking: Plan, asked: Plan, reason: str, *, into: Plan | None = None) -> MergeRequest:
    """Ask the lead of another plan to make one plan of both: `into` is the one that stays, the asking one unless given.

    One request waits between two plans at a time. Refused where one of them is no longer being written.
    """
    ours, theirs = _both(asking, asked)
    _require_asker(viewer, ours)
    _require_mergeable(ours)
    _require_mergeable(theirs)
    request = _new(viewer, ours, theirs, reason, form=Form.ONE_PLAN, into=into or ours)
    stays = "并入本计划，由本单位牵头" if request.into_id == ours.pk else "并入对方的计划，由对方牵头"
    _record_both(viewer, events.MERGE_ASKED, request, f"请求与{theirs.lead.name}的“{theirs}”合并：{stays}")
    return request


@transaction.atomic
def ask_for_one_day(
    viewer: Viewer, asking: Plan, asked: Plan, reason: str, *, day: date, objects: Collection[int]
) -> MergeRequest:
    """Ask the lead of another drawn plan to visit these objects (by key) on one day together.

    Refused for objects that not both have still to visit, and for a day on which not both may.
    """
    ours, theirs = _both(asking, asked)
    _require_asker(viewer, ours)
    chosen = _chosen(common_objects(ours, theirs), objects)
    for one in chosen:
        if not one.allows(day):
            span = f"{one.first.isoformat()} 至 {one.last.isoformat()}"
            raise Refused(f"“{one.object.name}”只能约定在 {span} 之间。改日期，或去掉这一户。")
    request = _new(viewer, ours, theirs, reason, form=Form.ONE_DAY, day=day)
    request.objects_named.set([one.object for one in chosen])
    words = f"请求与{theirs.lead.name}的“{theirs}”约定 {day.isoformat()} 一同检查 {len(chosen)} 户"
    _record_both(viewer, events.MERGE_ASKED, request, words)
    return request


@transaction.atomic
def cancel_request(viewer: Viewer, request: MergeRequest) -> MergeRequest:
    """Take a request back before it is answered. Twice is once."""
    found = _locked(request)
    _require_asker(viewer, found.asking)
    if found.state == MergeRequest.State.CANCELLED:
        return found
    _decide(viewer, found, MergeRequest.State.CANCELLED, "")
    _record_both(viewer, events.MERGE_CANCELLED, found, f"撤回与“{found.asked}”合并检查的请求")
    return found


@transaction.atomic
def decline_to_merge(viewer: Viewer, request: MergeRequest, comment: str) -> MergeRequest:
    """Say no, with the reason. Twice is once."""
    found = _locked(request)
    _require_answerer(viewer, found)
    if found.state == MergeRequest.State.DECLINED:
        return found
    if not comment.strip():
        raise Refused("不同意合并须写明理由。")
    _decide(viewer, found, MergeRequest.State.DECLINED, comment)
    words = f"{found.asked.lead.name}不同意与“{found.asking}”合并检查：{found.answer}"
    _record_both(viewer, events.MERGE_DECLINED, found, words)
    _tell(found, f"{found.asked.lead.name}不同意合并检查：{found.answer}")
    return found


@transaction.atomic
def agree_to_merge(
    viewer: Viewer, request: MergeRequest, comment: str = "", *, seen: str | None = None
) -> MergeRequest:
    """Say yes: of two plans being written one becomes both, as a draft that everybody confirms and signs anew, and the
    other is withdrawn; of two drawn ones the visits to the objects named are put on the day.

    `seen` is the `fingerprint` of what the viewer was shown: Refused where one of the plans was changed in between. Twice
    is once.
    """
    found = _locked(request)
    _require_answerer(viewer, found)
    if found.state == MergeRequest.State.AGREED:
        return found
    if found.form == Form.ONE_PLAN and seen is not None and seen != fingerprint(found):
        raise Refused("您打开以后，两个计划中有一个已被修改。刷新页面，看过最新内容再答复。")
    _decide(viewer, found, MergeRequest.State.AGREED, comment)
    words = f"{found.asked.lead.name}同意与“{found.asking}”合并检查"
    _record_both(viewer, events.MERGE_AGREED, found, words + (f"：{found.answer}" if found.answer else ""))
    done = _make_one_plan(viewer, found) if found.form == Form.ONE_PLAN else _put_on_one_day(viewer, found)
    _tell(found, f"{found.asked.lead.name}同意合并检查。{done}")
    return found


def fingerprint(request: MergeRequest) -> str:
    """Tells whether what the two plans say is still what somebody was shown."""
    texts = (contents.canonical_text(contents.rules(plan)) for plan in (request.asking, request.asked))
    return contents.digest_of("\n".join(texts))


# --- inside -------------------------------------------------------------------------------------------------------


def _make_one_plan(viewer: Viewer, request: MergeRequest) -> str:
    """Both are locked. What stays begins its next version; what leaves is withdrawn and says where it went."""
    for plan in (request.asking, request.asked):
        _require_mergeable(plan)
    stays = request.asking if request.into_id == request.asking_id else request.asked
    leaves = request.leaving
    found = merged(contents.content_of(stays), contents.content_of(leaves))
    before = said(stays)
    back_to_draft(stays, f"并入计划 {leaves.number}“{leaves}”的内容")
    storing.set_columns(stays, found.content)
    storing.write(stays, found.content)
    after = said(stays)
    changed = [key for key in after if before.get(key) != after[key]]
    words = f"并入{leaves.lead.name}的计划 {leaves.number}“{leaves}”，成为第 {stays.version} 版草稿，各方重新确认、签署"
    if found.left_out:
        words += f"；没有并入的：{'；'.join(found.left_out)}"
    record(
        viewer,
        events.PLANS_MERGED,
        stays.thing,
        words,
        before={key: before.get(key) for key in changed},
        after={key: after[key] for key in changed} | {"merged": leaves.number, "left_out": list(found.left_out)},
    )
    gone = f"并入计划 {stays.number}“{stays}”（{stays.lead.name}牵头）"
    give_up(viewer, leaves, gone)
    _drop_other_requests(viewer, leaves, gone)
    return f"“{stays}”已有两个计划的内容，由{stays.lead.name}核对后提交，各方重新确认、签署。"


def _drop_other_requests(viewer: Viewer, leaves: Plan, why: str) -> None:
    """What was still asked by or of the plan that is gone can't be answered any more."""
    open_ones = MergeRequest.objects.filter(Q(asking=leaves) | Q(asked=leaves), state=MergeRequest.State.ASKED)
    for one in open_ones.select_for_update(of=("self",)).select_related("asking__lead", "asked__lead"):
        _decide(viewer, one, MergeRequest.State.CANCELLED, why)
        _record_both(viewer, events.MERGE_CANCELLED, one, f"“{leaves}”已{why}，合并检查的请求随之撤回")


def _put_on_one_day(viewer: Viewer, request: MergeRequest) -> str:
    """Those of the objects named that both still have to visit."""
    if request.day is None or request.day < clock.today():
        raise Refused("约定的日期已经过去。请对方另约一天。")
    wanted = set(request.objects_named.values_list("pk", flat=True))
    standing = [one for one in common_objects(request.asking, request.asked) if one.object.pk in wanted]
    if not standing:
        raise Refused("这些对象已经检查过，或不再由双方检查，没有可以约定的了。写明情况，答复不同意。")
    names = {form: f"{request.thing}:{one.object.pk}" for one in standing for form in one.forms}
    together = visits.put_on_one_day(names, request.day)
    words = f"约定 {request.day.isoformat()} 一同检查 {len(together)} 户"
    after = {"day": request.day.isoformat(), "objects": sorted(one.object.number for one in standing)}
    for plan in (request.asking, request.asked):
        record(viewer, events.PLANS_MERGED, plan.thing, words, after=after)
    return f"{words}，按一次检查计入年度频次。"


def _both(asking: Plan, asked: Plan) -> tuple[Plan, Plan]:
    """Both plans locked, in the order of their keys."""
    if asking.pk == asked.pk:
        raise Refused("不能与本计划自己合并。")
    found = {plan.pk: locked(plan) for plan in sorted((asking, asked), key=lambda plan: plan.pk)}
    return found[asking.pk], found[asked.pk]


def _locked(request: MergeRequest) -> MergeRequest:
    """The request as it stands now with its plans, all locked."""
    asking, asked = _both(Plan(pk=request.asking_id), Plan(pk=request.asked_id))
    found = MergeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    found.asking, found.asked = asking, asked
    return found


def _new(
    viewer: Viewer,
    asking: Plan,
    asked: Plan,
    reason: str,
    *,
    form: str,
    into: Plan | None = None,
    day: date | None = None,
) -> MergeRequest:
    if not reason.strip():
        raise Refused("请求合并须写明理由。")
    waiting = MergeRequest.objects.filter(state=MergeRequest.State.ASKED)
    if waiting.filter(asking=asked, asked=asking).exists():
        raise Refused(f"{asked.lead.name}已经请求与本计划合并，等本单位答复。先答复对方的请求。")
    if waiting.filter(asking=asking, asked=asked).exists():
        raise Refused(f"已经向{asked.lead.name}提出请求，还没有答复。要改的，先撤回原来的请求。")
    return MergeRequest.objects.create(
        form=form,
        asking=asking,
        asked=asked,
        into=into,
        day=day,
        reason=reason.strip()[:500],
        asked_by_id=viewer.user_id,
        asked_at=clock.now(),
    )


def _chosen(common: list[Common], objects: Collection[int]) -> list[Common]:
    wanted = set(objects)
    chosen = [one for one in common if one.object.pk in wanted]
    if not chosen:
        raise Refused("至少选一户双方都还要检查的对象。")
    if len(chosen) != len(wanted):
        raise Refused("所选对象中有的已经检查过，或不再由双方检查。刷新页面重新选择。")
    if len(chosen) > MOST_OBJECTS:
        raise Refused(f"一次最多约定 {MOST_OBJECTS} 户。分几天约定。")
    return chosen


def _require_asker(viewer: Viewer, plan: Plan) -> None:
    if not policy.may_write(viewer, plan):
        raise NotAllowed(f"由{plan.lead.name}的经办人、负责人或统筹科室请求合并。")


def _require_answerer(viewer: Viewer, request: MergeRequest) -> None:
    if not policy.may_write(viewer, request.asked):
        raise NotAllowed(f"由{request.asked.lead.name}的经办人、负责人或统筹科室答复。")


def _require_mergeable(plan: Plan) -> None:
    if plan.revises_id is not None:
        raise Refused("计划调整不能与别的计划合并。先办完调整。")
    if not plan.is_open:
        raise Refused(f"“{plan}”现在是“{plan.get_state_display()}”，只有还在编制、确认或签署的计划才能并为一个。")
    if plan.state == State.DRAFT and not plan.title.strip():
        raise Refused("先填写抽查任务名称并保存，再请求合并。")


def _decide(viewer: Viewer, request: MergeRequest, state: str, answer: str) -> None:
    if state not in MergeRequest.MOVES[request.state]:
        raise Refused(f"这个请求{request.get_state_display()}，不能再答复。刷新页面看最新情况。")
    request.state, request.answer = state, answer.strip()[:500]
    request.decided_by_id, request.decided_at = viewer.user_id, clock.now()
    request.save(update_fields=["state", "answer", "decided_by", "decided_at"])


def _record_both(viewer: Viewer, kind: events.EventKind, request: MergeRequest, words: str) -> None:
    """In the story of both plans: who sees one of them sees what was asked and answered."""
    after = {
        "request": request.pk,
        "asking": request.asking.number,
        "asked": request.asked.number,
        "form": request.form,
        "reason": request.reason,
        "answer": request.answer,
    }
    for plan in (request.asking, request.asked):
        record(viewer, kind, plan.thing, words, after=after)


def _tell(request: MergeRequest, words: str) -> None:
    """Whoever asked is told the answer on every page until it is seen."""
    address = reverse("planning:merge", args=[request.pk])
    until = clock.now() + REMINDED_FOR
    reminders.remind([request.asked_by_id], f"merge:{request.pk}", words[:200], address, until)
