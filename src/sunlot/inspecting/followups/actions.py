"""Acts of follow-ups: write, sign, void, serve, receive, close. Each is in the trail under the letter's own name."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar, cast

from django.db import transaction

from sunlot.documents.service_receipt import WAYS
from sunlot.norms import canonical, clock
from sunlot.organisations import signatures
from sunlot.organisations.models import Organisation
from sunlot.organisations.signatures import Page, Proof
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from .. import events
from ..actions.documents import give_out
from ..actions.forms import wait_to_be_filed
from ..models import CorrectionOrder, Finding, FormPart, HandOver
from . import policy
from .papers import document, name_of

SIGNER = "单位负责人签发"
L = TypeVar("L", bound=CorrectionOrder | HandOver)
DECIDED = (FormPart.State.DECIDED, FormPart.State.PUBLISHED, FormPart.State.CORRECTED)
LEFT = "留置送达"


@dataclass(frozen=True, kw_only=True)
class OrderText:
    """What an order to correct says."""

    fact: str
    breached: str
    demand: str
    basis: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class HandOverText:
    """What a letter of hand-over says; `receiver` is the code of an organisation of the system, or empty."""

    to: str
    receiver: str
    grounds: str
    facts: str
    basis: str
    attachments: str
    due_on: date


@transaction.atomic
def write_order(viewer: Viewer, part: FormPart, text: OrderText) -> CorrectionOrder:
    """Write an order about a decided record with problems."""
    locked = _decided(viewer, part, text.due_on)
    _require_words({"查明的事实": text.fact, "违反的规定": text.breached, "改正要求": text.demand, "依据": text.basis})
    order = CorrectionOrder(part=locked, number=_number(locked, CorrectionOrder, "改"), **_typed(asdict(text)))
    return _written(viewer, order, asdict(text), "拟写责令改正通知书")


@transaction.atomic
def write_handover(viewer: Viewer, part: FormPart, text: HandOverText) -> HandOver:
    """Write a letter that hands a decided record with problems over."""
    locked = _decided(viewer, part, text.due_on)
    receiver = Organisation.objects.filter(code=text.receiver, is_active=True).first() if text.receiver else None
    to = receiver.full_name if receiver else text.to
    _require_words({"接收单位": to, "有关事实": text.facts, "依据": text.basis})
    said = _typed(asdict(text)) | {"to": to, "receiver": receiver}
    letter = HandOver(part=locked, number=_number(locked, HandOver, "移"), **said)
    return _written(viewer, letter, asdict(text), f"拟写移送函，移送{to}")


@transaction.atomic
def sign(viewer: Viewer, letter: L, proof: Proof, comment: str = "") -> L:
    """Sign it as a head of the unit, who did not write it: it goes out as it stands now. Twice is once."""
    found = locked(letter)
    _require_signer(viewer, found)
    out = CorrectionOrder.State.SIGNED if isinstance(found, CorrectionOrder) else HandOver.State.SENT
    if found.signed_by_id == viewer.user_id:
        return found
    _require_move(found, out)
    signatures.sign(viewer, page_of(found), proof, comment)
    found.state, found.signed_by_id, found.signed_at = out, viewer.user_id, clock.now()
    found.save(update_fields=["state", "signed_by", "signed_at"])
    _tell(viewer, events.FOLLOW_UP_SIGNED, found, f"签发{name_of(found)}")
    paper = document(found)
    give_out(viewer, found.part, paper.name, paper)
    return found


@transaction.atomic
def void(viewer: Viewer, letter: L, reason: str) -> L:
    """Give a letter up before it is signed: refused by the head, or taken back by the clerk. Twice is once."""
    found = locked(letter)
    if not policy.may_sign(viewer, found) and not policy.may_write(viewer, found.part):
        raise NotAllowed(f"由{found.part.organisation.name}办理。")
    if found.state == "void":
        return found
    if not reason.strip():
        raise Refused("写明不签发或作废的理由。")
    _require_move(found, "void")
    found.state, found.void_reason = "void", reason.strip()[:300]
    found.save(update_fields=["state", "void_reason"])
    _tell(viewer, events.FOLLOW_UP_VOID, found, f"作废{name_of(found)}：{found.void_reason}")
    return found


@transaction.atomic
def serve(
    viewer: Viewer, order: CorrectionOrder, *, on: date, way: str, to: str, refusal: str = "", witness: str = ""
) -> CorrectionOrder:
    """Note how it was served (送达回证). Refused to be taken, it is left with a witness (民事诉讼法第八十九条)."""
    found = locked(order)
    _require_writer(viewer, found)
    _require_move(found, CorrectionOrder.State.SERVED)
    if way not in WAYS:
        raise Refused("选送达方式。")
    _require_day(on, found.signed_on or on)
    if not to.strip() and not refusal.strip():
        raise Refused("写明签收人；拒收的，写明事由。")
    if (refusal.strip() or way == LEFT) and not witness.strip():
        raise Refused("拒收或留置送达的，写明见证人。")
    found.state, found.served_on, found.served_way = CorrectionOrder.State.SERVED, on, way
    found.served_to, found.refusal, found.witness = to.strip(), refusal.strip(), witness.strip()
    found.save(update_fields=["state", "served_on", "served_way", "served_to", "refusal", "witness"])
    _tell(viewer, events.FOLLOW_UP_SERVED, found, f"{on.isoformat()} {way}{name_of(found)}")
    return found


@transaction.atomic
def receive(viewer: Viewer, handover: HandOver, *, on: date, by: str) -> HandOver:
    """The receiver has it."""
    found = locked(handover)
    _require_receiver(viewer, found)
    if found.state == HandOver.State.RECEIVED:
        return found
    _require_move(found, HandOver.State.RECEIVED)
    _require_words({"接收人": by})
    _require_day(on, found.signed_on or on)
    found.state, found.received_on, found.received_by = HandOver.State.RECEIVED, on, by.strip()[:40]
    found.save(update_fields=["state", "received_on", "received_by"])
    _tell(viewer, events.FOLLOW_UP_RECEIVED, found, f"{found.to}接收{name_of(found)}")
    return found


@transaction.atomic
def close(viewer: Viewer, letter: L, *, on: date, result: str, corrected: bool | None = None) -> L:
    """An order ends with what the re-inspection or the proofs showed, a hand-over with the receiver's result."""
    found = locked(letter)
    if isinstance(found, HandOver):
        _require_receiver(viewer, found)
        since = found.received_on
    else:
        _require_writer(viewer, found)
        since = found.served_on
        if corrected is None:
            raise Refused("选是否已改正。")
        found.is_corrected = corrected
    _require_move(found, "closed")
    _require_words({"办理结果": result})
    _require_day(on, since or on)
    found.state, found.closed_on, found.result, found.closed_by_id = "closed", on, result.strip()[:500], viewer.user_id
    found.save()
    _tell(viewer, events.FOLLOW_UP_CLOSED, found, f"{name_of(found)}办结：{found.result}")
    return found


def page_of(letter: CorrectionOrder | HandOver) -> Page:
    """What is signed."""
    return Page(letter.thing, name_of(letter), letter.digest, SIGNER)


def locked(letter: L) -> L:
    """The letter as it stands, locked, with its part."""
    model = type(letter)
    found = (
        model._default_manager.select_for_update(of=("self",))
        .select_related("part__organisation__parent", "part__form__object", "part__form__task")
        .get(pk=letter.pk)
    )
    return cast("L", found)


def _decided(viewer: Viewer, part: FormPart, due_on: date) -> FormPart:
    """The part, locked, of a reviewed record with a problem, for a clerk of its department."""
    FormPart.objects.select_for_update().get(pk=part.pk)
    found = FormPart.objects.select_related("organisation__parent", "organisation__region", "form").get(pk=part.pk)
    if not policy.may_write(viewer, found):
        raise NotAllowed(f"后续处理由{found.organisation.name}的经办人办理。")
    if found.state not in DECIDED:
        raise Refused("检查记录复核通过后，才办理后续处理。")
    if not found.findings.filter(answer=Finding.Answer.PROBLEM).exists():
        raise Refused("检查记录中没有发现问题，没有需要后续处理的。")
    if due_on < clock.today():
        raise Refused("期限不能早于今天。")
    return found


def _written(viewer: Viewer, letter: L, said: dict[str, Any], words: str) -> L:
    text: dict[str, canonical.Json] = {name: str(value) for name, value in said.items()}
    letter.digest = hashlib.sha256(
        canonical.dumps({"number": letter.number, "form": letter.part.form.number, **text})
    ).hexdigest()
    letter.written_by_id, letter.written_at = viewer.user_id, clock.now()
    letter.save()
    _tell(viewer, events.FOLLOW_UP_WRITTEN, letter, f"{words}（{letter.number}），期限 {letter.due_on.isoformat()}")
    return letter


def _typed(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}


def _number(part: FormPart, model: type[CorrectionOrder] | type[HandOver], sign: str) -> str:
    """The form's number with the department and a serial; the part's lock is held."""
    prefix = f"{part.form.number}-{part.organisation.code}-{sign}"[:54]
    return f"{prefix}{model._default_manager.filter(part=part).count() + 1}"


def _tell(viewer: Viewer, kind: events.EventKind, letter: CorrectionOrder | HandOver, words: str) -> None:
    wait_to_be_filed(letter.part.form_id)
    record(viewer, kind, letter.thing, words, after={"state": letter.state, "digest": letter.digest})


def _require_words(said: dict[str, str]) -> None:
    missing = [label for label, words in said.items() if not words.strip()]
    if missing:
        raise Refused(f"填写{'、'.join(missing)}。")


def _require_day(on: date, since: date) -> None:
    if not since <= on <= clock.today():
        raise Refused(f"日期应在 {since.isoformat()} 到今天之间。")


def _require_move(letter: CorrectionOrder | HandOver, state: str) -> None:
    if state not in letter.MOVES[letter.state]:
        raise Refused(f"{name_of(letter)}现在是“{letter.get_state_display()}”。刷新页面看最新情况。")


def _require_signer(viewer: Viewer, letter: CorrectionOrder | HandOver) -> None:
    if not policy.may_sign(viewer, letter):
        raise NotAllowed(f"由{letter.part.organisation.name}的负责人签发，拟写人自己不能签发。")


def _require_writer(viewer: Viewer, letter: CorrectionOrder | HandOver) -> None:
    if not policy.may_write(viewer, letter.part):
        raise NotAllowed(f"由{letter.part.organisation.name}的经办人办理。")


def _require_receiver(viewer: Viewer, handover: HandOver) -> None:
    if not policy.may_receive(viewer, handover):
        raise NotAllowed(f"由{handover.to}的经办人办理。")
