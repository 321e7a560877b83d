"""Rosters from Excel and CSV: uploaded, columns matched, looked at, and confirmed once."""

from .outcome import Applied
from .preview import Preview
from .steps import apply, discard, finish, go_on, job_of_import, look, set_columns, upload

__all__ = [
    "Applied",
    "Preview",
    "apply",
    "discard",
    "finish",
    "go_on",
    "job_of_import",
    "look",
    "set_columns",
    "upload",
]
