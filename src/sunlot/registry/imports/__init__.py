"""Rosters from Excel and CSV: uploaded, columns matched, looked at, and confirmed once."""

from .preview import Preview
from .steps import Applied, apply, discard, look, preview, set_columns, upload

__all__ = ["Applied", "Preview", "apply", "discard", "look", "preview", "set_columns", "upload"]
