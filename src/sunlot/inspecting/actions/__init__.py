"""Everything that changes tasks, forms and parts. Nothing else writes them."""

from .devices import check_out, give_back, greet_device, keep_copy, note_signed_out, note_wiped, report_lost
from .dispatch import dispatch
from .evidence import SEALED, WrongOffset, add_file, add_piece, begin_upload, finish_upload, include, leave_out
from .guards import CheckedOut
from .obstacles import replacement_page, report_obstacle
from .phone import Given, SignedOtherwise, save_from_phone, sign_from_phone
from .record import (
    Clash,
    fill_fine,
    note_absence,
    record_part,
    save_part,
    sign_inspected,
    sign_part,
    start_part,
    take_back,
    upload_inspected,
)
from .review import mark_corrected, mark_published, require_signatures, review_part

__all__ = [
    "SEALED",
    "CheckedOut",
    "Clash",
    "Given",
    "SignedOtherwise",
    "WrongOffset",
    "add_file",
    "add_piece",
    "begin_upload",
    "check_out",
    "dispatch",
    "fill_fine",
    "finish_upload",
    "give_back",
    "greet_device",
    "include",
    "keep_copy",
    "leave_out",
    "mark_corrected",
    "mark_published",
    "note_absence",
    "note_signed_out",
    "note_wiped",
    "record_part",
    "replacement_page",
    "report_lost",
    "report_obstacle",
    "require_signatures",
    "review_part",
    "save_from_phone",
    "save_part",
    "sign_from_phone",
    "sign_inspected",
    "sign_part",
    "start_part",
    "take_back",
    "upload_inspected",
]
