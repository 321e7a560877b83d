"""Whether a plan can be drawn, and what it amounts to: rules 4 to 7 of the notice (docs/spec/draw-protocol.md), told at
the field of the plan that breaks them.

Pure: facts go in, figures and faults come out. `tests/planning/test_feasibility.py` holds it against the lottery's own
check of a notice: a plan without faults here makes a notice without faults there.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from sunlot.lottery.notice import MAX_SEAT, MAX_TEAMS

from .content import Stratum
from .figures import (
    ANY_ZONE,
    EXPERTS,
    Department,
    Facts,
    Fault,
    Feasibility,
    RoundFigures,
    SeatFigures,
    Shunned,
    StratumFigures,
    ZoneFigures,
)
from .ratios.rules import Rule, stratum_label
from .words import percent_of

__all__ = [
    "ANY_ZONE",
    "EXPERTS",
    "Department",
    "Facts",
    "Fault",
    "Feasibility",
    "RoundFigures",
    "SeatFigures",
    "Shunned",
    "StratumFigures",
    "ZoneFigures",
    "assess",
    "deviates",
    "seats_in",
    "share_roaming",
]


def assess(facts: Facts, faults: Sequence[Fault] = (), warnings: Sequence[Fault] = ()) -> Feasibility:
    """Figures, faults and warnings of a plan; what was already found of its content stands first."""
    strata = tuple(_stratum(facts, stratum) for stratum in facts.strata)
    zones = _zones(facts, strata)
    found = [
        *faults,
        *_check_strata(strata),
        *_check_ratios(facts, strata),
        *_check_zones(facts, zones),
        *_check_strength(facts, zones),
    ]
    found += _check_shut_out(facts)
    rounds = _rounds(facts, strata)
    found += [*_check_rounds(rounds), *_check_visits(facts, zones)]
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
        rounds=rounds,
        left_out=facts.left_out,
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


def _rounds(facts: Facts, strata: Sequence[StratumFigures]) -> tuple[RoundFigures, ...]:
    """The rounds from this one on. How many each draws does not depend on chance: a ratio is of what is left."""
    left = {stratum.id: stratum.candidates for stratum in strata}
    found = []
    for number, window in list(enumerate(facts.windows, 1))[facts.turn - 1 :]:
        quotas = {stratum.id: stratum.stratum.quota_of(left[stratum.id]) for stratum in strata}
        found.append(RoundFigures(number, window, dict(left), quotas))
        if not facts.repeats:
            left = {name: max(0, count - quotas[name]) for name, count in left.items()}
    return tuple(found)


def _check_rounds(rounds: Sequence[RoundFigures]) -> list[Fault]:
    """That each later round finds what it is to draw (rule 4), as far as it can be told today."""
    faults = []
    for one in rounds[1:]:
        remedy = "减少批次或抽取数，或允许后批再抽到前批的对象。"
        if not one.drawn:
            faults.append(Fault(f"rounds.{one.number}", f"第 {one.number} 批没有对象可抽：前批已全部抽取。{remedy}"))
            break
        for name, quota in one.quotas.items():
            if quota > one.candidates[name]:
                words = (
                    f"第 {one.number} 批{stratum_label(name)}预计只余 {one.candidates[name]} 户，不能抽取 {quota} 户。"
                )
                faults.append(Fault(f"rounds.{one.number}", words + remedy))
    return faults


def _stratum(facts: Facts, stratum: Stratum) -> StratumFigures:
    candidates = sum(count for (name, _), count in facts.candidates.items() if name == stratum.id)
    quota = stratum.quota_of(candidates)
    reserve = max(0, min(stratum.reserve, candidates - quota))
    return StratumFigures(stratum.id, candidates, quota, reserve, stratum)


def _zones(facts: Facts, strata: Sequence[StratumFigures]) -> tuple[ZoneFigures, ...]:
    people: dict[tuple[str, str], int] = {}
    for department in facts.departments:
        needs = [(zone.region, zone.teams * department.seats) for zone in facts.zones if department.serves(zone.region)]
        own = {zone: facts.staff.get((department.code, zone), 0) for zone, _ in needs}
        shared = share_roaming(needs, own, facts.staff.get((department.code, ANY_ZONE), 0)) if needs else {}
        people |= {(department.code, zone): count for zone, count in shared.items()}
    figures = []
    for zone in facts.zones:
        here = Counter({name: count for (name, at), count in facts.candidates.items() if at == zone.region})
        expected = sum(s.quota * here[s.id] / s.candidates for s in strata if s.candidates)
        most = sum(min(s.quota, here[s.id]) for s in strata)
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
        figures.append(ZoneFigures(zone.region, name, zone.teams, here.total(), expected, seats, most))
    return tuple(figures)


def _check_strata(strata: Sequence[StratumFigures]) -> list[Fault]:
    """Rule 4: 0 ≤ quota ≤ candidates, and at least one object is drawn."""
    if not sum(stratum.candidates for stratum in strata):
        return [Fault("kinds", "没有一户候选对象。核对对象类别、所在区和信用风险分层。")]
    faults = []
    for stratum in strata:
        if stratum.quota > stratum.candidates:
            message = f"{stratum.label}候选只有 {stratum.candidates} 户，不能抽取 {stratum.quota} 户。减少抽取数，或改用比例。"
            faults.append(Fault(f"strata.{stratum.id}", message))
    if not sum(stratum.quota for stratum in strata):
        faults.append(Fault("strata", "各类抽取数合计为 0，至少抽取 1 户。"))
    return faults


def _check_ratios(facts: Facts, strata: Sequence[StratumFigures]) -> list[Fault]:
    """What the table of ratios asks (notice, part 五（三）): a stratum of its own where it has one, a number within its
    bounds, and the reason where it is another than the rule's.
    """
    planned = {stratum.id for stratum in strata}
    classes = {stratum.risk_class for stratum in strata}
    faults = [
        Fault(f"strata.{name}", f"规则要求{stratum_label(name)}单独抽取 {percent_of(rule.permille or 0)}，须填写。")
        for name, rule in facts.ratios.items()
        if name not in planned and rule.risk_class in classes and rule.mark
    ]
    for stratum in strata:
        rule = facts.ratios.get(stratum.id)
        if rule is not None and (fault := _fault_of_ratio(stratum, rule)):
            faults.append(Fault(f"strata.{stratum.id}", fault))
    return faults


def _fault_of_ratio(stratum: StratumFigures, rule: Rule) -> str:
    said, least, most = stratum.stratum, rule.minimum or 0, rule.maximum or 0
    if said.permille is not None:
        within = least <= said.permille <= most
        bounds = f"{percent_of(least)} 至 {percent_of(most)}"
    else:
        fewest, highest = rule.bounds_of(stratum.candidates)
        within = fewest <= stratum.quota <= highest
        bounds = f"{percent_of(least)} 至 {percent_of(most)}，即 {fewest} 至 {highest} 户"
    if not within:
        return f"{stratum.label}超出规则的范围（{bounds}）。改在范围之内。"
    if deviates(stratum, rule) and not said.reason.strip():
        return f"{stratum.label}与规则的 {percent_of(rule.permille or 0)} 不同，须写明调整理由。"
    return ""


def deviates(stratum: StratumFigures, rule: Rule) -> bool:
    """Whether a stratum says another number than the rule gives."""
    if stratum.stratum.permille is not None:
        return stratum.stratum.permille != rule.permille
    return stratum.quota != rule.quota_of(stratum.candidates)


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
            faults.append(Fault(department.field, f"每组人数应为 1 至 {MAX_SEAT}。"))
        if zones and not any(department.serves(zone.code) for zone in zones):
            message = f"{department.name}不在所选各区，没有可检查的对象。去掉这个部门，或加上它所在的区。"
            faults.append(Fault(department.field, message))
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
                faults.append(Fault(department.field, message))
    return faults


def _check_visits(facts: Facts, zones: Sequence[ZoneFigures]) -> list[Fault]:
    """That no draw gives an inspector more visits than the plan's cap: whatever the seed, not on average.

    An inspector visits what its team does, and the fullest team holds no more than avoidance makes necessary (protocol,
    Objects to teams). So a zone is safe where the most objects that can fall on it fit its teams, and those of them with
    avoid pairs fit the teams that are open to each of them: a pair closes one team (Hall's condition).
    """
    cap = facts.visit_cap
    if cap is None:
        return []
    faults = []
    for zone in zones:
        shunned = [sum(one.blocked.values()) for one in facts.shunned if one.zone == zone.code]
        open_teams = max(1, zone.teams - max(shunned, default=0))
        needed = -(-zone.most // cap)
        if zone.most > cap * zone.teams:
            words = f"{zone.name} {zone.teams} 组，每人最多查 {cap} 户，只够 {cap * zone.teams} 户；"
            words += f"平均抽中 {zone.expected:.1f} 户，最多可能抽中 {zone.most} 户，需要 {needed} 组。"
            faults.append(Fault("visit_cap", words + _remedy(zone, needed)))
        elif min(len(shunned), zone.most) > cap * open_teams:
            words = f"{zone.name}有 {len(shunned)} 户须回避，可能只有 {open_teams} 组可派，每人最多查 {cap} 户，只够 {cap * open_teams} 户。"
            faults.append(Fault("visit_cap", f"{words}增加检查组，提高上限，或减少抽取数。"))
    return faults


def _remedy(zone: ZoneFigures, needed: int) -> str:
    """What to do where a zone has too few teams for the cap: more teams, as far as there are people for them."""
    most, seat = min(
        ((one.available // one.seats, one) for one in zone.seats), key=lambda one: one[0], default=(0, None)
    )
    if seat is not None and most < needed:
        people = f"{seat.name} {seat.available} 名人员最多组成 {most} 组"
        return f"{people}，请该部门增补人员，提高上限，减少抽取数，或不分区统一组队。"
    return "增加检查组，提高上限，或减少抽取数。"


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
