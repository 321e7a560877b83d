"""A scan is what its bytes are: PDF, JPEG or PNG, whole, not empty, not above the limit."""

import struct
import zlib

import pytest

from sunlot.organisations import scans


def png(width: int = 2, height: int = 2) -> bytes:
    """A small valid PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress((b"\x00" + b"\xff" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40 + b"\xff\xd9"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, scans.PDF),
        (b"\xef\xbb\xbf" + PDF, scans.PDF),  # some scanners put a mark before it; readers accept 1,024 bytes
        (PDF + b"\x00" * 100, scans.PDF),
        (JPEG, scans.JPEG),
        (JPEG + b"\x00" * 100, scans.JPEG),
        (png(), scans.PNG),
    ],
)
def test_the_three_formats_are_told_by_their_content(content: bytes, kind: scans.ScanKind) -> None:
    assert scans.kind_of(content) == kind


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "0 字节"),
        (b"MZ\x90\x00 renamed to scan.pdf", "程序文件"),
        (b"PK\x03\x04 a docx", "Word、Excel 或压缩文件"),
        (b"\xd0\xcf\x11\xe0 an old doc", "旧版 Word"),
        (b"\x00\x00\x00\x18ftypheic....", "HEIC 照片"),
        (b"II*\x00 tiff", "TIFF"),
        (b"<html><script>alert(1)</script>", "看不出这是什么文件"),
        (b"GIF89a....", "看不出这是什么文件"),
        (b"\x00" * 1024 + PDF, "看不出这是什么文件"),  # the mark of PDF must begin within 1,024 bytes
        (PDF[:-7], "不完整"),
        (JPEG[:-2], "不完整"),
        (png()[:-12], "不完整"),
    ],
)
def test_anything_else_is_refused_with_what_it_is_and_what_to_do(content: bytes, message: str) -> None:
    with pytest.raises(scans.ScanError, match=message):
        scans.kind_of(content)


def test_the_limit_is_twenty_megabytes_exactly() -> None:
    scans.require_size(20 * 2**20)
    with pytest.raises(scans.ScanError, match=r"20\.0 MB，不能超过 20 MB"):
        scans.require_size(20 * 2**20 + 1)
