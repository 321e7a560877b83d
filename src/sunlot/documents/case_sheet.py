"""卷内材料单: what of a case has no form of its own: the notice of a draw, signatures, decisions, log proofs, opinions.

A title, facts, tables of text, signatures. It is made when a case is filed and read beside the other papers.
"""

from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents.paper import Record
from sunlot.documents.parts import Field, Signature
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class SheetRow:
    """A row of a table, a text for each column."""

    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SheetTable:
    """A table: its columns with their share of the width, and rows of text."""

    title: str
    heads: tuple[str, ...]
    shares: tuple[int, ...]
    """One for each column, as parts of the whole."""
    rows: tuple[SheetRow, ...]
    mono: tuple[int, ...] = ()
    """The columns of codes and digests, counted from 0."""


@dataclass(frozen=True, kw_only=True)
class CaseSheet(Record):
    """One paper of a case."""

    name: ClassVar[str] = "case_sheet"
    template: ClassVar[str] = "case_sheet"

    title: str
    subtitle: str = ""
    facts: tuple[Field, ...] = ()
    tables: tuple[SheetTable, ...] = ()
    signatures: tuple[Signature, ...] = ()
    note: str = ""
    """A word at the end; each line is a paragraph."""

    def paper_title(self) -> str:
        return self.title


def case_sheet(sheet: CaseSheet) -> bytes:
    """The sheet as PDF. Raises TypesettingError."""
    return typeset(sheet)
