"""Everything that changes tasks, forms and parts. Nothing else writes them."""

from .dispatch import dispatch
from .record import (
    Clash,
    fill_fine,
    note_absence,
    record_part,
    save_part,
    sign_inspected,
    sign_part,
    start_part,
    upload_inspected,
)
from .review import mark_corrected, mark_published, require_signatures, review_part

__all__ = [
    "Clash",
    "dispatch",
    "fill_fine",
    "mark_corrected",
    "mark_published",
    "note_absence",
    "record_part",
    "require_signatures",
    "review_part",
    "save_part",
    "sign_inspected",
    "sign_part",
    "start_part",
    "upload_inspected",
]
