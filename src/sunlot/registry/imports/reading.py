"""From the bytes of an upload to a table: which sheet, which row is the head, and the rows below it."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from sunlot.organisations.viewer import Refused

from .behind import behind_empty_cells
from .recognition import Format, recognise, refuse_password
from .unpacking import MAX_COLUMNS, check_ods, check_xlsx

MAX_ROWS = 200_000
HEAD_WITHIN = 30
"""The head is looked for in the first rows: titles, units and dates of making stand above it."""

Cell = str | int | float | bool | date | datetime | time | timedelta
Cells = list[Cell]
ScoreHead = Callable[[Sequence[str]], int]
"""How many cells of a row are known column heads."""

_SEPARATORS = ",\t;|，；"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_BROKEN = "文件已损坏，打不开。请在 Excel 中重新保存后再上传。"


@dataclass
class Table:
    """A roster as it was read. Row numbers are the spreadsheet's own, from 1."""

    format: Format
    sheet: str
    """Empty for a csv."""
    sheets: tuple[str, ...]
    head_row: int
    heads: tuple[str, ...]
    title: str
    """What stands above the head, in one line."""
    rows: list[tuple[int, Cells]]
    """The rows below the head that hold anything, with their numbers."""
    first_column: int = 0
    """Of the sheet's used block, counted from 0."""
    content: bytes = field(default=b"", repr=False)

    def drained(self) -> Iterator[tuple[int, Cells]]:
        """The rows, each let go as it is handed out: of a large table only what was made of them is held afterwards."""
        self.rows.reverse()
        while self.rows:
            yield self.rows.pop()

    def behind(self, places: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """What stands behind empty cells, by (row, column of this table): an error or an uncalculated formula."""
        if self.format is not Format.XLSX or not places:
            return {}
        shifted = {(row, column + self.first_column) for row, column in places}
        found = behind_empty_cells(self.content, self.sheet, shifted)
        return {(row, column - self.first_column): text for (row, column), text in found.items()}


def read(content: bytes, sheet: str | None, score: ScoreHead) -> Table:
    """The table of an upload. `sheet` names one of its sheets; without it the first one that has a head is taken.

    Raises Refused, with what to do, for whatever can't be read as a roster.
    """
    format_ = recognise(content)
    if format_ is Format.CSV:
        return _read_csv(content, score)
    if format_ is Format.XLSX:
        check_xlsx(content)
    elif format_ is Format.ODS:
        check_ods(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return _read_book(book, format_, sheet, score, content)
    except PasswordError as error:
        raise refuse_password() from error
    except (CalamineError, OSError, ValueError) as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise refuse_password() from error
        raise Refused(_BROKEN) from error
    except BaseException as error:
        # A broken xls can make the reader panic, which Python sees as a BaseException of its own kind.
        if type(error).__name__ == "PanicException":
            raise Refused(_BROKEN) from error
        raise


def _read_book(book: CalamineWorkbook, format_: Format, sheet: str | None, score: ScoreHead, content: bytes) -> Table:
    names = tuple(one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible)
    if sheet is not None and sheet not in names:
        raise Refused(f"文件里没有工作表“{sheet}”。有：{'、'.join(names) or '（没有可见的工作表）'}。")
    if not names:
        raise Refused("文件里没有可见的工作表。请取消隐藏后再上传。")
    refusal: Refused | None = None
    for name in [sheet] if sheet is not None else names:
        page = book.get_sheet_by_name(name)
        if page.start is None:
            continue
        try:
            table = _table(page.iter_rows(), score)
        except Refused as error:
            refusal = refusal or error
            continue
        table.format, table.sheet, table.sheets, table.content = format_, name, names, content
        table.first_column = page.start[1]
        return table
    raise refusal or Refused("工作表是空的。请检查是否选错了文件或工作表。")


def _table(lines: Iterable[Sequence[Cell]], score: ScoreHead) -> Table:
    """Find the head among the first rows and keep what stands below it."""
    above: list[Sequence[Cell]] = []
    rows: list[tuple[int, Cells]] = []
    heads: tuple[str, ...] | None = None
    head_row = 0
    for number, cells in enumerate(lines, start=1):
        if heads is None:
            above.append(cells)
            if number >= HEAD_WITHIN:
                head_row, heads, rows = _split(above, score)
        elif any(cell not in ("", None) for cell in cells):
            rows.append((number, list(cells)))
            if len(rows) > MAX_ROWS:
                raise Refused(f"名单超过 {MAX_ROWS // 10_000} 万行。请按辖区或类别分成几个文件上传。")
    if heads is None:
        head_row, heads, rows = _split(above, score)
    if not rows:
        raise Refused(f"第 {head_row} 行是表头，下面没有内容。请检查是否选错了文件或工作表。")
    title = "　".join(str(cell) for cells in above[: head_row - 1] for cell in cells if cell not in ("", None))
    repeated = [text.strip() for text in heads]
    rows = [row for row in rows if not _repeats(row[1], repeated)]  # a head printed on every page
    return Table(Format.CSV, "", (), head_row, heads, title[:500], rows)


def _repeats(cells: Cells, heads: list[str]) -> bool:
    return str(cells[0]).strip() == heads[0] and [str(cell).strip() for cell in cells] == heads


def _split(above: list[Sequence[Cell]], score: ScoreHead) -> tuple[int, tuple[str, ...], list[tuple[int, Cells]]]:
    """The head's row number, its texts, and the rows already seen below it."""
    scored = [(score([str(cell) for cell in cells]), -place) for place, cells in enumerate(above)]
    best, place = max(scored, default=(0, 0))
    if best < 2:
        raise Refused(f"没有找到表头。前 {HEAD_WITHIN} 行里应有一行写明各列的名称，可以照“下载空白模板”里的表头写。")
    head = -place
    heads = tuple(" ".join(str(cell).split()) for cell in above[head])
    if len(heads) > MAX_COLUMNS:
        raise Refused(f"表格有 {len(heads)} 列。名单只需要十几列，请删去多余的列再上传。")
    below = [(number, list(cells)) for number, cells in enumerate(above, start=1) if number > head + 1]
    return head + 1, heads, [row for row in below if any(cell not in ("", None) for cell in row[1])]


def _read_csv(content: bytes, score: ScoreHead) -> Table:
    text = _decoded(content)
    separator = _separator(text)
    try:
        return _table(csv.reader(io.StringIO(text, newline=""), delimiter=separator), score)
    except csv.Error as error:
        raise Refused("文字表格的引号或换行有错，分不清各列。请在 Excel 中打开检查，另存为 xlsx 再上传。") from error


def _decoded(content: bytes) -> str:
    """The text of a csv: UTF-8 with or without mark, UTF-16 with mark, else GB 18030. Raises Refused for no text."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text
    raise Refused("这不是表格文件，读不出文字。请上传 xlsx、xls、ods 或 csv。")


def _separator(text: str) -> str:
    """The character that splits most of the first lines into equally many cells, a comma where none does."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:HEAD_WITHIN]

    def regularity(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in lines if separator in line]
        if not counts:
            return (0, 0)
        usual = max(set(counts), key=counts.count)
        return (counts.count(usual) * min(usual, 5), usual)

    return max(_SEPARATORS, key=regularity)
