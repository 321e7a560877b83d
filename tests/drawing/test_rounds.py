"""A plan of several rounds, seats for who holds a competence, a cap of visits: from the plan to the verified bundle."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from sunlot.drawing import actions, queries, stored, todo
from sunlot.drawing.faults import NoticeRefused
from sunlot.drawing.models import Attempt
from sunlot.inspecting import drawn
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused
from sunlot.planning import actions as planning
from sunlot.planning.content import Stratum, content_of
from sunlot.planning.models import Plan
from sunlot.planning.queries import feasibility
from sunlot.registry.models import Assessment, Inspector
from sunlot.trail import files

from ..cast import City
from ..planning.town import build_town, published_change
from .shorthanded import drawn_object, reserve_of
from .stage import Stage, in_two_rounds, soon
from .test_bundle import sunlot
from .test_replacing import propose


def roster(attempt: Attempt, name: str) -> list[dict[str, str]]:
    parts = attempt.parts.filter(roster=name).order_by("number")
    return [row for part in parts for row in csv.DictReader(io.StringIO(files.read(part.file_id).decode()))]


def reproduced(attempt: Attempt, folder: Path) -> bool:
    bundle = folder / f"{attempt.pk}.zip"
    bundle.write_bytes(queries.bundle_bytes(attempt))
    done = sunlot("verify", str(bundle), "--json")
    return bool(json.loads(done.stdout)["reproduced"])


def titles(stage: Stage, username: str = "chen") -> list[str]:
    return [one.title for one in todo.waiting(stage[username])]


def test_each_round_is_drawn_by_itself_in_its_turn_and_leaves_out_what_was_drawn(city: City, tmp_path: Path) -> None:
    stage = in_two_rounds(city)
    assert "准备第 1 批抽取：物业服务企业部门联合抽查" in titles(stage)
    first = stage.prepare()
    with pytest.raises(Refused, match=r"第 1 批抽取.*有结果后才能准备下一批"):
        stage.prepare()
    first = stage.reveal(stage.thrown(stage.sealed(first)))
    stage.plan.refresh_from_db()
    assert stage.plan.state == Plan.State.PUBLISHED
    assert "准备第 2 批抽取：物业服务企业部门联合抽查" in titles(stage)
    second = stage.commit_all(stage.prepare())
    with pytest.raises(Refused, match=r"第 2 批定于.*当天起才能封存"):
        actions.seal(stage["chen"], second)
    with time_machine.travel(stage.town.content.rounds[1].draw_at):
        second.reveal_by = soon(1)
        second.save(update_fields=["reveal_by"])
        second = stage.reveal(stage.thrown(actions.seal(stage["chen"], second)))
        with pytest.raises(Refused, match="已抽取"):
            stage.prepare()
        page = Client().get(f"/plans/{stage.plan.number}/").content.decode()
    assert "前批已抽取的对象，后批不再列入" in page and "（第 2 批）" in page
    stage.plan.refresh_from_db()
    assert stage.plan.state == Plan.State.DRAWN
    found = [queries.outcome(attempt) for attempt in (first, second)]
    assert set(found[0].objects).isdisjoint(row["id"] for row in roster(second, "objects"))
    assert found[1].drawn_count == sum(
        stratum.quota_of(one.candidates)
        for stratum in content_of(stage.plan).strata
        for one in found[1].strata
        if one.id == stratum.id
    )
    assert stored.notice_value(second)["title"] == "物业服务企业部门联合抽查（第 2 批）"
    assert json.loads(second.rules)["rounds"][1]["round"] == 2
    assert reproduced(first, tmp_path) and reproduced(second, tmp_path)


def test_an_object_in_reserve_never_comes_in_for_one_round_while_or_after_another_has_it(city: City) -> None:
    strata = (Stratum("D", permille=1000), Stratum("C", number=2, reserve=13))
    stage = in_two_rounds(city, strata=strata)
    first = stage.drawn()
    early = propose(stage, first, drawn_object(first))
    second = stage.commit_all(stage.prepare())
    with time_machine.travel(stage.town.content.rounds[1].draw_at):
        second.reveal_by = soon(1)
        second.save(update_fields=["reveal_by"])
        second = actions.seal(stage["chen"], second)
        with pytest.raises(Refused, match="第 2 批的公告已封存、还没有结果"):
            actions.approve_replacement(stage["wuye-head"], early)
        with pytest.raises(Refused, match="第 2 批的公告已封存、还没有结果"):
            propose(stage, first, drawn_object(first, at=1))
        second = stage.reveal(stage.thrown(second))
        taken = set(queries.outcome(second).objects)
        approved = actions.approve_replacement(stage["wuye-head"], early)
        reserve = reserve_of(first)
        assert approved.incoming == next(one for one in reserve if one not in taken)
        assert approved.passed_over == reserve[: reserve.index(approved.incoming)]
        back = actions.approve_replacement(stage["wuye-head"], propose(stage, second, drawn_object(second)))
        assert back.incoming not in {approved.incoming, *queries.outcome(first).objects}


def test_a_change_order_changes_the_rounds_to_come_and_leaves_the_drawn_ones_alone(city: City) -> None:
    stage = in_two_rounds(city)
    town, plan = stage.town, stage.plan
    first = stage.drawn()
    with pytest.raises(Refused, match="还没有派发"):
        planning.open_change_order(town["chen"], plan, "推迟第 2 批")
    with pytest.raises(Refused, match="不能撤回"):
        planning.withdraw_plan(town["leader"], plan, "不查了")
    Attempt.objects.filter(pk=first.pk).update(dispatched_at=clock.now())
    order = planning.open_change_order(town["chen"], plan, "推迟第 2 批")
    rounds = town.content.rounds
    moved = replace(rounds[0], ends_on=rounds[0].ends_on + timedelta(days=5))
    planning.change_plan(town["chen"], order, replace(town.content, rounds=(moved, rounds[1])))
    with pytest.raises(Refused, match="只能改以后的批次"):
        planning.submit_plan(town["chen"], order)
    planning.withdraw_plan(town["chen"], order, "改错了批次")
    later = replace(rounds[1], ends_on=rounds[1].ends_on + timedelta(days=5))
    published_change(town, plan, rounds=(rounds[0], later))
    plan.refresh_from_db()
    assert (plan.version, plan.state, plan.ends_on) == (2, Plan.State.PUBLISHED, later.ends_on)
    assert json.loads(first.rules)["version"] == 1
    published_change(town, plan, rounds=(), ends_on=rounds[0].ends_on)
    plan.refresh_from_db()
    assert plan.state == Plan.State.DRAWN  # the round to come was given up, so all that there is is drawn


def skilled(count: int = 5) -> list[str]:
    """So many of 物业科 hold the competence today, one more did; returns their numbers."""
    people = list(Inspector.objects.filter(number__startswith="zjj-wuye").order_by("number"))[: count + 1]
    for at, one in enumerate(people):
        until = None if at < count else clock.today() - timedelta(days=1)
        Assessment.objects.create(inspector=one, subject="物业", tested_on=date(2026, 1, 1), valid_until=until)
    return [one.number for one in people[:count]]


def test_a_seat_for_a_competence_is_drawn_among_those_who_hold_it_and_nobody_sits_twice(
    city: City, tmp_path: Path
) -> None:
    town = build_town(city)
    able = skilled()
    seats = [
        replace(one, competences=(("property", 1),)) if one.organisation == "zjj-wuye" else one
        for one in town.content.seats
    ]
    draw_at = soon(1)
    days = {"starts_on": draw_at.date() + timedelta(days=1), "ends_on": draw_at.date() + timedelta(days=60)}
    town.content = replace(town.content, seats=tuple(seats), draw_at=draw_at, **days)  # type: ignore[arg-type]
    assert not [
        one
        for one in feasibility(town.draft()).warnings
        if one.field == "participants.zjj-wuye" and "物业专业" in one.message
    ]
    stage = Stage(town, town.published())
    attempt = stage.drawn()
    pools: dict[str, list[str]] = {}
    for row in roster(attempt, "inspectors"):
        pools.setdefault(row["department"], []).append(row["id"])
    assert set(pools["zjj-wuye.property"]) <= set(able)
    assert sorted(pools["zjj-wuye.property"] + pools["zjj-wuye"]) == [f"zjj-wuye-{n:02}" for n in range(8)]
    assert {"department": "zjj-wuye.property", "count": 1} in [
        {"department": seat.department, "count": seat.count} for seat in stored.notice_of(attempt).teams[0].seats
    ]
    for team in queries.outcome(attempt).teams:
        assert [pool for pool, _ in team.members].count("zjj-wuye.property") == 1
        assert len({number for _, number in team.members}) == len(team.members)
    seated = drawn.assignments(attempt).objects[0].seats
    assert [len(one.inspectors) for one in seated if one.participant.organisation.code == "zjj-wuye"] == [2]
    assert reproduced(attempt, tmp_path)
    page = Client().get(f"/draws/{attempt.draw.number}/").content.decode()
    assert "物业科·物业" in page


def test_a_cap_that_a_draw_could_break_is_told_in_the_plan_and_refused_at_the_seal(city: City) -> None:
    town = build_town(city)
    draw_at = soon(1)
    days = {"starts_on": draw_at.date() + timedelta(days=1), "ends_on": draw_at.date() + timedelta(days=60)}
    town.content = replace(town.content, draw_at=draw_at, visit_cap=3, **days)  # type: ignore[arg-type]
    found = feasibility(town.draft()).faults_at("visit_cap")
    assert len(found) == 3 and "每人最多查 3 户，只够 6 户；平均抽中" in found[0]
    town.content = replace(town.content, visit_cap=18)
    stage = Stage(town, town.published())
    attempt = stage.commit_all(stage.prepare())
    Plan.objects.filter(pk=stage.plan.pk).update(visit_cap=3)  # as if the registry had grown since
    with pytest.raises(NoticeRefused, match="每人检查户数上限"):
        actions.seal(stage["chen"], attempt)
