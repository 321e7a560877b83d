"""名录核对报告: what an authoritative list showed against the registry, and what was decided about each difference."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.paper import Paper
from sunlot.documents.parts import Evidence, Field
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class ReconciledLine:
    """One enterprise on which list and registry do not agree."""

    name: str
    number: str
    difference: str
    decision: str
    reason: str


@dataclass(frozen=True)
class ReconciliationReport(Paper):
    """The whole report; its evidence is the digest of the complete table."""

    template: ClassVar[str] = "reconciliation"

    authority: str
    file_number: str
    day: date
    facts: tuple[Field, ...]
    sums: tuple[tuple[str, str, str, str], ...]
    """Outcome, lines, in how many the list was followed, in how many the registry was kept."""
    outside: int
    """Rows of other kinds or districts."""
    lists: tuple[tuple[str, int, tuple[ReconciledLine, ...]], ...]
    """Outcome, lines in all, the first of them."""
    listed: int
    evidence: Evidence

    def paper_title(self) -> str:
        return f"{self.authority}检查对象名录核对报告"


def reconciliation_report(report: ReconciliationReport) -> bytes:
    """The report as PDF. Raises TypesettingError."""
    return typeset(report)
