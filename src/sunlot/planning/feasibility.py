"""Whether a plan can be drawn, and what it amounts to: rules 4 to 7 of the notice (docs/spec/draw-protocol.md), told at
the field of the plan that breaks them.

Pure: facts go in, figures and faults come out. `tests/planning/test_feasibility.py` holds it against the lottery's own
check of a notice: a plan without faults here makes a notice without faults there.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sunlot.lottery.notice import MAX_SEAT, MAX_TEAMS
from sunlot.norms.regions import is_within

from .content import Stratum, Zone

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
    """A participant as the draw sees it; `name` is short (应急), `region` is where its organisation stands."""

    code: str
    name: str
    seats: int
    region: str

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
    """All that the rules ask. `candidates` counts objects by (risk class, zone), `staff` people by (department, zone or *)."""

    day: date
    departments: Sequence[Department]
    zones: Sequence[Zone]
    zone_names: Mapping[str, str]
    strata: Sequence[Stratum]
    candidates: Mapping[tuple[str, str], int]
    staff: Mapping[tuple[str, str], int]
    shunned: Sequence[Shunned] = ()


@dataclass(frozen=True)
class StratumFigures:
    """One risk class: candidates, how many are drawn, and the reserve (as many as there are)."""

    risk_class: str
    candidates: int
    quota: int
    reserve: int
    stratum: Stratum


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
    """One zone: its teams, candidates, how many drawn objects fall on it on average, and its seats."""

    code: str
    name: str
    teams: int
    candidates: int
    expected: float
    seats: tuple[SeatFigures, ...]

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


def assess(facts: Facts, faults: Sequence[Fault] = (), warnings: Sequence[Fault] = ()) -> Feasibility:
    """Figures, faults and warnings of a plan; what was already found of its content stands first."""
    strata = tuple(_stratum(facts, stratum) for stratum in facts.strata)
    zones = _zones(facts, strata)
    found = [*faults, *_check_strata(strata), *_check_zones(facts, zones), *_check_strength(facts, zones)]
    found += _check_shut_out(facts)
    return Feasibility(
        day=facts.day,
        strata=strata,
        zones=zones,
        departments=tuple(facts.departments),
        people=sum(count for (code, _), count in facts.staff.items() if not code.startswith(EXPERTS)),
        experts=sum(count for (code, _), count in facts.staff.items() if code.startswith(EXPERTS)),
        faults=tuple(found),
        warnings=(*warnings, *_warn(zones)),
        candidates_by_zone=dict(facts.candidates),
    )


def seats_in(departments: Sequence[Department], zone: str) -> list[Department]:
    """The departments that have seats in a zone, in the plan's order."""
    return [department for department in departments if department.serves(zone)]


def share_roaming(needs: Sequence[tuple[str, int]], own: Mapping[str, int], roaming: int) -> dict[str, int]:
    """How many of a department's people each zone has once the roaming ones are dealt (protocol, Teams, step 1).

    `needs` are (zone, people needed) in the notice's order, `own` the zones' own people. How many go where does not
    depend on chance, only who.
    """
    people = {zone: own.get(zone, 0) for zone, _ in needs}
    for zone, need in needs:
        sent = min(max(need - people[zone], 0), roaming)
        people[zone] += sent
        roaming -= sent
    order = [zone for zone, _ in needs]
    for turn in range(roaming):
        people[order[turn % len(order)]] += 1
    return people


def _stratum(facts: Facts, stratum: Stratum) -> StratumFigures:
    candidates = sum(count for (risk, _), count in facts.candidates.items() if risk == stratum.risk_class)
    quota = stratum.quota_of(candidates)
    reserve = max(0, min(stratum.reserve, candidates - quota))
    return StratumFigures(stratum.risk_class, candidates, quota, reserve, stratum)


def _zones(facts: Facts, strata: Sequence[StratumFigures]) -> tuple[ZoneFigures, ...]:
    people: dict[tuple[str, str], int] = {}
    for department in facts.departments:
        needs = [(zone.region, zone.teams * department.seats) for zone in facts.zones if department.serves(zone.region)]
        own = {zone: facts.staff.get((department.code, zone), 0) for zone, _ in needs}
        shared = share_roaming(needs, own, facts.staff.get((department.code, ANY_ZONE), 0)) if needs else {}
        people |= {(department.code, zone): count for zone, count in shared.items()}
    figures = []
    for zone in facts.zones:
        here = Counter({risk: count for (risk, at), count in facts.candidates.items() if at == zone.region})
        expected = sum(s.quota * here[s.risk_class] / s.candidates for s in strata if s.candidates)
        seats = tuple(
            SeatFigures(
                department.code,
                department.name,
                department.seats,
                zone.teams * department.seats,
                facts.staff.get((department.code, zone.region), 0),
                people[department.code, zone.region],
            )
            for department in seats_in(facts.departments, zone.region)
        )
        name = facts.zone_names.get(zone.region, zone.region)
        figures.append(ZoneFigures(zone.region, name, zone.teams, here.total(), expected, seats))
    return tuple(figures)


def _check_strata(strata: Sequence[StratumFigures]) -> list[Fault]:
    """Rule 4: 0 ≤ quota ≤ candidates, and at least one object is drawn."""
    if not sum(stratum.candidates for stratum in strata):
        return [Fault("kinds", "没有一户候选对象。核对对象类别、所在区和信用风险分层。")]
    faults = []
    for stratum in strata:
        if stratum.quota > stratum.candidates:
            message = f"{stratum.risk_class} 类候选只有 {stratum.candidates} 户，不能抽取 {stratum.quota} 户。减少抽取数，或改用比例。"
            faults.append(Fault(f"strata.{stratum.risk_class}", message))
    if not sum(stratum.quota for stratum in strata):
        faults.append(Fault("strata", "各类抽取数合计为 0，至少抽取 1 户。"))
    return faults


def _check_zones(facts: Facts, zones: Sequence[ZoneFigures]) -> list[Fault]:
    """Rule 5: the zones are exactly those in which candidates lie, each with teams, and with seats in every team."""
    faults = []
    for zone in zones:
        if not zone.candidates:
            faults.append(Fault(f"zones.{zone.code}", f"{zone.name}没有候选对象，去掉这个区，或核对对象类别和分层。"))
        if not 1 <= zone.teams <= MAX_TEAMS:
            faults.append(Fault(f"zones.{zone.code}", f"{zone.name}的检查组数应为 1 至 {MAX_TEAMS}。"))
        if not zone.seats:
            faults.append(
                Fault(f"zones.{zone.code}", f"没有参与部门在{zone.name}派员，增加一个参与部门，或去掉这个区。")
            )
    listed = {zone.code for zone in zones}
    for code in sorted({at for (_, at), count in facts.candidates.items() if count} - listed):
        here = sum(count for (_, at), count in facts.candidates.items() if at == code)
        name = facts.zone_names.get(code, code)
        faults.append(Fault(f"zones.{code}", f"{name}有 {here} 户候选对象，须填写检查组数。"))
    for department in facts.departments:
        if not 1 <= department.seats <= MAX_SEAT:
            faults.append(Fault(f"participants.{department.code}", f"每组人数应为 1 至 {MAX_SEAT}。"))
        if zones and not any(department.serves(zone.code) for zone in zones):
            message = f"{department.name}不在所选各区，没有可检查的对象。去掉这个部门，或加上它所在的区。"
            faults.append(Fault(f"participants.{department.code}", message))
    return faults


def _check_strength(facts: Facts, zones: Sequence[ZoneFigures]) -> list[Fault]:
    """Rule 6: what the zones' own people fall short of, the department's roaming ones must make up.

    Told at the zones that are still short once the roaming ones are shared out: there is one exactly when the rule
    does not hold.
    """
    faults = []
    for zone in zones:
        for seat in zone.seats:
            if seat.spare >= 0:
                continue
            message = f"{zone.name}{seat.name}人员只有 {seat.available} 人，需要 {seat.need} 人（{zone.teams} 组，每组 {seat.seats} 人）"
            roaming = facts.staff.get((seat.department, ANY_ZONE), 0)
            if roaming:
                message += f"，其中由抽取分来的{'专家' if seat.is_experts else '市直人员'} {seat.available - seat.own} 人（全市 {roaming} 人，各区共用）"
            most = seat.available // seat.seats
            remedy = f"减为 {most} 组" if most else "减少检查组"
            faults.append(Fault(f"zones.{zone.code}", f"{message}。{remedy}，或请该部门增补人员。"))
    return faults


def _check_shut_out(facts: Facts) -> list[Fault]:
    """Rule 7: for each object and each seat of its zone, enough people of the department form no pair with it."""
    faults = []
    for shunned in facts.shunned:
        for department in seats_in(facts.departments, shunned.zone):
            able = facts.staff.get((department.code, shunned.zone), 0) + facts.staff.get((department.code, ANY_ZONE), 0)
            left = able - shunned.blocked.get(department.code, 0)
            if left < department.seats:
                message = (
                    f"{shunned.name}（{shunned.number}）须回避{department.name} {able - left} 人，"
                    f"{facts.zone_names.get(shunned.zone, shunned.zone)}可派的 {able} 人只余 {left} 人，每组需要 {department.seats} 人。"
                    "请该部门增补人员，或核对回避登记。"
                )
                faults.append(Fault(f"participants.{department.code}", message))
    return faults


def _warn(zones: Sequence[ZoneFigures]) -> list[Fault]:
    """What does not stop the draw but should be known: nobody in reserve, more teams than objects."""
    warnings = []
    for zone in zones:
        bare = [seat.name for seat in zone.seats if seat.spare == 0]
        if bare:
            message = f"{zone.name}{'、'.join(bare)}人员全部入组，无人可替补。"
            if zone.teams > 1:
                message += f"可减为 {zone.teams - 1} 组（每组约 {zone.expected / (zone.teams - 1):.0f} 户），或在抽取前增补人员。"
            else:
                message += "可在抽取前增补人员。"
            warnings.append(Fault(f"zones.{zone.code}", message))
        if zone.candidates and zone.expected < zone.teams:
            message = f"{zone.name}平均抽中 {zone.expected:.1f} 户，{zone.teams} 个检查组可能有组无户可查。"
            warnings.append(Fault(f"zones.{zone.code}", message))
    return warnings
