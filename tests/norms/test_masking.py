import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.norms import masking


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("陈静静", "陈○静"),
        ("王伟", "王○"),
        ("张", "○"),
        ("乌兰图雅", "乌○○雅"),
        ("乌兰·图雅", "乌○·○雅"),
        ("Li Lei", "L○ ○○○"),
        ("𠮷田", "𠮷○"),
        ("", ""),
    ],
)
def test_a_persons_name_keeps_its_first_and_perhaps_its_last_character(name, masked):
    assert masking.person(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13812341234", "138****1234"),
        ("138 1234 1234", "138****1234"),
        ("+86-138-1234-1234", "138****1234"),
        ("0473-3998765", "*******8765"),
        ("12345", "***45"),
        ("1", "*"),
        ("", ""),
    ],
)
def test_a_phone_number_shows_its_last_four_digits_at_most(number, masked):
    assert masking.phone(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("15030200123", "15*****0123"), ("蒙C15-0123", "蒙C***0123"), ("A1234", "***34"), ("A", "*")],
)
def test_a_certificate_number_hides_its_middle(number, masked):
    assert masking.certificate(number) == masked


@given(st.text("王李ab·12", min_size=2, max_size=30))
def test_masking_keeps_the_length_and_shows_two_letters_of_a_name_at_most(name):
    masked = masking.person(name)
    assert len(masked) == len(name)
    assert sum(sign not in "○·" for sign in masked) <= 2


@given(st.text("0123456789ABC", max_size=30))
def test_a_masked_certificate_shows_no_more_than_six_characters(number):
    masked = masking.certificate(number)
    assert len(masked) == len(number)
    assert len(masked.replace("*", "")) <= min(6, (len(number) + 4) // 2)
