"""Asking for more time, withdrawing, returning and approving it. Approved, it is the part's last day everywhere."""

import hashlib
from datetime import date

from django.conf import settings
from django.db import transaction

from sunlot.norms import canonical, clock
from sunlot.organisations import signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import Page, Proof
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record
from sunlot.visits import actions as visits

from .. import events
from ..actions.guards import locked_part
from ..models import Extension, FormPart
from . import policy, queries

State = Extension.State
TITLE = "行政检查延期审批表"


@transaction.atomic
def ask(viewer: Viewer, part: FormPart, until: date, reason: str, done: str = "") -> Extension:
    """Ask for the inspection of a part to last until this day. The same asked twice is asked once.

    Raises NotAllowed for others than its inspectors and the clerk, Refused after the last day, beyond the bound, and
    while another request waits.
    """
    locked = locked_part(part)
    if not policy.may_ask(viewer, locked):
        raise NotAllowed(f"延期由检查人员或{locked.organisation.name}的经办人申请。")
    against, said = queries.against(locked), reason.strip()
    if against:
        raise Refused(against)
    waiting = Extension.objects.filter(part=locked, state=State.ASKED).first()
    if waiting is not None:
        if (waiting.until, waiting.reason) == (until, said):
            return waiting
        raise Refused(f"已经申请延到 {waiting.until.isoformat()}，等单位负责人审批。要改的，先撤回。")
    _require_possible(locked, until)
    if not said:
        raise Refused("写明延期的理由。")
    count = Extension.objects.filter(part=locked).count()
    made = Extension(
        part=locked, number=f"{locked.form.number}-{locked.organisation.code}-延{count + 1}"[:100], due=locked.inspect_by,
        until=until, reason=said, done=done.strip(), asked_by_id=viewer.user_id, asked_at=clock.now(),
    )  # fmt: skip
    made.digest = _digest_of(made)
    made.save()
    words = f"申请检查延期：由 {made.due.isoformat()} 延至 {until.isoformat()}，{said}"
    _tell(viewer, events.EXTENSION_ASKED, made, words)
    return made


@transaction.atomic
def withdraw(viewer: Viewer, extension: Extension) -> Extension:
    """Give the request up before it is decided. Twice is once."""
    found = _locked(extension)
    if not policy.may_withdraw(viewer, found):
        raise NotAllowed("由申请人撤回。")
    if found.state == State.WITHDRAWN:
        return found
    _decide(viewer, found, State.WITHDRAWN, "")
    _tell(viewer, events.EXTENSION_WITHDRAWN, found, f"撤回检查延期申请（至 {found.until.isoformat()}）")
    return found


@transaction.atomic
def return_request(viewer: Viewer, extension: Extension, comment: str) -> Extension:
    """Send it back with words: the last day stays. Twice is once."""
    found = _locked(extension)
    _require_decider(viewer, found)
    if found.state == State.RETURNED:
        return found
    if not comment.strip():
        raise Refused("写明退回的理由。")
    _decide(viewer, found, State.RETURNED, comment)
    signatures.refuse(viewer, page_of(found), comment)
    _tell(viewer, events.EXTENSION_RETURNED, found, f"退回检查延期申请：{found.comment}")
    return found


@transaction.atomic
def approve(viewer: Viewer, extension: Extension, proof: Proof, comment: str = "") -> Extension:
    """Approve and sign it as the unit's head. Twice, or by two at once, it is approved once.

    Raises NotAllowed for others, Refused once the record is submitted or where the day asked for has passed.
    """
    found = _locked(extension)
    _require_decider(viewer, found)
    if found.state == State.APPROVED:
        return found
    _require_approvable(found)
    signatures.sign(viewer, page_of(found), proof, comment)
    return _extend(viewer, found, comment)


@transaction.atomic
def paper_confirmed(viewer: Viewer, signature: Signature) -> None:
    """The head signed on paper, and a second person has compared the scan with it."""
    found = _locked(Extension(pk=int(signature.thing.partition(":")[2])))
    if found.state == State.APPROVED:
        return
    _require_approvable(found)
    _extend(viewer, found, "纸质审批")


def page_of(extension: Extension) -> Page:
    """What the unit's head signs."""
    return Page(extension.thing, f"{TITLE}（{extension.number}）", extension.digest, policy.UNIT_HEAD)


# --- inside -------------------------------------------------------------------------------------------------------


def _extend(viewer: Viewer, found: Extension, comment: str) -> Extension:
    _decide(viewer, found, State.APPROVED, comment)
    FormPart.objects.filter(pk=found.part_id).update(extended_to=found.until)
    visits.extend(found.part.thing, found.until)
    _tell(
        viewer,
        events.EXTENSION_APPROVED,
        found,
        f"批准检查延期：由 {found.due.isoformat()} 延至 {found.until.isoformat()}"
        + (f"，{found.comment}" if found.comment else ""),
    )
    return found


def _locked(extension: Extension) -> Extension:
    """The request as it stands, its part locked first, as every act on a part does."""
    key = Extension.objects.values_list("part_id", flat=True).get(pk=extension.pk)
    part = locked_part(FormPart(pk=key))
    found = Extension.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=extension.pk)
    found.part = part
    return found


def _require_possible(part: FormPart, until: date) -> None:
    if until <= part.inspect_by:
        raise Refused(f"延到的日期要晚于现在的截止日 {part.inspect_by.isoformat()}。")
    last = queries.latest(part)
    if until > last:
        raise Refused(f"最多延到 {last.isoformat()}（原定截止后 {settings.SUNLOT_EXTENSION_DAYS} 个工作日）。")


def _require_approvable(found: Extension) -> None:
    _require_move(found, State.APPROVED)
    if found.part.state != FormPart.State.OPEN:
        raise Refused(f"这一部分现在是“{found.part.get_state_display()}”，不用再延期。")
    if found.until < clock.today():
        raise Refused("申请延到的日期已经过去，退回重新申请。")


def _require_decider(viewer: Viewer, found: Extension) -> None:
    if not policy.may_decide(viewer, found):
        raise NotAllowed(f"由{found.part.organisation.department.name}的{policy.UNIT_HEAD}审批，申请人自己不能批准。")


def _require_move(found: Extension, state: Extension.State) -> None:
    if state not in Extension.MOVES[found.state]:
        raise Refused(f"这份延期申请{found.get_state_display()}。刷新页面看最新情况。")


def _decide(viewer: Viewer, found: Extension, state: Extension.State, comment: str) -> None:
    _require_move(found, state)
    found.state, found.comment = state, comment.strip()[:500]
    found.decided_by_id, found.decided_at = viewer.user_id, clock.now()
    found.save(update_fields=["state", "comment", "decided_by", "decided_at"])


def _digest_of(found: Extension) -> str:
    said: dict[str, canonical.Json] = {
        "number": found.number,
        "form": found.part.form.number,
        "organisation": found.part.organisation.code,
        "due": found.due.isoformat(),
        "until": found.until.isoformat(),
        "reason": found.reason,
        "done": found.done,
    }
    return hashlib.sha256(canonical.dumps(said)).hexdigest()


def _tell(viewer: Viewer, kind: events.EventKind, found: Extension, words: str) -> None:
    record(
        viewer, kind, found.part.thing, words,
        before={"due": found.due}, after={"until": found.until, "number": found.number, "digest": found.digest},
    )  # fmt: skip
