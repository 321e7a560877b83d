"""Handing a part on: ask, approve, take; return, decline, withdraw; and naming other inspectors afterwards."""

import hashlib
from collections.abc import Collection, Sequence

from django.db import transaction

from sunlot.norms import canonical, clock
from sunlot.organisations import signatures
from sunlot.organisations.models import Organisation, Signature
from sunlot.organisations.signatures import Page, Proof
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.registry.models import Inspector
from sunlot.trail.actions import record
from sunlot.visits import actions as visits

from .. import events
from ..actions.forms import settle
from ..actions.guards import locked_part
from ..actions.review import LEAST_INSPECTORS
from ..models import CheckOut, Dispatch, Finding, FormPart, PartMember, Reassignment
from ..receiving.actions import send
from . import competence, policy

State = Reassignment.State
TITLE = "检查指派审批"


@transaction.atomic
def ask(viewer: Viewer, part: FormPart, to: Organisation, reason: str) -> Reassignment:
    """Ask that another unit takes the part. The same asked twice is asked once.

    Raises NotAllowed for others than the unit's clerk, Refused once a record is submitted, for a unit that is not
    competent, and while another request waits.
    """
    locked = locked_part(part)
    if not policy.may_ask(viewer, locked):
        raise NotAllowed(f"指派由{locked.organisation.name}的经办人提出。")
    _require_open(locked)
    said = reason.strip()
    waiting = Reassignment.objects.filter(part=locked, state__in=Reassignment.OPEN).first()
    if waiting is not None:
        if (waiting.to_id, waiting.reason) == (to.pk, said):
            return waiting
        raise Refused(f"已经申请指派给{waiting.to.full_name}，还没有办完。要改的，先撤回。")
    if to.pk not in {one.pk for one in competence.competent_units(locked)}:
        raise Refused(f"{to.full_name}不能接收：须是同一系统、对这个对象所在地有管辖权、还不在这份检查表上的单位。")
    if not said:
        raise Refused("写明指派的理由。")
    count = Reassignment.objects.filter(part=locked).count()
    made = Reassignment(
        part=locked, number=f"{locked.form.number}-{locked.organisation.code}-指{count + 1}"[:100], to=to, reason=said,
        asked_by_id=viewer.user_id, asked_at=clock.now(),
    )  # fmt: skip
    made.digest = _digest_of(made)
    made.save()
    _tell(viewer, events.REASSIGNMENT_ASKED, made, f"申请指派给{to.full_name}：{said}")
    return made


@transaction.atomic
def approve(viewer: Viewer, found: Reassignment, proof: Proof, comment: str = "") -> Reassignment:
    """Sign it as a head of the unit that hands on; then the other unit is asked. Twice is once."""
    found = _locked(found)
    _require_decider(viewer, found)
    if found.state == State.APPROVED:
        return found
    _require_move(found, State.APPROVED)
    _require_open(found.part)
    signatures.sign(viewer, page_of(found, policy.GIVER), proof, comment)
    return _approve(viewer, found, comment)


@transaction.atomic
def paper_confirmed(viewer: Viewer, signature: Signature) -> None:
    """The head of the unit that hands on signed on paper, and a second person has compared the scan with it."""
    found = _locked(Reassignment(pk=int(signature.thing.partition(":")[2])))
    if found.state != State.ASKED:
        return
    _require_open(found.part)
    _approve(viewer, found, "纸质审批")


@transaction.atomic
def return_request(viewer: Viewer, found: Reassignment, comment: str) -> Reassignment:
    """The own head sends it back with words. Twice is once."""
    found = _locked(found)
    _require_decider(viewer, found)
    if found.state == State.RETURNED:
        return found
    _require_move(found, State.RETURNED)
    if not comment.strip():
        raise Refused("写明退回的理由。")
    found.state, found.comment = State.RETURNED, comment.strip()[:500]
    found.decided_by_id, found.decided_at = viewer.user_id, clock.now()
    found.save(update_fields=["state", "comment", "decided_by", "decided_at"])
    signatures.refuse(viewer, page_of(found, policy.GIVER), found.comment)
    _tell(viewer, events.REASSIGNMENT_RETURNED, found, f"退回指派申请：{found.comment}")
    return found


@transaction.atomic
def withdraw(viewer: Viewer, found: Reassignment) -> Reassignment:
    """Give it up before it is accepted: the part was never away. Twice is once."""
    found = _locked(found)
    if not policy.may_ask(viewer, found.part):
        raise NotAllowed(f"由{found.part.organisation.name}的经办人撤回。")
    if found.state == State.WITHDRAWN:
        return found
    _require_move(found, State.WITHDRAWN)
    found.state = State.WITHDRAWN
    found.save(update_fields=["state"])
    _tell(viewer, events.REASSIGNMENT_WITHDRAWN, found, f"撤回给{found.to.full_name}的指派")
    return found


@transaction.atomic
def decline(viewer: Viewer, found: Reassignment, reason: str) -> Reassignment:
    """The other unit does not take it, with words: it stays where it is. Twice is once."""
    found = _locked(found)
    _require_taker(viewer, found)
    if found.state == State.DECLINED:
        return found
    _require_move(found, State.DECLINED)
    if not reason.strip():
        raise Refused("写明不接收的理由。")
    found.state, found.answer = State.DECLINED, reason.strip()[:500]
    found.answered_by_id, found.answered_at = viewer.user_id, clock.now()
    found.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    signatures.refuse(viewer, page_of(found, policy.TAKER), found.answer)
    _tell(viewer, events.REASSIGNMENT_DECLINED, found, f"{found.to.full_name}不接收指派：{found.answer}")
    return found


@transaction.atomic
def accept(
    viewer: Viewer,
    found: Reassignment,
    proof: Proof,
    inspectors: Collection[int] = (),
    why: str = "",
    comment: str = "",
) -> FormPart:
    """Take the part: the old one ends as it stands, and the unit has one of its own, with the same items, days and visit.

    `inspectors` (keys) are named by the unit's head, who says `why`; where the unit's own people were drawn for the
    object, they are the inspectors and nobody is named. Accepted twice, or by two at once, it is accepted once. Raises
    NotAllowed for others, Refused once the old unit has submitted its record, and for people who may not inspect.
    """
    found = _locked(found)
    _require_taker(viewer, found)
    if found.state == State.ACCEPTED and found.taken is not None:
        return found.taken
    _require_move(found, State.ACCEPTED)
    _require_open(found.part)
    if found.to_id not in {one.pk for one in competence.competent_units(found.part)}:
        raise Refused(f"{found.to.full_name}现在不能接收：单位停用、对象迁走，或已在这份检查表上。")
    people, by = _people(found, inspectors, why)
    signatures.sign(viewer, page_of(found, policy.TAKER), proof, comment)
    taken = _move(viewer, found, people)
    found.state, found.taken, found.by, found.naming_reason = State.ACCEPTED, taken, by, ""
    if by == Reassignment.By.NAMED:
        found.naming_reason = why.strip()[:300]
    found.answer, found.answered_by_id, found.answered_at = comment.strip()[:500], viewer.user_id, clock.now()
    found.event = record(
        viewer, events.REASSIGNED, f"form:{taken.form_id}",
        f"指派：{found.part.organisation.full_name}的部分由{found.to.full_name}检查，{found.reason}；"
        f"检查人员为{found.get_by_display()}" + (f"：{found.naming_reason}" if found.naming_reason else ""),
        before={"organisation": found.part.organisation.code, "part": found.part_id},
        after={"organisation": found.to.code, "part": taken.pk, "inspectors": [one.number for one in people]},
        subject=f"form:{taken.form.number}",
        public={
            "task": taken.form.task.number, "from": found.part.organisation.code, "to": found.to.code,
            "inspectors": len(people), "by": by.value, "digest": found.digest,
        },
    )  # fmt: skip
    found.save()
    settle(viewer, taken.form_id)
    return taken


@transaction.atomic
def name_again(viewer: Viewer, found: Reassignment, inspectors: Collection[int], why: str) -> FormPart:
    """Name other inspectors of a part that was taken, before its record is submitted: somebody fell out. The reason is
    public in place of the first. What was written stays; whoever signed a draft for the inspected signs anew.
    """
    found = _locked(found)
    _require_taker(viewer, found)
    if found.state != State.ACCEPTED or found.taken is None or found.by != Reassignment.By.NAMED:
        raise Refused("只有负责人指定的检查人员能在这里更换；抽取产生的，按规则更换。")
    taken = locked_part(found.taken)
    if not taken.is_editable:
        raise Refused(taken.why_closed)
    before = [member.inspector.number for member in taken.members.all()]
    people, _ = _people(found, inspectors, why, of=taken)
    if [one.number for one in people] == before:
        raise Refused("检查人员没有变化。")
    taken.members.all().delete()
    _seat(taken, people)
    taken.version += 1
    taken.save(update_fields=["version"])
    found.naming_reason = why.strip()[:300]
    found.save(update_fields=["naming_reason"])
    record(
        viewer, events.MEMBER_REPLACED, taken.thing, f"重新指定检查人员：{found.naming_reason}",
        before={"inspectors": before}, after={"inspectors": [one.number for one in people]},
    )  # fmt: skip
    return taken


def page_of(found: Reassignment, capacity: str) -> Page:
    """What the heads sign."""
    return Page(found.thing, f"{TITLE}（{found.number}）", found.digest, capacity)


# --- inside -------------------------------------------------------------------------------------------------------


def _approve(viewer: Viewer, found: Reassignment, comment: str) -> Reassignment:
    found.state, found.comment = State.APPROVED, comment.strip()[:500]
    found.decided_by_id, found.decided_at = viewer.user_id, clock.now()
    found.save(update_fields=["state", "comment", "decided_by", "decided_at"])
    _tell(viewer, events.REASSIGNMENT_APPROVED, found, f"同意指派给{found.to.full_name}，等对方接收")
    return found


def _people(
    found: Reassignment, inspectors: Collection[int], why: str, of: FormPart | None = None
) -> tuple[list[Inspector], Reassignment.By]:
    """Who inspects, and how they came to it."""
    drawn = competence.drawn_before(found.part, found.to) if of is None else []
    if drawn:
        return drawn, Reassignment.By.DRAWN
    wanted = set(inspectors)
    people = [one for one in competence.eligible(of or found.part, found.to) if one.pk in wanted]
    if len(wanted) < LEAST_INSPECTORS:
        raise Refused(f"执法检查不得少于 {LEAST_INSPECTORS} 人，指定本单位的执法检查人员。")
    if len(people) != len(wanted):
        raise Refused("所选人员中有的不能检查：不在岗、休假、执法证或培训考核过期、须回避，或已在这份检查表上。")
    if not why.strip():
        raise Refused("写明为什么指定这几名检查人员，理由随任务公开。")
    return people, Reassignment.By.NAMED


def _move(viewer: Viewer, found: Reassignment, people: Sequence[Inspector]) -> FormPart:
    """End the old part and make the new one."""
    old = found.part
    old.state = FormPart.State.HANDED
    old.save(update_fields=["state"])
    CheckOut.objects.filter(part=old, ended_at__isnull=True).update(ended_at=clock.now(), ended_how=CheckOut.End.HANDED)
    dispatch = send(old.form.task, [found.to])[found.to_id]
    if dispatch.received_at is None:  # who accepts has received
        dispatch.received_at, dispatch.received_by_id = clock.now(), viewer.user_id
        dispatch.how = Dispatch.How.CONFIRMED
        dispatch.save(update_fields=["received_at", "received_by", "how"])
    taken = FormPart.objects.create(
        form=old.form, organisation=found.to, dispatch=dispatch, extended_to=old.extended_to
    )
    _seat(taken, people)
    Finding.objects.bulk_create(
        Finding(part=taken, version=one.version, position=one.position) for one in old.findings.all()
    )
    visits.hand_to(old.thing, found.to, taken.thing)
    return taken


def _seat(part: FormPart, people: Sequence[Inspector]) -> None:
    PartMember.objects.bulk_create(
        PartMember(part=part, inspector=one, position=position) for position, one in enumerate(people)
    )


def _locked(found: Reassignment) -> Reassignment:
    """The request as it stands, its part locked first, as every act on a part does."""
    key = Reassignment.objects.values_list("part_id", flat=True).get(pk=found.pk)
    part = locked_part(FormPart(pk=key))
    rows = Reassignment.objects.select_for_update(of=("self",)).select_related("to__parent", "taken__form__task")
    locked = rows.get(pk=found.pk)
    locked.part = part
    return locked


def _require_open(part: FormPart) -> None:
    if part.state != FormPart.State.OPEN:
        raise Refused(f"这一部分现在是“{part.get_state_display()}”，不能再指派。")


def _require_decider(viewer: Viewer, found: Reassignment) -> None:
    if not policy.may_decide(viewer, found):
        raise NotAllowed(f"由{found.part.organisation.name}的负责人审批，申请人自己不能批准。")


def _require_taker(viewer: Viewer, found: Reassignment) -> None:
    if not policy.may_take(viewer, found):
        raise NotAllowed(f"由{found.to.full_name}或其上级单位的负责人办理，移交的审批人不能代为接收。")


def _require_move(found: Reassignment, state: Reassignment.State) -> None:
    if state not in Reassignment.MOVES[found.state]:
        raise Refused(f"这份指派现在是“{found.get_state_display()}”。刷新页面看最新情况。")


def _digest_of(found: Reassignment) -> str:
    said: dict[str, canonical.Json] = {
        "number": found.number,
        "form": found.part.form.number,
        "from": found.part.organisation.code,
        "to": found.to.code,
        "reason": found.reason,
    }
    return hashlib.sha256(canonical.dumps(said)).hexdigest()


def _tell(viewer: Viewer, kind: events.EventKind, found: Reassignment, words: str) -> None:
    after = {"to": found.to.code, "number": found.number, "digest": found.digest}
    record(viewer, kind, found.thing, words, after=after)
