import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.norms.initials import search_keys


@pytest.mark.parametrize(
    ("name", "initials", "full"),
    [
        ("三和物业", ("shwy",), ("sanhewuye",)),
        ("绿城", ("lc",), ("lvcheng",)),
        # Read as a word, not sign by sign.
        ("重庆银行", ("cqyh",), ("chongqingyinhang",)),
        ("海勃湾Ａ1小区（南）", ("hbwa1xqn",), ("haibowana1xiaoqunan",)),
        # A family name and the common reading: both find the person.
        ("单静", ("dj", "sj"), ("danjing", "shanjing")),
        ("Sunlot 3", ("sunlot3",), ("sunlot3",)),
        ("", ("",), ("",)),
        ("（）", ("",), ("",)),
    ],
)
def test_a_name_is_found_by_initials_and_by_full_pinyin(name, initials, full):
    keys = search_keys(name)
    assert (keys.initials, keys.full) == (initials, full)


def test_one_column_holds_all_keys():
    assert search_keys("单静").text == "dj sj danjing shanjing"


@given(st.text(max_size=20))
def test_any_name_gives_keys_without_spaces(name):
    keys = search_keys(name)
    assert all(" " not in key for key in (*keys.initials, *keys.full))
    assert keys.text == keys.text.lower()
