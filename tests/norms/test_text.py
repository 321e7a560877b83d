import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.norms import text


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("０１２３４５６７８９", "0123456789"),
        ("ＡＢＺａｂｚ", "ABZabz"),
        ("滨河路１２号（Ａ座），演示", "滨河路12号（A座），演示"),
        ("", ""),
    ],
)
def test_digits_and_letters_become_half_width_and_punctuation_stays(given_text, expected):
    assert text.half_width(given_text) == expected


@pytest.mark.parametrize(
    "dressed", ["名 称", " 名 称 ", "　名 称　", "\u00a0名 称\n", "\ufeff名 称\u200b", "\u200b　\ufeff 名 称"]
)
def test_trimming_takes_every_kind_of_space_from_both_ends_only(dressed):
    assert text.trim(dressed) == "名 称"


@pytest.mark.parametrize(
    "name", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "　=1", "＝1", "＋1", "－1", "＠a"]
)
def test_what_a_spreadsheet_may_calculate_is_recognised(name):
    assert text.looks_like_formula(name)
    assert text.csv_safe(name) == "'" + name


@pytest.mark.parametrize("name", ["", "乌海市=1", "一=二", "A+B 物业", "'=1", "3-5号", "·=1"])
def test_harmless_text_stays_as_it_is(name):
    assert not text.looks_like_formula(name)
    assert text.csv_safe(name) == name


@given(st.text())
def test_a_safe_csv_cell_never_begins_a_formula(name):
    assert not text.looks_like_formula(text.csv_safe(name))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"])))
def test_ordinary_text_goes_into_a_sheet_unchanged(name):
    assert text.excel_safe(name) == name


def test_characters_that_xml_forbids_do_not_reach_a_sheet():
    assert text.excel_safe("甲\x00乙\x0b丙\ud800丁\ufffe\t戊\n") == "甲乙丙丁\t戊\n"


@pytest.mark.parametrize(
    ("length", "expected"),
    [(text.XLSX_CELL_LIMIT, text.XLSX_CELL_LIMIT), (text.XLSX_CELL_LIMIT + 1, text.XLSX_CELL_LIMIT)],
)
def test_a_text_longer_than_a_cell_is_cut_with_a_mark(length, expected):
    cut = text.excel_safe("长" * length)
    assert len(cut) == expected
    assert cut.endswith("…") is (length > text.XLSX_CELL_LIMIT)


def test_a_cut_never_splits_a_character_outside_the_basic_plane():
    cut = text.excel_safe("𠮷" * 20_000)
    assert set(cut) == {"𠮷", "…"}
    assert len(cut.encode("utf-16-le")) <= 2 * text.XLSX_CELL_LIMIT
