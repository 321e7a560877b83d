"""A supplementary draw: objects without a team get one, in a draw of its own that anybody can verify."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from sunlot.drawing import actions, queries
from sunlot.drawing.models import Attempt, Draw
from sunlot.drawing.standing import standing_of
from sunlot.drawing.supplement import next_step, waiting_in
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM, NotAllowed, Refused
from sunlot.planning.content import Stratum
from sunlot.planning.ratios.text import RowText, digest_of
from sunlot.trail import files
from sunlot.trail.models import Event
from sunlot.watching.draws import Draws

from ..cast import City
from ..planning.test_ratios import in_force
from .shorthanded import SHUT_OUT, WHO_ALONE_MAY, build_short_stage, drawn_object, standing, supplemented
from .stage import NUMBERS, Stage, double_colour, entries, fresh, soon
from .test_logged import verify
from .test_replacing import propose

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(city: City) -> Stage:
    return build_short_stage(city, shut_out=True)


def test_objects_without_a_team_get_one_each_where_one_for_all_is_impossible(stage: Stage, tmp_path: Path) -> None:
    root = stage.drawn()
    waiting = standing(root).unassigned
    assert waiting and set(waiting) <= set(SHUT_OUT)
    assert fresh(root).waiting == len(waiting)
    draws = []
    for number in waiting:
        found = supplemented(stage, root)
        draws.append(found)
        assert found.draw.covers == [number]
        (team,) = standing(root).teams_of(found)
        assert team.objects == (number,)
        friend = WHO_ALONE_MAY[SHUT_OUT.index(number)]
        assert ("scjg", friend) in team.members
        assert not {one for _, one in team.members} & {
            one for t in standing(root).teams_of(root) for _, one in t.members
        }
        report = verify(found, tmp_path)
        assert report.faults == () and report.verified
        assert any(str(root.notice_digest) in remark for remark in report.remarks)
    assert fresh(root).waiting == 0 and standing(root).unassigned == ()
    assert [one.draw.number for one in standing(root).attempts] == [
        root.draw.number, *(one.draw.number for one in draws)
    ]  # fmt: skip
    with pytest.raises(Refused, match="没有等待补充抽取的对象"):
        actions.prepare_supplement(stage["chen"], root, "dice", soon())
    assert verify(fresh(root), tmp_path).verified


def test_the_notice_of_a_supplementary_draw_says_which_it_supplements(stage: Stage) -> None:
    root = stage.drawn()
    prepared = actions.prepare_supplement(stage["coordinator"], root, "dice", soon())
    assert prepared.draw.round_id == root.draw.round_id
    assert prepared.draw.serial == root.draw.serial + 1
    stage.nonces.clear()
    notice = json.loads(stage.sealed(prepared).notice)
    assert notice["supplements"] == root.notice_digest
    assert notice["rules"] == json.loads(fresh(root).notice)["rules"]
    assert notice["title"].endswith("（补充抽取）")
    assert notice["objects"]["strata"] == [{"id": "D", "quota": notice["objects"]["count"], "reserve": 0}]
    assert notice["avoid"]["count"] == 0
    assert [one["count"] for one in notice["teams"]] == [1]


def test_one_supplementary_draw_at_a_time_and_only_by_the_host(stage: Stage) -> None:
    root = stage.drawn()
    for username in ("scjg-clerk", "supervisor", "outsider"):
        with pytest.raises(NotAllowed):
            actions.prepare_supplement(stage[username], root, "dice", soon())
    prepared = actions.prepare_supplement(stage["chen"], root, "dice", soon())
    with pytest.raises(Refused, match=f"补充抽取 {prepared.draw.number} 还没有结果"):
        actions.prepare_supplement(stage["chen"], root, "dice", soon())
    assert Draw.objects.count() == 2


def test_while_a_supplementary_draw_is_sealed_nobody_of_its_roster_comes_in(stage: Stage) -> None:
    root = stage.drawn()
    number = standing(root).unassigned[0]
    one = propose(stage, root, drawn_object(root))
    prepared = actions.prepare_supplement(stage["chen"], root, "dice", soon())
    with pytest.raises(Refused, match="正在为它补充抽取检查组"):
        propose(stage, root, number)
    stage.nonces.clear()
    sealed = stage.sealed(prepared)
    with pytest.raises(Refused, match="结束后再办理替补"):
        actions.approve_replacement(stage["wuye-head"], one)
    stage.reveal(stage.thrown(sealed))
    assert actions.approve_replacement(stage["wuye-head"], one).state == "approved"


def test_an_aborted_supplementary_draw_is_repeated_and_no_other_takes_its_place(stage: Stage, tmp_path: Path) -> None:
    root = stage.drawn()
    stage.nonces.clear()
    first = stage.thrown(stage.sealed(actions.prepare_supplement(stage["chen"], root, "dice", soon())))
    with time_machine.travel(first.reveal_by, tick=True):
        assert actions.abort_if_due(SYSTEM, first)
        with pytest.raises(Refused, match="还没有结果"):
            actions.prepare_supplement(stage["chen"], root, "dice", soon())
        second = actions.prepare_again(stage["chen"], fresh(first), soon(1), double_colour(2))
        revealed = stage.reveal(stage.sealed(second))
    with time_machine.travel(clock.parse(revealed.beacon_form["not_before"]), tick=True):
        actions.read_beacon(stage["chen"], revealed, NUMBERS, "开奖公告")
        drawn = actions.read_beacon(stage["supervisor"], revealed, NUMBERS, "开奖公告")
    assert drawn.draw.number == first.draw.number
    assert first.draw.covers[0] not in standing(root).unassigned
    assert verify(drawn, tmp_path).verified


def test_under_an_embargo_a_supplementary_draw_is_held_back_and_released_with_the_other(city: City) -> None:
    stage = build_short_stage(city, release_on=clock.today() + timedelta(days=7), shut_out=True)
    root = stage.drawn()
    found = supplemented(stage, root)
    assert found.release_at == root.release_at
    assert queries.holds_back(found, clock.now())
    actions.release(SYSTEM, found, "首次公示检查结果")
    assert not queries.holds_back(fresh(root), clock.now())
    assert not queries.holds_back(fresh(found), clock.now())
    assert len(entries("drawing.released")) == 2


def test_a_watcher_of_the_log_finds_nothing_wrong(stage: Stage) -> None:
    root = stage.drawn()
    supplemented(stage, root)
    actions.approve_replacement(stage["wuye-head"], propose(stage, root, drawn_object(root)))
    draws = Draws()
    events = Event.objects.order_by("pk").values_list("entry", flat=True)
    assert [found for at, entry in enumerate(events) for found in draws.add(at, entry.encode())] == []


def test_nothing_is_supplemented_before_the_draw_nor_where_nothing_waits(city: City) -> None:
    stage = build_short_stage(city)
    with pytest.raises(Refused, match="现在不能补充抽取"):
        actions.prepare_supplement(stage["chen"], stage.prepare(), "dice", soon())
    root = stage.reveal(stage.thrown(stage.sealed(Attempt.objects.get())))
    assert next_step(standing_of(root), clock.today()).waiting is None
    assert waiting_in(standing_of(root)) == []


def test_the_public_list_and_bundle_of_a_supplementary_draw_are_like_any_other(stage: Stage) -> None:
    found = supplemented(stage, stage.drawn())
    assert found in queries.public_attempts(clock.now())
    assert queries.bundle_bytes(found)


def test_the_tickets_of_the_table_hold_in_a_supplementary_draw_too(city: City) -> None:
    town = build_short_stage(city, shut_out=True).town
    rows = (
        RowText("D", permille=1000, minimum=500, maximum=1000, tickets=3),
        RowText("C", permille=300, minimum=200, maximum=500),
    )
    table = in_force(town, rows)
    town.content = replace(
        town.content,
        ratios_id=table.pk,
        strata=(Stratum("D", permille=1000, row=1), Stratum("C", permille=300, row=2, reserve=1)),
    )
    stage = Stage(town, town.published())
    root = stage.drawn()
    waiting = standing(root).unassigned
    assert waiting
    found = supplemented(stage, root)
    (part,) = found.parts.filter(roster="objects")
    (row,) = csv.DictReader(io.StringIO(files.read(part.file_id).decode()))
    assert (row["id"], row["tickets"]) == (waiting[0], "3")
    assert json.loads(found.rules)["ratios"] == {"table": "BL-150300", "version": 1, "digest": digest_of(table)}
    assert json.loads(found.notice)["rules"] == json.loads(root.notice)["rules"]
