"""What an import would do: every row read, checked and compared with the registry, nothing written."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sunlot.organisations.viewer import Viewer

from ..models import Import
from .accounts import AccountRoster
from .experts import ExpertRoster
from .inspectors import InspectorRoster
from .items import ItemRoster
from .licences import LicenceRoster
from .marks import MarkRoster
from .objects import ObjectRoster
from .reading import Table
from .rows import Finding, Row, Verdict

Tell = Callable[[int, str], object]
"""Hears how many rows are done of what; may raise to end the work."""

PART = 5000
MENDED_KEPT = 1000
"""So many normalised cells are listed; of a file in which each cell has a blank too many, the others are only counted."""

_ORDER = {Verdict.FAULT.value: 0, Verdict.WARNING.value: 1, Verdict.MENDED.value: 2}


ROSTERS: dict[str, Any] = {
    Import.Target.OBJECTS: ObjectRoster,
    Import.Target.INSPECTORS: InspectorRoster,
    Import.Target.EXPERTS: ExpertRoster,
    Import.Target.ITEMS: ItemRoster,
    Import.Target.MARKS: MarkRoster,
    Import.Target.LICENCES: LicenceRoster,
    Import.Target.ACCOUNTS: AccountRoster,
}
"""The reader of each target's rows."""


def silent(_done: int, _words: str) -> None:
    """Tell nobody."""


@dataclass
class Preview:
    """The rows of a roster and what would become of each.

    `missing` names required columns that nothing fills; then no row can be taken. `mended` counts normalised cells.
    """

    rows: list[Any]
    findings: list[Finding]
    missing: list[str]
    mended: int = 0

    @property
    def faulty(self) -> list[Any]:
        return [row for row in self.rows if row.is_faulty]

    def good(self, accept_warnings: bool) -> list[Any]:
        """The rows to take: without fault, and without an unconfirmed warning unless warnings are accepted."""
        if self.missing:
            return []
        return [row for row in self.rows if not row.is_faulty and (accept_warnings or not row.is_doubtful)]

    def counts(self, accept_warnings: bool = False) -> dict[str, int]:
        """rows, new, changed, same, confirm (waiting for a tick), faulty, and mended (cells normalised).

        The five in the middle add up to rows.
        """
        found: Counter[str] = Counter()
        for row in self.rows:
            if self.missing or row.is_faulty:
                found["faulty"] += 1
            elif row.is_doubtful and not accept_warnings:
                found["confirm"] += 1
            else:
                found[row.status] += 1
        keys = ("new", "changed", "same", "confirm", "faulty")
        return {"rows": len(self.rows), **{key: found[key] for key in keys}, "mended": self.mended}


def check(
    viewer: Viewer,
    target: str,
    table: Table,
    columns: Mapping[int, str],
    defaults: Mapping[str, str],
    *,
    lock: bool = False,
    tell: Tell = silent,
    use_up: bool = False,
) -> Preview:
    """Look at a whole table. `columns` is column → field; `defaults` is field → value of the whole roster. `lock` holds
    the entries compared with until the transaction ends; `tell` hears how many rows have been looked at. `use_up` empties
    the table and keeps of each row no more than its fate: a large roster is not held three times over.

    The number of queries does not grow with the rows, but by one set for each 5,000.
    """
    roster = roster_of(viewer, target, defaults, lock=lock)
    found = parsed(roster, table, columns, tell, use_up=use_up)
    rows = found.rows
    if found.missing:
        return found
    for start in range(0, len(rows), PART):
        part = rows[start : start + PART]
        roster.compare(part)
        roster.beware(part)
        if use_up:
            rows[start : start + PART] = [Row(row.number, status=row.status, findings=row.findings) for row in part]
        tell(min(start + PART, len(rows)), "与已有的内容比对")
    found.findings = [finding for row in rows for finding in row.findings]
    found.findings.sort(key=lambda finding: (_ORDER[finding.verdict], finding.row))
    return found


def roster_of(viewer: Viewer, target: str, defaults: Mapping[str, str], *, lock: bool = False) -> Any:
    """The reader and comparer of a target's rows."""
    return ROSTERS[target](viewer, defaults, lock=lock)


def parsed(
    roster: Any, table: Table, columns: Mapping[int, str], tell: Tell = silent, *, use_up: bool = False
) -> Preview:
    """The table's rows with the faults that they have in themselves and among each other, and the required columns
    that nothing fills: then the rows are empty. Nothing is compared yet. `use_up` empties the table.
    """
    roster.refuse(table)
    places = {name: column for column, name in columns.items() if name}
    missing = roster.missing(places)
    if missing:
        return Preview([Row(number) for number, _ in table.rows], [], missing)
    behind = table.behind(_empty_places(table, [places[name] for name in roster.matters if name in places]))
    found = Preview([], [], [])
    for place, (number, cells) in enumerate(table.drained() if use_up else table.rows):
        row = roster.parse(number, cells, places, behind)
        found.mended += sum(finding.verdict == Verdict.MENDED for finding in row.findings)
        if found.mended > MENDED_KEPT:
            row.findings = [finding for finding in row.findings if finding.verdict != Verdict.MENDED]
        found.rows.append(row)
        if place % PART == 0:
            tell(place, "核对各行")
    roster.mark(found.rows)
    return found


def _empty_places(table: Table, columns: list[int]) -> set[tuple[int, int]]:
    """Where a cell that matters is empty: an error or an uncalculated formula may stand behind it."""
    return {
        (number, column)
        for number, cells in table.rows
        for column in columns
        if column >= len(cells) or cells[column] == ""
    }
