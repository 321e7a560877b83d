"""What later rooms know of inspectors, registered by their own `panels.py`; the registry asks nobody above it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from .models import Inspector


@dataclass(frozen=True)
class Rotation:
    """That an inspector was among those who inspected an object the last time, as numbers with the object's key."""

    inspector: str
    object: str
    object_id: int
    object_name: str
    visited_on: date


@dataclass(frozen=True)
class Achievements:
    """What an inspector did in a time (业绩): visits recorded, those with problems, problems found, and how many of the
    results that were due were published in time.
    """

    visits: int = 0
    with_problems: int = 0
    problems: int = 0
    due: int = 0
    in_time: int = 0
    by_source: Mapping[str, int] = field(default_factory=dict)

    @property
    def timeliness(self) -> int | None:
        """Percent in time, rounded down; None while nothing was due."""
        return self.in_time * 100 // self.due if self.due else None


LastInspections = Callable[[Iterable[int], date], Iterable[Rotation]]
AchievementsOf = Callable[[Iterable[int], date, date], Mapping[int, Achievements]]

_LAST: list[LastInspections] = []
_ACHIEVED: list[AchievementsOf] = []


def rotation(function: LastInspections) -> LastInspections:
    """Register what knows the last inspections of inspectors (by key) before a day."""
    _LAST.append(function)
    return function


def achievement(function: AchievementsOf) -> AchievementsOf:
    """Register what counts the achievements of inspectors (by key) between two days, both included."""
    _ACHIEVED.append(function)
    return function


def last_inspections(inspector_ids: Iterable[int], day: date) -> list[Rotation]:
    """Who inspected what the last time before `day`, for these inspectors."""
    people = list(inspector_ids)
    return [one for ask in _LAST for one in ask(people, day)]


def achievements(inspectors: Iterable[Inspector], since: date, until: date) -> dict[int, Achievements]:
    """Inspector key → what it did, in a fixed number of queries."""
    keys = [one.pk for one in inspectors]
    found = {key: Achievements() for key in keys}
    for ask in _ACHIEVED:
        found |= ask(keys, since, until)
    return found
