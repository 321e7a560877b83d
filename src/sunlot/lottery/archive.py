"""A zip file read with suspicion (APPNOTE 6.3.10, the part of it that a bundle needs).

The standard library's reader is made to be lenient: it takes data before and between the entries, entries that share
their bytes, a directory of any length, and a local header that says something else than the directory. Two programs
may then see two bundles in one file. Here the file is exactly: entries one after the other, directory, end record.
"""

import io
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sunlot.lottery.errors import Fault, Refused, cannot_open, visible
from sunlot.lottery.sources import PIECE, open_regular

MAX_ENTRIES = 40_000
"""Three rosters of 9,999 parts, the three JSON files, and ten thousand files that a bundle may hold besides."""

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX_DIRECTORY = MAX_ENTRIES * 1024
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_DESCRIPTOR, _UTF8 = 1 << 3, 1 << 11
_KNOWN_FLAGS = _DESCRIPTOR | _UTF8 | 0b110  # and how hard deflate tried; the others change what the bytes mean
_STORED, _DEFLATED = 0, 8
_UNIX = 3
_DOS_FOLDER = 0x10
_ZIP64_EXTRA = 1


@dataclass(frozen=True)
class Entry:
    """A file in the zip, as the directory describes it."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Archive:
    """The entries of a zip file, each checked against its local header. Raises `Refused`, or `CannotOpen`."""

    def __init__(self, path: Path, max_size: int) -> None:
        self._path = path
        self._subject = path.name
        with open_regular(path) as file:
            try:
                self.entries, directory = self._read_directory(file)
                total = sum(entry.size for entry in self.entries.values())
                if total > max_size:
                    raise self._refused("", f"展开后至多 {max_size} 字节", f"{total} 字节")
                self._data_starts = self._check_entries(file, directory)
            except OSError as error:
                raise cannot_open(path, error) from None

    def _refused(self, place: str, expected: str, found: str) -> Refused:
        return Refused([Fault(self._subject, place, expected, found)])

    def _read_directory(self, file: BinaryIO) -> tuple[dict[str, Entry], int]:
        length = file.seek(0, io.SEEK_END)
        count, size, offset = self._end_record(file, length)
        if count > MAX_ENTRIES or size > _MAX_DIRECTORY:
            raise self._refused("", f"至多 {MAX_ENTRIES} 个文件", f"{count} 个，目录 {size} 字节")
        file.seek(offset)
        data = _read(file, size)
        entries: dict[str, Entry] = {}
        at = 0
        for _ in range(count):
            entry, at = self._read_entry(data, at)
            if entry.name in entries:
                raise self._refused(visible(entry.name), "不重复的文件名", "出现两次")
            entries[entry.name] = entry
        if at != size:
            raise self._refused("", f"目录恰有 {count} 项", f"另有 {size - at} 字节")
        return entries, offset

    def _end_record(self, file: BinaryIO, length: int) -> tuple[int, int, int]:
        """(entries, bytes of the directory, its offset), from the record at the very end of the file."""
        end = length - _END.size
        file.seek(max(end, 0))
        tail = _read(file, _END.size)
        if len(tail) < _END.size or tail[:4] != b"PK\x05\x06":
            raise self._refused("", "zip 文件（结尾没有注释）", "不是 zip，或不完整")
        _, disk, first_disk, here, count, size, offset, comment = _END.unpack(tail)
        if (disk, first_disk, here, comment) != (0, 0, count, 0):
            raise self._refused("", "单卷且完整的 zip 文件", "结尾记录不符")
        if count == _FULL16 or _FULL32 in (size, offset):
            count, size, offset, end = self._end64_record(file, end)
        if offset + size != end:
            raise self._refused("", "目录之前、之后没有别的内容", f"目录应止于 {end}，实止于 {offset + size}")
        return count, size, offset

    def _end64_record(self, file: BinaryIO, end: int) -> tuple[int, int, int, int]:
        locator = end - _END64_LOCATOR.size
        if locator >= _END64.size:
            file.seek(locator)
            mark, disk, at, disks = _END64_LOCATOR.unpack(_read(file, _END64_LOCATOR.size))
            if (mark, disk, disks) == (b"PK\x06\x07", 0, 1) and at == locator - _END64.size:
                file.seek(at)
                mark, rest, _, _, disk, first_disk, here, count, size, offset = _END64.unpack(_read(file, _END64.size))
                if (mark, rest, disk, first_disk, here) == (b"PK\x06\x06", _END64.size - 12, 0, 0, count):
                    return count, size, offset, at
        raise self._refused("", "完整的 zip64 结尾记录", "记录不符")

    def _read_entry(self, data: bytes, at: int) -> tuple[Entry, int]:
        if len(data) - at < _ENTRY.size or data[at : at + 4] != b"PK\x01\x02":
            raise self._refused("", "完整的目录", f"目录第 {at} 字节处断开")
        (
            _, made_by, _, flags, method, _, _, crc, packed, size, name_size, extra_size, comment_size, disk, _,
            attributes, offset,
        ) = _ENTRY.unpack_from(data, at)  # fmt: skip
        at += _ENTRY.size
        raw_name = data[at : at + name_size]
        extra = data[at + name_size : at + name_size + extra_size]
        at += name_size + extra_size + comment_size
        if at > len(data):
            raise self._refused("", "完整的目录", "最后一项断开")
        try:
            name = raw_name.decode("utf-8" if flags & _UTF8 else "cp437")
        except UnicodeDecodeError:
            raise self._refused("", "UTF-8 的文件名", "不是 UTF-8") from None
        if _FULL32 in (size, packed, offset):
            size, packed, offset = self._zip64_values(name, extra, [size, packed, offset])
        entry = Entry(name, raw_name, flags, method, crc, packed, size, offset)
        mode = attributes >> 16 if made_by >> 8 == _UNIX else 0
        self._check_name(entry, attributes, mode)
        if disk != 0 or flags & ~_KNOWN_FLAGS or method not in (_STORED, _DEFLATED):
            raise self._refused(
                visible(name), "不加密、以存储或 deflate 方式压缩的文件", f"方式 {method}，标志 {flags:#06x}"
            )
        return entry, at

    def _check_name(self, entry: Entry, attributes: int, mode: int) -> None:
        name = entry.name
        kind = stat.S_IFMT(mode)
        if name.endswith("/") or attributes & _DOS_FOLDER or stat.S_ISDIR(mode):
            raise self._refused(visible(name), "文件（压缩包内没有文件夹）", "文件夹")
        if not name or name in (".", "..") or any(mark in name for mark in "/\\:\0"):
            raise self._refused(visible(name) or "（空）", "压缩包根部的文件名，不含路径", "带路径或为空")
        if kind not in (0, stat.S_IFREG):
            raise self._refused(visible(name), "普通文件", "链接或设备")

    def _zip64_values(self, name: str, extra: bytes, values: list[int]) -> list[int]:
        """Size, packed size and offset, those of them that are full taken from the zip64 extra field."""
        field = _extra_field(extra, _ZIP64_EXTRA)
        at = 0
        for index, value in enumerate(values):
            if value == _FULL32:
                if len(field) < at + 8:
                    raise self._refused(visible(name), "完整的 zip64 字段", "断开")
                values[index] = int.from_bytes(field[at : at + 8], "little")
                at += 8
        return values

    def _check_entries(self, file: BinaryIO, directory: int) -> dict[str, int]:
        """Where each entry's data starts. The entries must follow one another from the first byte to the directory."""
        starts: dict[str, int] = {}
        expected = 0
        for entry in sorted(self.entries.values(), key=lambda entry: entry.offset):
            if entry.offset != expected:
                raise self._refused(visible(entry.name), f"从第 {expected} 字节开始", f"从第 {entry.offset} 字节开始")
            start = self._check_local(file, entry)
            starts[entry.name] = start
            expected = start + entry.packed
            if expected > directory:
                raise self._refused(visible(entry.name), "在目录之前结束", "伸进目录")
            if entry.flags & _DESCRIPTOR:
                expected += self._check_descriptor(file, entry, expected)
        if expected != directory:
            raise self._refused("", f"目录从第 {expected} 字节开始", f"从第 {directory} 字节开始")
        return starts

    def _check_local(self, file: BinaryIO, entry: Entry) -> int:
        file.seek(entry.offset)
        header = _read(file, _LOCAL.size)
        if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
            raise self._refused(visible(entry.name), "本地文件头", "没有")
        name_size: int
        extra_size: int
        _, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL.unpack(header)
        raw_name = _read(file, name_size)
        extra = _read(file, extra_size)
        if _FULL32 in (size, packed):
            size, packed, _ = self._zip64_values(entry.name, extra, [size, packed, 0])
        local = (raw_name, flags, method, crc, packed, size)
        wanted = (entry.raw_name, entry.flags, entry.method, entry.crc, entry.packed, entry.size)
        # With a descriptor behind the data a writer did not yet know the three numbers.
        later = entry.flags & _DESCRIPTOR and local[3:] == (0, 0, 0) and local[:3] == wanted[:3]
        if local != wanted and not later:
            raise self._refused(visible(entry.name), "与目录一致的本地文件头", "不一致")
        return entry.offset + _LOCAL.size + name_size + extra_size

    def _check_descriptor(self, file: BinaryIO, entry: Entry, at: int) -> int:
        """The length of the data descriptor behind the data: with or without mark, sizes of 4 or of 8 bytes."""
        file.seek(at)
        data = _read(file, 24)
        # The longer form first: of an empty file both may fit, and only zeros would be left over of the longer.
        for form in ("<LQQ", "<LLL"):
            for mark in (b"PK\x07\x08", b""):
                try:
                    wanted = mark + struct.pack(form, entry.crc, entry.packed, entry.size)
                except struct.error:  # over 4 GiB
                    continue
                if data.startswith(wanted):
                    return len(wanted)
        raise self._refused(visible(entry.name), "与目录一致的数据描述", "不一致")

    def pieces(self, name: str) -> Iterator[bytes]:
        """The unpacked bytes of an entry, never more than the directory says. Raises `Refused` when they differ."""
        entry = self.entries[name]
        crc = size = 0
        with open_regular(self._path) as file:
            try:
                for piece in _unpack(file, entry, self._data_starts[name]):
                    crc = zlib.crc32(piece, crc)
                    size += len(piece)
                    if size > entry.size:
                        break
                    yield piece
            except zlib.error:
                size = -1
            except OSError as error:
                raise cannot_open(self._path, error) from None
        if (size, crc) != (entry.size, entry.crc):
            raise self._refused(visible(name), f"{entry.size} 字节、CRC 为 {entry.crc:08x}", "内容不符或损坏")


def _unpack(file: BinaryIO, entry: Entry, start: int) -> Iterator[bytes]:
    """The unpacked data, `PIECE` bytes at most at a time. Raises `zlib.error` when it is not exactly one stream."""
    file.seek(start)
    left = entry.packed
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0 and (packed := file.read(min(PIECE, left))):
        left -= len(packed)
        if entry.method == _STORED:
            yield packed
            continue
        while packed and not inflate.eof:
            yield inflate.decompress(packed, PIECE)
            packed = inflate.unconsumed_tail
        if inflate.eof and (left or inflate.unused_data):
            raise zlib.error("data behind the end of the stream")
    if entry.method == _DEFLATED:
        yield inflate.flush()
        if not inflate.eof:
            raise zlib.error("the stream does not end")


def _extra_field(extra: bytes, wanted: int) -> bytes:
    at = 0
    while len(extra) - at >= 4:
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + size]
        at += 4 + size
    return b""


def _read(file: BinaryIO, count: int) -> bytes:
    """`count` bytes, fewer at the end of the file; an unbuffered file may give fewer at once."""
    data = b""
    while len(data) < count and (piece := file.read(count - len(data))):
        data += piece
    return data
