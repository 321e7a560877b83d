"""Zip files of every kind that the standard allows, and of many that it does not, written by hand (PKWARE APPNOTE)."""

import random
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_FULL = 0xFFFFFFFF
_UTF8 = 0x800
_DESCRIBED_BEHIND = 8


@dataclass
class Entry:
    """A file, and how it is written; what is left as it is makes a sound entry."""

    name: bytes
    data: bytes
    method: int = 8
    flags: int = _UTF8
    wide: bool = False  # zip64 fields in both headers
    described_behind: bool = False
    wide_descriptor: bool = False
    marked_descriptor: bool = True
    system: int = 3
    attributes: int = 0o100644 << 16
    more: bytes = b""  # a further extra field
    comment: bytes = b""
    wrong: dict[str, Any] = field(default_factory=dict)  # a field by name, and what is written instead

    def __post_init__(self) -> None:
        self.flags |= _DESCRIBED_BEHIND if self.described_behind else 0

    def pack(self) -> bytes:
        if self.method == 0:
            return self.data
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        return packer.compress(self.data) + packer.flush()


def write_zip(
    entries: Sequence[Entry], *, zip64_end: bool = False, wrong: dict[str, Any] | None = None, behind: bytes = b""
) -> bytes:
    """A zip of these entries. `wrong` replaces fields of its end records, `behind` is written after everything."""
    body, directory = bytearray(), bytearray()
    for entry in entries:
        _write_entry(entry, body, directory)
    fields = {"count": len(entries), "size": len(directory), "at": len(body), "rest": 44, "disks": 1} | (wrong or {})
    end = bytearray()
    count, size, at = fields["count"], fields["size"], fields["at"]
    if zip64_end:
        here = len(body) + len(directory)
        end += struct.pack("<4sQ2H2L4Q", b"PK\6\6", fields["rest"], 45, 45, 0, 0, count, count, size, at)
        end += struct.pack("<4sLQL", b"PK\6\7", 0, here, fields["disks"])
        count, size, at = 0xFFFF, _FULL, _FULL
    end += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, at, 0)
    return bytes(body + directory + end) + behind


def _write_entry(entry: Entry, body: bytearray, directory: bytearray) -> None:
    said: dict[str, Any] = {"packed": entry.pack(), "crc": zlib.crc32(entry.data), "size": len(entry.data)}
    said |= {"flags": entry.flags, "local flags": entry.flags, "local name": entry.name, "disk": 0} | entry.wrong
    packed, crc, size, at = said["packed"], said["crc"], said["size"], len(body)
    local = (0, 0, 0) if entry.described_behind else (crc, len(packed), size)
    extra = entry.more
    if entry.wide and not entry.described_behind:
        extra += struct.pack("<2H2Q", 1, 16, size, len(packed))
        local = (crc, _FULL, _FULL)
    name = said["local name"]
    body += struct.pack(
        "<4s5H3L2H", b"PK\3\4", 20, said["local flags"], entry.method, 0, 0, *local, len(name), len(extra)
    )
    body += name + extra + packed
    if entry.described_behind:
        body += b"PK\7\10" if entry.marked_descriptor else b""
        body += struct.pack("<LQQ" if entry.wide_descriptor else "<3L", crc, len(packed), size)
    sizes, extra = (len(packed), size), entry.more
    if entry.wide:
        extra += struct.pack("<2H2Q", 1, 16, size, len(packed))
        sizes = (_FULL, _FULL)
    directory += struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", entry.system << 8 | 30, 20, said["flags"], entry.method, 0, 0, crc, *sizes,
        len(entry.name), len(extra), len(entry.comment), said["disk"], 0, entry.attributes, at,
    )  # fmt: skip
    directory += entry.name + extra + entry.comment


_OTHER_NAMES = (
    b"readme.txt", "说明.txt".encode(), "说明.txt".encode("gbk"), b"\x82.txt", "é.txt".encode(), "\ufeffx".encode(), b"\xff",
    b"a/b", b"x/", b"..", b"a\\b", b"a:b", b"a\0b", b"", b"objects-0009.csv", b"NOTICE.json", b"notice.json", b"x" * 300,
)  # fmt: skip


def random_zip(rng: random.Random, files: dict[str, bytes]) -> bytes:
    """A zip of these files and perhaps others, in a random one of the forms; half of them with a field that is wrong."""
    named = [(name.encode(), data) for name, data in files.items()]
    for _ in range(rng.choice((0, 0, 1, 2))):
        named.insert(rng.randrange(len(named) + 1), (rng.choice(_OTHER_NAMES), rng.choice((b"", b"x", b"hello" * 100))))
    entries = [_random_entry(rng, name, data) for name, data in named]
    ends: dict[str, Any] = {}
    if rng.random() < 0.5:
        if rng.random() < 0.2:
            ends = rng.choice([{"count": len(entries) + 1}, {"size": 1}, {"at": 1}, {"rest": 45}, {"disks": 2}])
        else:
            rng.choice(entries).wrong.update(_random_fault(rng))
    data = write_zip(entries, zip64_end=rng.random() < 0.2, wrong=ends, behind=rng.choice((b"",) * 30 + (b"\0",)))
    return data if rng.random() < 0.8 else _with_a_byte_changed(rng, data)


def _random_entry(rng: random.Random, name: bytes, data: bytes) -> Entry:
    return Entry(
        name,
        data,
        method=rng.choice((0, 8)),
        flags=rng.choice((0, _UTF8, _UTF8 | 2, 6)),
        wide=rng.random() < 0.2,
        described_behind=rng.random() < 0.3,
        wide_descriptor=rng.random() < 0.4,
        marked_descriptor=rng.random() < 0.7,
        system=rng.choice((0, 3, 11)),
        attributes=rng.choice((0, 0o100644 << 16, 0o100644 << 16, 0x20, 0o120777 << 16, 0x10))
        if rng.random() < 0.1
        else 0,
        more=rng.choice((b"", b"", b"UT\5\0\1abcd", b"\1", b"\1\0\x08\0" + b"\3" * 8)) if rng.random() < 0.2 else b"",
        comment=rng.choice((b"", b"", b"hello")),
    )


def _random_fault(rng: random.Random) -> dict[str, Any]:
    return rng.choice(
        [
            {"flags": 1 << rng.randrange(16)},
            {"flags": (flags := _UTF8 | 1 << rng.randrange(16)), "local flags": flags},
            {"local flags": 0},
            {"local name": b"another"},
            {"crc": 7},
            {"size": rng.choice((0, 1, 5 * 10**7, _FULL - 1))},
            {"packed": b"\3\0"},
            {"packed": b"\3\0\0\0"},
            {"disk": 1},
        ]
    )


def _with_a_byte_changed(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    other = rng.choice((bytes([data[at] ^ 1 << rng.randrange(8)]), b"", bytes([rng.randrange(256), data[at]])))
    return data[:at] + other + data[at + 1 :]
