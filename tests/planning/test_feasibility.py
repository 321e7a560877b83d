"""A plan is possible exactly where the draw protocol's own check of a notice finds nothing (rules 4 to 7)."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.lottery import facts as lottery_facts
from sunlot.lottery.notice import NoticeReading, Seat, ZoneTeams
from sunlot.lottery.notice import Stratum as NoticeStratum
from sunlot.lottery.rules import check_rosters
from sunlot.lottery.teams import draw_teams
from sunlot.norms import clock
from sunlot.planning.content import Stratum, Zone
from sunlot.planning.feasibility import (
    ANY_ZONE,
    Department,
    Facts,
    Feasibility,
    Shunned,
    assess,
    seats_in,
    share_roaming,
)

CITY, ZONES, RISKS = "150300", ("150302", "150303", "150304"), ("D", "C", "A")
NAMES = {"150302": "海勃湾区", "150303": "海南区", "150304": "乌达区"}


@st.composite
def people(draw: st.DrawFn, departments: list[Department]) -> list[lottery_facts.Inspector]:
    """Inspectors of each department, at home in a zone that it serves or roaming."""
    found = []
    for department in departments:
        places = [zone for zone in ZONES if department.serves(zone)] + ([ANY_ZONE] if department.region == CITY else [])
        for place in places:
            count = draw(st.integers(0, 5))
            found += [
                lottery_facts.Inspector(f"{department.code}-{place.replace('*', 'x')}-{n}", department.code, place)
                for n in range(count)
            ]
    return found


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Facts, list[lottery_facts.Inspector], dict[bytes, list[str]], dict[str, str]]:
    """Facts of a plan, and the same world as the lottery sees it: inspectors, pairs by object, the objects' zones."""
    departments = [
        Department(code, code, draw(st.integers(1, 2)), draw(st.sampled_from((CITY, CITY, *ZONES))))
        for code in ("a", "b")
    ]
    zones = [
        Zone(zone, draw(st.integers(1, 3))) for zone in draw(st.lists(st.sampled_from(ZONES), min_size=1, unique=True))
    ]
    departments = [one for one in departments if any(one.serves(zone.region) for zone in zones)]
    candidates = {(risk, zone): draw(st.integers(0, 4)) for risk in RISKS for zone in ZONES if draw(st.booleans())}
    strata = []
    for risk in RISKS:
        there = sum(count for (at, _), count in candidates.items() if at == risk)
        number = draw(st.one_of(st.none(), st.integers(0, there + 1 if there else 0)))
        strata.append(
            Stratum(risk, number=number) if number is not None else Stratum(risk, permille=draw(st.integers(0, 1000)))
        )
    inspectors = draw(people(departments))
    objects = {f"{zone}-{n}": zone for (_, zone), count in candidates.items() for n in range(count)}
    pairs: dict[bytes, list[str]] = {}
    for number in (
        draw(st.lists(st.sampled_from(sorted(objects)), max_size=2, unique=True)) if objects and inspectors else []
    ):
        met = draw(st.lists(st.sampled_from([one.id for one in inspectors]), min_size=1, unique=True))
        pairs[number.encode()] = met
    by_id = {one.id: one for one in inspectors}
    shunned = [
        Shunned(
            number.decode(), number.decode(), objects[number.decode()],
            Counter(by_id[name].department for name in met if by_id[name].zone in (objects[number.decode()], ANY_ZONE)),
        )
        for number, met in pairs.items()
    ]  # fmt: skip
    staff = Counter((one.department, one.zone) for one in inspectors)
    facts = Facts(clock.today(), departments, zones, NAMES, strata, candidates, staff, shunned)
    return facts, inspectors, pairs, objects


def notice_zones(facts: Facts) -> tuple[ZoneTeams, ...]:
    return tuple(
        ZoneTeams(
            zone.region, zone.teams, tuple(Seat(d.code, d.seats) for d in seats_in(facts.departments, zone.region))
        )
        for zone in facts.zones
    )


@given(worlds())
def test_a_plan_without_faults_makes_a_notice_without_faults_and_the_other_way_round(
    world: tuple[Facts, list[lottery_facts.Inspector], dict[bytes, list[str]], dict[str, str]],
) -> None:
    facts, inspectors, pairs, objects = world
    found = assess(facts)
    zones = Counter(dict.fromkeys((), 0))
    candidates: Counter[str] = Counter()
    for (risk, zone), count in facts.candidates.items():
        if count:
            zones[zone] += count
            candidates[risk] += count
    theirs = lottery_facts.Facts(inspectors=inspectors, candidates=candidates, zones=zones, avoid=pairs)
    theirs.avoided_zones = {number.decode(): objects[number.decode()] for number in pairs}
    strata = tuple(NoticeStratum(s.risk_class, s.quota, s.reserve) for s in found.strata if s.candidates)
    teams = notice_zones(facts)
    reading = NoticeReading(None, (), "sha256", None, {}, {}, strata, teams)
    seatless = any(not entry.seats for entry in teams)  # rule 5's last part is read_notice's, before any roster
    assert bool(found.faults) == (bool(check_rosters(reading, theirs)) or seatless)


@given(st.data())
def test_the_people_of_each_zone_are_those_that_the_draw_will_have(data: st.DataObject) -> None:
    zones = [ZoneTeams(zone, data.draw(st.integers(1, 3)), (Seat("a", 2),)) for zone in ZONES]
    own = {zone: data.draw(st.integers(0, 7)) for zone in ZONES}
    short = sum(max(entry.count * 2 - own[entry.zone], 0) for entry in zones)
    roaming = short + data.draw(st.integers(0, 7))
    inspectors = [lottery_facts.Inspector(f"{zone}-{n}", "a", zone) for zone in ZONES for n in range(own[zone])]
    inspectors += [lottery_facts.Inspector(f"x-{n}", "a", ANY_ZONE) for n in range(roaming)]
    teams, reserves = draw_teams("sha256", "0" * 64, zones, inspectors)
    drawn = Counter(team.zone for team in teams for _ in team.members)
    shared = share_roaming([(entry.zone, entry.count * 2) for entry in zones], own, roaming)
    assert shared == {reserve.zone: drawn[reserve.zone] + len(reserve.order) for reserve in reserves}


@given(st.integers(0, 10_000), st.integers(0, 1000))
def test_a_ratio_never_draws_less_than_promised_nor_a_whole_object_more(candidates: int, permille: int) -> None:
    quota = Stratum("A", permille=permille).quota_of(candidates)
    assert candidates * permille <= quota * 1000 < candidates * permille + 1000
    assert quota <= candidates


def a_plan(**changes: object) -> Feasibility:
    """One zone, one department of three, five teams of one: as in the bureau's own example."""
    facts = {
        "day": clock.today(),
        "departments": [Department("yjj", "应急", 1, CITY)],
        "zones": [Zone("150304", 5)],
        "zone_names": NAMES,
        "strata": [Stratum("D", number=20, reserve=2)],
        "candidates": {("D", "150304"): 25},
        "staff": {("yjj", "150304"): 5},
    }
    return assess(Facts(**(facts | changes)))  # type: ignore[arg-type]  # fields by name


def test_too_few_people_are_told_at_their_zone_with_both_numbers_and_what_to_do() -> None:
    found = a_plan(staff={("yjj", "150304"): 3})
    assert [fault.field for fault in found.faults] == ["zones.150304"]
    assert (
        found.faults[0].message
        == "乌达区应急人员只有 3 人，需要 5 人（5 组，每组 1 人）。减为 3 组，或请该部门增补人员。"
    )


def test_nobody_in_reserve_is_a_warning_and_no_fault() -> None:
    found = a_plan()
    assert found.possible
    assert (
        found.warnings[0].message
        == "乌达区应急人员全部入组，无人可替补。可减为 4 组（每组约 5 户），或在抽取前增补人员。"
    )


def test_an_object_shut_out_names_itself_and_the_department() -> None:
    found = a_plan(shunned=[Shunned("91150304", "乌达热力", "150304", {"yjj": 5})])
    assert [fault.field for fault in found.faults] == ["participants.yjj"]
    assert "乌达热力（91150304）" in found.faults[0].message
    assert "应急" in found.faults[0].message


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"strata": [Stratum("D", number=26)]}, "strata.D", "候选只有 25 户，不能抽取 26 户"),
        ({"strata": [Stratum("D", number=0)]}, "strata", "至少抽取 1 户"),
        ({"zones": [Zone("150304", 5), Zone("150303", 1)]}, "zones.150303", "没有候选对象"),
        ({"candidates": {("D", "150304"): 25, ("D", "150302"): 2}}, "zones.150302", "须填写检查组数"),
        ({"candidates": {}}, "kinds", "没有一户候选对象"),
        ({"departments": [Department("hn-yjj", "海南区应急", 1, "150303")]}, "zones.150304", "没有参与部门"),
    ],
)
def test_each_rule_of_the_notice_is_told_at_the_field_that_breaks_it(
    changes: dict[str, object], field: str, words: str
) -> None:
    assert [fault.message for fault in a_plan(**changes).faults if fault.field == field and words in fault.message]


def test_the_figures_say_how_many_candidates_drawn_teams_and_visits() -> None:
    found = a_plan()
    assert (found.candidates, found.drawn, found.reserve, found.teams, found.people_needed) == (25, 20, 2, 5, 5)
    assert found.visits_per_team == found.zones[0].visits_per_team == 4.0
