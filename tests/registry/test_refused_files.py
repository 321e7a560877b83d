"""Files that are no roster are refused at the upload with what to do, and nothing of them is kept."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from sunlot.registry.imports import unpacking
from sunlot.registry.models import Import
from sunlot.trail.models import StoredFile

from .conftest import Upload
from .files import HEADS, enterprise, ods, sheet_xml, with_part, xlsx, zipped


def clean() -> bytes:
    return xlsx([HEADS, enterprise(1)])


def compound(stream: str) -> bytes:
    """The outside of an MS-CFB file that holds a stream of this name."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + stream.encode("utf-16-le") + b"\0" * 500


def far_corners(last: str, row: str) -> bytes:
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    return with_part(
        clean(), "xl/worksheets/sheet1.xml", sheet_xml(f'{first}<row r="{row}"><c r="{last}"><v>2</v></c></row>')
    )


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a file of 0 bytes": (lambda: b"", "文件是空的（0 字节）"),
    "a renamed program": (lambda: b"MZ\x90\x00" + b"\0" * 300, "这是程序文件，不是表格"),
    "a renamed PDF": (lambda: b"%PDF-1.7\n" + b"x" * 300, "这是 PDF 文件"),
    "a renamed picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 300, "这是图片"),
    "a renamed zip": (lambda: zipped({"名单.txt": b"1"}), "这是压缩包"),
    "an empty zip": (lambda: zipped({}), "这是空的压缩包"),
    "a rar": (lambda: b"Rar!\x1a\x07\x00" + b"\0" * 300, "这是压缩包"),
    "a Word document": (
        lambda: zipped({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}),
        "这是 Word 文档",
    ),
    "an old Word document": (lambda: compound("WordDocument"), "这是 Word 文档"),
    "a password": (lambda: compound("EncryptedPackage"), "文件设有打开密码"),
    "a broken xls": (lambda: compound("Workbook"), "文件已损坏"),
    "a web page named xls": (
        "<html><table><tr><td>名称</td></tr></table></html>".encode,
        "这是网页格式的表格",
    ),
    "half an xlsx": (lambda: clean()[: len(clean()) // 2], "文件已损坏"),
    "a broken sheet": (
        lambda: with_part(clean(), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"),
        "文件已损坏",
    ),
    "two cells in far corners": (lambda: far_corners("XFD1048576", "1048576"), "工作表用到了第 16384 列"),
    "a cell in the last row": (lambda: far_corners("A1048576", "1048576"), "工作表用到了第 1048576 行"),
    "a row without cell names": (
        lambda: with_part(clean(), "xl/worksheets/sheet1.xml", sheet_xml('<row r="1048576"><c><v>1</v></c></row>')),
        "工作表用到了第 1048576 行",
    ),
    "a sheet in UTF-16": (
        lambda: with_part(clean(), "xl/worksheets/sheet1.xml", sheet_xml("").decode().encode("utf-16")),
        "文件的内部编码少见",
    ),
    "an ods repeating a value a million times": (
        lambda: ods(
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string" '
            'table:number-columns-repeated="300"><text:p>x</text:p></table:table-cell></table:table-row>'
        ),
        "文件展开后大得不正常",
    ),
    "no head": (lambda: xlsx([["沙枣花", "1"], ["石榴籽", "2"]]), "没有找到表头"),
    "a head and nothing below": (lambda: xlsx([["物业企业名单"], HEADS]), "下面没有内容"),
    "an empty sheet": (lambda: xlsx([]), "工作表是空的"),
    "no text at all": (lambda: bytes(range(1, 32)) * 40, "这不是表格文件"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_roster_is_refused_and_not_kept(case: str, upload: Upload) -> None:
    make, message = REFUSED[case]
    answer = upload(make(), "企业名单.xlsx")
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Import.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_bomb_is_counted_while_it_unpacks_whatever_its_header_declares(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_UNPACKED", 5 * 2**20)
    bomb = bytearray(with_part(clean(), "xl/worksheets/sheet1.xml", sheet_xml("") + b" " * 20 * 2**20))
    size = (len(sheet_xml("")) + 20 * 2**20).to_bytes(4, "little")
    while (at := bomb.find(size)) >= 0:
        bomb[at : at + 4] = (100).to_bytes(4, "little")  # “unpacks to 100 bytes”
    answer = upload(bytes(bomb))
    assert answer.status_code == 422
    assert "文件展开后大得不正常" in answer.content.decode()


def test_a_file_over_the_limit_is_refused_before_it_is_read(upload: Upload, settings: Settings) -> None:
    settings.SUNLOT_UPLOAD_LIMIT = 2**20
    answer = upload(b"x" * (2**20 + 1), "名单.csv")
    assert answer.status_code == 422
    assert "上限是 1 MB" in answer.content.decode()
    assert not Import.objects.exists()


def test_nothing_chosen_is_said_at_the_field(upload: Upload, town: object) -> None:
    answer = town.client("chen").post("/desk/registry/imports/objects/", {})  # type: ignore[attr-defined]
    assert answer.status_code == 422
    assert "还没有选择文件" in answer.content.decode()
