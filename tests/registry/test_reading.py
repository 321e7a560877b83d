"""What offices call a table is read: titles above the head, old encodings, any separator, numbers and dates as typed."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from sunlot.registry.imports.values import date_of, mending_of, risk_of, text_of, words_of
from sunlot.registry.models import Import

from .files import HEADS, comma_separated, enterprise, ods, xlsx

Imported = Callable[..., Import]


def merged_titles(book: Any, page: Any) -> None:
    page.merge_range(0, 0, 0, 7, "海勃湾区物业服务企业名单", book.add_format({"bold": True}))
    page.merge_range(1, 0, 1, 7, "填报日期：2026年11月")


ODS_ROW = "<table:table-row>{}</table:table-row>"
ODS_CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def as_ods() -> bytes:
    rows = "".join(
        ODS_ROW.format("".join(ODS_CELL.format(cell) for cell in row)) for row in (HEADS, enterprise(1), enterprise(2))
    )
    empty_end = '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    return ods(rows + empty_end)


TWO = [HEADS, enterprise(1), enterprise(2)]
READ: dict[str, tuple[Callable[[], bytes], str, int]] = {
    "xlsx": (lambda: xlsx(TWO), "名单.xlsx", 1),
    "merged titles above the head": (lambda: xlsx([[], [], [], *TWO], finish=merged_titles), "名单.xlsx", 4),
    "an xlsx named csv": (lambda: xlsx(TWO), "名单.csv", 1),
    "ods": (as_ods, "名单.ods", 1),
    "csv in UTF-8": (lambda: comma_separated(TWO), "名单.csv", 1),
    "csv in UTF-8 with a mark": (lambda: comma_separated(TWO, "utf-8-sig"), "名单.csv", 1),
    "csv in GB 18030": (lambda: comma_separated(TWO, "gb18030"), "名单.csv", 1),
    "csv in UTF-16 with tabs": (lambda: comma_separated(TWO, "utf-16", "\t"), "名单.txt", 1),
    "csv with semicolons": (lambda: comma_separated(TWO, separator=";"), "名单.csv", 1),
    "csv named xls": (lambda: comma_separated(TWO, "gb18030"), "名单.xls", 1),
    "a head printed on every page": (lambda: xlsx([HEADS, enterprise(1), HEADS, enterprise(2)]), "名单.xlsx", 1),
}


@pytest.mark.parametrize("case", READ)
def test_the_same_roster_is_read_from_every_kind_of_file(case: str, imported: Imported) -> None:
    make, name, head = READ[case]
    roster = imported(make(), name)
    assert roster.header_row == head
    assert {key: roster.counts[key] for key in ("rows", "new", "confirm", "faulty")} == {
        "rows": 2,
        "new": 2,
        "confirm": 0,
        "faulty": 0,
    }


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2027-05-31", date(2027, 5, 31)),
        ("2027/5/31", date(2027, 5, 31)),
        ("2027.05.31", date(2027, 5, 31)),
        ("２０２７年５月３１日", date(2027, 5, 31)),
        ("20270531", date(2027, 5, 31)),
        ("2027-05-31 00:00:00", date(2027, 5, 31)),
        (datetime(2027, 5, 31), date(2027, 5, 31)),  # noqa: DTZ001 -- a spreadsheet's cell has no offset
        (46538.0, date(2027, 5, 31)),
        (20270531.0, date(2027, 5, 31)),
        ("2027-02-30", None),
        ("2027年", None),
        ("长期", None),
        ("", None),
        (True, None),
    ],
)
def test_a_day_is_read_in_the_spellings_that_offices_use(cell: Any, expected: date | None) -> None:
    assert date_of(cell) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A", "A"),
        ("b", "B"),
        ("C类", "C"),
        ("Ｄ", "D"),
        ("D（高）", "D"),
        ("信用风险高", "D"),
        ("较高", "C"),
        ("低风险", "A"),
        ("E", None),
        ("中", None),
        ("", None),
    ],
)
def test_a_risk_class_is_a_letter_or_its_word(text: str, expected: str | None) -> None:
    assert risk_of(text) == expected


def test_normalising_says_what_it_changed() -> None:
    assert mending_of("ＡＢ１ ", text_of("ＡＢ１ ")) == "全角字符已改为半角，首尾空格已去掉"
    assert mending_of("　沙枣花　物业", text_of("　沙枣花　物业")) == "首尾空格已去掉"
    assert mending_of("沙枣花", text_of("沙枣花")) == ""
    assert text_of(4732012345.0) == "4732012345"
    assert words_of("燃气、质量安全；燃气,消防") == ["燃气", "质量安全", "消防"]
