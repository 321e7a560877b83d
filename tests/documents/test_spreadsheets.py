import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.documents import spreadsheets
from sunlot.documents.spreadsheets import Column, csv_stream, xlsx, xlsx_stream
from sunlot.norms.clock import ClockError

COLUMNS = (Column("名称", 30), Column("代码", 22), Column("数量", 8, number=True))
ROWS = [
    ("滨河第一物业", "011503020000000001", 12),
    ("=HYPERLINK(1)", "911503021234567890", Decimal("3.5")),
    ("https://example.org/", "-5", -5),
    ('“甲”,"乙"\n丙', None, None),
]


def csv_text(columns, rows, **options) -> str:
    return b"".join(csv_stream(columns, rows, **options)).decode()


def sheet_of(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data)).active


def test_a_csv_for_people_begins_with_the_mark_and_one_for_programs_does_not():
    assert csv_text(COLUMNS, ROWS).startswith("\ufeff名称,代码,数量\r\n")
    assert csv_text(COLUMNS, ROWS, bom=False).startswith("名称,代码,数量\r\n")


def test_a_csv_reads_back_with_formulas_made_harmless_and_numbers_kept():
    assert list(csv.reader(io.StringIO(csv_text(COLUMNS, ROWS, bom=False), newline=""))) == [
        ["名称", "代码", "数量"],
        ["滨河第一物业", "011503020000000001", "12"],
        ["'=HYPERLINK(1)", "911503021234567890", "3.5"],
        ["https://example.org/", "'-5", "-5"],
        ['“甲”,"乙"\n丙', "", ""],
    ]


@given(st.lists(st.text(), max_size=5))
def test_no_cell_of_a_csv_begins_a_formula_whatever_the_text(texts):
    rows = list(csv.reader(io.StringIO(csv_text((Column("a"),), [(text,) for text in texts]), newline="")))[1:]
    # A single empty field is written as "" and read back as one.
    assert len(rows) == len(texts)
    assert not [row for row in rows if row[0].lstrip(" \u3000\u00a0").startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_xlsx_keeps_codes_as_text_and_only_declared_numbers_as_numbers():
    sheet = sheet_of(xlsx(COLUMNS, ROWS))
    cells = [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert cells == [
        [("滨河第一物业", "s"), ("011503020000000001", "s"), (12, "n")],
        [("=HYPERLINK(1)", "s"), ("911503021234567890", "s"), (3.5, "n")],
        [("https://example.org/", "s"), ("-5", "s"), (-5, "n")],
        [('“甲”,"乙"\n丙', "s"), (None, "n"), (None, "n")],
    ]
    assert sheet["B2"].number_format == "@"
    assert sheet["A4"].hyperlink is None


def test_an_xlsx_has_a_bold_head_that_stays_in_view_a_filter_and_widths():
    sheet = sheet_of(xlsx(COLUMNS, ROWS, sheet="对象[1]"))
    assert sheet["A1"].font.b
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C5"
    assert sheet.column_dimensions["A"].width == pytest.approx(30, abs=1)
    assert sheet.title == "对象 1 "


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2026, 11, 23), "2026-11-23"),
        (datetime(2026, 11, 23, 1, 30, tzinfo=UTC), "2026-11-23T09:30:00.000+08:00"),
        (True, "是"),
        (False, "否"),
        (123456789012345678, "123456789012345678"),
        (float("nan"), "nan"),
        ("甲\x00", "甲"),
    ],
)
def test_what_is_no_short_number_is_written_as_text(value, written):
    sheet = sheet_of(xlsx((Column("a", number=True),), [(value,)]))
    assert (sheet["A2"].value, sheet["A2"].data_type) == (written, "s")


def test_a_moment_without_offset_is_refused_rather_than_guessed():
    with pytest.raises(ClockError, match="needs an offset"):
        xlsx((Column("a"),), [(datetime(2026, 11, 23),)])  # noqa: DTZ001 - a naive moment is what is tested


@pytest.mark.parametrize("rows", [[("a",)], [("a", "b", 1, 2)]])
def test_a_row_that_does_not_fit_the_columns_is_refused(rows):
    with pytest.raises(ValueError, match="zip"):
        b"".join(csv_stream(COLUMNS, rows))
    with pytest.raises(ValueError, match="zip"):
        xlsx(COLUMNS, rows)


def test_the_same_table_gives_the_same_bytes():
    assert xlsx(COLUMNS, ROWS) == xlsx(COLUMNS, ROWS)


def test_an_empty_table_has_its_head():
    assert [cell.value for cell in sheet_of(xlsx(COLUMNS, []))[1]] == ["名称", "代码", "数量"]
    assert csv_text(COLUMNS, [], bom=False) == "名称,代码,数量\r\n"


@pytest.mark.parametrize(("rows", "sheets"), [(3, [3]), (4, [4]), (5, [4, 1]), (9, [4, 4, 1])])
def test_a_table_longer_than_a_sheet_goes_on_in_the_next(monkeypatch, rows, sheets):
    monkeypatch.setattr(spreadsheets, "SHEET_ROWS", 5)
    book = openpyxl.load_workbook(io.BytesIO(xlsx((Column("n"),), ((str(n),) for n in range(rows)))))
    assert [sheet.max_row - 1 for sheet in book] == sheets
    values = [cell.value for sheet in book for (cell,) in sheet.iter_rows(min_row=2)]
    assert values == [str(n) for n in range(rows)]
    assert all(sheet["A1"].value == "n" for sheet in book)


@pytest.mark.parametrize("stream", [csv_stream, xlsx_stream])
def test_memory_does_not_grow_with_the_rows(stream):
    def peak(rows: int) -> int:
        tracemalloc.start()
        for _ in stream(COLUMNS, (("滨河第一物业" * 5, f"{n:018d}", n) for n in range(rows))):
            pass
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(10)
    assert peak(6000) < peak(2000) + 300_000
