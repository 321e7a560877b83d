"""Scans of what was signed on paper: what a file is by its content, never by its name, and whether it is whole.

The formats are those of ISO 32000 (PDF), ISO/IEC 10918-1 (JPEG) and ISO/IEC 15948 (PNG).
"""

from dataclasses import dataclass

MAX_BYTES = 20 * 2**20
MAX_WORDS = "20 MB"
_TAIL = 2048  # an end mark may be followed by a little rubbish that scanners append


class ScanError(ValueError):
    """Why a file is no usable scan, in Chinese, with what to do."""


@dataclass(frozen=True)
class ScanKind:
    """A format that is taken."""

    mime: str
    suffix: str
    begins: bytes
    ends: bytes
    within: int = 1  # how many first bytes may come before the mark

    def begins_here(self, content: bytes) -> bool:
        return self.begins in content[: self.within - 1 + len(self.begins)]


PDF = ScanKind("application/pdf", ".pdf", b"%PDF-", b"%%EOF", within=1024)
JPEG = ScanKind("image/jpeg", ".jpg", b"\xff\xd8\xff", b"\xff\xd9")
PNG = ScanKind("image/png", ".png", b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82")
KINDS = (JPEG, PNG, PDF)

_TAKEN = "只收 PDF、JPEG 或 PNG 格式的扫描件。"
_OTHERS = (
    (0, b"PK\x03\x04", "这是 Word、Excel 或压缩文件", "把签字的纸扫描成 PDF，或拍照后上传照片。"),
    (0, b"\xd0\xcf\x11\xe0", "这是旧版 Word 或 Excel 文件", "把签字的纸扫描成 PDF，或拍照后上传照片。"),
    (0, b"MZ", "这是程序文件", _TAKEN),
    (4, b"ftypheic", "这是 HEIC 照片", "在手机相机设置中选“兼容性最佳”重拍，或转成 JPEG 后上传。"),
    (4, b"ftypmif1", "这是 HEIC 照片", "在手机相机设置中选“兼容性最佳”重拍，或转成 JPEG 后上传。"),
    (0, b"II*\x00", "这是 TIFF 图像", "在扫描软件中改存为 PDF 后上传。"),
    (0, b"MM\x00*", "这是 TIFF 图像", "在扫描软件中改存为 PDF 后上传。"),
)


def kind_of(content: bytes) -> ScanKind:
    """Which scan the bytes are. Raises ScanError for what is empty, too large, broken off, or something else."""
    if not content:
        raise ScanError("文件是空的（0 字节）。重新扫描，打开确认能看到内容后再上传。")
    require_size(len(content))
    kind = stored_kind(content)
    if kind is None:
        for offset, begins, what, advice in _OTHERS:
            if content[offset:].startswith(begins):
                raise ScanError(f"{what}，不能作为签署件。{advice}")
        raise ScanError(f"看不出这是什么文件。{_TAKEN}文件名的后缀不作数。")
    if kind.ends not in content[-_TAIL:]:
        raise ScanError("文件不完整，扫描或传输时可能中断。重新扫描后再上传。")
    return kind


def require_size(size: int) -> None:
    """Raise ScanError for more bytes than are taken."""
    if size > MAX_BYTES:
        raise ScanError(f"文件有 {size / 2**20:.1f} MB，不能超过 {MAX_WORDS}。降低扫描的分辨率，或改成黑白。")


def stored_kind(content: bytes) -> ScanKind | None:
    """Which scan stored bytes begin like; None for none."""
    return next((kind for kind in KINDS if kind.begins_here(content)), None)
