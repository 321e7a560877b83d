"""The papers of follow-ups: 责令改正通知书, 送达回证, 移送函; with the department's own words."""

from typing import Any

from sunlot.documents import correction_order as order_sheet
from sunlot.documents import service_receipt as receipt_sheet
from sunlot.documents import transfer_letter as letter_sheet
from sunlot.documents.parts import Name, Officer
from sunlot.documents.typesetting import typeset
from sunlot.norms import clock
from sunlot.staff.queries import slots_for
from sunlot.trail import files

from .. import issuing
from ..models import CorrectionOrder, FormPart, HandOver, IssuedDocument
from ..special.papers import party_of


def name_of(letter: CorrectionOrder | HandOver) -> str:
    """责令改正通知书（…） or 移送函（…）."""
    kind = "责令改正通知书" if isinstance(letter, CorrectionOrder) else "移送函"
    return f"{kind}（{letter.number}）"


def document(letter: CorrectionOrder | HandOver) -> order_sheet.CorrectionOrder | letter_sheet.TransferLetter:
    """A letter as its document."""
    return order_document(letter) if isinstance(letter, CorrectionOrder) else handover_document(letter)


def letter_pdf(letter: CorrectionOrder | HandOver) -> bytes:
    """The very file that was signed; before, what it would be now."""
    issued = IssuedDocument.objects.filter(part=letter.part_id, number=letter.number).first()
    return files.read(issued.file_id) if issued else typeset(document(letter))


def order_document(order: CorrectionOrder) -> order_sheet.CorrectionOrder:
    """An order as its document."""
    part = order.part
    day = part.completed_on.isoformat() if part.completed_on else ""
    return order_sheet.CorrectionOrder(
        **_head(order),
        slots=slots_for(part.organisation, order_sheet.CorrectionOrder.name),
        party=party_of(part.form.object),
        found_at=f"{day} 检查时（检查表 {part.form.number}）",
        violations=(order_sheet.Violation(fact=order.fact, breached=order.breached, demand=order.demand, deadline=order.due_on),),
        deadline=order.due_on,
        officers=_officers(part),
        basis=order.basis,
    )  # fmt: skip


def handover_document(letter: HandOver) -> letter_sheet.TransferLetter:
    """A hand-over as its letter."""
    part = letter.part
    return letter_sheet.TransferLetter(
        **_head(letter),
        slots=slots_for(part.organisation, letter_sheet.TransferLetter.name),
        to=letter.to,
        party=party_of(part.form.object),
        task=part.form.task.title,
        facts=letter.facts,
        grounds=letter.get_grounds_display(),
        basis=letter.basis,
        attachments=tuple(line.strip() for line in letter.attachments.splitlines() if line.strip()),
        reply_by=letter.due_on,
    )


def receipt_pdf(order: CorrectionOrder) -> bytes:
    """The receipt of service as PDF."""
    return receipt_sheet.service_receipt(receipt_document(order))


def receipt_document(order: CorrectionOrder) -> receipt_sheet.ServiceReceipt:
    """The receipt of service; before the order was served it leaves lines for the hand."""
    served = f"{order.served_on.year}年{order.served_on.month}月{order.served_on.day}日" if order.served_on else ""
    form = order.part.form
    return receipt_sheet.ServiceReceipt(
        **_head(order),
        matter=f"{form.task.title}（检查表 {form.number}）",
        receiver=Name(form.object.name, demo=form.object.is_demo),
        documents=(receipt_sheet.Served(title="责令改正通知书", number=order.number),),
        place=form.object.address,
        ways=(order.served_way,) if order.served_way else (),
        received_at=served,
        received_by=order.served_to,
        refusal=order.refusal,
        witnesses=(order.witness,) if order.witness else (),
        remark=f"随附{name_of(order)}",
    )


def _head(letter: CorrectionOrder | HandOver) -> dict[str, Any]:
    written = letter.signed_at or letter.written_at
    return {
        "authority": letter.part.organisation.department.name,
        "file_number": letter.number,
        "day": written.astimezone(clock.SHANGHAI).date(),
        "address": issuing.verification_address(),
    }


def _officers(part: FormPart) -> tuple[Officer, ...]:
    members = part.members.select_related("inspector")
    return tuple(
        Officer(name=Name(one.inspector.name, demo=one.inspector.is_demo), certificate=one.inspector.certificate)
        for one in members
    )
