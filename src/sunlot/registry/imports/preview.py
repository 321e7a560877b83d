"""What an import would do: every row read, checked and compared with the registry, nothing written."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sunlot.organisations.viewer import Viewer

from ..models import Import
from .experts import ExpertRoster
from .inspectors import InspectorRoster
from .items import ItemRoster
from .objects import ObjectRoster
from .reading import Table
from .rows import Finding, Row, Verdict

Tell = Callable[[int, str], object]
"""Hears how many rows are done of what; may raise to end the work."""

PART = 5000
_ORDER = {Verdict.FAULT.value: 0, Verdict.WARNING.value: 1, Verdict.MENDED.value: 2}


ROSTERS: dict[str, Any] = {
    Import.Target.OBJECTS: ObjectRoster,
    Import.Target.INSPECTORS: InspectorRoster,
    Import.Target.EXPERTS: ExpertRoster,
    Import.Target.ITEMS: ItemRoster,
}
"""The reader of each target's rows."""


def silent(_done: int, _words: str) -> None:
    """Tell nobody."""


@dataclass
class Preview:
    """The rows of a roster and what would become of each.

    `missing` names required columns that nothing fills; then no row can be taken.
    """

    rows: list[Any]
    findings: list[Finding]
    missing: list[str]

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
        mended = sum(finding.verdict == Verdict.MENDED for finding in self.findings)
        keys = ("new", "changed", "same", "confirm", "faulty")
        return {"rows": len(self.rows), **{key: found[key] for key in keys}, "mended": mended}


def check(
    viewer: Viewer,
    target: str,
    table: Table,
    columns: Mapping[int, str],
    defaults: Mapping[str, str],
    *,
    lock: bool = False,
    tell: Tell = silent,
) -> Preview:
    """Look at a whole table. `columns` is column → field; `defaults` is field → value of the whole roster. `lock` holds
    the entries compared with until the transaction ends; `tell` hears how many rows have been looked at.

    The number of queries does not grow with the rows, but by one set for each 5,000.
    """
    roster = roster_of(viewer, target, defaults, lock=lock)
    rows, missing = parsed(roster, table, columns, tell)
    if missing:
        return Preview(rows, [], missing)
    for start in range(0, len(rows), PART):
        roster.compare(rows[start : start + PART])
        tell(min(start + PART, len(rows)), "与名录库比对")
    findings = [finding for row in rows for finding in row.findings]
    findings.sort(key=lambda finding: (_ORDER[finding.verdict], finding.row))
    return Preview(rows, findings, [])


def roster_of(viewer: Viewer, target: str, defaults: Mapping[str, str], *, lock: bool = False) -> Any:
    """The reader and comparer of a target's rows."""
    return ROSTERS[target](viewer, defaults, lock=lock)


def parsed(roster: Any, table: Table, columns: Mapping[int, str], tell: Tell = silent) -> tuple[list[Any], list[str]]:
    """The table's rows with the faults that they have in themselves and among each other, and the required columns
    that nothing fills: then the rows are empty.
    """
    places = {name: column for column, name in columns.items() if name}
    missing = roster.missing(places)
    if missing:
        return [Row(number) for number, _ in table.rows], missing
    behind = table.behind(_empty_places(table, [places[name] for name in roster.matters if name in places]))
    rows = []
    for place, (number, cells) in enumerate(table.rows):
        rows.append(roster.parse(number, cells, places, behind))
        if place % PART == 0:
            tell(place, "核对各行")
    roster.mark(rows)
    return rows, []


def _empty_places(table: Table, columns: list[int]) -> set[tuple[int, int]]:
    """Where a cell that matters is empty: an error or an uncalculated formula may stand behind it."""
    return {
        (number, column)
        for number, cells in table.rows
        for column in columns
        if column >= len(cells) or cells[column] == ""
    }
