"""Capacity against planned visits, unit by unit and month by month (充实并合理调配一线执法检查力量).

People are counted in working days on which they may inspect: certificate and test valid, not on leave, for the unit that
they serve. Visits count in the month in which they are due (or took place): those dispatched, and those that plans not yet
drawn will give.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count
from django.db.models.functions import Coalesce, TruncMonth

from sunlot.norms import working_days
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Assessment, Inspector, Leave, Loan
from sunlot.registry.qualifying import IN_EFFECT
from sunlot.visits.models import Visit

from . import content
from .models import Plan
from .queries import feasibility

A_VISIT = 2
"""Certified inspectors of a department at one visit (行政处罚法 第四十二条)."""

LIMIT = 8
"""Visits that one inspector can make in a month, unless the page is asked for another number."""

MONTHS = 6


@dataclass(frozen=True)
class Cell:
    """One unit in one month. `people` are full-time equivalents."""

    month: date
    people: float
    visits: int
    expected: int
    limit: int

    @property
    def all_visits(self) -> int:
        return self.visits + self.expected

    @property
    def possible(self) -> int:
        """Visits that the people of this month can make."""
        return int(self.people * self.limit / A_VISIT)

    @property
    def lacking(self) -> int:
        """People who are missing, rounded up; 0 where they suffice."""
        short = self.all_visits * A_VISIT - self.people * self.limit
        return max(0, -int(-short // self.limit)) if short > 0 else 0

    @property
    def each(self) -> float | None:
        """Visits for each inspector; None where there is nobody."""
        return self.all_visits * A_VISIT / self.people if self.people else None


@dataclass(frozen=True)
class UnitLoad:
    """A unit through the months."""

    unit: Organisation
    cells: tuple[Cell, ...]
    has_parts: bool = False
    """Whether the figures hold those of units below it: where a department takes part, all its people do."""

    @property
    def lacks(self) -> int:
        return max((cell.lacking for cell in self.cells), default=0)


def months_from(first: date, count: int) -> list[date]:
    """So many first days of months from that of `first` on."""
    start = first.year * 12 + first.month - 1
    return [date((start + at) // 12, (start + at) % 12 + 1, 1) for at in range(count)]


def loads(viewer: Viewer, months: Sequence[date], limit: int = LIMIT) -> list[UnitLoad]:
    """The units of the viewer's subtree that have inspectors or visits, by path, each with all below it: the first, if there
    is any, is the viewer's own with everything. The queries grow with the undrawn plans.
    """
    end = months_from(months[-1], 2)[1] - timedelta(days=1)
    units = {
        one.path: one for one in Organisation.objects.filter(path__startswith=viewer.base.path).select_related("parent")
    }
    people = _people(months[0], end)
    dispatched = _dispatched(months[0], end)
    expected = _expected(months[0], end, set(units))
    days = {month: len([day for day in _days_of(month) if working_days.is_working_day(day)]) for month in months}
    found = []
    for path, unit in sorted(units.items()):
        inside = [other for other in units if other.startswith(path)]
        cells = tuple(
            Cell(
                month,
                sum(people[one, month] for one in inside) / days[month] if days[month] else 0.0,
                sum(dispatched[one, month] for one in inside),
                sum(expected[one, month] for one in inside),
                limit,
            )
            for month in months
        )
        if any(cell.people or cell.all_visits for cell in cells):
            found.append(UnitLoad(unit, cells, has_parts=len(inside) > 1))
    return found


def _days_of(month: date) -> list[date]:
    following = months_from(month, 2)[1]
    return [month + timedelta(days=at) for at in range((following - month).days)]


def _people(first: date, last: date) -> Counter[tuple[str, date]]:
    """(path of the unit served, month) → working days on which inspectors may inspect. Four queries."""
    leaves: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for key, starts, ends in Leave.objects.filter(
        state=Leave.State.GRANTED, starts__lte=last, ends__gte=first
    ).values_list("inspector_id", "starts", "ends"):
        leaves[key].append((starts, ends))
    tests: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for key, tested_on, until in Assessment.objects.filter(passed=True, voided_at__isnull=True).values_list(
        "inspector_id", "tested_on", "valid_until"
    ):
        tests[key].append((tested_on, until or date.max))
    loans: dict[int, list[tuple[date, date, str]]] = defaultdict(list)
    for key, starts, ends, path in Loan.objects.filter(
        state__in=IN_EFFECT, starts__lte=last, ends__gte=first
    ).values_list("inspector_id", "starts", "ends", "borrower__path"):
        loans[key].append((starts, ends, path))
    on_duty = Inspector.objects.filter(state=Inspector.State.ACTIVE, certificate_expires__gte=first).values_list(
        "pk", "certificate_expires", "organisation__path"
    )
    span = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    working = [day for day in span if working_days.is_working_day(day)]
    counted: Counter[tuple[str, date]] = Counter()
    for key, expires, own in on_duty:
        for day in working:
            if day > expires or _within(day, leaves[key]) or not _within(day, tests[key]):
                continue
            serves = next((path for starts, ends, path in loans[key] if starts <= day <= ends), own)
            counted[serves, day.replace(day=1)] += 1
    return counted


def _within(day: date, spans: Iterable[tuple[date, date]]) -> bool:
    return any(starts <= day <= ends for starts, ends in spans)


def _dispatched(first: date, last: date) -> Counter[tuple[str, date]]:
    """(path, month) → visits due in the month, or made in it. One query."""
    rows = (
        Visit.objects.exclude(state__in=[Visit.State.CANCELLED, Visit.State.FAILED])
        .annotate(day=Coalesce("visited_on", "planned_until"))
        .filter(day__range=(first, last))
        .annotate(month=TruncMonth("day"))
        .order_by()
        .values_list("organisation__path", "month")
        .annotate(Count("pk"))
    )
    return Counter({(path, month): count for path, month, count in rows})


def _expected(first: date, last: date, paths: set[str]) -> Counter[tuple[str, date]]:
    """(path of the participant, month) → visits that rounds not yet drawn will give, each due at the round's last day."""
    undrawn = Plan.objects.filter(
        state__in=[*Plan.UNPUBLISHED, Plan.State.LEADER_SIGNED, Plan.State.PUBLISHED],
        ends_on__gte=first,
        starts_on__lte=last,
    ).exclude(state=Plan.State.DRAFT)
    counted: Counter[tuple[str, date]] = Counter()
    for plan in undrawn.prefetch_related(*content.parts()):
        seated = [part.organisation.path for part in plan.participants.all() if part.seats]
        if not paths.intersection(seated):
            continue
        ahead = [one for one in feasibility(plan).rounds if first <= one.window.ends_on <= last]
        for path in seated:
            for one in ahead:
                counted[path, one.window.ends_on.replace(day=1)] += one.drawn
    return counted
