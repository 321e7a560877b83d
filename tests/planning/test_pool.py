"""Who may be drawn for a plan, and which objects: each person in one pool, the deepest participant's."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.lottery.notice import Seat as NoticeSeat
from sunlot.lottery.notice import Stratum as NoticeStratum
from sunlot.lottery.notice import ZoneTeams
from sunlot.planning import gathering, queries
from sunlot.planning.content import Seat, Stratum, Zone
from sunlot.planning.models import Plan
from sunlot.registry.models import InspectionObject, Inspector

from .town import Town, item

TREE = {
    "zjj": ("zjj/", "150300"),
    "zjj-wuye": ("zjj/zjj-wuye/", "150300"),
    "hbw-zjj": ("zjj/hbw-zjj/", "150302"),
    "hbw-zjj-wuye": ("zjj/hbw-zjj/hbw-zjj-wuye/", "150302"),
    "scjg": ("scjg/", "150300"),
    "wd-scjg": ("scjg/wd-scjg/", "150304"),
}


class People(list):  # type: ignore[type-arg]  # stands in for a query set that unites and orders
    def __or__(self, other: "People") -> "People":
        return People(dict.fromkeys([*self, *other]))

    def order_by(self, _: str) -> "People":
        return self


@given(st.lists(st.sampled_from(sorted(TREE)), min_size=1, unique=True), st.sampled_from(["city", "districts"]))
def test_nobody_is_in_two_pools_and_the_deepest_participant_wins(participants: list[str], zoning: str) -> None:
    people = [
        SimpleNamespace(number=code, organisation=SimpleNamespace(path=path, region_id=region))
        for code, (path, region) in TREE.items()
    ]
    bodies = [SimpleNamespace(code=code, path=TREE[code][0]) for code in participants]
    zones = [Zone("150300", 1)] if zoning == "city" else [Zone("150302", 1), Zone("150304", 1)]
    content = SimpleNamespace(zones=zones, zoning=zoning, city_staff_roam=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            gathering.registry,
            "qualified_inspectors",
            lambda path, day: People(tuple([one for one in _hashed(people) if one.organisation.path.startswith(path)])),
        )
        members = gathering.pool_of(content, bodies, date(2026, 1, 1))  # type: ignore[arg-type]  # stand-ins
    found = {member.inspector.number: member.organisation for member in members}
    assert len(found) == len(members)
    for code, (path, _) in TREE.items():
        above = [other for other in participants if path.startswith(TREE[other][0])]
        assert found.get(code) == (max(above, key=lambda other: len(TREE[other][0])) if above else None)


def _hashed(people: list[SimpleNamespace]) -> list["_Person"]:
    return [_Person(one) for one in people]


class _Person:
    """A person that is the same in two query sets."""

    def __init__(self, one: SimpleNamespace) -> None:
        self.number, self.organisation = one.number, one.organisation

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Person) and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)


def test_city_staff_roam_and_districts_stay_at_home(town: Town) -> None:
    plan = town.draft()
    zones = {
        member.inspector.number: (member.organisation, member.zone) for member in queries.pool(plan, plan.starts_on)
    }
    assert zones["zjj-wuye-00"] == ("zjj-wuye", "*")
    assert zones["hbw-scjg-00"] == ("scjg", "150302")
    assert "hbw-zjj-00" not in zones  # no participant stands above it


def test_city_staff_stay_out_where_they_do_not_roam_and_are_in_where_there_is_one_zone(town: Town) -> None:
    still = town.draft(city_staff_roam=False)
    assert all(member.zone != "*" for member in queries.pool(still, still.starts_on))
    assert not [m for m in queries.pool(still, still.starts_on) if m.organisation == "zjj-wuye"]
    whole = town.draft(zoning=Plan.Zoning.CITY.value, zones=(Zone("150300", 3),))
    assert {member.zone for member in queries.pool(whole, whole.starts_on)} == {"150300"}
    assert {queries.zone_of(whole, found) for found in queries.scope(whole, whole.starts_on)} == {"150300"}


def test_only_those_on_duty_with_a_valid_certificate_are_in_the_pool(town: Town) -> None:
    plan = town.draft()
    day = plan.starts_on
    Inspector.objects.filter(number="scjg-00").update(state="suspended")
    Inspector.objects.filter(number="scjg-01").update(certificate_expires=day)
    Inspector.objects.filter(number="scjg-02").update(certificate_expires=date(2026, 1, 1))
    numbers = {member.inspector.number for member in queries.pool(plan, day)}
    assert numbers & {"scjg-00", "scjg-01", "scjg-02"} == {"scjg-01"}


def test_the_scope_is_active_objects_of_the_kinds_regions_and_classes(town: Town) -> None:
    plan = town.draft(strata=(Stratum("D", permille=500),), regions=("150302",), zones=(Zone("150302", 1),))
    InspectionObject.objects.filter(number="150302-D-000").update(
        state="moved", state_since=date(2026, 1, 1), state_source="x"
    )
    assert {found.number for found in queries.scope(plan, plan.starts_on)} == {f"150302-D-00{n}" for n in (1, 2, 3)}


def test_the_notice_gets_the_zones_seats_and_strata_of_the_plan(town: Town) -> None:
    plan = town.draft(
        seats=(*town.content.seats, Seat("hbw-zjj", 2, items=(item("WY-01"),))),
        strata=(Stratum("D", permille=600, reserve=2), Stratum("A", number=1)),
    )
    InspectionObject.objects.filter(risk_class="A").update(risk_class="B")
    common = (NoticeSeat("zjj-wuye", 2), NoticeSeat("scjg", 1), NoticeSeat("yjj", 1))
    assert queries.notice_teams(plan) == (
        ZoneTeams("150302", 2, (*common, NoticeSeat("hbw-zjj", 2))),
        ZoneTeams("150303", 1, common),
        ZoneTeams("150304", 1, common),
    )
    assert queries.notice_strata(plan, plan.starts_on) == (NoticeStratum("D", 8, 2),)


def test_feasibility_and_pool_take_a_fixed_number_of_queries(town: Town, django_assert_max_num_queries: object) -> None:
    plan = Plan.objects.get(pk=town.draft().pk)
    with django_assert_max_num_queries(26):  # type: ignore[operator]  # a context manager of pytest-django
        queries.feasibility(plan)
    InspectionObject.objects.filter(number__contains="-B-").update(risk_class="D")
    more = Plan.objects.get(
        pk=town.draft(seats=(*town.content.seats, Seat("hbw-zjj"), Seat("hn-zjj"), Seat("wd-zjj"))).pk
    )
    with django_assert_max_num_queries(32):  # type: ignore[operator]
        queries.feasibility(more)
