"""A month of visits, laid out in weeks: what was made, what is agreed on, what is due, and the load of each day. Pure.

A visit to come has a day only where one was agreed on. All others stand on their last day, and weigh on every working day
on which they may still be made.
"""

import calendar
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

MADE, FAILED, AGREED, DUE = "made", "failed", "agreed", "due"
WORDS = {MADE: "已检查", FAILED: "未能检查", AGREED: "约定", DUE: "截止"}


@dataclass(frozen=True)
class Entry:
    """One visit to the enterprise, by however many departments: its day, and how it stands."""

    occasion: str
    object: int
    name: str
    number: str
    day: date
    standing: str
    units: tuple[str, ...]
    sources: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    since: date | None = None
    """The first day on which a visit to come may be made."""
    things: tuple[str, ...] = ()
    address: str = ""
    region: str = ""
    is_demo: bool = False
    people: tuple[str, ...] = ()
    url: str = ""
    """The page of its form, where the viewer sees it."""

    @property
    def words(self) -> str:
        return WORDS[self.standing]

    @property
    def is_to_come(self) -> bool:
        return self.standing in (AGREED, DUE)

    @property
    def mark(self) -> str:
        return {MADE: "done", FAILED: "off", AGREED: "now", DUE: "todo"}[self.standing]


@dataclass(frozen=True)
class Day:
    """A day with its entries; `spread` is how many visits without a day fall on it, were they spread evenly."""

    day: date
    is_inside: bool
    is_working: bool
    is_today: bool
    entries: tuple[Entry, ...] = ()
    spread: float = 0.0

    @property
    def load(self) -> float:
        """Visits that have a day, and the share of those that have none. What is due weighs by its share alone."""
        return sum(entry.standing != DUE for entry in self.entries) + self.spread

    @property
    def late(self) -> int:
        """How many should have been made by this day and were not."""
        return sum(entry.standing == DUE for entry in self.entries)


@dataclass(frozen=True)
class Month:
    """The weeks of a month, Monday first; days of other months are empty."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    entries: tuple[Entry, ...] = field(default=(), compare=False)

    @property
    def days(self) -> list[Day]:
        """The days on which something stands, in order."""
        return [day for week in self.weeks for day in week if day.is_inside and day.entries]

    @property
    def busiest(self) -> Day | None:
        days = [day for week in self.weeks for day in week if day.is_inside and day.load]
        return max(days, key=lambda day: day.load, default=None)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many entries of each standing."""
        found = Counter(entry.standing for entry in self.entries)
        return {standing: found[standing] for standing in WORDS}


def last_of(first: date) -> date:
    """The last day of the month that begins with `first`."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_of(
    first: date,
    entries: Sequence[Entry],
    open_ones: Iterable[Entry],
    today: date,
    is_working: Callable[[date], bool],
) -> Month:
    """Lay a month out. `entries` have their day in it; `open_ones` are all visits without an agreed day that may be made in
    it, whenever they are due: those spread over their working days from `today` on.
    """
    by_day: dict[date, list[Entry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    share = _spread(open_ones, first, last_of(first), today, is_working)
    weeks = []
    for week in calendar.Calendar().monthdatescalendar(first.year, first.month):
        weeks.append(
            tuple(
                Day(
                    day,
                    day.month == first.month,
                    is_working(day),
                    day == today,
                    tuple(by_day.get(day, ())) if day.month == first.month else (),
                    share.get(day, 0.0),
                )
                for day in week
            )
        )
    return Month(first, tuple(weeks), tuple(entries))


def _spread(
    open_ones: Iterable[Entry], first: date, last: date, today: date, is_working: Callable[[date], bool]
) -> dict[date, float]:
    """Day of the month → its share of the visits without a day. Visits of one span of time are counted together."""
    spans = Counter((max(one.since or today, today), one.day) for one in open_ones)
    share: dict[date, float] = {}
    for (since, until), count in spans.items():
        days = [day for at in range((until - since).days + 1) if is_working(day := since + timedelta(days=at))]
        for day in days:
            if first <= day <= last:
                share[day] = share.get(day, 0.0) + count / len(days)
    return share
