"""Files as people upload them, good and bad, made byte by byte for the tests."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import xlsxwriter

from sunlot.norms import credit_code

HEADS = ["单位名称", "统一社会信用代码", "类别", "所在区", "地址", "信用风险", "联系人", "联系电话"]
INSPECTOR_HEADS = ["人员编号", "姓名", "单位", "执法证号", "有效期至", "专业领域", "岗位", "职务", "手机"]


def code(serial: int, region: str = "150302") -> str:
    """A valid credit code, another for each serial."""
    return credit_code.make(region, f"MA0T{serial:04d}")


def wrong_check(serial: int) -> str:
    """A credit code whose last character is wrong."""
    right = code(serial)
    return right[:-1] + ("1" if right[-1] != "1" else "2")


def enterprise(serial: int, **changes: Any) -> list[Any]:
    """A clean row under HEADS."""
    row = {
        "name": f"沙枣花{serial}号物业服务有限公司",
        "code": code(serial),
        "kind": "物业服务企业",
        "region": "海勃湾区",
        "address": f"滨河大道{serial}号",
        "risk": "B",
        "contact": "王芳",
        "phone": "0473-2012345",
    }
    return list((row | changes).values())


def xlsx(
    rows: Iterable[Sequence[Any]], *, finish: Callable[[Any, Any], None] | None = None, sheet: str = "Sheet1"
) -> bytes:
    """A workbook whose cells are of the Python values' own types; `finish(book, page)` may add to it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet)
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, int | float):
                page.write_number(line, place, value)
            elif value:
                page.write_string(line, place, value)
    if finish:
        finish(book, page)
    book.close()
    return out.getvalue()


def comma_separated(rows: Iterable[Sequence[Any]], encoding: str = "utf-8", separator: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def part(book: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return archive.read(name)


def with_part(book: bytes, name: str, content: bytes) -> bytes:
    """A workbook with one part replaced or added."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    return zipped(parts | {name: content})


def sheet_xml(cells: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS = "urn:oasis:names:tc:opendocument:xmlns"


def ods(rows: str) -> bytes:
    """An OpenDocument table of one sheet with these row elements."""
    body = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{_ODS}:office:1.0" xmlns:table="{_ODS}:table:1.0" '
        f'xmlns:text="{_ODS}:text:1.0"><office:body><office:spreadsheet><table:table table:name="A">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{_ODS}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/></manifest:manifest>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("content.xml", body)
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()
