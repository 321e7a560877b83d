"""The draw's pages: the whole ceremony through them, who sees what, and what stays hidden until its day."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sunlot import lottery
from sunlot.desk.todo import waiting_for
from sunlot.drawing import actions, queries, wall
from sunlot.drawing.models import Attempt
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.registry.models import Inspector
from sunlot.trail import files
from sunlot.trail.models import EventDetail

from ..cast import PASSWORD, City
from .stage import NUMBERS, ROLLS, SPEAKERS, Stage, build_stage, fresh, soon

State = Attempt.State


def address(attempt: Attempt, name: str, *more: object) -> str:
    whole = name in ("ceremony", "wall", "wall-now", "record", "record-pdf", "settings", "again")
    return reverse(f"drawing:{name}", args=[attempt.draw.number, *(() if whole else (attempt.number,)), *more])


def page(client: Client, attempt: Attempt, name: str = "ceremony") -> str:
    response = client.get(address(attempt, name))
    assert response.status_code == 200
    return response.content.decode()


def local(moment: datetime) -> str:
    return moment.astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def settings(**changes: object) -> dict[str, object]:
    return {"reveal_by": local(soon(2)), "beacon_kind": "dice", "rolls": "20", "hash_name": "sha256", **changes}


def lottery_settings() -> dict[str, object]:
    return settings(
        beacon_kind="lottery",
        lottery_name="中国福利彩票双色球",
        lottery_issue="2026135",
        lottery_pools="6/33 1/16",
        lottery_not_before=local(soon(3)),
    )


def prepare(stage: Stage, data: dict[str, object]) -> Attempt:
    client = stage.city.client("chen")
    assert "准备抽取" in client.get(reverse("drawing:list")).content.decode()
    response = client.post(reverse("drawing:prepare", args=[stage.plan.pk]), data)
    assert response.status_code == 302
    return Attempt.objects.get(draw__round__plan=stage.plan)


def commit_and_seal(stage: Stage, attempt: Attempt) -> Attempt:
    for code, username in SPEAKERS.items():
        client = stage.city.client(username)
        assert "提交承诺" in page(client, attempt)
        data = {"contributor": code, "commitment": stage.commitment(attempt, code)}
        assert client.post(address(attempt, "commit"), data).status_code == 302
    assert "冻结名册并封存公告" in page(stage.city.client("chen"), attempt)
    assert stage.city.client("chen").post(address(attempt, "seal")).status_code == 302
    return fresh(attempt)


def type_beacon(stage: Stage, attempt: Attempt, value: str) -> None:
    data = {"value": value, "source": "开奖公告第 1 版"}
    for username in ("chen", "supervisor"):
        client = stage.city.client(username)
        assert "您录入" in page(client, attempt)
        assert client.post(address(attempt, "beacon"), data).status_code == 302
        if username == "chen":
            assert value not in page(stage.city.client("supervisor"), attempt)


def reveal_all(stage: Stage, attempt: Attempt) -> None:
    for code, username in SPEAKERS.items():
        client = stage.city.client(username)
        assert "公开密数" in page(client, attempt)
        data = {"contributor": code, "nonce": stage.nonce(attempt, code)}
        assert client.post(address(attempt, "reveal"), data).status_code == 302


def sign(stage: Stage, attempt: Attempt, username: str) -> None:
    client = stage.city.client(username)
    assert "签署抽取记录" in page(client, attempt, "record")
    data = {"act": "sign", "digest": attempt.result_digest, "password": "不是这个"}
    assert "密码不对" in client.post(address(attempt, "record"), data).content.decode()
    data["password"] = PASSWORD
    assert client.post(address(attempt, "record"), data).status_code == 302


def test_the_whole_ceremony_with_dice_through_the_pages(stage: Stage) -> None:
    attempt = commit_and_seal(stage, prepare(stage, settings()))
    type_beacon(stage, attempt, ROLLS)
    reveal_all(stage, attempt)
    drawn = fresh(attempt)
    assert drawn.state == State.DRAWN
    client = stage.city.client("scjg-clerk")
    shown = page(client, drawn)
    for one in queries.outcome(drawn).objects.values():
        assert one.name in shown
    assert client.get(address(drawn, "bundle")).content == queries.bundle_bytes(drawn)
    assert client.get(address(drawn, "notice")).content == drawn.notice.encode()
    roster = client.get(reverse("drawing:roster", args=[drawn.draw.number, 1, "objects", 1]))
    assert roster.content.startswith(b"id,stratum,zone,tickets,name\n")
    assert client.get(address(drawn, "record-pdf")).content.startswith(b"%PDF")
    sign(stage, drawn, "chen")
    sign(stage, drawn, "supervisor")
    assert fresh(drawn).state == State.SIGNED
    assert "可以派发检查任务" in page(client, drawn, "record")


def test_the_whole_ceremony_with_a_lottery_through_the_pages(stage: Stage) -> None:
    attempt = commit_and_seal(stage, prepare(stage, lottery_settings()))
    reveal_all(stage, attempt)
    assert "开奖" in page(stage.city.client("chen"), attempt)
    with time_machine.travel(clock.parse(str(attempt.beacon_form["not_before"])), tick=False):
        type_beacon(stage, attempt, NUMBERS)
    drawn = fresh(attempt)
    assert (drawn.state, drawn.beacon_value) == (State.DRAWN, NUMBERS)
    assert "开奖公告第 1 版" in page(stage.city.client("yjj-clerk"), drawn)


def test_each_persons_home_names_the_step_that_waits_for_it_and_nobody_elses(stage: Stage) -> None:
    def waits() -> dict[str, list[str]]:
        people = ("chen", "coordinator", "scjg-clerk", "supervisor", "outsider", "leader")
        found = {name: [todo.title.split("：")[0] for todo in waiting_for(stage[name])] for name in people}
        ours = {"准备抽取", "提交承诺", "封存公告", "录入公共随机数", "公开密数", "签署抽取记录", "重新准备抽取"}
        return {name: [title for title in titles if title in ours] for name, titles in found.items()}

    nobody: dict[str, list[str]] = {name: [] for name in ("outsider", "leader")}
    assert waits() == {
        "chen": ["准备抽取"],
        "coordinator": ["准备抽取"],
        "scjg-clerk": [],
        "supervisor": [],
        **nobody,
    }
    attempt = stage.prepare()
    commits = {name: ["提交承诺"] for name in ("chen", "scjg-clerk", "supervisor")}
    assert waits() == {**commits, "coordinator": [], **nobody}
    attempt = stage.commit_all(attempt)
    seals = {"chen": ["封存公告"], "coordinator": ["封存公告"], "scjg-clerk": [], "supervisor": []}
    assert waits() == {**seals, **nobody}
    attempt = actions.seal(stage["chen"], attempt)
    assert waits()["supervisor"] == waits()["coordinator"] == ["录入公共随机数"]
    attempt = stage.thrown(attempt)
    assert waits() == {
        "chen": ["公开密数"],
        "coordinator": [],
        "scjg-clerk": ["公开密数"],
        "supervisor": ["公开密数"],
        **nobody,
    }
    attempt = stage.reveal(attempt)
    assert waits()["supervisor"] == waits()["chen"] == ["签署抽取记录"]


def test_a_stranger_finds_nothing_and_the_trail_knows_that_it_looked(stage: Stage) -> None:
    attempt = stage.drawn()
    inspector = stage.city.add("inspector", "检查员", "zjj-wuye", Role.INSPECTOR)
    for username in ("outsider", inspector.username):
        client = stage.city.client(username)
        for name in ("ceremony", "attempt", "wall", "wall-now", "record", "record-pdf", "bundle", "notice", "pulse"):
            assert client.get(address(attempt, name)).status_code == 404
        for name in ("commit", "seal", "beacon", "reveal"):
            assert client.post(address(attempt, name)).status_code == 404
        assert attempt.draw.number not in client.get(reverse("drawing:list")).content.decode()
    assert EventDetail.objects.filter(type="access.refused", username="outsider").count() == 13
    assert stage.city.client("sysadmin").get(address(attempt, "ceremony")).status_code in (403, 404)
    anonymous = Client()
    assert anonymous.get(address(attempt, "ceremony")).status_code == 302
    assert anonymous.get(address(attempt, "wall-now")).status_code == 302
    for name in ("commit", "seal", "beacon", "reveal"):
        assert stage.city.client("chen").get(address(attempt, name)).status_code == 405
    assert stage.city.client("chen").get("/desk/drawing/150300-1999-0001/").status_code == 404


def test_each_step_by_the_wrong_person_says_who_may_and_twice_changes_nothing(stage: Stage) -> None:
    attempt = stage.prepare()
    stranger = stage.city.client("leader")  # sees the plan, has no part in the ceremony
    data = {"contributor": "zjj-wuye", "commitment": "ab" * 32, "value": ROLLS, "nonce": "ab" * 32}
    for name in ("commit", "seal", "beacon", "reveal"):
        response = stranger.post(address(attempt, name), data)
        assert response.status_code == 403
        assert re.search("由.+(提交|主持|录入|公开)", response.content.decode())
    assert stranger.get(address(attempt, "settings")).status_code == 403
    assert stranger.get(reverse("drawing:prepare", args=[stage.plan.pk])).status_code == 302
    own = stage.city.client("chen")
    assert own.post(address(attempt, "seal")).status_code == 409
    assert own.post(address(attempt, "reveal"), data).status_code == 409
    attempt = stage.sealed(attempt)
    assert own.post(address(attempt, "seal")).status_code == 409
    assert own.post(address(attempt, "commit"), data).status_code == 409
    response = own.post(address(attempt, "beacon"), {"value": "12 34"})
    assert response.status_code == 409
    assert 'value="12 34"' in response.content.decode()
    attempt = stage.thrown(attempt)
    response = own.post(address(attempt, "reveal"), data)
    assert "与承诺不符" in response.content.decode()
    assert fresh(attempt).state == State.REVEALING


def test_everything_against_sealing_stands_on_the_page(stage: Stage) -> None:
    attempt = stage.commit_all(stage.prepare())
    Inspector.objects.filter(number__startswith="wd-yjj").update(state="suspended")
    Inspector.objects.filter(number__startswith="zjj-wuye").update(state="suspended")
    response = stage.city.client("chen").post(address(attempt, "seal"))
    shown = response.content.decode()
    assert response.status_code == 409
    assert "有 4 处问题，公告没有封存" in shown or "有 3 处问题，公告没有封存" in shown
    assert "人员名册 · 物业科" in shown
    assert "人员名册 · 乌海市应急管理局" in shown
    assert "冻结名册并封存公告" in shown


def test_a_form_that_is_refused_keeps_what_was_typed(stage: Stage) -> None:
    client = stage.city.client("chen")
    to = reverse("drawing:prepare", args=[stage.plan.pk])
    response = client.post(to, lottery_settings() | {"lottery_pools": "6 of 33", "lottery_issue": ""})
    shown = response.content.decode()
    assert response.status_code == 409
    assert "取几个/共几个" in shown
    assert "填写期号" in shown
    assert 'value="中国福利彩票双色球"' in shown
    late = settings(reveal_by=local(soon(-1)))
    assert "已经过去" in client.post(to, late).content.decode()
    few = lottery_settings() | {"lottery_pools": "1/10"}
    assert "10000000 种可能" in client.post(to, few).content.decode()
    early = lottery_settings() | {"lottery_not_before": local(soon(1))}
    assert "开奖时间应为不早于公开密数的期限的时间" in client.post(to, early).content.decode()
    assert not Attempt.objects.exists()


def test_a_deadline_that_passed_aborts_at_the_next_look_and_the_next_attempt_is_prepared_on_a_page(
    stage: Stage,
) -> None:
    attempt = stage.reveal(stage.thrown(), "zjj-wuye")
    client = stage.city.client("chen")
    with time_machine.travel(attempt.reveal_by, tick=False):
        client = stage.city.client("chen")
        shown = page(client, attempt)
        assert "没有公开密数" in shown
        assert "准备下一次抽取" in shown
        assert "抽取中止" in page(client, attempt, "wall")
        form = client.get(address(attempt, "again")).content.decode()
        assert 'name="beacon_kind"' not in form
        assert client.post(address(attempt, "again"), lottery_settings()).status_code == 302
        shown = page(client, attempt)
        assert "第 2 次" in shown
        assert "第 1 次中止" in shown
    assert fresh(attempt).state == State.ABORTED
    assert Attempt.objects.filter(draw=attempt.draw).count() == 2


def test_of_two_unequal_readings_the_places_are_shown_and_the_values_are_not(stage: Stage) -> None:
    attempt = stage.sealed()
    stage.city.client("chen").post(address(attempt, "beacon"), {"value": ROLLS})
    other = ROLLS[:4] + "".join("2" if one == "1" else "1" for one in ROLLS[4:6]) + ROLLS[6:]
    response = stage.city.client("supervisor").post(address(attempt, "beacon"), {"value": other}, follow=True)
    wall = page(stage.city.client("yjj-clerk"), attempt, "wall")
    for shown in (response.content.decode(), page(stage.city.client("chen"), attempt), wall):
        assert "第 5、6 次不同" in shown
        together = re.sub(r"</?span>", "", shown)
        assert ROLLS not in together
        assert other not in together  # shown, it could be copied instead of typed independently


def test_a_draw_whose_frozen_file_is_gone_says_so_once_and_is_completed_when_it_is_back(stage: Stage) -> None:
    attempt = stage.reveal(stage.thrown(), "zjj-wuye", "scjg", "yjj")
    place = files.path_of(str(attempt.parts.get(roster="objects").file_id))
    content = place.read_bytes()
    place.unlink()
    try:
        client = stage.city.client("supervisor")
        given = {"contributor": "zjj-jijian", "nonce": stage.nonce(attempt, "zjj-jijian")}
        said = client.post(address(attempt, "reveal"), given).content.decode()
        assert said.count("封存的名册文件读不出来") == 1
        assert "各方已齐，正在抽取" in said and "逾期未公开" not in said
        assert "各方已齐，正在抽取" in page(stage.city.client("leader"), attempt, "wall")
    finally:
        place.write_bytes(content)
    assert "抽取结果" in page(client, attempt)
    assert fresh(attempt).state == State.DRAWN


def test_readings_that_differ_almost_everywhere_are_counted(stage: Stage) -> None:
    attempt = stage.sealed()
    stage.city.client("chen").post(address(attempt, "beacon"), {"value": "12" * 10})
    response = stage.city.client("supervisor").post(address(attempt, "beacon"), {"value": "21" * 10}, follow=True)
    assert "20 次中有 20 次不同" in response.content.decode()


def test_under_an_embargo_nothing_of_names_numbers_or_seed_reaches_those_who_do_not_need_it(city: City) -> None:
    stage = build_stage(city, clock.today() + timedelta(days=7))
    attempt = stage.drawn()
    found = queries.outcome(attempt)
    secrets = [attempt.seed, *(str(one.nonce) for one in attempt.contributors.all())]
    secrets += [secret[:16] for secret in secrets]
    names = [text for one in found.objects.values() for text in (one.id, one.name)]
    names += [text for stratum in found.strata for one in stratum.reserve for text in (one.id, one.name)]
    tickets = [one.ticket[:16] for stratum in found.strata for one in (*stratum.drawn, *stratum.reserve)]

    def leaks(client: Client, *pages: str) -> list[str]:
        bodies = [client.get(address(attempt, name)).content.decode() for name in pages]
        bodies.append(client.get(reverse("drawing:list")).content.decode())
        bodies.append(client.get("/desk/").content.decode())
        together = re.sub(r"</?span>", "", "".join(bodies))
        return [secret for secret in [*secrets, *names, *(tickets if "wall" in pages else ())] if secret in together]

    leader = stage.city.client("leader")
    assert leaks(leader, "ceremony", "wall", "wall-now", "pulse") == []
    for name in ("record", "record-pdf", "bundle", "notice"):
        assert leader.get(address(attempt, name)).status_code == 403
    roster = reverse("drawing:roster", args=[attempt.draw.number, 1, "objects", 1])
    assert leader.get(roster).status_code == 403
    host = stage.city.client("chen")
    assert leaks(host, "wall", "wall-now") == []
    assert leaks(host, "ceremony") != []
    with time_machine.travel(attempt.drawn_at + timedelta(seconds=20), tick=False):  # type: ignore[operator]  # drawn
        showing = stage.city.client("chen").get(address(attempt, "wall-now"))
        body = showing.content.decode()
        assert "正在抽取" in body
        assert "刚抽中" not in body and "<figure" not in body  # digests and counts, no ticket
        assert leaks(stage.city.client("chen"), "wall", "wall-now") == []
    with time_machine.travel(first_team_shown(attempt), tick=False):
        showing = stage.city.client("chen").get(address(attempt, "wall-now"))
        assert "检查 " in showing.content.decode()
        assert [one for team in found.teams for _, one in team.members if one in showing.content.decode()] == []
        assert leaks(stage.city.client("chen"), "wall", "wall-now") == []
    assert attempt.release_at is not None
    with time_machine.travel(attempt.release_at, tick=False):
        leader = stage.city.client("leader")
        assert leaks(leader, "ceremony") != []
        assert leader.get(address(attempt, "bundle")).status_code == 200


def first_team_shown(drawn: Attempt) -> datetime:
    """When the wall's show is at the first team: all strata are over."""
    assert drawn.drawn_at is not None
    quotas = [one.quota for one in queries.outcome(drawn).strata]
    strata = len(quotas) * wall.BETWEEN + sum(quotas) * wall.SLOWEST
    return drawn.drawn_at + timedelta(seconds=strata + 0.1)


def test_the_wall_is_asked_again_and_answers_only_when_something_happened(stage: Stage) -> None:
    attempt = stage.sealed()
    client = stage.city.client("supervisor")
    first = client.get(address(attempt, "wall-now"))
    seen = {"seen": first["X-Version"]}
    assert first["X-Pause"] == "2000"
    assert client.get(address(attempt, "wall-now"), seen).status_code == 204
    drawn = stage.reveal(stage.thrown(attempt))
    assert client.get(address(drawn, "wall-now"), seen).status_code == 200
    quotas = [one.quota for one in queries.outcome(drawn).strata]
    assert drawn.drawn_at is not None
    with time_machine.travel(drawn.drawn_at + timedelta(seconds=wall.BETWEEN), tick=False):
        client = stage.city.client("supervisor")
        showing = client.get(address(drawn, "wall-now"))
        assert showing["X-Pause"] == "500"
        assert f"已抽 1 / {quotas[0]}" in showing.content.decode()
        still = client.get(address(drawn, "wall-now"), {"still": "1"}).content.decode()
        assert "抽取完成" in still
    with time_machine.travel(first_team_shown(drawn), tick=False):
        client = stage.city.client("supervisor")
        forming = client.get(address(drawn, "wall-now")).content.decode()
        team = queries.outcome(drawn).teams[0]
        assert [number for _, number in team.members if number not in forming] == []
        assert [one for one in team.objects if queries.outcome(drawn).objects[one].name not in forming] == []
        assert f"{len(team.members)} 人，检查 {len(team.objects)} 户" in forming
        seat = lottery.key("sha256", drawn.seed, "inspector", f"{team.zone}/{team.members[0][0]}")
        assert lottery.ticket("sha256", seat, team.members[0][1])[:4] in forming
    with time_machine.travel(drawn.drawn_at + timedelta(minutes=3), tick=False):
        over = stage.city.client("supervisor").get(address(drawn, "wall-now"))
        assert over["X-Pause"] == "2000"
        assert f"抽取完成：{sum(quotas)} 户" in over.content.decode()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-1, None),
        (0, (0, 0)),
        (wall.BETWEEN - 0.01, (0, 0)),
        (wall.BETWEEN, (0, 1)),
        (wall.BETWEEN + 1.5, (0, 2)),
        (wall.BETWEEN + 3, (1, 0)),
        (2 * wall.BETWEEN + 3, (1, 1)),
        (2 * wall.BETWEEN + 4.5, (2, 0)),
        (3 * wall.BETWEEN + 4.5, 0),
        (3 * wall.BETWEEN + 4.5 + wall.SLOWEST_TEAM, 1),
        (3 * wall.BETWEEN + 4.5 + 2 * wall.SLOWEST_TEAM, None),
    ],
)
def test_the_wall_shows_stratum_by_stratum_then_team_by_team_in_its_own_time(
    seconds: float, expected: tuple[int, int] | int | None
) -> None:
    shown = {
        None: None,
        **{(one.stratum, one.shown): one for at in range(3) for n in range(3) if (one := wall.Drawing(at, n))},
        **{at: wall.Forming(at) for at in range(2)},
    }
    assert wall.progress_at([2, 1, 0], 2, seconds) == shown[expected]


def test_a_large_draw_is_shown_faster_never_beyond_its_bounds() -> None:
    teams_from = wall.BETWEEN + 600 * wall.FASTEST
    assert wall.progress_at([600], 400, teams_from - 0.01) == wall.Drawing(0, 600)
    assert wall.progress_at([600], 400, teams_from + 0.01) == wall.Forming(0)
    assert wall.progress_at([600], 400, teams_from + 400 * wall.FASTEST_TEAM - 0.01) == wall.Forming(399)
    assert wall.progress_at([600], 400, teams_from + 400 * wall.FASTEST_TEAM + 0.01) is None


def test_the_list_finds_and_exports_draws(stage: Stage) -> None:
    attempt = stage.drawn()
    client = stage.city.client("coordinator")
    to = reverse("drawing:list")
    assert attempt.draw.number in client.get(to, {"q": "物业服务", "state": "drawn"}).content.decode()
    assert attempt.draw.number not in client.get(to, {"state": "aborted"}).content.decode()
    exported = b"".join(client.get(to, {"format": "csv"}).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # streamed
    assert attempt.result_digest in exported
