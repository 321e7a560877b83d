"""What the wall of the meeting room shows at a moment, decided by the server's clock alone: every wall shows the same.

After the draw its tickets are shown again as they came, the smallest first: the objects stratum by stratum, then the
teams one by one. The result itself was there at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sunlot import lottery

from .models import Attempt
from .outcome import DrawnObject, Outcome, StratumTickets, TeamOutcome, outcome, tickets_of
from .stored import notice_of

T = TypeVar("T")

WHOLE_SHOW = 60.0  # seconds for all tickets of objects together, and again for all teams, before the bounds below
FASTEST, SLOWEST = 0.2, 1.5  # seconds for one ticket
FASTEST_TEAM, SLOWEST_TEAM = 0.5, 5.0  # seconds for one team
BETWEEN = 2.0  # seconds before a stratum's first ticket
JUST = 6  # tickets in the list of those just drawn
TEAMS_LISTED = 7  # beside the one that is shown
ROWS = 12  # for members and objects of one team together
MOST_MEMBERS = 8  # of these rows


@dataclass(frozen=True)
class Drawing:
    """The show is at a stratum: `stratum` is its place, `shown` how many of it are drawn."""

    stratum: int
    shown: int


@dataclass(frozen=True)
class Forming:
    """The show is at a team: `team` is its place in the result."""

    team: int


def progress_at(quotas: Sequence[int], teams: int, seconds: float) -> Drawing | Forming | None:
    """What is shown `seconds` after the draw; None before and after the show."""
    if seconds < 0:
        return None
    pace = _pace(sum(quotas), FASTEST, SLOWEST)
    for at, quota in enumerate(quotas):
        length = BETWEEN + quota * pace
        if seconds < length:
            return Drawing(at, min(quota, max(0, int((seconds - BETWEEN) / pace) + 1)) if seconds >= BETWEEN else 0)
        seconds -= length
    team = int(seconds / _pace(teams, FASTEST_TEAM, SLOWEST_TEAM))
    return Forming(team) if team < teams else None


def _pace(number: int, fastest: float, slowest: float) -> float:
    """Seconds for one of so many."""
    return min(max(WHOLE_SHOW / max(number, 1), fastest), slowest)


@dataclass(frozen=True)
class Lane:
    """A stratum in the list beside the picture."""

    id: str
    state: str
    shown: int
    quota: int


@dataclass(frozen=True)
class TeamLane:
    """A team in the list beside the picture."""

    id: str
    state: str
    objects: int


@dataclass(frozen=True)
class DrawingFrame:
    """One picture of the objects' draw: the dial as it stands, the strata, and the tickets that came last."""

    progress: Drawing
    tickets: StratumTickets
    lanes: tuple[Lane, ...]
    just: tuple[DrawnObject, ...]

    @property
    def version(self) -> str:
        """Names this picture among all of the show."""
        return f"{self.progress.stratum}.{self.progress.shown}"


@dataclass(frozen=True)
class Seated:
    """An inspector of the team with the ticket that put it there."""

    department: str
    number: str
    ticket: str


@dataclass(frozen=True)
class Assigned:
    """An object of the team with the ticket that ordered it among its zone's."""

    name: str
    ticket: str


@dataclass(frozen=True)
class FormingFrame:
    """One picture of the teams: who is in this one and what it inspects, and the teams around it."""

    progress: Forming
    team: TeamOutcome
    members: tuple[Seated, ...]
    objects: tuple[Assigned, ...]
    lanes: tuple[Lane, ...]
    around: tuple[TeamLane, ...]

    @property
    def version(self) -> str:
        """Names this picture among all of the show."""
        return f"t{self.progress.team}"

    @property
    def more_members(self) -> int:
        """How many of the team's members the picture has no room for."""
        return len(self.team.members) - len(self.members)

    @property
    def more_objects(self) -> int:
        """How many of the team's objects the picture has no room for."""
        return len(self.team.objects) - len(self.objects)


Frame = DrawingFrame | FormingFrame


def frame_of(attempt: Attempt, now: datetime) -> Frame | None:
    """The picture of this moment, None when the show is over."""
    if attempt.drawn_at is None:
        return None
    found = outcome(attempt)
    quotas = [len(one.drawn) for one in found.strata]
    progress = progress_at(quotas, len(found.teams), (now - attempt.drawn_at).total_seconds())
    if progress is None:
        return None
    if isinstance(progress, Forming):
        return _forming(attempt, found, progress)
    drawn = found.strata[progress.stratum].drawn[: progress.shown]
    return DrawingFrame(
        progress, tickets_of(attempt)[progress.stratum], _strata(found, progress), tuple(reversed(drawn[-JUST:]))
    )


def _strata(found: Outcome, progress: Drawing | None) -> tuple[Lane, ...]:
    """The strata as far as they are drawn; all of them are with None."""
    current = len(found.strata) if progress is None else progress.stratum
    shown = 0 if progress is None else progress.shown
    return tuple(
        Lane(one.id, _state(at, current), one.quota if at < current else shown if at == current else 0, one.quota)
        for at, one in enumerate(found.strata)
    )


def _state(at: int, current: int) -> str:
    return "done" if at < current else "now" if at == current else "todo"


def _forming(attempt: Attempt, found: Outcome, progress: Forming) -> FormingFrame:
    team, name = found.teams[progress.team], notice_of(attempt).hash
    assign = lottery.key(name, attempt.seed, "assign", team.zone)
    seats = {code: lottery.key(name, attempt.seed, "inspector", f"{team.zone}/{code}") for code, _ in team.members}
    members = _within(team.members, MOST_MEMBERS)
    objects = _within(team.objects, ROWS - len(members))
    first = max(0, min(progress.team - TEAMS_LISTED // 2, len(found.teams) - TEAMS_LISTED))
    return FormingFrame(
        progress,
        team,
        tuple(Seated(code, number, lottery.ticket(name, seats[code], number)) for code, number in members),
        tuple(Assigned(found.objects[one].name, lottery.ticket(name, assign, one)) for one in objects),
        _strata(found, None),
        tuple(
            TeamLane(one.id, _state(at, progress.team), len(one.objects))
            for at, one in enumerate(found.teams[first : first + TEAMS_LISTED], start=first)
        ),
    )


def _within(rows: Sequence[T], room: int) -> Sequence[T]:
    """As many rows as there is room for, with one left for the line that says how many more there are."""
    return rows if len(rows) <= room else rows[: room - 1]
