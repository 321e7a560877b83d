"""What an import would do: every row read, checked and compared with the registry, nothing written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sunlot.organisations.viewer import Viewer

from ..models import Import
from .inspectors import InspectorRoster
from .objects import ObjectRoster
from .reading import Table
from .rows import Finding, Row, Verdict

_ORDER = {Verdict.FAULT.value: 0, Verdict.WARNING.value: 1, Verdict.MENDED.value: 2}


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


def roster_of(viewer: Viewer, target: str, defaults: Mapping[str, str]) -> ObjectRoster | InspectorRoster:
    """The reader of a target's rows."""
    if target == Import.Target.OBJECTS:
        return ObjectRoster(viewer, defaults)
    return InspectorRoster(viewer, defaults)


def check(
    viewer: Viewer,
    target: str,
    table: Table,
    columns: Mapping[int, str],
    defaults: Mapping[str, str],
    *,
    lock: bool = False,
) -> Preview:
    """Look at a whole table. `columns` is column → field; `defaults` is field → value of the whole roster. `lock` holds
    the entries compared with until the transaction ends.

    The number of queries does not grow with the rows, but by one set for each 5,000.
    """
    reader = ObjectRoster if target == Import.Target.OBJECTS else InspectorRoster
    roster: Any = reader(viewer, defaults, lock=lock)
    places = {name: column for column, name in columns.items() if name}
    missing = roster.missing(places)
    if missing:
        return Preview([Row(number) for number, _ in table.rows], [], missing)
    behind = table.behind(_empty_places(table, [places[name] for name in roster.matters if name in places]))
    rows = [roster.parse(number, cells, places, behind) for number, cells in table.rows]
    roster.compare(rows)
    findings = [finding for row in rows for finding in row.findings]
    findings.sort(key=lambda finding: (_ORDER[finding.verdict], finding.row))
    return Preview(rows, findings, [])


def _empty_places(table: Table, columns: list[int]) -> set[tuple[int, int]]:
    """Where a cell that matters is empty: an error or an uncalculated formula may stand behind it."""
    return {
        (number, column)
        for number, cells in table.rows
        for column in columns
        if column >= len(cells) or cells[column] == ""
    }
