"""Looks into xlsx and ods before the reader does: how much they unpack to, how far their cells reach.

The reader (calamine) holds a sheet as one dense block, so two cells in the far corners of a 2 kB file would ask for
550 GB (tafia/calamine#693). A zip may also declare less than it unpacks to, so the sizes are counted, not believed.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from sunlot.organisations.viewer import Refused

MAX_UNPACKED = 600 * 2**20
"""Bytes of all parts together; a roster of 200 000 rows and 20 columns has about 200 MB."""

MAX_CELLS = 12_000_000
"""Cells in the block from the first to the last used one: about 400 MB in the reader."""

MAX_COLUMNS = 400

_CHUNK = 2**20
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_STORED, _DEFLATED = 0, 8
_PLACE = re.compile(rb"""<(?:\w+:)?(?:c|row)\b[^>]*?\br=["']([A-Za-z]{0,4})(\d{1,9})""")
_LONGEST_TAG = 64 * 1024
_FOREIGN_ENCODING = re.compile(rb"""^<\?xml[^>]*encoding=["'](?!utf-?8["'])""", re.IGNORECASE)
_BOMB = "文件展开后大得不正常，没有读取。请在 Excel 中把名单复制到新的工作簿，另存为 xlsx 再上传。"


def check_xlsx(content: bytes) -> None:
    """Raise Refused for a workbook that unpacks to too much or whose cells reach too far."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.infolist():
            reach = _Reach()  # any part may be a sheet: the workbook's own list decides, not the path
            for piece in _unpacked(content, part):
                total += len(piece)
                if total > MAX_UNPACKED:
                    raise Refused(_BOMB)
                reach.add(piece)


class _Reach:
    """The last row and column that a sheet's rows and cells name, found while its bytes pass by."""

    def __init__(self) -> None:
        self._kept = b""
        self._last_row, self._last_column = 0, 0
        self._begun = False

    def add(self, piece: bytes) -> None:
        """Look at the next bytes. Raises Refused as soon as the block is too large."""
        if not self._begun:
            self._begun = True
            if piece.startswith((b"\xff\xfe", b"\xfe\xff")) or _FOREIGN_ENCODING.match(piece[:200]):
                raise Refused("文件的内部编码少见，没有读取。请在 Excel 中重新保存后再上传。")
        text = self._kept + piece
        for letters, row in _PLACE.findall(text):
            self._last_row = max(self._last_row, int(row))
            if len(letters) > 1:
                self._last_column = max(self._last_column, _column_number(letters.upper()))
        self._kept = text[text.rfind(b"<") :] if b"<" in text else b""  # a tag may go on in the next piece
        if len(self._kept) > _LONGEST_TAG and b">" not in self._kept:
            raise Refused(_BOMB)
        if self._last_column > MAX_COLUMNS:
            raise Refused(
                f"工作表用到了第 {self._last_column} 列。名单只需要十几列，请删去右边多余的列（选中整列后删除）再上传。"
            )
        if self._last_row * max(self._last_column, 26) > MAX_CELLS:
            raise Refused(f"工作表用到了第 {self._last_row} 行。请删去名单下面多余的行（选中整行后删除）再上传。")


def _column_number(letters: bytes) -> int:
    """`AB` → 28."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _unpacked(content: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of one part as they really are, whatever its header declares. Raises Refused for what can't be unpacked."""
    try:
        mark, name, extra = _LOCAL_HEADER.unpack_from(content, part.header_offset)
    except struct.error as error:
        raise Refused("文件已损坏，打不开。请在 Excel 中重新保存后再上传。") from error
    start = part.header_offset + _LOCAL_HEADER.size + name + extra
    packed = memoryview(content)[start : start + part.compress_size]
    if part.flag_bits & 1:
        raise Refused("文件设有密码，读不出内容。请去掉密码后再上传。")
    if mark != b"PK\x03\x04" or part.compress_type not in (_STORED, _DEFLATED):
        raise Refused("文件用了少见的压缩方式，打不开。请在 Excel 中重新保存后再上传。")
    if part.compress_type == _STORED:
        yield bytes(packed)
        return
    inflater, waiting = zlib.decompressobj(-zlib.MAX_WBITS), bytes(packed)
    try:
        while waiting and not inflater.eof:
            piece = inflater.decompress(waiting, _CHUNK)
            waiting = inflater.unconsumed_tail
            if not piece and not waiting:
                break
            yield piece
    except zlib.error as error:
        raise Refused("文件已损坏，打不开。请在 Excel 中重新保存后再上传。") from error


def check_ods(content: bytes) -> None:
    """Raise Refused for an OpenDocument table that unpacks to too much or repeats its cells too often."""
    total, body = 0, b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.infolist():
            pieces = []
            for piece in _unpacked(content, part):
                total += len(piece)
                if total > MAX_UNPACKED // 4:  # the whole body is held here
                    raise Refused(_BOMB)
                if part.filename == "content.xml":
                    pieces.append(piece)
            if part.filename == "content.xml":
                body = b"".join(pieces)
    if b"<!DOCTYPE" in body[:4096] or b"<!ENTITY" in body[:4096]:
        raise Refused(_BOMB)
    try:
        _check_repeats(body)
    except ElementTree.ParseError as error:
        raise Refused("文件已损坏，打不开。请重新保存后再上传。") from error


def _check_repeats(body: bytes) -> None:
    """Count the cells that hold something, each as often as it is repeated; empty ends of a sheet repeat a million times."""
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    cells = 0
    parsed = ElementTree.iterparse(io.BytesIO(body))  # noqa: S314 - expat refuses entity bombs, and DTDs were refused above
    for _, element in parsed:
        if element.tag != f"{table}table-row":
            continue
        width = reached = 0
        for cell in element:
            width += int(cell.get(f"{table}number-columns-repeated", "1"))
            if cell.get(f"{office}value-type"):
                reached = width
        if reached > MAX_COLUMNS:
            raise Refused(f"工作表用到了第 {reached} 列。名单只需要十几列，请删去右边多余的列再上传。")
        cells += reached * int(element.get(f"{table}number-rows-repeated", "1"))
        element.clear()
        if cells > MAX_CELLS:
            raise Refused(_BOMB)
