"""Working days (工作日) in China, and deadlines counted in them.

Three sources, in this order: the tables that the operator has entered from the State Council's yearly notice, the
chinesecalendar package for the years that it knows, and else an estimate: Monday to Friday less the holidays whose
date the law itself fixes (全国年节及纪念日放假办法, 2024 revision). A count that touches an estimated year says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar.constants import holidays as _package_holidays

_PACKAGE_YEARS = range(min(_package_holidays).year, max(_package_holidays).year + 1)
_FIXED_BY_LAW = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class YearTable:
    """One year's arrangement as the State Council published it; it replaces what the package knows of that year.

    `days_off`: working days of the week that are holidays. `days_on`: Saturdays and Sundays that are worked (调休).
    Raises ValueError if a day lies in another year or in both sets.
    """

    year: int
    days_off: frozenset[date]
    days_on: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        elsewhere = sorted(day for day in self.days_off | self.days_on if day.year != self.year)
        if elsewhere:
            raise ValueError(f"the table of {self.year} holds {elsewhere[0].isoformat()}")
        if both := sorted(self.days_off & self.days_on):
            raise ValueError(f"{both[0].isoformat()} can't be both a holiday and a working day")


@dataclass(frozen=True)
class Deadline:
    """The last day on which something is in time."""

    day: date
    is_estimate: bool
    """Whether a year without published holidays is touched, so that the day may still move."""


@dataclass(frozen=True)
class Count:
    """A number of working days, negative when they have already passed."""

    days: int
    is_estimate: bool


def is_known(year: int, tables: Iterable[YearTable] = ()) -> bool:
    """Whether the holidays of `year` are known, from a table or the package."""
    return year in _PACKAGE_YEARS or any(table.year == year for table in tables)


def is_working_day(day: date, tables: Iterable[YearTable] = ()) -> bool:
    """Whether `day` is worked; of an unknown year an estimate (`is_known`)."""
    for table in tables:
        if table.year == day.year:
            return day in table.days_on or (day.weekday() < _SATURDAY and day not in table.days_off)
    if day.year in _PACKAGE_YEARS:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _FIXED_BY_LAW


def due(start: date, days: int, tables: Iterable[YearTable] = ()) -> Deadline:
    """The last day of a term of `days` working days that begins with `start` (notice, part 四（四）: 20 working days).

    `start` is day 0, whatever kind of day it is; day 1 is the next working day. `days` ≥ 1, else ValueError.
    """
    if days < 1:
        raise ValueError(f"a term has at least one working day, found {days}")
    tables = tuple(tables)
    day, counted = start, 0
    while counted < days:
        day += _ONE_DAY
        counted += is_working_day(day, tables)
    return Deadline(day, _is_estimate(start + _ONE_DAY, day, tables))


def count(start: date, end: date, tables: Iterable[YearTable] = ()) -> Count:
    """How many working days lie after `start`, up to and with `end`: what is left of a deadline, asked on `start`.

    With `end` before `start` the number is negative: the working days after `end`, up to and with `start`.
    So `count(start, due(start, n).day).days == n`.
    """
    tables = tuple(tables)
    first, last = min(start, end), max(start, end)
    worked = sum(is_working_day(first + timedelta(days=n), tables) for n in range(1, (last - first).days + 1))
    return Count(worked if end >= start else -worked, last > first and _is_estimate(first + _ONE_DAY, last, tables))


def _is_estimate(first: date, last: date, tables: tuple[YearTable, ...]) -> bool:
    return any(not is_known(year, tables) for year in range(first.year, last.year + 1))
