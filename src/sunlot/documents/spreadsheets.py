"""Tables as xlsx and csv for people and programs, written row by row so that any number of rows fits in memory."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any

import xlsxwriter

from sunlot.norms.clock import iso
from sunlot.norms.text import csv_safe, excel_safe

Value = str | int | float | Decimal | bool | date | datetime | None
Row = Sequence[Value]

SHEET_ROWS = 1_048_576
"""Rows of one sheet, by Excel's limit; a longer table goes on in the next sheet."""

_CHUNK = 64 * 1024
_CSV_ROWS = 500
# 15 significant digits is what a spreadsheet keeps of a number; longer ones (codes) must be text.
_LARGEST_NUMBER = 10**15
# Excel refuses these in the name of a sheet, and names of more than 31 characters (24 leave room to count).
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True)
class Column:
    """A column: its header, its width in characters of a digit, and whether its cells are numbers.

    Whatever is not declared a number is written as text: a code keeps its leading zeros and its 18 digits, and a
    formula in a name stays a name.
    """

    header: str
    width: float = 16.0
    number: bool = False


def csv_stream(columns: Sequence[Column], rows: Iterable[Row], *, bom: bool = True) -> Iterator[bytes]:
    """The table as CSV in pieces: UTF-8, RFC 4180, lines ended by CR LF.

    `bom` puts the mark before it without which Excel and WPS read Chinese as garbage; programs want it away.
    Text that a spreadsheet would calculate gets an apostrophe before it in either form; numbers stay.
    """
    if bom:
        yield "\ufeff".encode()
    lines = chain(
        [[csv_safe(column.header) for column in columns]],
        ([_csv_cell(value, column) for value, column in zip(row, columns, strict=True)] for row in rows),
    )
    while piece := list(islice(lines, _CSV_ROWS)):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(piece)
        yield text.getvalue().encode("utf-8", errors="replace")


def xlsx_stream(columns: Sequence[Column], rows: Iterable[Row], *, sheet: str = "数据") -> Iterator[bytes]:
    """The table as xlsx in pieces; it is written to a temporary file first, never held in memory."""
    with tempfile.TemporaryFile() as target:
        write_xlsx(target, columns, rows, sheet=sheet)
        target.seek(0)
        while piece := target.read(_CHUNK):
            yield piece


def xlsx(columns: Sequence[Column], rows: Iterable[Row], *, sheet: str = "数据") -> bytes:
    """The table as the bytes of an xlsx, for small ones."""
    return b"".join(xlsx_stream(columns, rows, sheet=sheet))


def write_xlsx(target: IO[bytes], columns: Sequence[Column], rows: Iterable[Row], *, sheet: str = "数据") -> None:
    """Write the table as xlsx to an open file: bold head that stays in view, filter, widths.

    The same table gives the same bytes. Raises ValueError if a row has another number of cells than there are columns.
    """
    # What is written in constant memory waits in files of its own, which go with the folder also when `rows` fails.
    with tempfile.TemporaryDirectory(prefix="sunlot-xlsx-") as folder:
        _write_book(target, folder, columns, rows, sheet)


def _write_book(target: IO[bytes], folder: str, columns: Sequence[Column], rows: Iterable[Row], sheet: str) -> None:
    # Formulas, links and numbers are never guessed from text: every cell is written by its declared type.
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "tmpdir": folder})
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the file format knows no offset
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
    as_text = book.add_format({"num_format": "@"})
    remaining = iter(rows)
    first, number = next(remaining, None), 1
    while True:
        name = sheet.translate(_NOT_IN_SHEET_NAMES)[:24]
        page = book.add_worksheet(name if number == 1 else f"{name} {number}")
        _start_sheet(page, columns, bold)
        there = chain([first] if first is not None else [], islice(remaining, SHEET_ROWS - 2))
        last = 0
        for last, row in enumerate(there, start=1):
            _write_row(page, last, row, columns, as_text)
        if columns:
            page.autofilter(0, 0, last, len(columns) - 1)
        first, number = next(remaining, None), number + 1
        if first is None:
            break
    book.close()


def _start_sheet(page: Any, columns: Sequence[Column], bold: Any) -> None:
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, excel_safe(column.header), bold)
    page.freeze_panes(1, 0)


def _write_row(page: Any, line: int, row: Row, columns: Sequence[Column], as_text: Any) -> None:
    for place, (value, column) in enumerate(zip(row, columns, strict=True)):
        if value is None or value == "":
            continue
        if column.number and _is_number(value):
            page.write_number(line, place, value)
        else:
            page.write_string(line, place, excel_safe(_text(value)), as_text)


def _csv_cell(value: Value, column: Column) -> str:
    return _text(value) if column.number and _is_number(value) else csv_safe(_text(value))


def _is_number(value: Value) -> bool:
    """Whether a spreadsheet can hold `value` as a number without changing it."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return -_LARGEST_NUMBER < value < _LARGEST_NUMBER


def _text(value: Value) -> str:
    """`value` as people and programs both read it: ISO 8601, 是 and 否. ClockError for a moment without offset."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
