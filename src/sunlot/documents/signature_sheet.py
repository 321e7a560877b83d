"""签字页: a page to print, sign, stamp and scan for anything that is signed on paper instead of on the screen."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.paper import Paper
from sunlot.documents.parts import Evidence, Field
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class SignatureSheet(Paper):
    """What is signed, and by how many people in which roles."""

    template: ClassVar[str] = "signature_sheet"

    authority: str
    file_number: str
    day: date
    title: str
    """The thing that is signed, e.g. "三区部门联合抽查计划（第 2 版）"."""
    facts: tuple[Field, ...]
    """What the signers must see of it."""
    roles: tuple[str, ...]
    """One line each; an empty text leaves the role to be written."""
    evidence: Evidence
    stamped: bool = True
    """Whether there is a place for the seal."""
    demo: bool = False

    def paper_title(self) -> str:
        return f"{self.title}签字页"


def signature_sheet(sheet: SignatureSheet) -> bytes:
    """The page as PDF. Raises TypesettingError."""
    return typeset(sheet)
