"""The second person's look at a record, and what publishing moves."""

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations import signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from .. import events, policy, queries
from ..models import Form, FormPart
from ..policy import LEAST_INSPECTORS
from ..written.queries import require_finished
from .forms import settle, wait_to_be_filed


@transaction.atomic
def review_part(viewer: Viewer, part: FormPart, accept: bool, comment: str = "", *, paper: str = "") -> FormPart:
    """Accept a submitted record, or return it with a comment that its inspectors see first.

    `paper` says what comparing an uploaded scan with the paper showed: `matches` or `differs`; a record whose
    inspected signed on paper is not accepted without. Decided twice the same way is decided once.
    A record is accepted once two inspectors have signed it. Raises NotAllowed for the recorder, the team, and people of
    other departments.
    """
    FormPart.objects.select_for_update().get(pk=part.pk)
    locked = queries.whole(FormPart.objects.filter(pk=part.pk)).get()
    if not policy.may_review(viewer, locked):
        raise NotAllowed(f"复核由{locked.organisation.name}的经办人或负责人办理，填写人和检查组成员不能复核。")
    wanted = FormPart.State.DECIDED if accept else FormPart.State.RETURNED
    if locked.state == wanted and locked.reviewed_by_id == viewer.user_id:
        return locked
    if wanted not in FormPart.MOVES[locked.state]:
        raise Refused(f"这一部分现在是“{locked.get_state_display()}”，不能复核。")
    if not accept and not comment.strip():
        raise Refused("写明退回的理由，检查人员按它改正。")
    if accept:
        require_signatures(locked, "通过复核", "确实不能签字的，退回这份记录，按规则更换检查人员后重新提交。")
        require_finished(locked)
    _settle_paper(viewer, locked, accept, comment, paper)
    locked.state, locked.review_comment = wanted, comment.strip()
    locked.reviewed_by_id, locked.reviewed_at = viewer.user_id, clock.now()
    locked.save(update_fields=["state", "review_comment", "reviewed_by", "reviewed_at"])
    if accept:
        record(
            viewer,
            events.ACCEPTED,
            locked.thing,
            "复核通过，待公示",
            after={"digest": locked.digest, "comment": locked.review_comment},
        )
    else:
        record(
            viewer, events.RETURNED, locked.thing, f"复核退回：{locked.review_comment}", after={"digest": locked.digest}
        )
    settle(viewer, locked.form_id)
    return locked


def require_signatures(part: FormPart, act: str, otherwise: str = "") -> None:
    """Raises Refused for a submitted record that too few of its inspectors have signed, with what else can be done."""
    members, missing = part.members.all(), queries.unsigned(part)
    if len(members) - len(missing) < min(LEAST_INSPECTORS, len(members)):
        names = "、".join(member.inspector.name for member in missing)
        raise Refused(f"执法检查不得少于两人：{names}还没有在检查记录上签字，签字后才能{act}。{otherwise}")


def _settle_paper(viewer: Viewer, part: FormPart, accept: bool, comment: str, paper: str) -> None:
    """Confirm or void the scans under this record that nobody has compared yet."""
    scans = Signature.objects.filter(thing=part.thing, digest=part.digest, state=Signature.State.UNCONFIRMED)
    for scan in scans:
        if accept and paper != "matches":
            raise Refused("被检查人在纸上签字。把上传的扫描件与原件核对，相符后再通过；不符的退回。")
        if paper == "matches":
            signatures.confirm_paper(viewer, scan)
        elif paper == "differs":
            signatures.reject_paper(viewer, scan, comment)


@transaction.atomic
def mark_published(viewer: Viewer, part: FormPart) -> Form:
    """Move a decided part to published; called by the publishing room inside its own action, which checks who may."""
    _move(part, FormPart.State.PUBLISHED)
    return settle(viewer, part.form_id)


@transaction.atomic
def mark_corrected(part: FormPart) -> None:
    """Move a published part to corrected; called by the publishing room inside its own action.

    A form that was filed waits to be filed again: the file holds what was public then.
    """
    _move(part, FormPart.State.CORRECTED)
    wait_to_be_filed(part.form_id)


def _move(part: FormPart, wanted: FormPart.State) -> None:
    locked = FormPart.objects.select_for_update().get(pk=part.pk)
    if wanted not in FormPart.MOVES[locked.state]:
        raise Refused(f"这一部分现在是“{locked.get_state_display()}”，不能公示。")
    locked.state = wanted
    locked.save(update_fields=["state"])
