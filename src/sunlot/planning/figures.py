"""What a plan amounts to, as plain data: the facts that its rules ask for, and the figures and faults that come of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from sunlot.norms.regions import is_within

from .content import Stratum, Window, Zone
from .ratios.rules import Rule, stratum_label

if TYPE_CHECKING:
    from .capping import Capping

ANY_ZONE = "*"
EXPERTS = "expert-"
"""How the department of a pool of experts begins (docs/architecture.md, Zones)."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, at the field that causes it: `title`, `participants.scjg`, `strata.D`, `zones.150304`, `draw_at` …"""

    field: str
    message: str


@dataclass(frozen=True)
class Department:
    """A pool of a participant as the draw sees it; `name` is short (应急, 住建·燃气), `region` is where its organisation
    stands, `owner` the participant's code where the pool is of those who hold a competence.
    """

    code: str
    name: str
    seats: int
    region: str
    owner: str = ""

    @property
    def field(self) -> str:
        """Where in the plan what is wrong with it stands."""
        return f"participants.{self.owner or self.code}"

    @property
    def is_experts(self) -> bool:
        """Whether it is a pool of experts: drawn with the rest, listed apart, never counted among the inspectors."""
        return self.code.startswith(EXPERTS)

    def serves(self, zone: str) -> bool:
        """Whether it has seats in a zone: a district's own people sit in their own district alone."""
        return is_within(zone, self.region) or is_within(self.region, zone)


@dataclass(frozen=True)
class Shunned:
    """An object with avoid pairs: how many of each department it must not meet, of those who may serve its zone."""

    number: str
    name: str
    zone: str
    blocked: Mapping[str, int]


@dataclass(frozen=True)
class Facts:
    """All that the rules ask. `candidates` counts objects by (stratum, zone), `staff` people by (department, zone or *).

    `ratios` are the rows of the table of ratios by stratum, where the plan has still to keep to one.
    """

    day: date
    departments: Sequence[Department]
    zones: Sequence[Zone]
    zone_names: Mapping[str, str]
    strata: Sequence[Stratum]
    candidates: Mapping[tuple[str, str], int]
    staff: Mapping[tuple[str, str], int]
    shunned: Sequence[Shunned] = ()
    ratios: Mapping[str, Rule] = field(default_factory=dict)
    windows: Sequence[Window] = ()
    turn: int = 1
    """The first round that is not drawn: candidates and people are those of its day."""
    repeats: bool = False
    left_out: int = 0
    """How many objects earlier rounds drew, and this one leaves out."""
    visit_cap: int | None = None


@dataclass(frozen=True)
class RoundFigures:
    """A round still to be drawn: its candidates and how many are drawn, by stratum. Later ones are a forecast: what is drawn
    before is left out, the registries stand as they are.
    """

    number: int
    window: Window
    candidates: Mapping[str, int]
    quotas: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.candidates.values())

    @property
    def drawn(self) -> int:
        return sum(self.quotas.values())


@dataclass(frozen=True)
class StratumFigures:
    """One stratum: candidates, how many are drawn, and the reserve (as many as there are)."""

    id: str
    candidates: int
    quota: int
    reserve: int
    stratum: Stratum

    @property
    def risk_class(self) -> str:
        return self.stratum.risk_class

    @property
    def label(self) -> str:
        return stratum_label(self.id)


@dataclass(frozen=True)
class SeatFigures:
    """A department's seats in one zone: `need` people of `available`, of whom `own` belong to the zone and the rest
    are roaming ones that the draw sends there."""

    department: str
    name: str
    seats: int
    need: int
    own: int
    available: int

    @property
    def is_experts(self) -> bool:
        return self.department.startswith(EXPERTS)

    @property
    def spare(self) -> int:
        return self.available - self.need


@dataclass(frozen=True)
class ZoneFigures:
    """One zone: its teams, candidates, how many drawn objects fall on it on average and at the most, and its seats."""

    code: str
    name: str
    teams: int
    candidates: int
    expected: float
    seats: tuple[SeatFigures, ...]
    most: int = 0

    @property
    def visits_per_team(self) -> float:
        return self.expected / self.teams

    def seat_of(self, department: str) -> SeatFigures | None:
        return next((seat for seat in self.seats if seat.department == department), None)

    @property
    def short(self) -> bool:
        return not self.seats or any(seat.spare < 0 for seat in self.seats)

    @property
    def without_spare(self) -> bool:
        return any(seat.spare == 0 for seat in self.seats)


@dataclass(frozen=True)
class Feasibility:
    """What a plan amounts to on `day`. It can't be submitted, signed or drawn while there is a fault."""

    day: date
    strata: tuple[StratumFigures, ...]
    zones: tuple[ZoneFigures, ...]
    departments: tuple[Department, ...]
    people: int
    experts: int
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    candidates_by_zone: Mapping[tuple[str, str], int] = field(default_factory=dict)
    capping: "Capping | None" = None
    rounds: tuple[RoundFigures, ...] = ()
    """The rounds still to be drawn, this one first."""
    left_out: int = 0

    @property
    def possible(self) -> bool:
        return not self.faults

    @property
    def candidates(self) -> int:
        return sum(stratum.candidates for stratum in self.strata)

    @property
    def drawn(self) -> int:
        return sum(stratum.quota for stratum in self.strata)

    @property
    def drawn_in_all(self) -> int:
        """What all rounds still to come draw."""
        return sum(one.drawn for one in self.rounds) or self.drawn

    @property
    def reserve(self) -> int:
        return sum(stratum.reserve for stratum in self.strata)

    @property
    def teams(self) -> int:
        return sum(zone.teams for zone in self.zones)

    @property
    def people_needed(self) -> int:
        return sum(seat.need for zone in self.zones for seat in zone.seats if not seat.is_experts)

    @property
    def experts_needed(self) -> int:
        return sum(seat.need for zone in self.zones for seat in zone.seats if seat.is_experts)

    @property
    def visits_per_team(self) -> float:
        return self.drawn / self.teams if self.teams else 0.0

    def faults_at(self, name: str) -> list[str]:
        """What is wrong at a field of the plan."""
        return [fault.message for fault in self.faults if fault.field == name]
