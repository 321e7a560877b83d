"""Roster files: strict RFC 4180 as the section *Files* of the protocol narrows it, read in pieces.

A block of whole lines is checked by one regular expression and split at its commas, a few tenths of a microsecond a
row. Only when that fails are its lines read one by one, to say which is wrong and how; both ways accept the same
files, which a test holds them to.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import lt

from sunlot.lottery.errors import Fault, show, visible
from sunlot.lottery.seeding import new_hash
from sunlot.lottery.sources import PIECE, Part
from sunlot.lottery.text import IDENTIFIER_PATTERN, INVISIBLE, is_identifier, is_plain

MAX_PARTS = 9999
MAX_LINE = 1 << 20
"""Bytes of a line. The protocol sets no limit to a name; without one a file without line ends would fill the memory."""

_MAX_FAULTS = 20  # faulty lines told of one file: the first ones matter, the rest mostly follow from them

_ID = IDENTIFIER_PATTERN.encode() + b"+"
_TICKETS = rb"(?:1000|[1-9][0-9]{0,2}+)"
# Unquoted without comma or quote, or quoted and holding at least one of them. Controls outside ASCII come after.
_NAME = rb'(?:[^",\x00-\x1f\x7f]++|"[^",\x00-\x1f\x7f]*+(?:,|"")(?:[^"\x00-\x1f\x7f]|"")*+")'
_IS_TICKETS = re.compile(_TICKETS.decode())
_FIELD = re.compile(r'(?:"((?:[^"]|"")*+)"|([^",]*+))(?=,|\Z)')
_INVISIBLE_BUT_LF = re.compile(INVISIBLE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))


@dataclass(frozen=True)
class Column:
    """A column: its name, the pattern of its field as it stands in the file, and a check that words the expectation."""

    name: str
    pattern: bytes
    check: Callable[[str], bool]
    expected: str


@dataclass(frozen=True)
class Table:
    """A roster's form. Rows ascend by their first `key` columns; readers are given the first `used` of them."""

    name: str
    columns: tuple[Column, ...]
    key: int
    used: int

    @property
    def header(self) -> bytes:
        return ",".join(column.name for column in self.columns).encode() + b"\n"


_IDENTIFIER_WORDS = "编号（字母、数字开头，只含字母、数字和 . _ -，至多 64 个）"


def _identifier(name: str) -> Column:
    return Column(name, _ID, is_identifier, _IDENTIFIER_WORDS)


OBJECTS = Table(
    "objects",
    (
        _identifier("id"),
        _identifier("stratum"),
        _identifier("zone"),
        Column("tickets", _TICKETS, lambda text: _IS_TICKETS.fullmatch(text) is not None, "1 至 1000 的整数"),
        Column("name", _NAME, is_plain, "不空且不含控制字符、零宽字符的文字"),
    ),
    key=1,
    used=4,  # nothing follows from a name
)
INSPECTORS = Table(
    "inspectors",
    (
        _identifier("id"),
        _identifier("department"),
        Column(
            "zone",
            rb"(?:\*|" + _ID + rb")",
            lambda text: text == "*" or is_identifier(text),
            f"* 或{_IDENTIFIER_WORDS}",
        ),
    ),
    key=1,
    used=3,
)
AVOID = Table("avoid", (_identifier("inspector"), _identifier("object")), key=2, used=2)
TABLES = {table.name: table for table in (OBJECTS, INSPECTORS, AVOID)}

Columns = list[list[bytes]]


class RosterReader:
    """Reads the parts of one roster, checks their digests as it goes, and notes every fault in `faults`.

    `digests` holds what the notice names for each part (None: not to be checked), `hash_name` is None when the notice's
    hash is unknown. After `blocks` is used up, `count` is the number of rows and `found` the digest of each part.
    """

    def __init__(
        self, table: Table, parts: tuple[Part, ...], digests: tuple[str | None, ...], hash_name: str | None
    ) -> None:
        self.table = table
        self.parts = parts
        self.digests = digests
        self.hash_name = hash_name
        self.faults: list[Fault] = []
        self.count = 0
        self.found: list[str] = []
        self._block = re.compile(b"(?:" + b",".join(column.pattern for column in table.columns) + b"\n)*+")
        self._last: tuple[bytes, ...] = ()

    def blocks(self) -> Iterator[Columns]:
        """The rows, block by block, as one list of bytes for each column. A faulty block is left out."""
        for index, part in enumerate(self.parts):
            before = self.count
            yield from _PartReader(self, part).blocks(index)
            if len(self.parts) > 1 and self.count == before and not self.faults:
                self.faults.append(Fault(part.name, "", "至少一行（名录分成几个文件时）", "只有表头"))

    def columns(self, block: bytes) -> Columns | None:
        """The columns of a block of whole lines, None when anything in it is not as it must be."""
        if not self._block.fullmatch(block) or not _is_plain_utf8(block):
            return None
        width = len(self.table.columns)
        if b'"' in block:
            # A quoted field is always the last of its line.
            lines = (line.split(b",", width - 1) for line in block.splitlines())
            columns = [list(column) for column in zip(*lines, strict=True)][: self.table.used]
        else:
            cells = block.replace(b"\n", b",").split(b",")
            columns = [cells[at:-1:width] for at in range(self.table.used)]
        keys = columns[0] if self.table.key == 1 else list(zip(*columns[: self.table.key], strict=True))
        first = self._key(columns, 0)
        if first <= self._last or not all(map(lt, keys, keys[1:])):
            return None
        self._last = self._key(columns, -1)
        self.count += len(columns[0])
        return columns

    def _key(self, columns: Columns, row: int) -> tuple[bytes, ...]:
        return tuple(column[row] for column in columns[: self.table.key])

    def tell_lines(self, part: Part, block: bytes, line_number: int) -> Iterator[Fault]:
        """The faults of a block that `columns` refused, line by line; the first line has `line_number`."""
        for offset, line in enumerate(block.split(b"\n")[:-1]):
            fault = self._line_fault(line)
            if fault is None:
                key = tuple(line.split(b",")[: self.table.key])
                if key <= self._last:
                    fault = self._order_fault(key)
                self._last = max(self._last, key)
                self.count += 1
            if fault is not None:
                column, expected, found = fault
                where = f"第 {line_number + offset} 行"
                yield Fault(part.name, f"{where} {column} 列" if column else where, expected, found)

    def _order_fault(self, key: tuple[bytes, ...]) -> tuple[str, str, str]:
        names = "、".join(column.name for column in self.table.columns[: self.table.key])
        last = b",".join(self._last).decode()
        if key == self._last:
            return names, f"大于上一行的 {last}（不重复）", f"又是 {last}"
        return names, f"大于上一行的 {last}（按升序排列）", b",".join(key).decode()

    def _line_fault(self, line: bytes) -> tuple[str, str, str] | None:
        """(column, expected, found) of what is wrong with one line taken by itself."""
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            return "", "UTF-8 编码", f"第 {error.start + 1} 字节处不是"
        if text.endswith("\r"):
            return "", "以 LF 结束的行", "以 CRLF 结束"
        return self._fields_fault(text)

    def _fields_fault(self, text: str) -> tuple[str, str, str] | None:
        fields = _fields(text)
        names = [column.name for column in self.table.columns]
        if fields is None:
            return "", "正确使用引号的字段", show(text)
        if len(fields) != len(names):
            return "", f"{len(names)} 列（{'、'.join(names)}）", f"{len(fields)} 列"
        for column, (value, quoted) in zip(self.table.columns, fields, strict=True):
            if quoted and "," not in value and '"' not in value:
                return column.name, "不带引号（不含逗号、引号的字段）", f"带引号的{show(value)}"
            if not column.check(value):
                return column.name, column.expected, show(value)
        return None


class _PartReader:
    """Takes one part apart into blocks of whole lines."""

    def __init__(self, roster: RosterReader, part: Part) -> None:
        self.roster = roster
        self.part = part
        self.line = 1
        self.told = 0

    def blocks(self, index: int) -> Iterator[Columns]:
        roster = self.roster
        running = new_hash(roster.hash_name) if roster.hash_name else None
        rest = b""
        readable = True
        for piece in self._pieces():
            if running:
                running.update(piece)
            if not readable:
                continue  # the digest is still wanted
            end = piece.rfind(b"\n") + 1
            block, rest = (rest + piece[:end], piece[end:]) if end else (b"", rest + piece)
            if max(len(rest), block.find(b"\n")) > MAX_LINE:  # only a block's first line can span pieces
                self._tell(Fault(self.part.name, f"第 {self.line} 行", f"至多 {MAX_LINE} 字节", "更长"))
                readable = False
            elif block:
                yield from self._block(block)
                readable = self.told < _MAX_FAULTS
        if readable and (rest or self.line == 1):
            expected = "最后一行以换行（LF）结束" if rest else f"表头 {visible(roster.table.header.decode().rstrip())}"
            self._tell(Fault(self.part.name, f"第 {self.line} 行", expected, "没有换行" if rest else "空文件"))
        if running:
            self._check_digest(index, running.hexdigest())

    def _pieces(self) -> Iterator[bytes]:
        """The part's bytes in pieces of at most `PIECE`, however its source cuts them."""
        for given in self.part.pieces():
            if len(given) <= PIECE:
                yield given
            else:
                yield from (given[at : at + PIECE] for at in range(0, len(given), PIECE))

    def _block(self, block: bytes) -> Iterator[Columns]:
        if self.line == 1:
            header, newline, block = block.partition(b"\n")
            self._check_header(header + newline)
            self.line = 2
        if not block:
            return
        columns = self.roster.columns(block)
        if columns is not None:
            yield columns
        else:
            for fault in self.roster.tell_lines(self.part, block, self.line):
                self._tell(fault)
                if self.told >= _MAX_FAULTS:
                    break
        self.line += block.count(b"\n")

    def _check_header(self, line: bytes) -> None:
        header = self.roster.table.header
        if line == header:
            return
        found = "不是 UTF-8 的字节"
        if line.startswith(b"\xef\xbb\xbf"):
            found = "文件以 BOM 开头"
        else:
            with contextlib.suppress(UnicodeDecodeError):
                found = show(line.decode().rstrip("\n"))
        self._tell(Fault(self.part.name, "第 1 行", f"表头 {header.decode().rstrip()}", found))

    def _check_digest(self, index: int, found: str) -> None:
        self.roster.found.append(found)
        expected = self.roster.digests[index] if index < len(self.roster.digests) else None
        if expected is not None and found != expected:
            self._tell(Fault(self.part.name, "", f"公告所列摘要 {expected}", found))

    def _tell(self, fault: Fault) -> None:
        self.told += 1
        self.roster.faults.append(fault)


def _is_plain_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return False
    # Whatever plain text forbids is unprintable to Python, and asking for that first is ten times as fast.
    return text.replace("\n", "").isprintable() or not _INVISIBLE_BUT_LF.search(text)


def _fields(line: str) -> list[tuple[str, bool]] | None:
    """The fields of a line with whether each was quoted, None when the quotes are not RFC 4180's."""
    fields: list[tuple[str, bool]] = []
    at = 0
    while True:
        match = _FIELD.match(line, at)
        if match is None:
            return None
        quoted, bare = match.groups()
        fields.append((bare, False) if quoted is None else (quoted.replace('""', '"'), True))
        at = match.end()
        if at == len(line):
            return fields
        at += 1
