"""How likely an enterprise is to be drawn within the year, given all published plans and the lines of the annual plans.

A plan draws an object with one ticket with the chance quota ÷ candidates of its stratum. The draws of different plans do
not depend on one another, so the chance of being drawn at all is 1 − ∏(1 − p), and the expected number of visits is ∑p.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q

from sunlot.lottery import Rehearsal
from sunlot.lottery.notice import Stratum
from sunlot.norms import clock
from sunlot.planning.annual.checks import day_of_draw
from sunlot.planning.content import content_of
from sunlot.planning.models import AnnualLine, AnnualPlan, Plan
from sunlot.planning.queries import feasibility, published_plans, with_parts
from sunlot.planning.rounds import next_round
from sunlot.registry import queries as registry

from ..freeze import candidates
from .rolls import strata_of
from .tally import Roll

_HALVINGS = 60
"""So often the threshold is halved: more than a float can tell apart."""


def chances_of(quota: int, held: Mapping[int, int]) -> dict[int, float]:
    """The chance of being drawn by number of tickets, in a stratum where `held[n]` objects hold n tickets.

    Exact where all hold as many. Else the objects are those whose smallest ticket lies below a threshold t, so that an
    object with n tickets is drawn with 1 − (1 − t)ⁿ, and t is such that the quota comes out on average: exact in the limit of
    large strata.
    """
    count = sum(held.values())
    if quota >= count:
        return dict.fromkeys(held, 1.0)
    if len(held) == 1 or not quota:
        return dict.fromkeys(held, quota / count)
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        drawn = sum(objects * (1 - (1 - middle) ** tickets) for tickets, objects in held.items())
        low, high = (middle, high) if drawn < quota else (low, middle)
    return {tickets: 1 - (1 - low) ** tickets for tickets in held}


Held = tuple[str, str, int]
"""A candidate: its number, its stratum, its tickets."""


def chances_in(strata: Iterable[Stratum], rows: Sequence[Held]) -> Iterator[tuple[str, float]]:
    """The chance of every object of a roster."""
    held: dict[str, Counter[int]] = {}
    for _, stratum, tickets in rows:
        held.setdefault(stratum, Counter())[tickets] += 1
    known = {one.id: chances_of(one.quota, held[one.id]) for one in strata if one.id in held}
    for number, stratum, tickets in rows:
        if stratum in known:
            yield number, known[stratum][tickets]


@dataclass(frozen=True)
class Source:
    """A draw of the year that touches some of the candidates: `objects` of them; `plan` is its number, empty for a line."""

    name: str
    plan: str
    day: date
    objects: int
    expected: float
    """How many of the candidates it draws on average."""


@dataclass(frozen=True)
class ClassChance:
    """The enterprises of one stratum (the first of the strata in which an enterprise has an object)."""

    stratum: str
    enterprises: int
    least: float
    mean: float
    most: float
    visits: float
    """Expected in the year for one enterprise."""


@dataclass
class Year:
    """The chances of the enterprises of a roll within a year, source after source."""

    roll: Roll
    strata: Sequence[str]
    sources: list[Source] = field(default_factory=list)

    def __post_init__(self) -> None:
        numbers: dict[int, int] = {}
        self._at = {number: numbers.setdefault(whose, len(numbers)) for number, whose in self.roll.enterprise.items()}
        self._missed = array("d", [1.0]) * len(numbers)
        self._visits = array("d", [0.0]) * len(numbers)

    def add(self, name: str, plan: str, day: date, chances: Iterable[tuple[str, float]]) -> None:
        """Reckon with one more draw; objects that are not candidates are passed over."""
        objects, expected = 0, 0.0
        for number, chance in chances:
            at = self._at.get(number)
            if at is not None:
                self._missed[at] *= 1 - chance
                self._visits[at] += chance
                objects, expected = objects + 1, expected + chance
        if objects:
            self.sources.append(Source(name, plan, day, objects, expected))

    def classes(self) -> list[ClassChance]:
        """The chances by stratum, in the notice's order."""
        rank = {stratum: at for at, stratum in enumerate(self.strata)}
        first = array("l", [len(rank)]) * len(self._missed)
        for number, cell in self.roll.cell.items():
            at, stratum = self._at[number], self.roll.keys[cell]["stratum"][0]
            first[at] = min(first[at], rank.get(stratum, len(rank)))
        found = []
        for stratum, place in rank.items():
            inside = [at for at, its in enumerate(first) if its == place]
            if inside:
                drawn = [1 - self._missed[at] for at in inside]
                visits = sum(self._visits[at] for at in inside) / len(inside)
                mean = sum(drawn) / len(inside)
                found.append(ClassChance(stratum, len(inside), min(drawn), mean, max(drawn), visits))
        return found


def year_of(plan: Plan, roll: Roll, rehearsal: Rehearsal, day: date, tell: Callable[[str], object]) -> Year:
    """The year of the plan's draw: itself, the other plans published for it, and lines that no published plan carries out.

    Each plan is looked at as of its own day of drawing, in the registries of today: what was drawn is reckoned as likely as it
    was. A change order stands for the plan that it revises.
    """
    year = Year(roll, [one.id for one in rehearsal.strata])
    own = [(number.decode(), stratum.decode(), int(held)) for number, stratum, _, held in rehearsal.candidates()]
    _add_rounds(year, plan, day, next_round(plan), rehearsal.strata, own)
    others = published_plans().filter(draw_at__gte=_begin(day.year), draw_at__lt=_begin(day.year + 1))
    for other in with_parts(others.exclude(pk__in=[plan.pk, plan.revises_id or plan.pk]).order_by("draw_at", "pk")):
        tell(f"本年度其他计划：{other}")
        its_day = content_of(other).draw_day
        strata, rows, _ = candidates(other, its_day)
        its = [(number, stratum, int(held)) for number, stratum, _, held, _ in rows]
        _add_rounds(year, other, its_day, 1, strata_of(strata), its)
    for line in _lines_to_come(plan, day.year):
        tell(f"年度计划项目：{line.title}")
        year.add(line.title, "", day_of_draw(day.year, line), _chances_of_line(line, day_of_draw(day.year, line)))
    return year


def _add_rounds(year: Year, plan: Plan, day: date, turn: int, strata: Sequence[Stratum], rows: Sequence[Held]) -> None:
    """Reckon with the rounds of a plan from `turn` on, whose candidates these are: each by itself where an object may be drawn
    again, else all together, for then it is drawn once at the most.
    """
    if turn == plan.round_count:
        year.add(str(plan), plan.number, day, chances_in(strata, rows))
        return
    rounds = feasibility(plan, day, turn).rounds
    if plan.repeats:
        for one in rounds:
            year.add(f"{plan}（第 {one.number} 批）", plan.number, one.window.draw_day, chances_in(strata, rows))
        return
    shares = {
        stratum.id: [
            one.quotas[stratum.id] / one.candidates[stratum.id] for one in rounds if one.candidates[stratum.id]
        ]
        for stratum in strata
    }
    of = {number: stratum for number, stratum, _ in rows}
    chances = ((number, in_rounds(chance, shares[of[number]])) for number, chance in chances_in(strata, rows))
    year.add(f"{plan}（{len(rounds)} 批）", plan.number, day, chances)


def in_rounds(chance: float, shares: Sequence[float]) -> float:
    """The chance of being drawn by one of several rounds that draw nothing twice: `chance` is that of the first, `shares` how
    much of what is left each draws. Exact where all objects of a stratum hold as many tickets.
    """
    missed = 1.0
    for share in shares:
        missed *= 1 - min(1.0, chance * share / shares[0]) if shares[0] else 1.0
    return 1 - missed


def _begin(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=clock.SHANGHAI)


def _lines_to_come(plan: Plan, year: int) -> list[AnnualLine]:
    """The lines of published annual plans that neither a published plan nor this one carries out."""
    carried = published_plans().filter(annual_line__isnull=False).values("annual_line")
    lines = AnnualLine.objects.filter(annual__state=AnnualPlan.State.PUBLISHED, annual__year=year)
    lines = lines.exclude(pk__in=carried).filter(Q(quota_number__isnull=False) | Q(quota_permille__isnull=False))
    found = lines.select_related("annual__department").prefetch_related("kinds").order_by("month", "pk")
    return [line for line in found if line.pk != plan.annual_line_id]


def _chances_of_line(line: AnnualLine, day: date) -> list[tuple[str, float]]:
    """A line says no classes: each object of its kinds in the department's region is as likely as any other."""
    kinds = [kind.pk for kind in line.kinds.all()]
    found = registry.candidates(kinds, [line.annual.department.region_id], day)
    numbers = list(found.order_by().values_list("number", flat=True))
    if not numbers:
        return []
    chance = (line.quota_permille or 0) / 1000 if line.quota_number is None else line.quota_number / len(numbers)
    drawn = 1 - (1 - min(1.0, chance)) ** line.times
    return [(number, drawn) for number in numbers]
