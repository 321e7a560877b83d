"""A plan simulated before approval: the draw itself with many seeds, in a job that survives its worker, kept with what it is of."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.desk.models import Job
from sunlot.desk.running import LEASE, Hands
from sunlot.documents import charts
from sunlot.drawing.models import Simulation
from sunlot.drawing.simulating import background
from sunlot.drawing.simulating.actions import start_simulation
from sunlot.drawing.simulating.chances import chances_of
from sunlot.drawing.simulating.tally import Tally, spread
from sunlot.lottery import Rehearsal
from sunlot.norms import clock
from sunlot.norms.regions import DISTRICTS
from sunlot.planning import actions as planning
from sunlot.planning.content import Window
from sunlot.planning.models import Plan
from sunlot.registry.models import Avoidance, InspectionObject, Inspector

from ..planning.town import OBJECTS, Town, build_town

DRAWN = {"D": 8, "C": 5, "B": 3, "A": 1}


@pytest.fixture
def town(city: Any) -> Town:
    """The city with rosters, and a plan that is possible."""
    return build_town(city)


def address(plan: Plan) -> str:
    return f"/desk/drawing/simulations/{plan.number}/"


def work() -> None:
    Hands(beating=False).work_once()


def simulated(town: Town, plan: Plan, seeds: int = 500) -> Simulation:
    made = start_simulation(town["chen"], plan, seeds)
    work()
    made.refresh_from_db()
    return made


def page(town: Town, plan: Plan, user: str = "chen") -> str:
    return town.city.client(user).get(address(plan)).content.decode()


def rows(made: Simulation, dimension: str) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in made.figures["coverage"][dimension]}


def test_started_from_the_plan_it_draws_500_times_and_the_means_are_the_expected_ones(town: Town) -> None:
    plan = town.draft()
    client = town.city.client("chen")
    assert "模拟抽取 500 次" in client.get(f"/desk/planning/{plan.number}/").content.decode()
    assert client.post(f"{address(plan)}start/").status_code == 302
    work()
    made = Simulation.objects.get()
    assert (made.state, made.figures["seeds"], made.figures["drawn"]) == (Simulation.State.DONE, 500, 17)
    for risk, row in rows(made, "stratum").items():  # the quota is no matter of chance
        assert {row["least"], row["mean"], row["most"]} == {DRAWN[risk]}
    # Each district holds a third of every class: the expectation is 17/3, the variance that of four hypergeometric draws.
    variance = 0.0
    for risk, quota in DRAWN.items():
        whole = 3 * OBJECTS[risk]
        variance += quota * (1 / 3) * (2 / 3) * (whole - quota) / (whole - 1)
    for region in DISTRICTS:
        row = rows(made, "region")[region]
        assert abs(row["mean"] - 17 / 3) < 4 * (variance / 500) ** 0.5
        assert row["least"] <= row["low"] < 17 / 3 < row["high"] <= row["most"]
    assert rows(made, "item")["WY-01"]["mean"] == 17
    text = page(town, plan)
    assert "模拟不会也不能选定真正的种子：种子在封存名单之后产生。" in text
    assert "500 次模拟每次都能组成检查组" in text
    assert "看模拟的全部结果" in client.get(f"/desk/planning/{plan.number}/").content.decode()


def test_the_load_of_teams_and_people_adds_up_to_what_is_drawn(town: Town) -> None:
    made = simulated(town, town.draft(), 60)
    assert sum(row["share"] for row in made.figures["loads"]) == pytest.approx(1)
    zones = {row["name"]: row for row in made.figures["zones"]}
    assert zones["海南区"]["teams"] == 1
    assert zones["海南区"]["busiest"] == zones["海南区"]["idlest"]  # one team has all of it
    assert zones["海南区"]["busiest"]["mean"] == pytest.approx(rows(made, "region")["150303"]["mean"])
    lead = next(row for row in made.figures["departments"] if row["name"] == "物业科")
    assert (lead["people"], lead["needed"]) == (8, 8)
    others = [row for row in made.figures["departments"] if row["name"] != "物业科"]
    assert sum(row["people"] for row in others) > sum(row["needed"] for row in others)


def shun_all_but_one(town: Town) -> str:
    """An object of 乌达区 that two of the three of 应急 there must not meet: it needs the third in the only team."""
    found = InspectionObject.objects.get(number="150304-D-000")
    for person in Inspector.objects.filter(number__in=["wd-yjj-00", "wd-yjj-01"]):
        Avoidance.objects.create(
            inspector=person,
            object=found,
            ground=Avoidance.Ground.FAMILY,
            created_by=town["chen"].membership.user,
            created_at=clock.now(),
        )
    return found.name


def test_an_object_that_finds_no_team_with_some_seeds_is_named_with_how_often_and_why(town: Town) -> None:
    plan = town.draft()
    name = shun_all_but_one(town)
    made = simulated(town, plan)
    found = made.figures["infeasible"]
    # Drawn with 8 in 12, and then without a team with 2 in 3: within 4 standard errors of 500 · 4/9.
    assert abs(found["seeds"] - 500 * 4 / 9) < 4 * (500 * 4 / 9 * 5 / 9) ** 0.5
    assert [(one["name"], one["seeds"], one["region"]) for one in found["objects"]] == [
        (name, found["seeds"], "乌达区")
    ]
    text = page(town, plan)
    assert f"500 次模拟中有 {found['seeds']} 次出现对象无组可派" in text
    assert "应急 2 人" in text or "应急管理局 2 人" in text


def test_where_people_are_too_few_the_seats_are_named_and_the_objects_simulated_all_the_same(town: Town) -> None:
    Inspector.objects.filter(number__in=["wd-yjj-00", "wd-yjj-01", "wd-yjj-02"]).update(state=Inspector.State.LEFT)
    plan = town.draft()
    made = simulated(town, plan, 40)
    assert not made.figures["infeasible"]["teams_drawn"]
    assert [(one["zone"], one["need"], one["available"]) for one in made.figures["infeasible"]["short"]] == [
        ("乌达区", 1, 0)
    ]
    assert made.figures["zones"] == []
    assert rows(made, "item")["WY-01"]["mean"] == 17
    assert "人员不足，抽不出检查组，只模拟了对象。" in page(town, plan)


def test_a_worker_killed_half_way_is_followed_by_one_that_goes_on_and_the_figures_are_the_same(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = town.draft()
    whole = simulated(town, plan, 40).figures
    monkeypatch.setattr(background, "SAVED_EVERY", 0.0)
    drawn: list[str] = []
    draw = Rehearsal.draw

    def dying(self: Rehearsal, seed: str) -> Any:
        drawn.append(seed)
        if len(drawn) == 26:
            raise KeyboardInterrupt
        return draw(self, seed)

    monkeypatch.setattr(Rehearsal, "draw", dying)
    again = start_simulation(town["chen"], plan, 40)
    with pytest.raises(KeyboardInterrupt):
        work()
    job = Job.objects.get(state=Job.State.RUNNING)
    assert job.position["tally"]["seeds"] == 25
    assert "已处理 25 / 40 次" in page(town, plan)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=clock.now() - 2 * LEASE)
    work()
    again.refresh_from_db()
    assert again.state == Simulation.State.DONE
    assert len(drawn) == 26 + 15  # one was begun twice
    for part in ("coverage", "loads", "departments", "zones", "infeasible"):
        assert again.figures[part] == whole[part]


def test_a_roster_that_changed_meanwhile_is_simulated_from_the_beginning(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = start_simulation(town["chen"], town.draft(), 20)
    Job.objects.update(position={"roster": "of yesterday", "tally": Tally(seeds=19).to_json()})
    work()
    made.refresh_from_db()
    assert sum(row["mean"] for row in made.figures["coverage"]["region"]) == pytest.approx(17)


def test_after_a_change_of_the_plan_it_says_so_and_a_new_one_is_of_the_new_content(town: Town) -> None:
    plan = town.draft()
    simulated(town, plan, 20)
    plan = planning.submit_plan(town["chen"], plan)
    assert "已过时" not in page(town, plan)  # submitted, the content is the same
    changed = planning.change_plan(town["chen"], plan, replace(town.content, title="另一个名称"))
    assert "已过时" in page(town, changed)
    simulated(town, changed, 20)
    text = page(town, changed)
    assert "已过时" not in text
    older = Simulation.objects.order_by("pk")[0]
    assert f"?run={older.pk}" in text
    assert "这是以前的一次模拟" in town.city.client("chen").get(f"{address(plan)}?run={older.pk}").content.decode()


def test_a_plan_changed_while_it_is_simulated_has_no_figures_of_the_old_content(town: Town) -> None:
    plan = town.draft()
    made = start_simulation(town["chen"], plan, 20)
    planning.change_plan(town["chen"], plan, replace(town.content, title="另一个名称"))
    work()
    made.refresh_from_db()
    assert made.state == Simulation.State.ENDED
    assert "计划在模拟开始以后有改动" in page(town, plan)


def test_asked_for_twice_it_runs_once_and_stopped_it_is_over(town: Town) -> None:
    plan = town.draft()
    first = start_simulation(town["chen"], plan)
    assert start_simulation(town["wuye-head"], plan).pk == first.pk
    job = Job.objects.get()
    town.city.client("chen").post(f"/desk/jobs/{job.pk}/stop/")
    first.refresh_from_db()
    assert first.state == Simulation.State.ENDED
    assert start_simulation(town["chen"], plan).pk != first.pk


def test_who_takes_part_reads_it_the_lead_alone_starts_it_and_strangers_see_nothing(town: Town) -> None:
    plan = town.submitted()
    simulated(town, plan, 20)
    assert "抽中的对象怎样分布" in page(town, plan, "scjg-clerk")
    assert "重新模拟" not in page(town, plan, "scjg-clerk")
    assert (
        "看模拟的全部结果"
        in town.city.client("scjg-clerk").get(f"/desk/planning/{plan.number}/answer/").content.decode()
    )
    assert town.city.client("scjg-clerk").post(f"{address(plan)}start/").status_code == 403
    assert town.city.client("outsider").get(address(plan)).status_code == 404
    assert town.city.client("outsider").post(f"{address(plan)}start/").status_code == 404
    assert Simulation.objects.count() == 1


def test_whoever_signs_sees_what_it_showed(town: Town) -> None:
    plan = town.confirmed()
    simulated(town, plan, 20)
    text = town.city.client("wuye-head").get(f"/desk/planning/{plan.number}/sign/").content.decode()
    assert "20 次模拟每次都能组成检查组" in text
    assert address(plan) in text


def test_every_table_can_be_taken_along_as_a_file(town: Town) -> None:
    plan = town.draft()
    made = simulated(town, plan, 20)
    client = town.city.client("chen")
    answer = client.get(f"{address(plan)}?table=regions&format=csv&bom=0")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # a file
    assert lines[0].startswith("辖区,候选（户）,平均抽中（户）")
    assert len(lines) == 1 + len(made.figures["coverage"]["region"])
    keys = set(re.findall(r"table=(\w+)&amp;format=xlsx", page(town, plan)))
    assert {
        "regions",
        "strata",
        "trades",
        "items",
        "year",
        "sources",
        "times",
        "merged",
        "teams",
        "departments",
        "loads",
    } == keys
    assert all(client.get(f"{address(plan)}?table={key}&format=xlsx").status_code == 200 for key in keys)
    assert client.get(f"{address(plan)}?table=none&format=xlsx").status_code == 404


def test_the_chance_within_the_year_reckons_with_the_other_published_plans(town: Town) -> None:
    town.published()
    made = simulated(town, town.draft(title="第二次抽查", beside_reason="", annual_line_id=None), 20)
    sources = [one["name"] for one in made.figures["year"]["sources"]]
    assert sources == ["第二次抽查", "物业服务企业部门联合抽查"]
    classes = {one["stratum"]: one for one in made.figures["year"]["classes"]}
    for risk, quota in DRAWN.items():
        once = quota / (3 * OBJECTS[risk])
        assert classes[risk]["mean"] == pytest.approx(1 - (1 - once) ** 2)
        assert classes[risk]["visits"] == pytest.approx(2 * once)


def test_a_plan_without_candidates_is_not_simulated_and_says_why(town: Town) -> None:
    InspectionObject.objects.all().update(
        state=InspectionObject.State.DEREGISTERED, state_since=clock.today(), state_source="核对"
    )
    plan = town.draft()
    assert simulated(town, plan).state == Simulation.State.ENDED
    assert "没有一户候选对象" in page(town, plan)


@given(st.integers(0, 60), st.dictionaries(st.integers(1, 9), st.integers(1, 20), min_size=1, max_size=4))
def test_the_chances_of_a_stratum_add_up_to_its_quota_and_more_tickets_are_never_worse(
    quota: int, held: dict[int, int]
) -> None:
    found = chances_of(quota, held)
    assert sum(found[tickets] * count for tickets, count in held.items()) == pytest.approx(
        min(quota, sum(held.values()))
    )
    in_order = [found[tickets] for tickets in sorted(held)]
    assert in_order == sorted(in_order)
    assert all(0 <= chance <= 1 for chance in in_order)


def test_a_spread_leaves_a_twentieth_out_at_either_end() -> None:
    found = spread(Counter({0: 25, 1: 1, 2: 448, 9: 1, 10: 25}))
    assert (found.least, found.low, found.high, found.most) == (0, 1, 9, 10)
    assert spread({3: 1}) == spread({3: 500})


def test_a_chart_is_an_image_with_a_name_and_nothing_that_the_content_policy_refuses() -> None:
    drawn = charts.bars("各区平均", [charts.Bar("海勃湾区", 8.2, 5, 11), charts.Bar("<b>&海南区", 3)])
    root = ElementTree.fromstring(drawn)  # noqa: S314 -- our own
    assert (root.get("role"), root.get("aria-label")) == ("img", "各区平均")
    assert {node.tag for node in root.iter()} <= {"svg", "g", "rect", "path", "text"}
    assert not [node for node in root.iter() if "style" in node.attrib]
    assert len([node for node in root.iter() if node.tag == "rect"]) == 2
    assert charts.bars("各区平均", [charts.Bar("无", 0)])


def test_the_rounds_of_a_plan_are_covered_one_after_another_and_the_cap_of_visits_is_watched(town: Town) -> None:
    content, later = town.content, timedelta(days=90)
    rounds = (
        Window(content.draw_at, content.starts_on, content.ends_on),
        Window(content.draw_at + later, content.starts_on + later, content.ends_on + later),
    )
    plan = town.draft(rounds=rounds, visit_cap=4)
    made = simulated(town, plan, seeds=20)
    first, second = made.figures["rounds"]
    whole = sum(OBJECTS.values()) * 3
    assert (first["drawn"], first["covered"]) == (sum(DRAWN.values()), pytest.approx(sum(DRAWN.values())))
    assert second["candidates"] == whole - first["drawn"]
    assert second["covered"] == pytest.approx(first["drawn"] + second["drawn"])
    assert second["share"] == pytest.approx(second["covered"] / whole)
    for zone in made.figures["zones"]:
        assert (zone["over"] > 0) == (zone["busiest"]["most"] > 4)
    shown = page(town, plan)
    assert "累计覆盖" in shown and "超过每人 4 户" in shown and "（2 批）" in shown
