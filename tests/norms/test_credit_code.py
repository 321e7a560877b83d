import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.norms import credit_code

# Codes in force and public, checked by hand against both standards (GB 32100-2015's own example first).
REAL = [
    "91350100M000100Y43",
    "914403001922038216",
    "91440300708461136T",
    "91110108551385082Q",
    "91440300192317458F",
    "91440300192181490G",
]

bodies = st.text(st.sampled_from(credit_code.ALPHABET), min_size=8, max_size=8)
districts = st.sampled_from(["150302", "150303", "150304"])


@pytest.mark.parametrize("code", REAL)
def test_a_real_code_passes(code):
    assert credit_code.check(code) == credit_code.Checked(code=code, mended=False)


@pytest.mark.parametrize("code", REAL)
def test_a_real_code_is_what_its_parts_make(code):
    assert credit_code.make(code[2:8], code[8:16], code[:2]) == code


@given(districts, bodies)
def test_a_made_code_passes(region, body):
    checked = credit_code.check(credit_code.make(region, body))
    assert checked.usable
    assert not checked.warnings


@given(districts, bodies, st.integers(8, 17), st.sampled_from(credit_code.ALPHABET))
def test_one_wrong_character_of_the_organisation_code_or_check_is_always_noticed(region, body, place, sign):
    code = credit_code.make(region, body)
    spoilt = code[:place] + sign + code[place + 1 :]
    if spoilt != code:
        assert credit_code.check(spoilt).warnings


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text):
    checked = credit_code.check(text)
    assert checked.usable is not bool(checked.faults)
    assert credit_code.normalise(checked.code) == checked.code


@pytest.mark.parametrize(
    "typed",
    [
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "91350100m000100y43",
        "91350100M000100Y43 　",
        "9135 0100 M000 100Y 43",
        "'91350100M000100Y43",
        "\ufeff91350100M000100Y43\u200b",
    ],
)
def test_what_can_be_mended_is_mended_and_said(typed):
    assert credit_code.check(typed) == credit_code.Checked(code="91350100M000100Y43", mended=True)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("", "没有填写"),
        ("91350100M000100Y", "只有 16 位，应为 18 位"),
        ("91350100M000100Y4", "只有 17 位"),
        ("91350100M000100Y430", "有 19 位"),
        ("91350100MO00100Y43", "第 10 位是字母“O”"),
        ("91350100M000100Y4-", "第 18 位“-”不是数字或大写字母"),
        ("B1350100M000100Y43", "第 1 位“B”不是登记管理部门"),
        ("94350100M000100Y43", "第 2 位“4”不是这个登记管理部门的机构类别"),
        ("9135010AM000100Y43", "第 3 至 8 位“35010A”"),
        ("9.1150302E+17", "科学计数法，后几位数字已经丢失"),
        ("9.11503E17", "科学计数法"),
        ("911503020000000000.0", "在电子表格中是数值"),
    ],
)
def test_a_wrong_form_is_a_fault_that_says_what_and_where(code, what):
    checked = credit_code.check(code)
    assert not checked.usable
    assert what in " ".join(fault.what for fault in checked.faults)
    assert all(fault.mend for fault in checked.faults)
    assert not checked.warnings


def test_scientific_notation_says_how_to_make_the_column_text():
    (fault,) = credit_code.check("9.1150302E+17").faults
    assert "设置单元格格式" in fault.mend
    assert "文本" in fault.mend


def test_every_fault_of_a_code_is_listed_at_once():
    assert len(credit_code.check("9435010OM00").faults) == 2


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("91350100M000100Y44", ["第 18 位"]),
        # In force all the same, as its register says: why a wrong check character is no fault.
        ("91350211M0000XUF46", ["第 18 位"]),
        ("91350100M000100Y53", ["第 17 位", "第 18 位"]),
    ],
)
def test_a_wrong_check_character_is_a_warning_only(code, places):
    checked = credit_code.check(code)
    assert checked.usable
    assert [place for place in ("第 17 位", "第 18 位") if any(place in w.what for w in checked.warnings)] == places


def test_a_number_that_lost_its_last_digits_in_a_spreadsheet_is_recognised():
    warnings = credit_code.check("914403001922038000").warnings
    assert warnings
    assert all("丢了后三位" in warning.mend for warning in warnings)


@pytest.mark.parametrize(
    ("region", "body", "kind"),
    [("15030", "MA000001", "91"), ("150302", "MAI00001", "91"), ("150302", "MA000001", "9Z")],
)
def test_parts_of_a_wrong_form_make_no_code(region, body, kind):
    with pytest.raises(ValueError, match=r"expected 2, 6 and 8|no code can be made"):
        credit_code.make(region, body, kind)
