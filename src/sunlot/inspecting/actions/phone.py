"""What a phone brings when it has a network again: drafts and signatures that were made without one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer

from .. import records
from ..models import FieldDevice, FormPart
from ..records import Absence, PartData
from .devices import check_out
from .evidence import forget, take_whole
from .guards import own_here, reloaded
from .record import note_absence, save_part, sign_inspected, upload_inspected

Place = tuple[float, float, int]


class SignedOtherwise(Refused):
    """The signature stands under another content than the record now has."""

    def __init__(self) -> None:
        super().__init__("签字之后内容有改动，签字没有采用，已留存。请被检查人重新签字。")


@dataclass(frozen=True)
class Given:
    """A signature, or why there is none, as it was taken on the phone over `digest`.

    `kind` is `hand` (strokes), `paper` (the photo of the signed or sealed paper, by its digest) or `absence` (a reason
    and a witness, who may have signed by hand). `at` is by the phone's clock, `offset` the seconds that it was ahead.
    """

    kind: str
    digest: str
    name: str = ""
    strokes: str = ""
    scan: str = ""
    absence: Absence | None = None
    at: datetime | None = None
    offset: int | None = None


@transaction.atomic
def save_from_phone(
    viewer: Viewer, part: FormPart, device: FieldDevice, data: PartData, place: Place | None = None
) -> FormPart:
    """Save a phone's draft as it is: the part is checked out to it, so nobody else has written meanwhile. A part that
    is free is checked out first. Raises CheckedOut where another phone has it.
    """
    check_out(viewer, part, device)
    locked = own_here(viewer, part, device)
    if place is not None and locked.start_latitude is None and data.began_at is not None:
        latitude, longitude, locked.start_accuracy = place
        locked.start_latitude, locked.start_longitude = Decimal(f"{latitude:.6f}"), Decimal(f"{longitude:.6f}")
        locked.save(update_fields=["start_latitude", "start_longitude", "start_accuracy"])
    return save_part(viewer, locked, data, device=device)


@transaction.atomic
def sign_from_phone(viewer: Viewer, part: FormPart, device: FieldDevice, given: Given) -> FormPart:
    """Take a signature made on the phone. Raises SignedOtherwise where the record is not what was signed, by the digest
    that the phone computed over the whole of it.
    """
    locked = own_here(viewer, part, device)
    absence = given.absence if given.kind == "absence" else None
    written = records.content(locked, records.data_of(locked), absence)
    if records.digest_of(written) != given.digest:
        raise SignedOtherwise
    locked.signed_offline_at = min(given.at, clock.now()) if given.at else None
    locked.signed_offline_offset = given.offset
    locked.save(update_fields=["signed_offline_at", "signed_offline_offset"])
    version = locked.version
    if absence is not None:
        if absence != records.absence_of(locked):
            note_absence(viewer, locked, absence, version=version, strokes=given.strokes, device=device)
    elif given.kind == "paper":
        scan = take_whole(viewer, locked, given.scan)
        upload_inspected(viewer, locked, given.name, scan, "纸质签署件", version=version, device=device)
        transaction.on_commit(lambda: forget(part, given.scan))
    else:
        sign_inspected(viewer, locked, given.name, given.strokes, version=version, device=device)
    return reloaded(part)
