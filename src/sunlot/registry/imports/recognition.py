"""What a file is, by its content and never by its name; what is no table is refused with what to do instead."""

import io
import zipfile
from enum import Enum

from django.conf import settings

from sunlot.organisations.viewer import Refused


class Format(Enum):
    """The kinds of file that rosters come in."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"


_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "请用 Excel 或 WPS 打开后“另存为”xlsx 再上传。"

# Beginnings of files that people upload by mistake, or renamed.
_NO_TABLE: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "这是程序文件，不是表格，扩展名改了内容不会变。选择 xlsx、xls、ods 或 csv 名单。"),
    (b"\x7fELF", "这是程序文件，不是表格，扩展名改了内容不会变。选择 xlsx、xls、ods 或 csv 名单。"),
    (b"%PDF", "这是 PDF 文件，不能读出表格。请上传原来的 xlsx 或 csv。"),
    (b"Rar!", "这是压缩包。请先解压，再上传其中的表格。"),
    (b"7z\xbc\xaf\x27\x1c", "这是压缩包。请先解压，再上传其中的表格。"),
    (b"\x1f\x8b", "这是压缩包。请先解压，再上传其中的表格。"),
    (b"PK\x05\x06", "这是空的压缩包，里面没有表格。"),
    (b"\x89PNG", "这是图片，不能读出表格。请上传原来的 xlsx 或 csv。"),
    (b"\xff\xd8\xff", "这是图片，不能读出表格。请上传原来的 xlsx 或 csv。"),
    (b"GIF8", "这是图片，不能读出表格。请上传原来的 xlsx 或 csv。"),
    (b"{\\rtf", "这是文字文档，不是表格。请把表格复制到 Excel 中，存为 xlsx 再上传。"),
)
_WORD = "这是 Word 文档，不是表格。请把其中的表格复制到 Excel 中，存为 xlsx 再上传。"
_SLIDES = "这是演示文稿，不是表格。请上传 xlsx 或 csv。"
_LOCKED = "文件设有打开密码，读不出内容。请在 Excel 中去掉密码（文件 → 信息 → 保护工作簿），再上传。"


def recognise(content: bytes) -> Format:
    """The format of a file. Raises Refused for an empty one, one that is too large, and everything that is no table."""
    if not content:
        raise Refused("文件是空的（0 字节）。可能没有保存完就上传了，请检查后重新上传。")
    if len(content) > settings.SUNLOT_UPLOAD_LIMIT:
        raise Refused(
            f"文件有 {len(content) / 2**20:.0f} MB，上限是 {settings.SUNLOT_UPLOAD_LIMIT // 2**20} MB。请按辖区或类别分成几个文件上传。"
        )
    if content.startswith(_ZIP):
        return _inside_zip(content)
    if content.startswith(_COMPOUND):
        return _inside_compound(content)
    for start, message in _NO_TABLE:
        if content.startswith(start):
            raise Refused(message)
    head = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")):
        raise Refused(f"这是网页格式的表格，虽然可能以 xls 为名。{_SAVE_AS}")
    if head.startswith((b"<?xml", b"<workbook")):
        raise Refused(f"这是 XML 格式的文件。{_SAVE_AS}")
    return Format.CSV


def _inside_zip(content: bytes) -> Format:
    """xlsx, ods, or something else that is a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            kind = (
                archive.read("mimetype")[:100]
                if "mimetype" in names and archive.getinfo("mimetype").file_size < 200
                else b""
            )
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise Refused("文件已损坏，打不开。请在 Excel 中重新保存后再上传。") from error
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return Format.ODS
    if "xl/workbook.xml" in names:
        return Format.XLSX
    if "xl/workbook.bin" in names:
        raise Refused(f"这是二进制的 xlsb 文件。{_SAVE_AS}")
    if any(name.startswith("word/") for name in names) or kind.startswith(b"application/vnd.oasis.opendocument.text"):
        raise Refused(_WORD)
    if any(name.startswith("ppt/") for name in names):
        raise Refused(_SLIDES)
    raise Refused("这是压缩包。请先解压，再上传其中的表格。")


def _inside_compound(content: bytes) -> Format:
    """xls, or something else in a compound file (MS-CFB): its streams are named in UTF-16 in the directory."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise Refused(_LOCKED)
    if holds("Workbook") or holds("Book"):
        return Format.XLS
    if holds("WordDocument"):
        raise Refused(_WORD)
    if holds("PowerPoint Document"):
        raise Refused(_SLIDES)
    raise Refused("认不出这是什么文件。请上传 xlsx、xls、ods 或 csv。")


def refuse_password() -> Refused:
    """The refusal of a workbook that asks for a password."""
    return Refused(_LOCKED)
