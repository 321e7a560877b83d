"""What later rooms know of inspectors, registered by their own `panels.py`; the registry asks nobody above it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date

from sunlot.organisations.viewer import Viewer

from .models import Expert, Inspector
from .panels import Panel


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

    def __add__(self, other: "Achievements") -> "Achievements":
        """Both together: what one room knows and what another does."""
        return Achievements(*map(sum, zip(astuple(self), astuple(other), strict=True)))

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
    """Inspector key → what it did between the two days, in a fixed number of queries."""
    keys = [one.pk for one in inspectors]
    found = {key: Achievements() for key in keys}
    for ask in _ACHIEVED:
        for key, part in ask(keys, since, until).items():
            found[key] += part
    return found


PanelOfExpert = Callable[[Viewer, Expert], Panel | None]
_EXPERT_PANELS: list[PanelOfExpert] = []


def expert_panel(function: PanelOfExpert) -> PanelOfExpert:
    """Register a section for the pages of experts: the checks that they joined."""
    _EXPERT_PANELS.append(function)
    return function


def expert_panels_of(viewer: Viewer, expert: Expert) -> list[Panel]:
    """The sections that later rooms have for this expert's page."""
    return [found for offer in _EXPERT_PANELS if (found := offer(viewer, expert)) is not None]
