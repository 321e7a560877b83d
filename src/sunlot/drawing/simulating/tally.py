"""What many draws brought, counted draw by draw. Pure, and as small as the groups that are counted, however many seeds.

A `Tally` goes into the position of its job as JSON and comes out of it again, so that a killed worker's successor goes on.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sunlot.lottery.objects import DrawnStratum
from sunlot.lottery.result import Outcome

TAIL = 0.05  # at either end, outside “nine cases in ten”

REGION, STRATUM, TRADE, ITEM = DIMENSIONS = ("region", "stratum", "trade", "item")
BUSIEST, IDLEST, IDLE = "busiest", "idlest", "idle"
ENTERPRISE = "enterprise"


@dataclass
class Roll:
    """The candidates as they are counted. Alike ones share a cell; `keys` says to which groups each cell belongs."""

    groups: dict[str, list[str]]
    keys: list[dict[str, tuple[str, ...]]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    cell: dict[str, int] = field(default_factory=dict)
    enterprise: dict[str, int] = field(default_factory=dict)
    """By object: whose it is, as a number; an object that is nobody's is an enterprise by itself."""
    departments: dict[str, str] = field(default_factory=dict)
    """By inspector or expert."""

    @property
    def enterprises(self) -> int:
        return len(set(self.enterprise.values()))

    def candidates(self, dimension: str) -> Counter[str]:
        """How many candidates each group of a dimension has; one object may be in several groups, by items."""
        found: Counter[str] = Counter()
        for keys, size in zip(self.keys, self.sizes, strict=True):
            for key in keys[dimension]:
                found[key] += size
        return found


@dataclass(frozen=True)
class Spread:
    """A number over all seeds: on average, in nine cases of ten, at the least and at the most."""

    mean: float
    low: int
    high: int
    least: int
    most: int


def spread(counts: Mapping[int, int]) -> Spread:
    """The spread of a number that came up `counts[n]` times as n. Raises ValueError where nothing was counted."""
    times = sum(counts.values())
    if not times:
        raise ValueError("nothing was counted")
    values = sorted(counts)
    outside = int(times * TAIL)
    return Spread(
        mean=sum(value * count for value, count in counts.items()) / times,
        low=_after(values, counts, outside),
        high=_after(values[::-1], counts, outside),
        least=values[0],
        most=values[-1],
    )


def _after(values: Sequence[int], counts: Mapping[int, int], outside: int) -> int:
    """The value at which more than `outside` of the counted have been passed."""
    passed = 0
    for value in values:
        passed += counts[value]
        if passed > outside:
            return value
    return values[-1]


@dataclass
class Tally:
    """The counts of `seeds` draws."""

    seeds: int = 0
    spreads: dict[str, dict[str, Counter[int]]] = field(default_factory=dict)
    """By dimension and group: how often each number came up."""
    loads: dict[str, Counter[int]] = field(default_factory=dict)
    """By department: how often somebody in a team had so many visits."""
    seated: Counter[str] = field(default_factory=Counter)
    """By inspector: in how many draws it was in a team."""
    unassigned: Counter[str] = field(default_factory=Counter)
    """By object: in how many draws no team was open to it."""
    with_unassigned: int = 0
    """Draws in which some object had no team."""

    def add(self, roll: Roll, strata: Iterable[DrawnStratum], outcome: Outcome | None) -> None:
        """Count one draw; `outcome` is None where there are no teams."""
        self.seeds += 1
        drawn = [identifier for stratum in strata for identifier in stratum.drawn]
        self._add_groups(roll, drawn)
        self._add_enterprises(roll, drawn)
        if outcome is not None:
            self._add_teams(outcome)

    def _add_groups(self, roll: Roll, drawn: Iterable[str]) -> None:
        cells = Counter(map(roll.cell.__getitem__, drawn))
        for dimension in DIMENSIONS:
            totals: Counter[str] = Counter()
            for cell, count in cells.items():
                for key in roll.keys[cell][dimension]:
                    totals[key] += count
            for key in roll.groups[dimension]:
                self._count(dimension, key, totals[key])

    def _add_enterprises(self, roll: Roll, drawn: Iterable[str]) -> None:
        visits = Counter(Counter(map(roll.enterprise.__getitem__, drawn)).values())
        for times in sorted(visits.keys() | {1}):
            self._count(ENTERPRISE, str(times), visits[times])

    def _add_teams(self, outcome: Outcome) -> None:
        zones: dict[str, list[int]] = {}
        for team in outcome.teams:
            load = len(outcome.assignment.objects[team.id])
            zones.setdefault(team.zone, []).append(load)
            for department, inspector in team.members:
                self.loads.setdefault(department, Counter())[load] += 1
                self.seated[inspector] += 1
        for zone, loads in zones.items():
            self._count(BUSIEST, zone, max(loads))
            self._count(IDLEST, zone, min(loads))
            self._count(IDLE, zone, loads.count(0))
        self.unassigned.update(outcome.assignment.unassigned)
        self.with_unassigned += bool(outcome.assignment.unassigned)

    def _count(self, dimension: str, key: str, value: int) -> None:
        self.spreads.setdefault(dimension, {}).setdefault(key, Counter())[value] += 1

    def spread_of(self, dimension: str, key: str) -> Spread:
        """The spread of one group; draws in which it was not counted at all are noughts."""
        counts = Counter(self.spreads.get(dimension, {}).get(key, {}))
        missing = self.seeds - sum(counts.values())
        if missing:
            counts[0] += missing
        return spread(counts)

    def to_json(self) -> dict[str, Any]:
        """As JSON, for the position of a job."""
        return {
            "seeds": self.seeds,
            "spreads": {name: {key: _texts(one) for key, one in group.items()} for name, group in self.spreads.items()},
            "loads": {name: _texts(one) for name, one in self.loads.items()},
            "seated": dict(self.seated),
            "unassigned": dict(self.unassigned),
            "with_unassigned": self.with_unassigned,
        }

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> "Tally":
        """The tally that `to_json` wrote."""
        return cls(
            seeds=said["seeds"],
            spreads={
                name: {key: _numbers(one) for key, one in group.items()} for name, group in said["spreads"].items()
            },
            loads={name: _numbers(one) for name, one in said["loads"].items()},
            seated=Counter(said["seated"]),
            unassigned=Counter(said["unassigned"]),
            with_unassigned=said["with_unassigned"],
        )


def _texts(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(value): count for value, count in counts.items()}


def _numbers(counts: Mapping[str, int]) -> Counter[int]:
    return Counter({int(value): count for value, count in counts.items()})
