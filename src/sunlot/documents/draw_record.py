"""抽取记录: the written record of a draw that everybody present signs (notice, part 五, second measure)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.paper import Paper
from sunlot.documents.parts import Evidence, Field, Name, Signature
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class DrawContributor:
    """Who committed to a number, and the number that was revealed; both 64 lowercase hex digits."""

    name: str
    role: str
    commitment: str
    nonce: str


@dataclass(frozen=True)
class DrawnObject:
    """A drawn or reserve object in its place."""

    order: int
    """Its place in its stratum, from 1."""
    name: Name
    number: str
    """Public number, as a rule the credit code."""
    address: str
    ticket: str
    team: str = ""
    """The team that inspects it; empty for a reserve or an unassigned object."""


@dataclass(frozen=True)
class DrawnStratum:
    """The objects of one stratum, e.g. "D 类（信用风险高）": 75 candidates, `drawn` in order, then `reserve`."""

    label: str
    candidates: int
    drawn: tuple[DrawnObject, ...]
    reserve: tuple[DrawnObject, ...]


@dataclass(frozen=True)
class DrawnInspector:
    """A member of a team, or a reserve."""

    name: Name
    number: str
    """Certificate number, as the caller wants it shown."""
    department: str


@dataclass(frozen=True)
class DrawnTeam:
    """A team, how many objects it has, and its members (at least two of each department by the law)."""

    name: str
    zone: str
    objects: int
    members: tuple[DrawnInspector, ...]


@dataclass(frozen=True)
class InspectorReserve:
    """The reserve of one department in one zone, in order."""

    zone: str
    department: str
    order: tuple[DrawnInspector, ...]


@dataclass(frozen=True)
class DrawRemark:
    """A line under 回避与补抽: an unassigned object, a replacement, an earlier attempt."""

    what: str
    reason: str
    outcome: str = ""


@dataclass(frozen=True)
class DrawRecord(Paper):
    """All that the record says."""

    template: ClassVar[str] = "draw_record"

    authority: str
    file_number: str
    day: date
    title: str
    """The inspection's name."""
    facts: tuple[Field, ...]
    """Plan, items and their class, initiating section, roster with version and size, filter, quota, way of drawing,
    times and place, in the order in which they are to stand."""
    contributors: tuple[DrawContributor, ...]
    randomness: tuple[Field, ...]
    """Beacon, seed, digests of notice and result."""
    strata: tuple[DrawnStratum, ...]
    teams: tuple[DrawnTeam, ...]
    inspector_reserves: tuple[InspectorReserve, ...]
    remarks: tuple[DrawRemark, ...]
    signatures: tuple[Signature, ...]
    """Who drew, who supervised, everybody else present."""
    evidence: Evidence
    unit: str = "户"

    def paper_title(self) -> str:
        return f"“{self.title}”抽取记录"


def draw_record(record: DrawRecord) -> bytes:
    """The record as PDF; long lists break over pages with their heads repeated. Raises TypesettingError."""
    return typeset(record)
