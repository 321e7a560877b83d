"""The figures of a simulation as they are kept: plain JSON with the names of the day on which it was made."""

from dataclasses import asdict
from typing import Any

from sunlot.lottery import Rehearsal
from sunlot.norms import clock, masking, trades
from sunlot.planning import queries as planning
from sunlot.planning.feasibility import Feasibility
from sunlot.planning.models import Plan
from sunlot.registry.models import RiskClass

from ..freeze import Frozen
from ..naming import Names, names_of
from .chances import Year
from .rolls import items_of, meets
from .tally import BUSIEST, DIMENSIONS, ENTERPRISE, IDLE, IDLEST, ITEM, REGION, STRATUM, TRADE, Roll, Tally, spread

MOST_NAMED = 50
"""So many people or objects are named one by one; the others are counted."""

Figures = dict[str, Any]


def figures_of(
    plan: Plan, frozen: Frozen, rehearsal: Rehearsal, roll: Roll, tally: Tally, year: Year, turn: int = 1
) -> Figures:
    """Everything that the page, the charts and the exports show; `turn` is the round that was tried."""
    names = names_of()
    feasible = planning.feasibility(plan, number=turn)
    return {
        "roster_at": clock.iso(clock.now()),
        "seeds": tally.seeds,
        "candidates": len(roll.cell),
        "enterprises": roll.enterprises,
        "drawn": sum(one.quota for one in rehearsal.strata),
        "people": len(roll.departments),
        "teams": sum(one.count for one in rehearsal.teams) if not rehearsal.faults else 0,
        "coverage": {dimension: _coverage(dimension, plan, roll, tally, names) for dimension in DIMENSIONS},
        "visits": _visits(plan, roll, tally),
        "departments": _departments(rehearsal, roll, tally, names),
        "loads": _loads(tally),
        "unused": _unused(roll, tally, names) if not rehearsal.faults else {"count": 0, "named": []},
        "zones": _zones(rehearsal, tally, names, plan.visit_cap),
        "round": turn,
        "visit_cap": plan.visit_cap,
        "rounds": _rounds(feasible, repeats=plan.repeats),
        "infeasible": _infeasible(feasible, frozen, rehearsal, tally, names),
        "year": _year(year),
    }


def stratum_name(code: str) -> str:
    """D 高风险 for a risk class; a stratum of another kind is called by its own id."""
    return f"{code} {RiskClass(code).label}" if code in RiskClass.values else code


def _coverage(dimension: str, plan: Plan, roll: Roll, tally: Tally, names: Names) -> list[Figures]:
    """Candidates and drawn objects of each group of a dimension."""
    candidates = roll.candidates(dimension)
    called = _callers(plan, names)[dimension]
    return [
        {"key": key, "name": called(key), "candidates": candidates[key], **asdict(tally.spread_of(dimension, key))}
        for key in roll.groups[dimension]
    ]


def _callers(plan: Plan, names: Names) -> dict[str, Any]:
    items = {one.version.item.code: str(one.version) for one in plan.items.select_related("version__item")}
    return {
        REGION: names.region,
        STRATUM: stratum_name,
        TRADE: lambda code: f"{code} {trades.name_of(code)}" if code else "没有登记行业",
        ITEM: lambda code: items.get(code, code),
    }


def _visits(plan: Plan, roll: Roll, tally: Tally) -> Figures:
    """What one enterprise has to expect: how many visits in a draw, how many items and departments at one visit."""
    times = sorted(tally.spreads.get(ENTERPRISE, {}), key=int)
    items = items_of(plan)
    kinds: dict[tuple[int, int], int] = {}
    homes = {one.pk: one.organisation.region_id for one in plan.participants.select_related("organisation")}
    by_item: dict[str, set[int]] = {}
    for code, part in plan.items.values_list("version__item__code", "participant"):
        by_item.setdefault(code, set()).add(part)
    for keys, size in zip(roll.keys, roll.sizes, strict=True):
        region = keys[REGION][0]
        codes = keys[ITEM]
        parts = {part for code in codes for part in by_item[code] if meets(region, homes[part])}
        at = (len(codes), len(parts))
        kinds[at] = kinds.get(at, 0) + size
    return {
        "times": [{"times": int(one), **asdict(tally.spread_of(ENTERPRISE, one))} for one in times],
        "merged": [
            {"items": at_once, "departments": departments, "objects": size}
            for (at_once, departments), size in sorted(kinds.items(), reverse=True)
        ],
        "items": len({code for code, _, _ in items}),
    }


def _departments(rehearsal: Rehearsal, roll: Roll, tally: Tally, names: Names) -> list[Figures]:
    """Each department's people: how many, how many are drawn, visits of one who is in a team, how many never are."""
    if rehearsal.faults:
        return []
    found = []
    for department in dict.fromkeys(seat.department for one in rehearsal.teams for seat in one.seats):
        own = [person for person, of in roll.departments.items() if of == department]
        needed = sum(one.need(seat) for one in rehearsal.teams for seat in one.seats if seat.department == department)
        found.append(
            {
                "name": names.short(department),
                "people": len(own),
                "needed": needed,
                "unused": sum(not tally.seated[person] for person in own),
                **asdict(spread(tally.loads[department])),
            }
        )
    return found


def _loads(tally: Tally) -> list[Figures]:
    """How often somebody in a team had so many visits, over all departments, as a share of one."""
    together: dict[int, int] = {}
    for counts in tally.loads.values():
        for visits, times in counts.items():
            together[visits] = together.get(visits, 0) + times
    whole = sum(together.values())
    return [{"visits": visits, "share": together[visits] / whole} for visits in sorted(together)]


def _unused(roll: Roll, tally: Tally, names: Names) -> Figures:
    """Who was in no team with any seed: masked, for the page says it to everybody who sees the plan."""
    never = sorted(person for person in roll.departments if not tally.seated[person])
    people = names.people(never[:MOST_NAMED])
    named = [
        {"name": masking.person(people[one].name), "unit": names.short(roll.departments[one])}
        for one in never[:MOST_NAMED]
        if one in people
    ]
    return {"count": len(never), "named": named}


def _rounds(found: Feasibility, *, repeats: bool) -> list[Figures]:
    """The rounds still to be drawn, one after another: what each has, draws, and how much is covered once it is drawn.

    Where a later one may draw what an earlier one drew, what is covered is the mean: the draws don't know of each other.
    """
    if len(found.rounds) < 2:
        return []
    whole, rows = found.rounds[0].candidates, []
    missed = dict.fromkeys(whole, 1.0)
    for one in found.rounds:
        for name, quota in one.quotas.items():
            missed[name] *= 1 - quota / one.candidates[name] if one.candidates[name] else 1.0
        rows.append(
            {
                "round": one.number,
                "day": one.window.draw_day.isoformat(),
                "candidates": one.total if not repeats else sum(whole.values()),
                "drawn": one.drawn,
                "covered": sum(count * (1 - missed[name]) for name, count in whole.items()),
                "share": sum(count * (1 - missed[name]) for name, count in whole.items()) / max(1, sum(whole.values())),
            }
        )
    return rows


def _zones(rehearsal: Rehearsal, tally: Tally, names: Names, cap: int | None) -> list[Figures]:
    """The load of the busiest and the idlest team of each zone, and how often the busiest went beyond the plan's cap."""
    if rehearsal.faults:
        return []
    return [
        {
            "name": names.region(one.zone),
            "teams": one.count,
            "busiest": asdict(tally.spread_of(BUSIEST, one.zone)),
            "idlest": asdict(tally.spread_of(IDLEST, one.zone)),
            "idle": asdict(tally.spread_of(IDLE, one.zone)),
            "over": sum(
                times for load, times in tally.spreads[BUSIEST][one.zone].items() if cap is not None and load > cap
            ),
        }
        for one in rehearsal.teams
    ]


def _infeasible(found: Feasibility, frozen: Frozen, rehearsal: Rehearsal, tally: Tally, names: Names) -> Figures:
    """What makes the draw impossible whatever the seed, which seats are short, which objects find no team with some seeds."""
    short = [
        {"zone": zone.name, "department": seat.name, "need": seat.need, "available": seat.available}
        for zone in found.zones
        for seat in zone.seats
        if seat.spare < 0
    ]
    faults = [fault.message for fault in found.faults]
    faults += [f"{place}：{words}" for place, words in frozen.faults]
    worst = tally.unassigned.most_common(MOST_NAMED)
    objects = names.objects(number for number, _ in worst)
    return {
        "faults": list(dict.fromkeys(faults)),
        "short": short,
        "teams_drawn": not rehearsal.faults,
        "seeds": tally.with_unassigned,
        "count": len(tally.unassigned),
        "objects": [
            {
                "number": number,
                "name": objects[number].name if number in objects else number,
                "region": names.region(objects[number].region_id) if number in objects else "",
                "seeds": seeds,
                "avoided": _avoided(rehearsal, number, names),
            }
            for number, seeds in worst
        ],
    }


def _avoided(rehearsal: Rehearsal, number: str, names: Names) -> str:
    """Of which departments how many people must not meet it: 应急 3 人、市场监管 1 人."""
    departments = {one.id: one.department for one in rehearsal.facts.inspectors}
    counts: dict[str, int] = {}
    for person in rehearsal.facts.shunned(number):
        if person in departments:
            name = names.short(departments[person])
            counts[name] = counts.get(name, 0) + 1
    return "、".join(f"{name} {count} 人" for name, count in counts.items())


def _year(year: Year) -> Figures:
    return {
        "classes": [{**asdict(one), "name": stratum_name(one.stratum)} for one in year.classes()],
        "sources": [{**asdict(one), "day": one.day.isoformat()} for one in year.sources],
    }
