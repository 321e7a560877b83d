"""Hostile zips: each is refused by what is wrong with it, quickly, and without unpacking more than is asked for."""

import io
import resource
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from sunlot.lottery import verify
from sunlot.lottery.archive import MAX_ENTRIES

from .making import small_case, write_as

GOOD = small_case().bundle()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def with_entry(info: zipfile.ZipInfo, data: bytes = b"") -> bytes:
    buffer = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(info, data)
    return buffer.getvalue()


def named(name: str) -> bytes:
    return with_entry(zipfile.ZipInfo(name), b"x")


def duplicate() -> bytes:
    return named("notice.json")


def patched(data: bytes, old: bytes, new: bytes, which: int = 0) -> bytes:
    """Replace the `which`-th occurrence (from the front, or -1 for the last)."""
    at = data.rfind(old) if which < 0 else data.find(old)
    assert at >= 0
    assert len(old) == len(new)
    return data[:at] + new + data[at + len(old) :]


def link() -> bytes:
    info = zipfile.ZipInfo("link")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return with_entry(info, b"/etc/passwd")


def bomb() -> bytes:
    """A directory that says 5 bytes for 200 MB of zeros."""
    data = zipped({"objects.csv": bytes(200_000_000)} | {k: v for k, v in GOOD.items() if k != "objects.csv"})
    size = struct.pack("<L", 200_000_000)
    return patched(patched(data, size, struct.pack("<L", 5)), size, struct.pack("<L", 5), -1)


def entries(count: int) -> bytes:
    directory = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 5, 0, 0, 0, 0, 0, 35 * n) + b"%05d" % n
        for n in range(count)
    )
    local = b"".join(
        struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, 5, 0) + b"%05d" % n for n in range(count)
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(local), 0)
    return local + directory + end


def other_local_header(field: str) -> bytes:
    data = zipped(GOOD, zipfile.ZIP_STORED)
    if field == "name":
        return patched(data, b"objects.csv", b"Objects.csv")
    crc = struct.pack("<L", zlib.crc32(GOOD["objects.csv"]))
    size = struct.pack("<L", len(GOOD["objects.csv"]))
    return patched(data, crc, b"abcd") if field == "crc" else patched(data, size, b"\x07\0\0\0")


def encrypted() -> bytes:
    data = bytearray(zipped(GOOD))
    data[data.find(b"PK\x03\x04") + 6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "an empty file": (lambda: b"", "b.zip：应为 zip 文件（结尾没有注释），实为不是 zip，或不完整"),
    "garbage": (lambda: bytes(range(256)) * 40, "b.zip：应为 zip 文件（结尾没有注释），实为不是 zip，或不完整"),
    "a gzip": (lambda: zlib.compress(b"x" * 999, wbits=31), "b.zip：应为 zip 文件"),
    "half a zip": (lambda: zipped(GOOD)[: len(zipped(GOOD)) // 2], "b.zip：应为 zip 文件"),
    "something before": (lambda: b"#!/bin/sh\n" + zipped(GOOD), "b.zip：应为目录之前、之后没有别的内容"),
    "something behind": (lambda: zipped(GOOD) + b"\0", "b.zip：应为 zip 文件（结尾没有注释）"),
    "a parent folder": (lambda: named("../notice.json"), "b.zip ../notice.json：应为压缩包根部的文件名，不含路径"),
    "an absolute name": (lambda: named("/etc/passwd"), "b.zip /etc/passwd：应为压缩包根部的文件名，不含路径"),
    "a backslash": (lambda: named("..\\notice.json"), "b.zip ..\\notice.json：应为压缩包根部的文件名，不含路径"),
    "a drive": (lambda: named("C:notice.json"), "b.zip C:notice.json：应为压缩包根部的文件名，不含路径"),
    "a file in a folder": (lambda: named("a/b.txt"), "b.zip a/b.txt：应为压缩包根部的文件名，不含路径"),
    "a folder": (lambda: named("folder/"), "b.zip folder/：应为文件（压缩包内没有文件夹），实为文件夹"),
    "dots": (lambda: named(".."), "b.zip ..：应为压缩包根部的文件名，不含路径"),
    "a symbolic link": (link, "b.zip link：应为普通文件，实为链接或设备"),
    "a name twice": (duplicate, "b.zip notice.json：应为不重复的文件名，实为出现两次"),
    "another name in the local header": (
        lambda: other_local_header("name"),
        "b.zip objects.csv：应为与目录一致的本地文件头",
    ),
    "another crc in the local header": (
        lambda: other_local_header("crc"),
        "b.zip objects.csv：应为与目录一致的本地文件头",
    ),
    "another size in the local header": (
        lambda: other_local_header("size"),
        "b.zip objects.csv：应为与目录一致的本地文件头",
    ),
    "a damaged byte": (
        lambda: patched(zipped(GOOD, zipfile.ZIP_STORED), b"OBJ-001", b"OBJ-00X"),
        "b.zip objects.csv：应为",
    ),
    "encryption": (encrypted, "b.zip objects.csv：应为不加密、以存储或 deflate 方式压缩的文件"),
    "another method": (
        lambda: zipped(GOOD, zipfile.ZIP_LZMA),
        "b.zip objects.csv：应为不加密、以存储或 deflate 方式压缩的文件",
    ),
    "a bomb": (bomb, "b.zip objects.csv：应为 5 字节"),
    "more entries than a bundle can have": (lambda: entries(MAX_ENTRIES + 1), f"b.zip：应为至多 {MAX_ENTRIES} 个文件"),
    "a count that is not the directory's": (
        lambda: patched(zipped(GOOD), b"\x05\0\x05\0", b"\x04\0\x04\0", -1),
        "b.zip：应为目录恰有 4 项，实为另有",
    ),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("make", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_a_zip_is_refused_with(make: Callable[[], bytes], expected: str, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(make())
    start, memory = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = verify(path)
    assert time.monotonic() - start < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 100_000  # KiB
    assert [step.step for step in report.steps if step.outcome == "failed"] == ["files"]
    assert any(str(fault).startswith(expected) for fault in report.faults), report.faults


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    data = bytearray(zipped(GOOD, zipfile.ZIP_STORED))
    second = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 4)
    data[second + 42 : second + 46] = bytes(4)  # the second entry starts where the first does
    path = tmp_path / "b.zip"
    path.write_bytes(bytes(data))
    assert "应为从第" in str(verify(path).faults[0])


@pytest.mark.parametrize("form", ["stored", "deflated", "streamed", "zip64", "with other files"])
def test_zips_as_common_tools_write_them_are_read(form: str, tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        """Cannot seek: the writer puts data descriptors behind the data."""

        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece: bytes) -> int:  # type: ignore[override]  # bytes are what comes
            self.data += piece
            return len(piece)

    pipe = Pipe()
    method = zipfile.ZIP_STORED if form == "stored" else zipfile.ZIP_DEFLATED
    if form == "zip64":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name, content in GOOD.items():
                with archive.open(name, "w", force_zip64=True) as entry:
                    entry.write(content)
        data = buffer.getvalue()
    elif form == "streamed":
        with zipfile.ZipFile(pipe, "w", method) as archive:
            for name, content in GOOD.items():
                archive.writestr(name, content)
        data = bytes(pipe.data)
    else:
        data = zipped(GOOD | ({"说明.txt": b"hello", "README": b""} if form == "with other files" else {}), method)
    path = tmp_path / "b.zip"
    path.write_bytes(data)
    report = verify(path)
    assert report.faults == ()
    assert report.reproduced


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_max_size_counts_the_unpacked_bytes_and_is_itself_within(form: str, tmp_path: Path) -> None:

    total = sum(map(len, GOOD.values()))
    path = write_as(form, GOOD, tmp_path / "b")
    assert verify(path, max_size=total).reproduced
    refused = verify(path, max_size=total - 1)
    assert str(refused.faults[0]).endswith(f"至多 {total - 1} 字节，实为 {total} 字节")
    assert [step.outcome for step in refused.steps] == ["failed"] + ["skipped"] * 10
