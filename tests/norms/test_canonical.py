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


def test_spacing_order_and_escapes_by_hand_are_read() -> None:
    assert loads(b' { "b" : 1 ,\r\n\t"a" : "\\u6447\\ud83d\\ude00" } ') == {"b": 1, "a": "摇\U0001f600"}


REFUSED = {
    "a fraction": (b"[1.0]", "数应为整数，不带小数和指数，实为 1.0"),
    "an exponent": (b"[1e2]", "数应为整数，不带小数和指数，实为 1e2"),
    "a negative zero": (b"[-0]", "整数应不写作 -0"),
    "2^53": (b"9007199254740992", "整数的绝对值应小于 2^53，实为 9007199254740992"),
    "-2^53": (b"-9007199254740992", "整数的绝对值应小于 2^53"),
    "a number of many digits": (b"1" * 5000, "整数的绝对值应小于 2^53"),
    "NaN": (b"NaN", "数应为整数，实为 NaN"),
    "infinity": (b"[-Infinity]", "数应为整数，实为 -Infinity"),
    "a leading zero": (b"[01]", "第 1 行第 3 列不合 JSON 语法"),
    "a member twice": (b'{"a":1,"b":2,"a":1}', "成员应各出现一次，实见两个 'a'"),
    "a member twice by escape": (b'{"a":1,"\\u0061":1}', "成员应各出现一次"),
    "a key outside ASCII": ('{"名":1}'.encode(), r"成员名应为 ASCII，实为 '\u540d'"),
    "a lone high surrogate": (b'"\\ud800"', "孤立的代理码位"),
    "a lone low surrogate": (b'["\\uDC00x"]', "孤立的代理码位"),
    "surrogates in the wrong order": (b'"\\udc00\\ud800"', "孤立的代理码位"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "应为不带 BOM 的 UTF-8，实为带 BOM"),
    "UTF-16": ("{}".encode("utf-16"), "应为 UTF-8 编码，实于第 1 字节处不是"),
    "UTF-16 without mark": ("{}".encode("utf-16-le"), "不合 JSON 语法"),
    "GB 18030": ('"阳光"'.encode("gb18030"), "应为 UTF-8 编码，实于第 2 字节处不是"),
    "an overlong form": (b'"\xc0\x80"', "应为 UTF-8 编码"),
    "an encoded surrogate": (b'"\xed\xa0\x80"', "应为 UTF-8 编码"),
    "nothing": (b"", "第 1 行第 1 列不合 JSON 语法"),
    "two values": (b"{} {}", "第 1 行第 4 列不合 JSON 语法"),
    "a trailing comma": (b"[1,]", "不合 JSON 语法"),
    "a comment": (b"[1] // one", "不合 JSON 语法"),
    "a control character in a string": (b'"\n"', "不合 JSON 语法"),
    "single quotes": (b"{'a':1}", "不合 JSON 语法"),
    "a space that is none of JSON's": (b"\x0b1", "不合 JSON 语法"),
    "nesting of 17": (nested(MAX_DEPTH + 1), "嵌套应不超过 16 层"),
    "nesting without end": (b"[" * 1_000_000, "嵌套应不超过 16 层"),
    "objects nested without end": (b'{"a":' * 1_000_000, "嵌套应不超过 16 层"),
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
        (1.0, "实为 float"),
        (2**53, "整数的绝对值应小于 2^53"),
        (-(2**53), "整数的绝对值应小于 2^53"),
        ({"名": 1}, "成员名应为 ASCII"),
        ({1: 1}, "成员名应为 ASCII"),
        ((1,), "实为 tuple"),
        ("\ud800", "孤立的代理码位"),
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
