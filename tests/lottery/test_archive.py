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
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def directory_says(offset: int, form: str, value: int, name: bytes = b"objects.csv") -> bytes:
    """A zip whose directory says something else about an entry; `offset` is within its record (APPNOTE 4.3.12)."""
    data = bytearray(zipped(GOOD, zipfile.ZIP_STORED))
    struct.pack_into(form, data, data.rfind(name) - 46 + offset, value)
    return bytes(data)


def deflated_with_more_behind() -> bytes:
    """An entry whose packed data goes on after the end of its deflate stream."""
    return with_packed(zlib.compress(GOOD["avoid.csv"], wbits=-15) + b"more")


def deflated_without_end() -> bytes:
    """An entry whose deflate stream gives all its bytes and then does not end."""
    stream = zlib.compressobj(wbits=-15)
    return with_packed(stream.compress(GOOD["avoid.csv"]) + stream.flush(zlib.Z_SYNC_FLUSH))


def with_packed(packed: bytes) -> bytes:
    """The good bundle with avoid.csv packed like this."""
    content = GOOD["avoid.csv"]
    numbers = struct.pack("<3L", zlib.crc32(content), len(packed), len(content))
    local = struct.pack("<4s5H", b"PK\x03\x04", 20, 0, 8, 0, 33) + numbers + struct.pack("<2H", 9, 0) + b"avoid.csv"
    directory = struct.pack("<4s6H", b"PK\x01\x02", 20, 20, 0, 8, 0, 33) + numbers
    directory += struct.pack("<5H2L", 9, 0, 0, 0, 0, 0, 0) + b"avoid.csv"
    rest = zipped({name: data for name, data in GOOD.items() if name != "avoid.csv"}, zipfile.ZIP_STORED)
    shift = len(local) + len(packed)
    start, count = rest.find(b"PK\x01\x02"), 4
    others = bytearray(rest[start : rest.find(b"PK\x05\x06")])
    at = 0
    for _ in range(count):
        struct.pack_into("<L", others, at + 42, struct.unpack_from("<L", others, at + 42)[0] + shift)
        at += 46 + struct.unpack_from("<H", others, at + 28)[0]
    size = len(directory) + len(others)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 5, 5, size, shift + start, 0)
    return local + packed + rest[:start] + directory + bytes(others) + end


def with_zip64_end(broken: bool = False) -> bytes:
    """A zip with the end record of a large one: all numbers in the zip64 record before it."""
    data = zipped(GOOD)
    _, _, _, _, count, size, offset, _ = struct.unpack("<4s4H2LH", data[-22:])
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(data) - 22 - broken, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:-22] + end64 + locator + end


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
    "data behind the end of its stream": (deflated_with_more_behind, "b.zip avoid.csv：应为"),
    "a stream that does not end": (deflated_without_end, "b.zip avoid.csv：应为"),
    "a zip64 record that is not where it is said to be": (
        lambda: with_zip64_end(broken=True),
        "b.zip：应为完整的 zip64 结尾记录，实为记录不符",
    ),
    "an entry that reaches into the directory": (
        lambda: directory_says(20, "<L", 2**31, b"result.json"),
        "b.zip result.json：应为与目录一致的本地文件头",
    ),
    "an entry elsewhere": (
        lambda: directory_says(42, "<L", 1),
        "b.zip objects.csv：应为从第 0 字节开始，实为从第 1 字节开始",
    ),
    "a name that is not UTF-8": (
        lambda: patched(zipped(GOOD | {"é": b""}), "é".encode(), b"\xff\xff", -1),
        "b.zip：应为 UTF-8 的文件名，实为不是 UTF-8",
    ),
    "a name longer than the directory": (
        lambda: directory_says(28, "<H", 60_000, b"result.json"),
        "b.zip：应为完整的目录，实为",
    ),
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


@pytest.mark.parametrize("form", ["stored", "deflated", "streamed", "zip64", "zip64 end", "with other files"])
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
    elif form == "zip64 end":
        data = with_zip64_end()
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


@settings(max_examples=400)
@given(st.sampled_from(["deflated", "stored"]), st.data())
def test_a_zip_with_bytes_changed_is_either_the_same_bundle_or_refused(form: str, data: st.DataObject) -> None:
    whole = bytearray(zipped(GOOD, zipfile.ZIP_STORED if form == "stored" else zipfile.ZIP_DEFLATED))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "b.zip"
        path.write_bytes(bytes(whole[: data.draw(st.integers(len(whole) - 3, len(whole)))]))
        report = verify(path)
    assert report.reproduced == (not report.faults)


@settings(max_examples=300)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_file_with_a_byte_changed_is_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(GOOD[name])
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] = (content[at] + data.draw(st.integers(1, 255))) % 256
    with TemporaryDirectory() as folder:
        report = verify(write_as("folder", GOOD | {name: bytes(content)}, Path(folder) / "b"))
    assert not report.reproduced
    assert report.faults
