"""Giving out a document of a part: its PDF is kept, its digest is public in the log, so that its QR code can be checked."""

from django.db import transaction

from sunlot.documents.paper import Record, content, digest_of
from sunlot.documents.service_receipt import Served
from sunlot.documents.typesetting import typeset
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events, issuing, policy
from ..models import FormPart, IssuedDocument
from .forms import wait_to_be_filed
from .guards import locked_part


def frame_of(part: FormPart, kind: str) -> issuing.Frame:
    """The frame of the next document of a kind: its number follows those that were given out."""
    earlier = list(IssuedDocument.objects.filter(part__form=part.form_id).order_by("pk"))
    count = sum(one.kind == kind for one in earlier)
    number = f"{part.form.number}-{issuing.KINDS[kind].letters}-{count + 1}"
    served = [
        Served(title=issuing.KINDS[one.kind].label, number=one.number)
        for one in earlier
        if one.part_id == part.pk and one.kind in issuing.KINDS and one.kind != "service_receipt"
    ]
    return issuing.Frame(part, number, clock.today(), tuple(served))


@transaction.atomic
def issue(viewer: Viewer, part: FormPart, kind: str) -> IssuedDocument:
    """Give out a document: numbered, kept, and public in the log by its digest alone.

    Raises NotAllowed for whoever neither inspects nor works for the department, Refused before the record where the
    document tells of it.
    """
    locked = locked_part(part)
    if not policy.may_issue(viewer, locked):
        raise NotAllowed(f"文书由检查人员或{locked.organisation.name}的经办人、负责人出具。")
    if issuing.KINDS[kind].after_record and locked.state not in FormPart.SUBMITTED:
        raise Refused(f"提交检查记录以后才能出具{issuing.KINDS[kind].label}。")
    return give_out(viewer, locked, kind, issuing.KINDS[kind].build(frame_of(locked, kind)))


def give_out(viewer: Viewer, part: FormPart, kind: str, paper: Record) -> IssuedDocument:
    """Keep a document as it goes out, and its digest in the log; called inside the action that checked who may.

    Its content is kept too, under the digest that it has: from it the file of the case is bound.
    """
    digest = digest_of(paper)
    event = record(
        viewer, events.DOCUMENT_ISSUED, part.thing, f"出具{issuing.label_of(kind)}（{paper.file_number}）",
        after={"digest": digest, "number": paper.file_number},
        subject=f"document:{digest}", public={"digest": digest, "document": kind},
    )  # fmt: skip
    files.store(content(paper))
    wait_to_be_filed(part.form_id)
    return IssuedDocument.objects.create(
        part=part, kind=kind, number=paper.file_number, day=paper.day, digest=digest,
        file=files.store(typeset(paper)), issued_by_id=viewer.user_id, issued_at=clock.now(), event=event,
    )  # fmt: skip
