"""Canonical JSON: what is read, what is refused and why, and that writing is the inverse of reading."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.norms import canonical
from sunlot.norms.canonical import MAX_DEPTH, MAX_INTEGER, CanonicalError, dumps, loads

KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXTS
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@given(VALUES)
def test_what_is_written_reads_back_and_writes_the_same_bytes(value: canonical.Json) -> None:
    data = dumps(value)
    assert loads(data) == value
    assert dumps(loads(data)) == data


def test_strings_are_written_as_rfc_8785_says() -> None:
    # RFC 8785, section 3.2.2.2: the two-letter escapes, \u00xx in lower case for other controls, all else as it is.
    assert dumps('\b\t\n\f\r"\\\x00\x1f\x7f/é€\U0001f600') == (
        '"\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u001f\x7f/é€\U0001f600"'.encode()
    )


def test_members_are_sorted_and_nothing_is_spaced() -> None:
    assert dumps({"b": [1, True, None], "a": {"z": "", "B": -1}}) == b'{"a":{"B":-1,"z":""},"b":[1,true,null]}'


@pytest.mark.parametrize("data", [b'{"a":1,"b":2}\n', b'{"b":2,"a":1}', b'{"a":1, "b":2}', b'["\\u0061"]', b'["\\/"]'])
def test_another_spelling_is_read_by_hand_and_refused_where_the_form_is_asked_for(data: bytes) -> None:
    value = loads(data)
    assert canonical.loads_canonical(dumps(value)) == value
    with pytest.raises(CanonicalError, match="应为规范形式"):
        canonical.loads_canonical(data)


def test_spacing_order_and_escapes_by_hand_are_read() -> None:
    assert loads(b' { "b" : 1 ,\r\n\t"a" : "\\u6447\\ud83d\\ude00" } ') == {"b": 1, "a": "摇\U0001f600"}


REFUSED = {
    "a fraction": (b"[1.0]", "应为不带小数和指数的整数，实为1.0"),
    "an exponent": (b"[1e2]", "应为不带小数和指数的整数，实为1e2"),
    "a negative zero": (b"[-0]", "应为不写作 -0 的整数，实为-0"),
    "2^53": (b"9007199254740992", "应为绝对值小于 2^53 的整数，实为9007199254740992"),
    "-2^53": (b"-9007199254740992", "应为绝对值小于 2^53 的整数"),
    "a number of many digits": (b"1" * 5000, "应为绝对值小于 2^53 的整数"),
    "NaN": (b"NaN", "应为整数，实为NaN"),
    "infinity": (b"[-Infinity]", "应为整数，实为-Infinity"),
    "a leading zero": (b"[01]", "第 1 行第 3 列应为合 JSON 语法的文字，实为不合"),
    "a member twice": (b'{"a":1,"b":2,"a":1}', "应为各出现一次的成员，实为两个 'a'"),
    "a member twice by escape": (b'{"a":1,"\\u0061":1}', "应为各出现一次的成员"),
    "a key outside ASCII": ('{"名":1}'.encode(), r"应为ASCII 的成员名，实为'\u540d'"),
    "a lone high surrogate": (b'"\\ud800"', "没有孤立代理码位的字符串"),
    "a lone low surrogate": (b'["\\uDC00x"]', "没有孤立代理码位的字符串"),
    "surrogates in the wrong order": (b'"\\udc00\\ud800"', "没有孤立代理码位的字符串"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "应为不带 BOM 的 UTF-8，实为带 BOM"),
    "UTF-16": ("{}".encode("utf-16"), "应为UTF-8 编码，实为第 1 字节处不是"),
    "UTF-16 without mark": ("{}".encode("utf-16-le"), "应为合 JSON 语法的文字，实为不合"),
    "GB 18030": ('"阳光"'.encode("gb18030"), "应为UTF-8 编码，实为第 2 字节处不是"),
    "an overlong form": (b'"\xc0\x80"', "应为UTF-8 编码"),
    "an encoded surrogate": (b'"\xed\xa0\x80"', "应为UTF-8 编码"),
    "nothing": (b"", "第 1 行第 1 列应为合 JSON 语法的文字，实为不合"),
    "two values": (b"{} {}", "第 1 行第 4 列应为合 JSON 语法的文字，实为不合"),
    "a trailing comma": (b"[1,]", "应为合 JSON 语法的文字，实为不合"),
    "a comment": (b"[1] // one", "应为合 JSON 语法的文字，实为不合"),
    "a control character in a string": (b'"\n"', "应为合 JSON 语法的文字，实为不合"),
    "single quotes": (b"{'a':1}", "应为合 JSON 语法的文字，实为不合"),
    "a space that is none of JSON's": (b"\x0b1", "应为合 JSON 语法的文字，实为不合"),
    "nesting of 17": (nested(MAX_DEPTH + 1), "应为至多 16 层的嵌套，实为更深"),
    "nesting without end": (b"[" * 1_000_000, "应为至多 16 层的嵌套，实为更深"),
    "more values than any file of ours has": (
        b"[" + b"1," * 8_000_000 + b"1]",
        "应为合计不超过 8000000 个的括号、逗号和冒号，实为更多",
    ),
    "objects nested without end": (b'{"a":' * 1_000_000, "应为至多 16 层的嵌套，实为更深"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_is(data: bytes, message: str) -> None:
    with pytest.raises(CanonicalError) as refusal:
        loads(data)
    assert message in str(refusal.value)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("data", [nested(1), nested(MAX_DEPTH), str(MAX_INTEGER).encode(), str(-MAX_INTEGER).encode()])
def test_the_limits_themselves_are_within(data: bytes) -> None:
    assert dumps(loads(data)) == data


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1.0, "实为float"),
        (2**53, "应为绝对值小于 2^53 的整数"),
        (-(2**53), "应为绝对值小于 2^53 的整数"),
        ({"名": 1}, "应为ASCII 的成员名"),
        ({1: 1}, "应为ASCII 的成员名"),
        ((1,), "实为tuple"),
        ("\ud800", "没有孤立代理码位的字符串"),
    ],
)
def test_a_value_outside_the_subset_is_not_written(value: object, message: str) -> None:
    with pytest.raises(CanonicalError, match=message.replace("^", r"\^")):
        dumps(value)  # type: ignore[arg-type]  # that is the point


def test_a_value_nested_too_deep_is_not_written() -> None:
    for depth, fits in ((MAX_DEPTH, True), (MAX_DEPTH + 1, False), (100_000, False)):
        value: canonical.Json = []
        for _ in range(depth - 1):
            value = [value]
        if fits:
            assert dumps(value) == nested(depth)
        else:
            with pytest.raises(CanonicalError, match="嵌套"):
                dumps(value)


def test_a_large_hostile_text_is_read_or_refused_in_seconds() -> None:
    start = time.monotonic()
    assert len(loads(b"[" + b"[]," * 500_000 + b"[]]")) == 500_001  # type: ignore[arg-type]  # an array
    with pytest.raises(CanonicalError):
        loads(b'"' + b"\\" * 3_000_001 + b'"')
    assert time.monotonic() - start < 10
