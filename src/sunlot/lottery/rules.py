"""The rules of the notice that need the rosters: counts and ids (3), strata (4), zones (5), inspectors (6, 7)."""

from collections import Counter

from sunlot.lottery.errors import Fault
from sunlot.lottery.facts import Facts
from sunlot.lottery.notice import NoticeReading, Stratum, ZoneTeams

_SUBJECT = "notice.json"
_ANY = "*"


def check_rosters(reading: NoticeReading, facts: Facts) -> list[Fault]:
    """Every fault of rules 3 to 7. Parts of the notice that are themselves faulty are left to `read_notice`."""
    faults = _check_ids(reading, facts)
    if reading.strata is not None:
        faults += _check_strata(reading.strata, facts)
    if reading.teams is not None:
        faults += _check_zones(reading.teams, facts)
        faults += _check_strength(reading.teams, facts)
        faults += _check_shut_out(reading.teams, facts)
    return faults


def _check_ids(reading: NoticeReading, facts: Facts) -> list[Fault]:
    faults: list[Fault] = []
    for name, count in reading.counts.items():
        # A roster whose parts the notice does not name was never read.
        if reading.parts[name] and count != facts.counts[name]:
            faults.append(Fault(_SUBJECT, f"{name}.count", f"名录的行数 {facts.counts[name]}", str(count)))
    for name, twins in (("inspectors", facts.inspector_twins), ("objects", facts.object_twins)):
        faults += [
            Fault(f"{name}.csv", "id 列", "不只差大小写的编号", f"{first} 与 {second}") for first, second in twins
        ]
    faults += [
        Fault("avoid.csv", "inspector 列", "inspectors.csv 中的编号", stranger) for stranger in facts.unknown_inspectors
    ]
    faults += [Fault("avoid.csv", "object 列", "objects.csv 中的编号", stranger) for stranger in facts.unknown_objects]
    return faults


def _check_strata(strata: tuple[Stratum, ...], facts: Facts) -> list[Fault]:
    faults: list[Fault] = []
    for at, stratum in enumerate(strata):
        place = f"objects.strata[{at}]"
        candidates = facts.candidates.get(stratum.id, 0)
        if not candidates:
            faults.append(Fault(_SUBJECT, f"{place}.id", "objects.csv 中有对象的层", stratum.id))
        elif stratum.quota > candidates:
            expected = f"不多于 {stratum.id} 层的候选数 {candidates}"
            faults.append(Fault(_SUBJECT, f"{place}.quota", expected, str(stratum.quota)))
    listed = {stratum.id for stratum in strata}
    for name in sorted(facts.candidates.keys() - listed):
        expected = f"列出 {name} 层（objects.csv 中有 {facts.candidates[name]} 个对象）"
        faults.append(Fault(_SUBJECT, "objects.strata", expected, "没有列出"))
    if not any(stratum.quota for stratum in strata):
        faults.append(Fault(_SUBJECT, "objects.strata", "各层 quota 之和不小于 1", "0"))
    return faults


def _check_zones(teams: tuple[ZoneTeams, ...], facts: Facts) -> list[Fault]:
    faults = [
        Fault(_SUBJECT, f"teams[{at}].zone", "objects.csv 中有对象的辖区", entry.zone)
        for at, entry in enumerate(teams)
        if entry.zone not in facts.zones
    ]
    for zone in sorted(facts.zones.keys() - {entry.zone for entry in teams}):
        expected = f"列出辖区 {zone}（objects.csv 中有 {facts.zones[zone]} 个对象）"
        faults.append(Fault(_SUBJECT, "teams", expected, "没有列出"))
    return faults


def _check_strength(teams: tuple[ZoneTeams, ...], facts: Facts) -> list[Fault]:
    """Rule 6: what the zones' own inspectors fall short of, the department's roaming ones must make up."""
    own = Counter((inspector.department, inspector.zone) for inspector in facts.inspectors)
    short: Counter[str] = Counter()
    where: dict[str, list[str]] = {}
    for at, entry in enumerate(teams):
        for number, seat in enumerate(entry.seats):
            lacking = entry.need(seat) - own[seat.department, entry.zone]
            if lacking > 0:
                short[seat.department] += lacking
                place = f"teams[{at}].seats[{number}]"
                where.setdefault(seat.department, []).append(
                    f"{entry.zone}（{place}）需 {entry.need(seat)} 人、有 {own[seat.department, entry.zone]} 人"
                )
    return [
        Fault(
            "inspectors.csv",
            f"{department} 部门",
            f"足够的检查人员：{'；'.join(where[department])}，共缺 {lacking} 人",
            f"可到任何辖区（zone 为 *）的 {own[department, _ANY]} 人",
        )
        for department, lacking in short.items()
        if lacking > own[department, _ANY]
    ]


def _check_shut_out(teams: tuple[ZoneTeams, ...], facts: Facts) -> list[Fault]:
    """Rule 7 for objects with pairs. For those without it follows from rule 6: need is at least one team's seats."""
    serving = Counter((inspector.department, inspector.zone) for inspector in facts.inspectors)
    zones = {entry.zone: entry for entry in teams}
    faults: list[Fault] = []
    for identifier, blocked in blocked_by_seat(facts):
        zone = facts.avoided_zones[identifier]
        entry = zones.get(zone)
        for seat in entry.seats if entry else ():
            able = serving[seat.department, zone] + serving[seat.department, _ANY]
            left = able - blocked[seat.department]
            if left < seat.count:
                expected = f"{seat.department} 部门在 {zone} 至少 {seat.count} 人可以检查它（可派 {able} 人）"
                found = f"回避 {blocked[seat.department]} 人，只余 {left} 人"
                faults.append(Fault("avoid.csv", f"对象 {identifier}", expected, found))
    return faults


def blocked_by_seat(facts: Facts) -> list[tuple[str, Counter[str]]]:
    """For each object with pairs: how many inspectors of each department who may serve its zone it must not meet."""
    people = {inspector.id: inspector for inspector in facts.inspectors}
    found: list[tuple[str, Counter[str]]] = []
    for identifier, zone in facts.avoided_zones.items():
        serving = (people[name] for name in facts.shunned(identifier) if name in people)
        found.append((identifier, Counter(one.department for one in serving if one.zone in (zone, _ANY))))
    return found
