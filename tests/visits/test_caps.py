"""Yearly caps: written by one, approved by another, public; counted by entity; and what a plan makes of them."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from sunlot.desk.todo import waiting_for
from sunlot.drawing.freeze import freeze
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.planning import actions as planning
from sunlot.planning import queries as plans
from sunlot.registry.models import Entity, InspectionObject, Involvement
from sunlot.trail.models import Event
from sunlot.visits import actions as visits
from sunlot.visits.caps import actions, queries
from sunlot.visits.caps.rules import Count, Line, holding, measures
from sunlot.visits.models import CapTable, Visit
from tests.planning.conftest import town
from tests.planning.test_pages import sent as plan_sent
from tests.planning.town import Town

__all__ = ["town"]

PAGE = "/desk/visits/caps/"


def sent(**changes: Any) -> dict[str, Any]:
    """What the form sends: everybody's visits to A once, to B twice, to D four times; scjg to B once."""
    fields: dict[str, Any] = {
        "cap-0-A": "1", "cap-0-B": "2", "cap-0-C": "", "cap-0-D": "4",
        "department-1": "scjg", "kind-1": "", "cap-1-A": "", "cap-1-B": "1", "cap-1-C": "", "cap-1-D": "",
        "basis-complaint": "国办发〔2024〕54号第五条",
        "effective_from": clock.today().isoformat(),
        "reason": "按自治区要求制定",
    }  # fmt: skip
    return fields | changes


def in_force(town: Town, lines: Sequence[Line] = (Line("B", 2), Line("D", 4))) -> CapTable:
    table = actions.propose_caps(
        town["coordinator"], lines, {"complaint": "国办发〔2024〕54号"}, clock.today(), "按自治区要求"
    )
    return actions.decide_caps(town["leader"], table, True)


def entity_of(number: str) -> tuple[InspectionObject, Entity]:
    """The object of this number, with the entity that it is."""
    found = InspectionObject.objects.get(number=number)
    entity = Entity.objects.create(name=found.name, region_id=found.region_id, kind="enterprise")
    Involvement.objects.create(object=found, entity=entity, part=Involvement.Part.ITSELF)
    return found, entity


def visited(town: Town, entry: InspectionObject, form: int, *units: str, on: date | None = None) -> None:
    """One form on which these units visit; with a day they were there."""
    things = [f"form-part:{form}-{unit}" for unit in units]
    until = on or date(clock.today().year, 12, 31)
    visits.plan_visits(
        visits.Planned(entry, town.city.organisations[unit], Visit.Source.DRAW, thing, until, form=f"form:{form}")
        for unit, thing in zip(units, things, strict=True)
    )
    if on is not None:
        for thing in things:
            visits.mark_done(thing, on)


# --- which line holds ------------------------------------------------------------------------------------------------

CODES = st.sampled_from(["", "gas", "property"])
LINES = st.lists(
    st.builds(Line, st.sampled_from("ABCD"), st.integers(1, 9), kind=CODES, path=st.sampled_from(["", "a/", "a/b/"])),
    unique_by=lambda line: (line.risk_class, line.kind, line.path),
)


@given(LINES, st.sampled_from("ABCD"), st.sampled_from(["gas", "property", "site"]))
def test_one_line_of_each_department_holds_and_a_line_of_the_kind_goes_before(
    lines: list[Line], risk: str, kind: str
) -> None:
    found = holding(lines, risk, kind)
    fitting = [line for line in lines if line.risk_class == risk and line.kind in ("", kind)]
    assert {line.path for line in found} == {line.path for line in fitting}
    assert len(found) == len({line.path for line in found})
    for line in found:
        rivals = {one.kind for one in fitting if one.path == line.path}
        assert line.kind == (kind if kind in rivals else "")


@given(st.integers(1, 9), st.integers(0, 12), st.integers(0, 12))
def test_a_cap_is_reached_near_or_neither_and_never_two_of_them(cap: int, done: int, planned: int) -> None:
    (found,) = measures([Line("B", cap)], "B", "gas", lambda path: Count(done, planned))
    assert found.is_reached == (done + planned >= cap)
    assert found.is_near == (done + planned == cap - 1 and done + planned > 0)
    assert not (found.is_reached and found.is_near)


# --- the table's way -------------------------------------------------------------------------------------------------


def test_a_table_is_written_by_the_coordinator_approved_by_the_leader_and_then_public(town: Town) -> None:
    coordinator, leader, anybody = town.city.client("coordinator"), town.city.client("leader"), Client()
    assert "还没有规定上限" in coordinator.get(PAGE).content.decode()
    assert coordinator.post(PAGE, sent()).status_code == 302
    assert "还没有规定上限" in coordinator.get(PAGE).content.decode()
    assert "没有在用的上限" in anybody.get("/caps/").content.decode()
    assert any("频次上限" in todo.title for todo in waiting_for(town["leader"]))
    table = CapTable.objects.get()
    decide = f"{PAGE}{table.pk}/decide/"
    assert leader.post(decide, {"decision": "refuse"}).status_code == 409
    assert leader.post(decide, {"decision": "accept"}).status_code == 302
    shown = anybody.get("/caps/").content.decode()
    assert "乌海市" in shown and "4 次" in shown and "国办发〔2024〕54号第五条" in shown
    content = anybody.get("/caps/150300/1/content.json").content
    entry = json.loads(Event.objects.get(entry__contains="visits.caps_approved").entry)
    assert entry["public"]["table"] == hashlib.sha256(content).hexdigest()
    rows = json.loads(b"".join(anybody.get("/caps.json")))  # type: ignore[call-overload]  # a stream
    assert {row["cap"] for row in rows["rows"]} == {1, 2, 4}
    assert "市场监督管理局" in b"".join(anybody.get("/caps.csv")).decode()  # type: ignore[call-overload]  # a stream


def test_who_wrote_a_table_does_not_approve_it_and_only_one_waits(town: Town) -> None:
    table = actions.propose_caps(town["coordinator"], [Line("B", 2)], {}, clock.today(), "制定")
    with pytest.raises(Refused, match="等待批准"):
        actions.propose_caps(town["coordinator"], [Line("B", 3)], {}, clock.today(), "制定")
    both = town.city.add("both", "兼任", "zjj", Role.LEADER)
    CapTable.objects.filter(pk=table.pk).update(proposed_by=both.user_id)
    with pytest.raises(NotAllowed, match="不能是同一人"):
        actions.decide_caps(both, table, True)
    for stranger in ("chen", "coordinator", "supervisor"):
        with pytest.raises(NotAllowed):
            actions.decide_caps(town[stranger], table, True)
    with pytest.raises(NotAllowed):
        actions.propose_caps(town["chen"], [Line("B", 2)], {}, clock.today(), "制定")
    assert town.city.client("chen").post(PAGE, sent()).status_code == 403
    decided = actions.decide_caps(town["leader"], table, True)
    assert actions.decide_caps(town["leader"], table, False, "迟了").state == decided.state


def test_a_later_version_takes_over_on_its_day_and_a_district_s_own_stands_in_its_district(town: Town) -> None:
    first = in_force(town)
    later = actions.propose_caps(town["coordinator"], [Line("B", 1)], {}, clock.today() + timedelta(days=30), "收紧")
    actions.decide_caps(town["leader"], later, True)
    assert queries.in_force(clock.today()) == {"150300": first}
    assert queries.in_force(clock.today() + timedelta(days=30)) == {"150300": later}
    assert queries.until(first, queries.approved()) == clock.today() + timedelta(days=29)
    own = town.city.add("hbw-coordinator", "海统筹", "hbw-zjj", Role.COORDINATOR)
    boss = town.city.add("hbw-leader", "海领导", "hbw-zjj", Role.LEADER)
    district = actions.decide_caps(boss, actions.propose_caps(own, [Line("B", 5)], {}, clock.today(), "本区"), True)
    standing = queries.in_force(clock.today())
    assert queries.table_for("150302", standing) == district
    assert queries.table_for("150303", standing) == first


def test_the_form_keeps_what_was_sent_and_says_what_is_wrong(town: Town) -> None:
    client = town.city.client("coordinator")
    page = client.post(PAGE, sent(**{"department-1": "", "reason": ""})).content.decode()
    assert "合并成一行" in page and "填写理由" in page and "国办发〔2024〕54号第五条" in page
    past = sent(effective_from=(clock.today() - timedelta(days=1)).isoformat())
    assert "不能早于今天" in client.post(PAGE, past).content.decode()
    assert not CapTable.objects.exists()


# --- counting --------------------------------------------------------------------------------------------------------


def test_departments_on_one_form_come_once_and_a_form_counts_in_the_year_of_its_visit(town: Town) -> None:
    in_force(town)
    year = clock.today().year
    entry, entity = entity_of("150302-B-000")
    visited(town, entry, 1, "zjj-wuye", "scjg", on=date(year, 1, 5))
    visited(town, entry, 2, "zjj-wuye", on=date(year - 1, 12, 31))
    standing = queries.standing(entity, clock.today())
    assert (standing.count, standing.is_near, standing.is_reached) == (Count(1, 0), True, False)
    visited(town, entry, 3, "zjj-wuye", "yjj")
    standing = queries.standing(entity, clock.today())
    assert (standing.count, standing.is_reached) == (Count(1, 1), True)
    assert [one.cause for one in standing.exceptions] == ["complaint"]
    visits.cancel("form-part:3-zjj-wuye")
    visits.cancel("form-part:3-yjj")
    assert not queries.standing(entity, clock.today()).is_reached


def test_visits_to_what_an_entity_operates_count_as_its_own_and_those_to_a_building_site_as_nobody_s(
    town: Town,
) -> None:
    in_force(town)
    entry, entity = entity_of("150302-B-000")
    operated = InspectionObject.objects.get(number="150302-A-000")
    Involvement.objects.create(object=operated, entity=entity, part=Involvement.Part.OPERATOR)
    site = InspectionObject.objects.get(number="150302-A-001")
    Involvement.objects.create(object=site, entity=entity, part=Involvement.Part.CONTRACTOR)
    for form, visit in enumerate((entry, operated, site)):
        visited(town, visit, form, "zjj-wuye")
    assert queries.standing(entity, clock.today()).count.total == 2


def test_a_department_s_own_cap_binds_its_visits_alone(town: Town) -> None:
    scjg = town.city.organisations["scjg"]
    in_force(town, [Line("B", 3), Line("B", 1, department="scjg", path=scjg.path)])
    entry, entity = entity_of("150302-B-000")
    visited(town, entry, 1, "scjg")
    assert queries.standing(entity, clock.today(), [scjg.path]).is_reached
    assert not queries.standing(entity, clock.today(), [town.city.organisations["yjj"].path]).is_reached


def test_many_entities_are_looked_at_in_as_many_queries_as_one(town: Town) -> None:
    in_force(town)
    found = [entity_of(f"150302-B-{n:03}") for n in range(8)]

    def asked(entities: list[Entity]) -> int:
        with CaptureQueriesContext(connection) as captured:
            queries.standings(entities, clock.today())
        return len(captured)

    assert asked([entity for _, entity in found]) == asked([found[0][1]])


# --- plans -----------------------------------------------------------------------------------------------------------


def reaching(town: Town) -> InspectionObject:
    """An object of B in the year of the town's plan that was visited as often as the cap allows."""
    in_force(town)
    entry, _ = entity_of("150302-B-000")
    for form in (1, 2):
        thing = f"form-part:{form}"
        visits.plan_visit(
            visits.Planned(
                entry,
                town.city.organisations["yjj"],
                Visit.Source.DRAW,
                thing,
                town.content.ends_on,
                form=f"form:{form}",
            )
        )
    return entry


def test_a_candidate_at_its_cap_is_left_out_of_the_figures_and_of_the_frozen_roster(town: Town) -> None:
    entry = reaching(town)
    page = town.city.client("chen").get(f"/desk/planning/{town.draft().number}/").content.decode()
    assert "1 户已达年度频次上限，不列入抽取" in page
    plan = town.published()
    day = town.content.draw_day
    assert entry.pk not in set(plans.scope(plan, day).values_list("pk", flat=True))
    assert entry.number not in freeze(plan, day).object_ids
    assert plans.rules_of(plan)["caps"]["over_cap"] == "left-out"
    assert "的不列入抽取" in Client().get(f"/plans/{plan.number}/").content.decode()


def operated(town: Town, *numbers: str) -> Entity:
    """An entity that operates these objects."""
    entity = Entity.objects.create(name="宏泰物业服务有限公司", region_id="150302", kind="enterprise")
    for number in numbers:
        found = InspectionObject.objects.get(number=number)
        Involvement.objects.create(object=found, entity=entity, part=Involvement.Part.OPERATOR)
    return entity


def test_one_draw_takes_no_more_objects_of_one_entity_than_its_cap_leaves(town: Town) -> None:
    in_force(town, [Line("D", 3)])
    several = ("150302-B-000", "150302-D-000", "150302-D-001", "150302-D-002", "150303-D-000")
    entity = operated(town, *several)
    visited(town, InspectionObject.objects.get(number="150302-D-000"), 1, "yjj", on=date(clock.today().year - 1, 3, 2))
    thing = "form-part:2"
    entry = InspectionObject.objects.get(number="150302-D-001")
    day, year_end = town.content.draw_day, date(town.content.ends_on.year, 12, 31)
    visits.plan_visit(
        visits.Planned(
            entry, town.city.organisations["yjj"], Visit.Source.DRAW, thing, year_end, entity=entity, form="form:2"
        )
    )
    draft = town.draft()
    page = town.city.client("chen").get(f"/desk/planning/{draft.number}/").content.decode()
    assert "3 户与同一市场主体的其他对象合起来会超过年度频次上限，不列入抽取" in page
    plan = town.published()
    frozen = set(freeze(plan, day).object_ids)
    # two visits are left: the highest risk first, those not visited before the others, then by number
    assert frozen & set(several) == {"150302-D-001", "150302-D-002"}
    assert plans.feasibility(plan).candidates == len(frozen)
    assert plans.rules_of(plan)["caps"]["within_one_draw"] == "risk-then-longest-unvisited"
    assert "只列入余下的次数" in Client().get(f"/plans/{plan.number}/").content.decode()
    excepted = town.draft(cap_exception="complaint", cap_reason="投诉集中")
    assert set(several) <= set(plans.scope(excepted, day).values_list("number", flat=True))


def test_a_named_exception_with_its_reason_lets_it_be_drawn_and_is_signed_and_public(town: Town) -> None:
    entry = reaching(town)
    draft = town.draft(cap_exception="complaint")
    with pytest.raises(Refused, match="须写明理由"):
        planning.submit_plan(town["chen"], draft)
    other = town.draft(cap_exception="special", cap_reason="专项整治")
    with pytest.raises(Refused, match="不在现行频次上限"):
        planning.submit_plan(town["chen"], other)
    town.content = town.content.__class__(
        **{**town.content.__dict__, "cap_exception": "complaint", "cap_reason": "今年以来投诉集中"}
    )
    plan = town.published()
    assert entry.number in freeze(plan, town.content.draw_day).object_ids
    assert plans.rules_of(plan)["caps"]["reason"] == "今年以来投诉集中"
    assert "投诉举报；今年以来投诉集中" in Client().get(f"/plans/{plan.number}/").content.decode()


def test_the_plan_s_form_takes_the_exception_and_its_reason(town: Town) -> None:
    in_force(town)
    client = town.city.client("chen")
    fields = plan_sent(town, cap_exception="complaint", cap_reason=" 投诉集中 ", save="1")
    assert client.post("/desk/planning/new/", fields).status_code == 302
    plan = plans.plans_seen(town["chen"]).get()
    assert (plan.cap_exception, plan.cap_reason) == ("complaint", "投诉集中")
    assert 'value="投诉集中"' in client.get(f"/desk/planning/{plan.number}/edit/").content.decode()


def test_the_enterprise_s_public_page_counts_only_what_the_public_may_know(town: Town) -> None:
    in_force(town)
    entry, entity = entity_of("150302-B-000")
    Entity.objects.filter(pk=entity.pk).update(credit_code="91150302MA0N000001")
    visited(town, entry, 1, "zjj-wuye")
    page = Client().get("/enterprises/91150302MA0N000001/").content.decode()
    assert "上限 2 次" in page
    assert f"{clock.today().year}年检查次数" in page
    assert "0 <small>次" in page
    seen = town.city.client("chen").get(f"/desk/registry/objects/{entry.pk}/").content.decode()
    assert "已检查 0 次，待检查 1 次" in seen and "再检查一次即达上限" in seen
