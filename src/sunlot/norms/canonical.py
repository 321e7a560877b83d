"""Canonical JSON (RFC 8785) for what Sunlot hashes: objects, arrays, strings, integers, booleans and null.

Fractions are left out on purpose: two programs that agree on integers and strings agree on every byte. Keys are
ASCII, so that sorting by UTF-16 units (RFC 8785), by code points and by bytes is one and the same.
"""

import json
import re
from collections.abc import Iterable
from typing import NoReturn, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"

MAX_DEPTH = 16
"""Arrays and objects within each other, the outermost counted as one."""

MAX_INTEGER = 2**53 - 1
"""The largest magnitude that every JSON implementation keeps exactly (RFC 8785, section 3.2.2.3)."""

MAX_MARKS = 8_000_000
"""Opening brackets, commas and colons in a text: a bound of its values, so of the time and memory that they take. 64 MB
of credit codes, all that a file of ours may hold, have three million; of single digits thirty million."""

_INTEGER_DIGITS = 17  # a sign and sixteen digits hold every permitted integer
_SHOWN = 40
_FORM = "规范形式（RFC 8785，成员排序，无多余空格，末尾无换行）"
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89abAB]|\\u[dD][c-fC-F]")


class CanonicalError(ValueError):
    """A text or value that is outside our subset of JSON: what was `expected` and `found`, in Chinese, at which `place`.

    `place` is empty where the text as a whole is meant or the parser does not know the line any more.
    """

    def __init__(self, expected: str, found: str, place: str = "") -> None:
        self.expected = expected
        self.found = found
        self.place = place
        super().__init__(f"{place}应为{expected}，实为{found}")


def loads(data: bytes) -> Json:
    """The value of a JSON text in UTF-8, spaced freely.

    Time and memory are bounded by a multiple of ``len(data)``; callers bound that. Raises `CanonicalError` for
    anything RFC 8785 could not carry or our subset leaves out: another encoding, a byte order mark, a fraction, an
    exponent, -0, an integer of 2^53 or more, a member twice, a key outside ASCII, a lone surrogate, nesting over 16,
    more than `MAX_MARKS` values.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        raise CanonicalError("不带 BOM 的 UTF-8", "带 BOM")
    if sum(map(data.count, (b"[", b"{", b",", b":"))) > MAX_MARKS:
        raise CanonicalError(f"合计不超过 {MAX_MARKS} 个的括号、逗号和冒号", "更多")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise CanonicalError("UTF-8 编码", f"第 {error.start + 1} 字节处不是") from None
    try:
        value: Json = json.loads(
            text,
            parse_float=_refuse_fraction,
            parse_int=_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=_members,
        )
    except json.JSONDecodeError as error:
        raise CanonicalError("合 JSON 语法的文字", "不合", f"第 {error.lineno} 行第 {error.colno} 列") from None
    except RecursionError:
        raise CanonicalError(f"至多 {MAX_DEPTH} 层的嵌套", "更深") from None
    _check_depth(value)
    if _ESCAPED_SURROGATE.search(data):
        _refuse_lone_surrogates(value)
    return value


def loads_canonical(data: bytes) -> Json:
    """The value of a text that is in canonical form already. Raises `CanonicalError` for any other spelling of it."""
    value = loads(data)
    if _write(value) != data:
        raise CanonicalError(_FORM, "同样内容的另一种写法")
    return value


def dumps(value: Json) -> bytes:
    """The canonical bytes of a value. Raises `CanonicalError` when the value is outside our subset."""
    _check_types(value)
    return _write(value)


def _write(value: Json) -> bytes:
    # Python escapes exactly what RFC 8785 escapes: quote, backslash and the controls, the latter in lower case.
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise CanonicalError("没有孤立代理码位的字符串", "有") from None


def _integer(text: str) -> int:
    if text == "-0":
        raise CanonicalError("不写作 -0 的整数", "-0")
    if len(text) > _INTEGER_DIGITS or abs(number := int(text)) > MAX_INTEGER:
        raise CanonicalError("绝对值小于 2^53 的整数", _clip(text))
    return number


def _refuse_fraction(text: str) -> NoReturn:
    raise CanonicalError("不带小数和指数的整数", _clip(text))


def _refuse_constant(text: str) -> NoReturn:
    raise CanonicalError("整数", text)


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add() gives None
        raise CanonicalError("各出现一次的成员", f"两个 {_clip(ascii(twice))}")
    for key in members:
        if not key.isascii():
            raise CanonicalError("ASCII 的成员名", _clip(ascii(key)))
    return members


def _children(containers: Iterable[Json]) -> list[Json]:
    """The arrays and objects that stand directly in the given ones."""
    found: list[Json] = []
    for container in containers:
        inner = container.values() if isinstance(container, dict) else container
        found += [child for child in inner if isinstance(child, (dict, list))]  # type: ignore[union-attr]  # containers only
    return found


def _check_depth(value: Json) -> None:
    level: list[Json] = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        level = _children(level)
        if not level:
            return
    raise CanonicalError(f"至多 {MAX_DEPTH} 层的嵌套", "更深")


def _check_types(value: Json) -> None:
    """Look at every value level by level, so that depth is bounded before anything recurses."""
    level: list[Json] = [value]
    for depth in range(MAX_DEPTH + 1):
        inner: list[Json] = []
        for item in level:
            if depth == MAX_DEPTH and isinstance(item, (dict, list)):
                raise CanonicalError(f"至多 {MAX_DEPTH} 层的嵌套", "更深")
            if isinstance(item, dict):
                for key in item:
                    if not isinstance(key, str) or not key.isascii():
                        raise CanonicalError("ASCII 的成员名", _clip(ascii(key)))
                inner += item.values()
            elif isinstance(item, list):
                inner += item
            elif item is None or isinstance(item, (str, bool)):
                continue
            elif not isinstance(item, int):
                raise CanonicalError("对象、数组、字符串、整数、布尔或 null", type(item).__name__)
            elif abs(item) > MAX_INTEGER:
                raise CanonicalError("绝对值小于 2^53 的整数", f"约 2^{item.bit_length()}")
        if not inner:
            return
        level = inner


def _refuse_lone_surrogates(value: Json) -> None:
    _write(value)


def _clip(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
