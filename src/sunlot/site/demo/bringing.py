"""Lists of the demonstration, brought in from Excel like any other."""

from collections.abc import Sequence

from sunlot.documents import spreadsheets
from sunlot.registry import imports

from .people import Cast


def bring(cast: Cast, clerk: str, target: str, name: str, heads: Sequence[str], rows: list[list[str]]) -> None:
    """Upload these rows as a workbook and take them in, warnings too."""
    content = spreadsheets.xlsx([spreadsheets.Column(head) for head in heads], rows)
    uploaded = imports.upload(cast[clerk], target, name, content)
    imports.apply(cast[clerk], uploaded, accept_warnings=True)
