"""The record (抽取记录): signed by everybody present, by account or on paper; a refusal is recorded and holds nothing up."""

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations import handwriting, signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.queries import signatures_of
from sunlot.organisations.signatures import Page, Proof
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events, policy
from ..models import Attempt, Contributor
from .locking import contributor, locked, move, require_state, thing

SIGNABLE = (Attempt.State.DRAWN, Attempt.State.SIGNED)
DECIDED = (Signature.State.SIGNED, Signature.State.REFUSED)


def capacity_of(one: Contributor) -> str:
    """In which capacity a contributor signs, e.g. “纪检监督 机关纪委（纪检监督）”; at most 40 characters."""
    return f"{one.title} {one.organisation.name}"[:40]


def page_of(attempt: Attempt, one: Contributor) -> Page:
    """What is signed: the record, whose digest is that of the result, which names the notice and so everything."""
    title = f"抽取记录（{attempt.draw.number}，第 {attempt.number} 次）"
    return Page(thing(attempt), title, attempt.result_digest, capacity_of(one))


@transaction.atomic
def sign_record(viewer: Viewer, attempt: Attempt, capacity: str, proof: Proof) -> Signature:
    """Sign for the contributor whose id is `capacity`."""
    found, one = _open(viewer, attempt, capacity)
    signature = signatures.sign(viewer, page_of(found, one), proof)
    _finish(viewer, found)
    return signature


@transaction.atomic
def refuse_record(viewer: Viewer, attempt: Attempt, capacity: str, reason: str) -> Signature:
    """Refuse to sign for the contributor whose id is `capacity`, with the reason. Holds nothing up."""
    found, one = _open(viewer, attempt, capacity)
    page = page_of(found, one)
    if signatures_of(page.thing).filter(capacity=page.capacity, state__in=DECIDED).exists():
        raise Refused("已签署或已拒签，不能再改。")
    signature = signatures.refuse(viewer, page, reason)
    _finish(viewer, found)
    return signature


@transaction.atomic
def sign_by_hand(viewer: Viewer, attempt: Attempt, name: str, present_as: str, strokes: str) -> Signature:
    """Somebody present without an account, a witness of the public for one, signs on the screen of `viewer`'s device.

    `present_as` says in which capacity; a contributor's is not to be had this way, it signs itself or on paper.
    """
    found = locked(attempt)
    policy.require(viewer, policy.may_type_beacon(viewer, found), "现场手写签署在主持人或参与方的设备上进行。")
    require_state(found, *SIGNABLE, act="签署抽取记录")
    capacity = present_as.strip()
    if capacity in {words for one in found.contributors.all() for words in (one.title, capacity_of(one))}:
        raise Refused("参与方由本单位人员登录签署，或在纸上签署。这里填写其他在场人员的身份，如公众见证人。")
    title = f"抽取记录（{found.draw.number}，第 {found.number} 次）"
    page = Page(thing(found), title, found.result_digest, capacity)
    return signatures.sign_by_hand(viewer, page, name, files.store(handwriting.as_svg(strokes)))


@transaction.atomic
def paper_confirmed(viewer: Viewer, signature: Signature) -> Attempt:
    """A page signed on paper has been compared and confirmed: the record goes on as if signed here.

    Called inside the confirmation's transaction. Confirmed twice moves nothing.
    """
    found = locked(Attempt.objects.get(pk=int(signature.thing.partition(":")[2])))
    if signature.digest != found.result_digest:
        raise Refused("签署件上的摘要与抽取结果不同，不能确认。核对是否上传了另一次抽取的记录。")
    _finish(viewer, found)
    return found


def _open(viewer: Viewer, attempt: Attempt, capacity: str) -> tuple[Attempt, Contributor]:
    found = locked(attempt)
    one = contributor(found, capacity)
    policy.require(viewer, policy.acts_for(viewer, one), f"{capacity_of(one)}由其本单位人员签署。")
    require_state(found, *SIGNABLE, act="签署抽取记录")
    return found, one


def _finish(viewer: Viewer, attempt: Attempt) -> None:
    """The record stands once lead and 纪检 have signed, or refused with a reason."""
    if attempt.state != Attempt.State.DRAWN:
        return
    decided = set(signatures_of(thing(attempt)).filter(state__in=DECIDED).values_list("capacity", flat=True))
    needed = {capacity_of(one) for one in attempt.contributors.all() if one.part != Contributor.Part.PARTICIPANT}
    if not needed <= decided:
        return
    move(attempt, Attempt.State.SIGNED)
    attempt.signed_at = clock.now()
    attempt.save(update_fields=["state", "signed_at"])
    record(viewer, events.RECORD_SIGNED, thing(attempt), "抽取记录已由牵头科室和纪检监督办结，可以派发任务")
