"""A plan that keeps to its cap of visits keeps to it whatever the seed: held against the lottery itself."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sunlot.lottery import Rehearsal, Rosters, rehearsal_seed
from sunlot.lottery.notice import Seat, ZoneTeams
from sunlot.lottery.notice import Stratum as NoticeStratum
from sunlot.norms import clock
from sunlot.planning.content import Stratum, Zone
from sunlot.planning.feasibility import Department, Facts, Shunned, assess

ZONES = ("150302", "150303")


def table(header: str, rows: list[str]) -> tuple[bytes]:
    return ("".join(f"{line}\n" for line in (header, *sorted(rows))).encode(),)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Facts, Rehearsal]:
    """A plan with one department of two a team, and the rosters of its draw, with avoid pairs."""
    teams = {zone: draw(st.integers(1, 4)) for zone in ZONES}
    objects = {f"{zone}-{n}": zone for zone in ZONES for n in range(draw(st.integers(1, 9)))}
    people = {f"{zone}-p{n}": zone for zone in ZONES for n in range(2 * teams[zone] + draw(st.integers(2, 4)))}
    quota = draw(st.integers(1, len(objects)))
    avoid: dict[str, list[str]] = {}
    for number in draw(st.lists(st.sampled_from(sorted(objects)), unique=True, max_size=8)):
        mates = sorted(one for one, zone in people.items() if zone == objects[number])
        avoid[number] = draw(st.lists(st.sampled_from(mates), unique=True, min_size=1, max_size=2))
    facts = Facts(
        day=clock.today(),
        departments=[Department("a", "甲", 2, "150300")],
        zones=[Zone(zone, teams[zone]) for zone in ZONES],
        zone_names={},
        strata=[Stratum("D", number=quota)],
        candidates=Counter(("D", zone) for zone in objects.values()),
        staff=Counter(("a", zone) for zone in people.values()),
        shunned=[Shunned(one, one, objects[one], {"a": len(met)}) for one, met in avoid.items()],
        visit_cap=draw(st.integers(1, 6)),
    )
    rosters = Rosters(
        table("id,stratum,zone,tickets,name", [f"{one},D,{zone},1,{one}" for one, zone in objects.items()]),
        table("id,department,zone", [f"{one},a,{zone}" for one, zone in people.items()]),
        table("inspector,object", [f"{person},{one}" for one, met in avoid.items() for person in met]),
    )
    zones = [ZoneTeams(zone, teams[zone], (Seat("a", 2),)) for zone in ZONES]
    return facts, Rehearsal(rosters, [NoticeStratum("D", quota, 0)], zones)


@given(worlds(), st.text("abc", max_size=3))
def test_where_the_cap_is_no_fault_no_seed_gives_a_team_more(world: tuple[Facts, Rehearsal], name: str) -> None:
    facts, rehearsal = world
    if rehearsal.faults or assess(facts).faults_at("visit_cap"):
        return
    for number in range(5):
        outcome = rehearsal.draw(rehearsal_seed(name, number))
        assert max(len(objects) for objects in outcome.assignment.objects.values()) <= (facts.visit_cap or 0)


def test_where_people_lack_for_the_teams_that_the_cap_needs_it_says_how_far_they_go() -> None:
    facts = Facts(
        day=clock.today(),
        departments=[Department("a", "应急", 2, "150300")],
        zones=[Zone("150302", 1)],
        zone_names={"150302": "海勃湾区"},
        strata=[Stratum("D", number=7)],
        candidates={("D", "150302"): 9},
        staff={("a", "150302"): 3},
        visit_cap=5,
    )
    assert assess(facts).faults_at("visit_cap") == [
        "海勃湾区 1 组，每人最多查 5 户，只够 5 户；平均抽中 7.0 户，最多可能抽中 7 户，需要 2 组。"
        "应急 3 名人员最多组成 1 组，请该部门增补人员，提高上限，减少抽取数，或不分区统一组队。"
    ]
