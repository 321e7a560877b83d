"""What the readers of all kinds of roster share; each does more where its rows ask for it."""

from collections.abc import Sequence
from typing import Any

from .reading import Table


class Roster:
    """Reads the rows of a file (`parse`), looks at all of them (`mark`), and compares them with the registry (`compare`)."""

    @staticmethod
    def refuse(table: Table) -> None:
        """Raise Refused for a file that may not come in at all."""

    def mark(self, rows: Sequence[Any]) -> None:
        """Find what is wrong between the rows of the file; `rows` are all of them."""

    @staticmethod
    def taking_order(rows: Sequence[Any]) -> list[Any]:
        """In which the rows are taken in: as the file has them."""
        return list(rows)

    def beware(self, rows: Sequence[Any]) -> None:
        """Ask about compared rows that are likely to be wrong, at the preview alone. `rows` may be a part of the file."""
