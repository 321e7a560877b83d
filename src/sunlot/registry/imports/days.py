"""A day that a row may leave open."""

from datetime import date

from .rows import Cursor
from .values import date_of, text_of


def day_of(at: Cursor, name: str) -> date | None:
    """The day in a cell, None where it is empty; anything else there is a fault."""
    if at.is_broken(name):
        return None
    cell = at.raw(name)
    if cell == "" or text_of(cell) == "":
        return None
    found = date_of(cell)
    if found is None:
        at.fault(name, f"“{text_of(cell)}”不是日期", "写成 2027-05-31、2027年5月31日 或 2027/5/31")
    return found
