"""The file of just the faulty rows: as they were, with the reasons in a last column, ready to be mended and uploaded."""

from collections.abc import Iterator

from sunlot.documents import spreadsheets

from ..models import Import, ImportFinding
from .checking import table_of
from .reading import Cells
from .values import as_written


def faulty_rows(roster: Import) -> Iterator[bytes]:
    """An xlsx in pieces: the file's own columns, then 原行号 and 错误原因."""
    table = table_of(roster)
    reasons: dict[int, list[str]] = {}
    faults = roster.findings.filter(verdict=ImportFinding.Verdict.FAULT).order_by("row", "pk")
    for row, column, what, mend in faults.values_list("row", "column", "what", "mend"):
        reasons.setdefault(row, []).append(f"{column}：{what}" + (f"（{mend}）" if mend else ""))
    heads = [head or f"第 {place} 列" for place, head in enumerate(table.heads, start=1)]
    columns = [spreadsheets.Column(head, width=20) for head in heads]
    columns += [spreadsheets.Column("原行号", width=8, number=True), spreadsheets.Column("错误原因", width=60)]
    rows = (_line(cells, len(heads), number, reasons[number]) for number, cells in table.rows if number in reasons)
    return spreadsheets.xlsx_stream(columns, rows, sheet="错误行")


def _line(cells: Cells, width: int, number: int, reasons: list[str]) -> list[spreadsheets.Value]:
    """One row as it was written, its number, and what is wrong with it."""
    written: list[spreadsheets.Value] = [
        as_written(cells[place]) if place < len(cells) else "" for place in range(width)
    ]
    return [*written, number, "；".join(reasons)]
