"""What is wrong with a row is said at its cell, with the value, the reason and what to do; the rest is taken."""

from collections.abc import Callable
from typing import Any

import pytest

from sunlot.registry.models import Import, ImportFinding
from tests.cast import City

from .files import HEADS, INSPECTOR_HEADS, code, enterprise, part, with_part, wrong_check, xlsx

Imported = Callable[..., Import]
FAULT, WARNING, MENDED = ImportFinding.Verdict.FAULT, ImportFinding.Verdict.WARNING, ImportFinding.Verdict.MENDED
CODE = "统一社会信用代码"
SHEET = "xl/worksheets/sheet1.xml"

FINDINGS: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    # what is changed in a clean row: verdict, column, words of the reason, words of the advice
    "a code that Excel made a number": ({"code": 9.1150302e17}, FAULT, CODE, "科学计数法", "文本"),
    "a code in scientific notation as text": ({"code": "9.1150302E+17"}, FAULT, CODE, "科学计数法", "文本"),
    "a code of 16 characters": ({"code": code(7)[:16]}, FAULT, CODE, "只有 16 位，应为 18 位", "按营业执照补全"),
    "a code with the letter O": ({"code": "91150302MAOT00071P"}, FAULT, CODE, "字母“O”", "按营业执照改正"),
    "a wrong check character": ({"code": wrong_check(7)}, WARNING, CODE, "校验码", "营业执照"),
    "no code": ({"code": ""}, WARNING, CODE, "没有统一社会信用代码", "按营业执照补上"),
    "full-width digits": (
        {"code": "".join(chr(ord(s) + 0xFEE0) for s in code(7))},
        MENDED,
        CODE,
        "全角字符已改为半角",
        "无需处理",
    ),
    "the province": ({"region": "海南省"}, FAULT, "辖区", "海南省（460000）", "海南区"),
    "half a name": ({"region": "海南"}, FAULT, "辖区", "可能是海南区，也可能是海南省", "海南区"),
    "the city as a whole": ({"region": "乌海市"}, FAULT, "辖区", "不是区", "所在地"),
    "a region elsewhere": ({"region": "呼和浩特市"}, FAULT, "辖区", "没有“呼和浩特市”这个辖区", "填写"),
    "an unknown kind": ({"kind": "物业管理企业"}, FAULT, "类别", "没有“物业管理企业”这个类别", "物业服务企业"),
    "no kind": ({"kind": ""}, FAULT, "类别", "没有填写类别", "全表"),
    "an unknown risk class": ({"risk": "E"}, FAULT, "信用风险类别", "“E”不是信用风险类别", "A、B、C、D"),
    "no name": ({"name": "　"}, FAULT, "名称", "没有填写名称", "补上"),
    "a name too long": ({"name": "长" * 121}, FAULT, "名称", "有 121 个字，最多 120 个字", "缩短"),
    "a name like a formula": ({"name": "=1+1"}, WARNING, "名称", "像是公式", "勾选确认"),
    "a name after a full-width plus": ({"name": "＋1物业"}, WARNING, "名称", "像是公式", "勾选确认"),
    "spaces around a name": ({"name": " 沙枣花物业　"}, MENDED, "名称", "首尾空格已去掉", "无需处理"),
    "an error as text": ({"name": "#N/A"}, FAULT, "名称", "单元格是错误值 #N/A", "改正公式"),
    "an address too long": ({"address": "长" * 201}, FAULT, "地址", "有 201 个字，最多 200 个字", "缩短"),
    "a full-width telephone": (
        {"phone": "０４７３－２０１２３４５"},
        MENDED,
        "联系电话",
        "全角字符已改为半角",
        "无需处理",
    ),
}


@pytest.mark.parametrize("case", FINDINGS)
def test_a_cell_is_told_what_is_wrong_with_it_and_what_to_do(case: str, town: City, imported: Imported) -> None:
    changes, verdict, column, what, mend = FINDINGS[case]
    roster = imported(xlsx([HEADS, enterprise(1), enterprise(7, **changes)]))
    finding = roster.findings.get()
    assert (finding.row, finding.verdict, finding.column) == (3, verdict, column)
    assert what in finding.what
    assert mend in finding.mend
    key = {FAULT: "faulty", WARNING: "confirm", MENDED: "new"}[ImportFinding.Verdict(verdict)]
    assert roster.counts[key] == (2 if key == "new" else 1)
    assert roster.counts["rows"] == 2
    page = town.client("chen").get(f"/desk/registry/imports/{roster.pk}/").content.decode()
    assert "错误与提醒" in page


def broken_cells(book: Any, page: Any) -> None:
    """Row 3: an error in the name. Row 4: a formula in the code that nobody calculated. Both look empty to the reader."""
    page.write_formula(2, 0, "=NA()", None, "#N/A")
    page.write_formula(3, 1, "=CONCATENATE(A1,B1)", None, "")


def test_an_error_and_an_uncalculated_formula_are_found_behind_empty_cells(imported: Imported) -> None:
    rows = [HEADS, enterprise(1), enterprise(2, name=""), enterprise(3, code="")]
    book = xlsx(rows, finish=broken_cells)
    sheet = part(book, SHEET)
    assert b"</f><v></v>" in sheet
    roster = imported(with_part(book, SHEET, sheet.replace(b"</f><v></v>", b"</f>")))
    found = {(one.row, one.column, one.value): one.what for one in roster.findings.all()}
    assert found[(3, "名称", "#N/A")] == "单元格是错误值 #N/A"
    assert found[(4, CODE, "=CONCATENATE(A1,B1)")] == "单元格是没有算出结果的公式"


def test_a_duplicate_names_the_other_row_and_what_differs(imported: Imported) -> None:
    rows = [HEADS, enterprise(1), enterprise(2), enterprise(1, phone="0473-2019999", risk="D"), enterprise(2)]
    roster = imported(xlsx(rows))
    differing, equal = roster.findings.order_by("row")
    assert (differing.row, differing.what) == (4, "与第 2 行重复")
    assert "信用风险类别、联系电话" in differing.mend
    assert (equal.row, equal.what, equal.mend) == (5, "与第 3 行重复", "两行内容相同，删去一行")
    assert roster.counts["new"] == 2


def test_a_row_of_another_district_is_a_fault_for_its_clerk(imported: Imported) -> None:
    roster = imported(xlsx([HEADS, enterprise(1, region="海勃湾区")]), user="outsider")
    assert "海勃湾区不在您的辖区内" in roster.findings.get().what


INSPECTOR_ROW = {
    "number": "wy-001", "name": "王芳", "organisation": "物业科", "certificate": "15030200123", "expires": "2029-05-31",
    "fields": "燃气、消防；物业", "post": "一线", "rank": "科员", "phone": "13812341234",
}  # fmt: skip

INSPECTOR_FINDINGS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "no number": ({"number": ""}, FAULT, "人员编号", "没有填写人员编号"),
    "a number in Chinese": ({"number": "物业1号"}, FAULT, "人员编号", "只能用数字、字母"),
    "an unknown unit": ({"organisation": "某某科"}, FAULT, "单位", "没有“某某科”这个单位"),
    "a unit elsewhere": ({"organisation": "乌海市应急管理局"}, FAULT, "单位", "不在您单位之下"),
    "no certificate": ({"certificate": ""}, FAULT, "执法证号", "没有填写执法证号"),
    "a certificate that Excel made a number": ({"certificate": 1.5030200000123e17}, FAULT, "执法证号", "末几位已丢失"),
    "no day": ({"expires": ""}, FAULT, "执法证有效期至", "没有填写执法证有效期"),
    "a field that no item asks for": ({"fields": "燃汽"}, WARNING, "专业领域", "目录中没有“燃汽”"),
    "no such day": ({"expires": "长期"}, FAULT, "执法证有效期至", "“长期”不是日期"),
    "an expired certificate": ({"expires": "2020年1月1日"}, WARNING, "执法证有效期至", "已于 2020-01-01 过期"),
}


@pytest.mark.parametrize("case", INSPECTOR_FINDINGS)
def test_an_inspector_s_row_is_told_what_is_wrong(case: str, imported: Imported) -> None:
    changes, verdict, column, what = INSPECTOR_FINDINGS[case]
    roster = imported(xlsx([INSPECTOR_HEADS, list((INSPECTOR_ROW | changes).values())]), target="inspectors")
    finding = roster.findings.get()
    assert (finding.verdict, finding.column) == (verdict, column)
    assert what in finding.what
