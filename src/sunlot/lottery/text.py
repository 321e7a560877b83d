"""Identifiers, plain text, digests and times, as the section *Conventions* of the protocol defines them."""

import re
from typing import TypeAlias

IDENTIFIER_PATTERN = r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}"

_IDENTIFIER = re.compile(IDENTIFIER_PATTERN)
_DIGEST = re.compile(r"[0-9a-f]{64}")

INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""The characters that plain text never holds: controls, zero-width and direction marks, the byte order mark."""

Instant: TypeAlias = tuple[int, str]
"""A time for comparison: seconds since 0000-03-01 UTC, and the digits of the fraction without trailing zeros."""

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_identifier(text: str) -> bool:
    """Whether the whole of `text` is an identifier."""
    return _IDENTIFIER.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether `text` is 64 lowercase hex digits."""
    return _DIGEST.fullmatch(text) is not None


def is_plain(text: str) -> bool:
    """Whether `text` is plain text: not empty, nothing invisible in it."""
    return bool(text) and INVISIBLE.search(text) is None


def instant(text: str) -> Instant | None:
    """The instant that an RFC 3339 time names, for comparison with others; None when `text` is no time.

    Stricter than RFC 3339: a capital T and Z, no leap second. Fractions of any length compare exactly, which is why
    this is not a `datetime`.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, sign, offset_hour, offset_minute = match.groups()[6:]
    if not (1 <= month <= 12 and 1 <= day <= _days_in(year, month) and hour <= 23 and minute <= 59 and second <= 59):
        return None
    offset = 0
    if sign:
        if int(offset_hour) > 23 or int(offset_minute) > 59:
            return None
        offset = (int(offset_hour) * 60 + int(offset_minute)) * (1 if sign == "+" else -1)
    seconds = ((_day_number(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second
    return seconds, (fraction or "").rstrip("0")


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _DAYS[month - 1]


def _day_number(year: int, month: int, day: int) -> int:
    """Days since 0000-03-01 in the Gregorian calendar, counted in years that begin in March."""
    if month <= 2:
        year, month = year - 1, month + 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 1
