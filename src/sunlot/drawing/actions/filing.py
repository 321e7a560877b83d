"""Filing the record (归档): the PDF with every signature is kept for ever, under its digest, and nobody signs any more."""

from django.db import transaction

from sunlot.documents.draw_record import draw_record
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record

from .. import events, policy
from ..models import Attempt
from ..queries import record_signatures
from ..record_document import record_of
from .locking import locked, move, require_state, thing
from .preparing import HOST_WORDS


@transaction.atomic
def file_record(viewer: Viewer, attempt: Attempt) -> Attempt:
    """File the record as it stands: a settled one alone, and not while a page signed on paper waits for its confirmation.

    Whoever has not signed by then has an empty place in it. Filed twice is filed once. Raises NotAllowed for others than
    the host.
    """
    found = locked(attempt)
    policy.require(viewer, policy.may_host(viewer, found.draw.round.plan), HOST_WORDS)
    if found.state == Attempt.State.ARCHIVED:
        return found
    require_state(found, Attempt.State.SIGNED, act="归档抽取记录")
    signatures = record_signatures([found])[found.pk]
    if any(one.state == Signature.State.UNCONFIRMED for one in signatures):
        raise Refused("有纸质签署件还没有由第二人核对确认，确认后再归档。")
    found.record_file = files.store(draw_record(record_of(found, signatures)))
    found.archived_at = clock.now()
    move(found, Attempt.State.ARCHIVED)
    found.save(update_fields=["record_file", "archived_at", "state"])
    record(
        viewer,
        events.RECORD_FILED,
        thing(found),
        f"抽取记录归档，{len(signatures)} 人签署",
        after={"file": found.record_file_id, "signatures": len(signatures)},
    )
    return found
