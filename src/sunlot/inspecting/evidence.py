"""What a file of evidence is, told by its bytes and never by its name, and the copy of a photo that tells nothing more.

Formats: JPEG (ISO/IEC 10918-1), PNG (ISO/IEC 15948), WebP, PDF (ISO 32000), Office Open XML (ISO/IEC 29500), and the
family of MP4 (ISO/IEC 14496-12), among it HEIC (ISO/IEC 23008-12), which is kept but can't be shown. Whatever can carry a script that a browser would run (HTML, SVG) is none of them.
"""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from sunlot.organisations.viewer import Refused

from .models import Evidence

MAX_PHOTO, MAX_FILE = 30 * 2**20, 50 * 2**20
MAX_PIXELS = 120_000_000  # a phone's camera makes up to 108 million; more is made to exhaust the memory
MAX_FILES = 300
"""Files of one part, whatever became of them."""
COPY_SIDE, COPY_QUALITY = 2560, 85
_HEAD, _TAIL = 64, 2048

_PICTURES = {"JPEG": ("image/jpeg", ".jpg"), "MPO": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"),
             "WEBP": ("image/webp", ".webp")}  # fmt: skip
_OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
}
_TAKEN = "照片收 JPEG、PNG、WebP，文件收 PDF、Word（docx）、Excel（xlsx）、HEIC、MP4 和 M4A。"
_HEIC = (b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1")


@dataclass(frozen=True)
class Facts:
    """What the device says of a file: nothing of it is believed but when and where, which are shown as the device's.

    `item` is the code of the item that it belongs to, empty for the visit as a whole.
    """

    kind: str
    name: str = ""
    item: str = ""
    caption: str = ""
    from_camera: bool = False
    taken_at: datetime | None = None
    clock_offset: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy: int | None = None


@dataclass(frozen=True)
class Examined:
    """A format that is taken."""

    mime: str
    suffix: str
    is_picture: bool = False


def require_size(size: int, *, is_photo: bool) -> None:
    """Raises Refused for an empty file and for more bytes than are taken."""
    limit = MAX_PHOTO if is_photo else MAX_FILE
    if size <= 0:
        raise Refused("文件是空的（0 字节），没有收。")
    if size > limit:
        raise Refused(f"文件有 {size / 2**20:.1f} MB，不能超过 {limit // 2**20} MB。拍照时降低分辨率，录像分段上传。")


def examine(path: Path, kind: str) -> Examined:
    """What the file is. Raises Refused, in words that say what to do, for what is not taken as this kind."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    found = _by_bytes(path, head, tail)
    if found is None:
        raise Refused(f"看不出这是什么文件，没有收。{_TAKEN}文件名的后缀不作数。")
    if kind != Evidence.Kind.FILE and found.mime == "image/heic":
        raise Refused(
            "这是 HEIC 照片，页面和文书里显示不了，没有作为照片收。种类选“文件”上传，原件照样保存；"
            "或在手机相机设置中选“兼容性最佳”后重拍、转成 JPEG 后上传。"
        )
    if kind == Evidence.Kind.PHOTO and not found.is_picture:
        raise Refused("这不是照片，请按“文件”上传。")
    if kind == Evidence.Kind.SCAN and not (found.is_picture or found.mime == "application/pdf"):
        raise Refused("纸质检查表的扫描件收 PDF 或照片。")
    if kind == Evidence.Kind.SHOT and not (found.is_picture or found.mime == "application/pdf"):
        raise Refused("网页截图收 PNG、JPEG、WebP 或 PDF。")
    return found


def _by_bytes(path: Path, head: bytes, tail: bytes) -> Examined | None:
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return _picture(path)
    if head.startswith(b"%PDF-"):
        if b"%%EOF" not in tail:
            raise Refused("PDF 不完整，传输或保存时可能中断。重新生成后再上传。")
        return Examined("application/pdf", ".pdf")
    if head.startswith(b"PK\x03\x04"):
        return _office(path)
    if head[4:8] == b"ftyp":
        if head[8:12] in _HEIC:
            return Examined("image/heic", ".heic")
        audio = head[8:12] in (b"M4A ", b"M4B ")
        return Examined("audio/mp4", ".m4a") if audio else Examined("video/mp4", ".mp4")
    if head.startswith(b"MZ") or head.startswith(b"\x7fELF"):
        raise Refused("这是程序文件，没有收。")
    return None


def _picture(path: Path) -> Examined:
    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused(f"照片有 {picture.width}×{picture.height} 像素，超过 1.2 亿。降低分辨率后重拍。")
            mime, suffix = _PICTURES[picture.format or ""]
            picture.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, KeyError) as fault:
        raise Refused("照片打不开，文件可能已损坏，没有收。重拍后再上传。") from fault
    return Examined(mime, suffix, is_picture=True)


def _office(path: Path) -> Examined | None:
    """A document of Word or Excel by the names inside; nothing is unpacked. One with macros is refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as fault:
        raise Refused("文件不完整，打不开，没有收。") from fault
    if "[Content_Types].xml" not in names:
        raise Refused("这是压缩文件，没有收。解压后逐个上传。")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Refused("文档里有宏，没有收。另存为不带宏的 docx 或 xlsx 后上传。")
    return next(
        (Examined(*found) for folder, found in _OFFICE.items() if any(n.startswith(folder) for n in names)), None
    )


def clean_copy(path: Path) -> bytes:
    """A photo drawn anew as JPEG, turned upright, at most 2560 pixels long, with none of what the file said of place,
    time and device. Raises Refused where the picture breaks off half-way.
    """
    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
            picture.draft("RGB", (COPY_SIDE, COPY_SIDE))  # a JPEG is decoded at a fraction of its size
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((COPY_SIDE, COPY_SIDE))
            copy = Image.new("RGB", upright.size, "white")
            if upright.mode in ("RGBA", "LA", "P"):
                layered = upright.convert("RGBA")
                copy.paste(layered, mask=layered.getchannel("A"))
            else:
                copy.paste(upright.convert("RGB"))
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError) as fault:
        raise Refused("照片不完整，没有收。重拍后再上传。") from fault
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=COPY_QUALITY)
    return out.getvalue()
