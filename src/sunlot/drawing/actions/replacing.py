"""Replacing an object that can't be inspected or an inspector who falls out: proposed, then approved by a second person.

Nobody names who comes in. It is computed when the proposal is shown, and again under the lock of the whole family of
draws when it is approved: of two at once the second finds the first one's choice taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from sunlot.lottery.text import is_plain
from sunlot.norms import clock
from sunlot.organisations import scans
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.planning.models import Plan
from sunlot.registry.models import Expert, Inspector
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events, following, policy, succession
from ..following import Change
from ..models import Attempt, Replacement, ReplacementEvidence
from ..rounds import open_elsewhere
from ..standing import FINISHED, Standing, root_of, standing_of
from .ending import count_waiting, is_held, log_replacement
from .locking import family_locked, require_state

State = Replacement.State
MAX_REASON = 100
_NUMBERS_OF_PERSONS = re.compile(r"[0-9Xx]{15,18}|1[0-9]{10}|0[0-9]{2,3}-?[0-9]{7,8}")


@dataclass(frozen=True)
class Upload:
    """A file as somebody sent it."""

    name: str
    content: bytes


@transaction.atomic
def propose_object(
    viewer: Viewer, attempt: Attempt, number: str, cause: str, reason: str, evidence: Sequence[Upload]
) -> Replacement:
    """Propose the replacement of a drawn object that can't be inspected, with its cause, reason and scans.

    Raises NotAllowed for others than a clerk of the lead or a participant; Refused where nobody of the reserve fits,
    where a later room objects, for an unknown cause, a reason that may not be public, and without a readable scan.
    """
    found = family_locked(attempt)
    policy.require(viewer, policy.may_propose_object(viewer, found), policy.PROPOSERS_OF_OBJECTS)
    _require_cause(cause, Replacement.OBJECT_CAUSES)
    draft = Replacement(
        attempt=root_of(found), kind=Replacement.Kind.OBJECT, outgoing=number, cause=cause, reason=reason
    )
    return _propose(viewer, draft, evidence)


@transaction.atomic
def propose_inspector(
    viewer: Viewer,
    attempt: Attempt,
    number: str,
    cause: str,
    reason: str,
    evidence: Sequence[Upload],
    *,
    object: str = "",
) -> Replacement:
    """Propose the replacement of an inspector, for the whole team or for the one `object` that it must stay away from.

    Raises NotAllowed for others than the clerk of the lead or of the inspector's department; Refused as above. Where the
    reserve is used up the proposal stands all the same: approved, it leads to a supplementary draw.
    """
    found = family_locked(attempt)
    _require_cause(cause, Replacement.INSPECTOR_CAUSES)
    if object and cause != Replacement.Cause.CONFLICT:
        raise Refused("只有应当回避的，才能只就一户更换；其他情形整组更换。")
    draft = Replacement(
        attempt=found,
        kind=Replacement.Kind.INSPECTOR,
        outgoing=number,
        object=object,
        cause=cause,
        reason=reason,
    )
    draft.department, draft.team = _seat(found, draft)
    policy.require(
        viewer, policy.may_propose_inspector(viewer, found, inspector_named(number)), policy.PROPOSERS_OF_INSPECTORS
    )
    return _propose(viewer, draft, evidence)


def _seat(attempt: Attempt, draft: Replacement) -> tuple[str, str]:
    """Department and team of the inspector who goes out."""
    require_state(attempt, *FINISHED, act="更换检查人员")
    seat = standing_of(attempt).seat(attempt, draft.outgoing)
    if seat is None:
        raise Refused(f"{draft.outgoing} 现在不在这次抽取的检查组里。")
    return seat[1], seat[0].id


def _require_cause(cause: str, causes: Sequence[Replacement.Cause]) -> None:
    if cause not in causes:
        raise Refused(f"选定事由：{'、'.join(one.label for one in causes)}。")


def _propose(viewer: Viewer, draft: Replacement, evidence: Sequence[Upload]) -> Replacement:
    require_state(draft.attempt, *FINISHED, act="替补")
    draft.reason = public_reason(draft.reason)
    kept = [_kept(one) for one in evidence]
    if not kept:
        raise Refused("附上证明材料的扫描件或照片：例如登记机关的注销证明、现场照片、请假审批单。")
    same = Replacement.objects.filter(
        attempt=draft.attempt, outgoing=draft.outgoing, object=draft.object, state=State.PROPOSED
    ).first()
    if same is not None:
        if (same.proposed_by_id, same.cause, same.reason) == (viewer.user_id, draft.cause, draft.reason):
            return same
        raise Refused(f"{same.proposed_by}已提出过，正在等批准。")
    change = computed(standing_of(draft.attempt), draft)
    draft.proposed_by_id, draft.proposed_at = viewer.user_id, clock.now()
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        raise Refused("刚才已有人提出，正在等批准。刷新页面查看。") from None
    for upload, content in kept:
        ReplacementEvidence.objects.get_or_create(
            replacement=draft, file=files.store(content), defaults={"name": upload.name[:255]}
        )
    record(
        viewer,
        events.REPLACEMENT_PROPOSED,
        draft.thing,
        f"提出{draft.get_kind_display()}：{draft.outgoing}，{draft.get_cause_display()}",
        after={
            "out": draft.outgoing,
            "object": draft.object,
            "cause": draft.cause,
            "reason": draft.reason,
            "in": change.incoming,
            "evidence": sorted(one.file_id for one in draft.evidence.all()),
        },
    )
    return draft


def public_reason(reason: str) -> str:
    """The reason on one line. Raises Refused where it may not stand in the public log for ever."""
    text = " ".join(reason.split())
    if not text:
        raise Refused("写明具体情况。")
    if len(text) > MAX_REASON:
        raise Refused(f"说明有 {len(text)} 字，超过 {MAX_REASON} 字，缩短后再提交。")
    if not is_plain(text):
        raise Refused("说明里有看不见的控制字符，重新输入后再提交。")
    found = _NUMBERS_OF_PERSONS.search(text)
    if found:
        raise Refused(f"说明里有电话或证件号码“{found[0]}”，删去后再提交：说明会公开，写入日志后不能更改。")
    return text


def _kept(upload: Upload) -> tuple[Upload, bytes]:
    try:
        scans.kind_of(upload.content)
    except scans.ScanError as fault:
        raise Refused(f"“{upload.name}”：{fault}") from fault
    return upload, upload.content


def inspector_named(number: str) -> Inspector | Expert | None:
    """The inspector or expert of this number, with its organisation."""
    found = Inspector.objects.select_related("organisation").filter(number=number).first()
    return found or Expert.objects.select_related("organisation").filter(number=number).first()


def computed(standing: Standing, proposal: Replacement) -> Change:
    """What the proposal would do now. Raises Refused where it can't be done now, with every reason."""
    _refuse_during_supplement(standing, proposal)
    if proposal.is_of_object:
        _refuse_during_other_round(standing)
    try:
        change = succession.change_of(standing, proposal)
    except succession.UnknownError as unknown:
        raise Refused(str(unknown)) from unknown
    if change is None:
        raise Refused(
            "同类的候补已用尽，或都与本区各检查组有回避关系、已由其他批次抽取，没有可以替补的对象。"
            "按实际情况填写检查结果并公示。"
        )
    against = following.against(change)
    if against:
        raise Refused("".join(against))
    return change


def _refuse_during_supplement(standing: Standing, proposal: Replacement) -> None:
    """While a supplementary draw is sealed its files say who may be drawn; its own objects wait for its team all along."""
    under_way = standing.under_way
    if under_way is None:
        return
    number = under_way.draw.number
    if standing.is_sealed:
        raise Refused(f"补充抽取 {number} 的公告已封存，结束后再办理替补：两者用的是同一批候补人员。")
    if proposal.is_of_object and proposal.outgoing in under_way.draw.covers:
        raise Refused(f"正在为它补充抽取检查组（{number}），结束后再办理。")


def _refuse_during_other_round(standing: Standing) -> None:
    """An object of the reserve may be drawn by the round that is sealed: it would be inspected in both."""
    other = open_elsewhere(standing.root.draw)
    if other is not None:
        raise Refused(f"{other.label}的公告已封存、还没有结果：候补对象可能也被它抽中。有结果后再办理替补。")


@transaction.atomic
def approve_replacement(viewer: Viewer, replacement: Replacement, *, shown: str | None = None) -> Replacement:
    """Approve as the second person: who comes in is computed anew, entered, and followed by forms and log.

    `shown` is who came in by the page that the viewer saw; another one now is refused, to be looked at again. Approved
    twice is approved once. Raises NotAllowed for the proposer, those replaced, and others than the heads of the lead and
    of the department and the coordinator.
    """
    found, attempt = _open(viewer, replacement)
    if found.state == State.APPROVED and found.decided_by_id == viewer.user_id:
        return found
    _require_open(found, State.APPROVED)
    # Sealing locks the plan too: no other round is sealed between looking at what it holds and letting an object in.
    Plan.objects.select_for_update(of=("self",)).get(pk=attempt.draw.round.plan_id)
    change = computed(standing_of(attempt), found)
    if shown is not None and shown != change.incoming:
        raise Refused("您看到之后又有别的替补生效，现在依次轮到另一个。请再看一次，再批准。")
    _refuse_own(viewer, change)
    if change.kind == Replacement.Kind.OBJECT:
        found.team = change.team
    found.incoming, found.passed_over = change.incoming, list(change.passed_over)
    _decide(viewer, found, State.APPROVED)
    count_waiting(attempt)
    _record_approval(viewer, attempt, found)
    following.follow(viewer, found)
    return found


@transaction.atomic
def refuse_replacement(viewer: Viewer, replacement: Replacement, reason: str) -> Replacement:
    """Refuse a proposal with the reason; refused twice is refused once. Raises as `approve_replacement`."""
    found, _ = _open(viewer, replacement)
    if found.state == State.REFUSED and found.decided_by_id == viewer.user_id:
        return found
    _require_open(found, State.REFUSED)
    if not reason.strip():
        raise Refused("写明不批准的理由，提出的人会看到。")
    found.refusal = reason.strip()[:200]
    _decide(viewer, found, State.REFUSED)
    record(
        viewer,
        events.REPLACEMENT_REFUSED,
        found.thing,
        f"不批准{found.get_kind_display()}：{found.refusal}",
        after={"out": found.outgoing, "reason": found.refusal},
    )
    return found


def _open(viewer: Viewer, replacement: Replacement) -> tuple[Replacement, Attempt]:
    """The proposal and its attempt, both locked, for somebody who may decide it."""
    attempt = family_locked(replacement.attempt)
    found = Replacement.objects.select_related("proposed_by", "decided_by").get(pk=replacement.pk)
    found.attempt = attempt
    person = None if found.is_of_object else inspector_named(found.outgoing)
    policy.require(viewer, policy.may_decide(viewer, found, person), policy.DECIDERS)
    if found.proposed_by_id == viewer.user_id:
        raise NotAllowed("提出的人不能自己批准，由第二人办理。")
    return found, attempt


def _require_open(replacement: Replacement, wanted: Replacement.State) -> None:
    if wanted not in Replacement.MOVES[replacement.state]:
        raise Refused(f"已由{replacement.decided_by}办理：{replacement.get_state_display()}。")


def _refuse_own(viewer: Viewer, change: Change) -> None:
    """Nobody decides about being replaced, or about coming in."""
    if change.kind == Replacement.Kind.OBJECT:
        return
    if Inspector.objects.filter(number__in=[change.outgoing, change.incoming], user_id=viewer.user_id).exists():
        raise NotAllowed("换出或换入的是您本人，由另一人批准。")


def _decide(viewer: Viewer, replacement: Replacement, state: Replacement.State) -> None:
    replacement.state, replacement.decided_by_id, replacement.decided_at = state, viewer.user_id, clock.now()
    replacement.save()


def _record_approval(viewer: Viewer, attempt: Attempt, one: Replacement) -> None:
    """Public at once, or internal until the list is released; a used-up reserve replaces nobody and is never public."""
    if one.incoming and not is_held(attempt):
        log_replacement(viewer, attempt, one)
        return
    what = f"换入 {one.incoming}" if one.incoming else "候补用尽，须补充抽取整组"
    record(
        viewer,
        events.REPLACEMENT_APPROVED if one.incoming else events.SUPPLEMENT_NEEDED,
        one.thing,
        f"批准{one.get_kind_display()}：换出 {one.outgoing}，{what}",
        after={"out": one.outgoing, "in": one.incoming, "team": one.team, "passed_over": one.passed_over},
    )
