"""卷宗封面、卷内目录、备考表: the front of an inspection's file, to print on top of its papers (notice, part 三（三）归档方式)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents.paper import Paper, Record
from sunlot.documents.parts import Name
from sunlot.documents.typesetting import typeset, typeset_together


@dataclass(frozen=True, kw_only=True)
class FiledPaper:
    """One paper of the file."""

    title: str
    """题名."""
    number: str = ""
    """文号."""
    issuer: str = ""
    """责任者."""
    day: str = ""
    pages: str = ""
    """页号, e.g. "3—5"; of a paper that is bound with the cover it follows from `place`."""
    place: int = 0
    """Which of the papers behind the cover it is, from 1; 0 where it is not bound, e.g. an original kept as a file."""
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseFile(Record):
    """Cover, contents and closing note."""

    name: ClassVar[str] = "case_file"
    template: ClassVar[str] = "case_file"

    title: str
    """案卷题名."""
    party: Name
    task: str
    opened: str
    """起 and 止日期, in words."""
    closed: str = ""
    papers: tuple[FiledPaper, ...]
    sheets: int = 0
    """Pages in all; 0 leaves room."""
    retention: str = "长期"
    """保管期限."""
    fonds: str = ""
    """全宗号."""
    catalogue: str = ""
    """目录号."""
    volume: str = ""
    """案卷号."""
    filed_by: str = ""
    """立卷人."""
    checked_by: str = ""
    """检查人."""
    note: str = ""
    """备考: what is missing, was replaced, stands elsewhere."""

    def paper_title(self) -> str:
        return f"{self.title}案卷"


def case_file(file: CaseFile) -> bytes:
    """Cover, contents and closing note as PDF. Raises TypesettingError."""
    return typeset(file)


def bound_case(file: CaseFile, papers: Sequence[Paper]) -> bytes:
    """The whole case as one PDF: cover and contents, then the papers, each page numbered within its paper and within the case.

    The contents name the pages of each paper by its `place`. Raises TypesettingError.
    """
    return typeset_together([file, *papers], title=file.paper_title(), author=file.authority, day=file.day, bound=True)
