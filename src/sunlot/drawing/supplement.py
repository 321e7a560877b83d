"""Supplementary draws: which objects wait for a new team, and the frozen files of the draw that gives them one.

Their objects are all drawn; their inspectors are those of the notice that is supplemented, less those in a team or fallen
out, those who pair with one of the objects, and those who may not inspect any more (docs/spec/draw-protocol.md, After the
draw; Files: a row is a qualified inspector who may be drawn). One draw for each object where one team for all is impossible.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sunlot import lottery
from sunlot.registry.models import Expert, InspectionObject, Inspector
from sunlot.registry.qualifying import qualified_experts, qualified_inspectors
from sunlot.registry.queries import avoidance_pairs
from sunlot.trail import files

from . import following, freeze, stored
from .models import Attempt, Draw, Replacement
from .naming import names_of
from .standing import Standing

_ANY_ZONE = "*"


@dataclass(frozen=True)
class Waiting:
    """Objects that wait for a new team; `basis` says why where they had one."""

    objects: tuple[str, ...]
    basis: Replacement | None = None


@dataclass(frozen=True)
class Step:
    """The supplementary draw that comes next, or why there is none.

    `separate`: one team for all is impossible, so it is for one object alone. `impossible` are objects for which
    not even a team of their own can be formed, each with what is lacking.
    """

    waiting: Waiting | None
    separate: bool = False
    impossible: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Person:
    number: str
    department: str
    zone: str


def waiting_in(standing: Standing) -> list[Waiting]:
    """Everything that waits: first the objects that no team was open to, then those of each team that lost a member for
    whom nobody is left, as far as their inspection is not done.
    """
    found = [Waiting(standing.unassigned)] if standing.unassigned else []
    bases = [one for one in standing.replacements if one.is_exhausted]
    done = following.inspected(standing.attempts) if bases else set()
    by_key = {one.pk: one for one in standing.attempts}
    seen: set[tuple[int, str]] = set()
    for basis in bases:
        team = next(t for t in standing.teams_of(by_key[basis.attempt_id]) if t.id == basis.team)
        objects = tuple(number for number in team.objects if number not in done)
        if objects and (basis.attempt_id, basis.team) not in seen:
            found.append(Waiting(objects, basis))
        seen.add((basis.attempt_id, basis.team))
    return found


def next_step(standing: Standing, day: date) -> Step:
    """Which supplementary draw comes next: it follows from the rules and is nobody's choice."""
    impossible: list[tuple[str, str]] = []
    for waiting in waiting_in(standing):
        if not lacking(standing, waiting.objects, day):
            return Step(waiting, impossible=tuple(impossible))
        for number in waiting.objects:
            lacks = lacking(standing, (number,), day)
            if not lacks:
                return Step(Waiting((number,), waiting.basis), separate=True, impossible=tuple(impossible))
            impossible.append((number, lacks))
    return Step(None, impossible=tuple(impossible))


def lacking(standing: Standing, objects: Sequence[str], day: date) -> str:
    """What stands against one team in each zone of these objects, in words; empty where it is possible (rule 6)."""
    zones = _seats(standing, objects)
    people = _people(standing, objects, day)
    own = Counter((one.department, one.zone) for one in people)
    short: Counter[str] = Counter()
    for zone, seats in zones:
        for department, count in seats:
            short[department] += max(0, count - own[department, zone])
    lacks = {code: count - own[code, _ANY_ZONE] for code, count in short.items() if count > own[code, _ANY_ZONE]}
    if not lacks:
        return ""
    names = names_of()
    return "；".join(f"{names.organisation(code)}除已在组的和须回避的外还缺 {n} 人" for code, n in lacks.items())


def freeze_supplement(draw: Draw, standing: Standing, day: date) -> freeze.Frozen:
    """The files of a supplementary draw as everything stands on `day`."""
    numbers = [number for number in draw.covers if number not in standing.gone]
    known = standing.result.known()
    # As many tickets as in the draw that is supplemented: by the same version of the table, which `rules` names.
    objects = sorted(
        (n, standing.result.stratum_of(n).id, known[n].zone, str(known[n].tickets), known[n].name) for n in numbers
    )
    inspectors = sorted((one.number, one.department, one.zone) for one in _people(standing, numbers, day))
    strata = Counter(row[1] for row in objects)
    faults = () if numbers else (("补充抽取", "要补充分组的对象都已替补，不需要再抽取。"),)
    return freeze.frozen_of(
        objects,
        inspectors,
        [],
        strata=[{"id": name, "quota": count, "reserve": 0} for name, count in sorted(strata.items(), reverse=True)],
        teams=[
            {"zone": zone, "count": 1, "seats": [{"department": code, "count": count} for code, count in seats]}
            for zone, seats in _seats(standing, numbers)
        ],
        rules=standing.root.rules.encode(),  # those of the draw that it supplements, whatever the plan says by now
        faults=faults,
    )


def _seats(standing: Standing, objects: Sequence[str]) -> list[tuple[str, list[tuple[str, int]]]]:
    """The seats of one team in each zone of the objects, as the supplemented notice has them, in its order."""
    known = standing.result.known()
    zones = {known[number].zone for number in objects}
    notice = stored.notice_of(standing.root)
    return [
        (entry.zone, [(seat.department, seat.count) for seat in entry.seats])
        for entry in notice.teams
        if entry.zone in zones
    ]


def _people(standing: Standing, objects: Iterable[str], day: date) -> list[_Person]:
    """The inspectors who may be drawn for all of these objects."""
    numbers = list(objects)
    listed = [one for one in _roster(standing.root) if one.number not in standing.engaged]
    wanted = {one.number for one in listed}
    able = set(qualified_inspectors("", day).filter(number__in=wanted).values_list("number", flat=True))
    able |= set(qualified_experts(day).filter(number__in=wanted).values_list("number", flat=True))
    frozen = {i for i, o in lottery.avoid_pairs(stored.rosters_of(standing.root)) if o in set(numbers)}
    ids = list(InspectionObject.objects.filter(number__in=numbers).values_list("pk", flat=True))
    people = list(Inspector.objects.filter(number__in=able).values_list("pk", flat=True))
    advisers = list(Expert.objects.filter(number__in=able).values_list("pk", flat=True))
    since = {person for person, _ in avoidance_pairs(people, ids, day, advisers)}
    return [one for one in listed if one.number in able - frozen - since]


def _roster(root: Attempt) -> list[_Person]:
    """The frozen inspectors of the supplemented notice."""
    found = []
    for part in root.parts.filter(roster="inspectors").order_by("number"):
        for row in csv.DictReader(io.StringIO(files.read(part.file_id).decode(), newline="")):
            found.append(_Person(row["id"], row["department"], row["zone"]))
    return found
