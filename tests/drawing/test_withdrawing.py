"""What is not sealed may be given up: its number stays used, and the public log says why nothing follows it."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from sunlot.drawing import actions
from sunlot.drawing.models import Attempt
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.planning import actions as planning
from sunlot.trail.models import Event
from sunlot.watching.draws import Draws

from ..cast import City
from .shorthanded import build_short_stage
from .stage import Stage, entries, fresh, soon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def short(city: City) -> Stage:
    return build_short_stage(city, shut_out=True)


def seen_by_a_monitor() -> tuple[list[str], list[str]]:
    """What breaks a rule, and the numbers that are missing, by the log's entries alone."""
    draws = Draws()
    rows = Event.objects.order_by("pk").values_list("entry", flat=True)
    broken = [found.words for at, entry in enumerate(rows) for found in draws.add(at, entry.encode())]
    return broken, [number for number, _ in draws.gaps()]


def test_a_supplementary_draw_is_withdrawn_on_its_page_and_the_next_one_goes_on(short: Stage) -> None:
    root = short.drawn()
    prepared = actions.prepare_supplement(short["chen"], root, "dice", soon())
    page = reverse("drawing:ceremony", args=[prepared.draw.number])
    client = short.city.client("chen")
    assert "撤回这次补充抽取" in client.get(page).content.decode()
    address = reverse("drawing:withdraw", args=[prepared.draw.number])
    assert "写明具体情况" in client.post(address, {"reason": " "}).content.decode()
    assert "电话或证件号码" in client.post(address, {"reason": "问 13800138000"}).content.decode()
    after = client.post(address, {"reason": "彩票期号写错"}, follow=True).content.decode()
    assert "没有封存，已撤回" in after
    assert "撤回这次补充抽取" not in after
    assert client.post(address, {"reason": "再来一次"}).status_code == 302  # withdrawn twice is withdrawn once
    [entry] = entries("drawing.withdrawn")
    assert entry["public"] == {"reason": "彩票期号写错"}
    assert entry["subject"] == f"draw:{prepared.draw.number}:1"

    assert "准备补充抽取" in client.get(reverse("drawing:replacements", args=[root.draw.number])).content.decode()
    assert "补充抽取：" in client.get("/desk/").content.decode()
    again = actions.prepare_supplement(short["chen"], root, "dice", soon())
    assert again.draw.serial == prepared.draw.serial + 1
    short.nonces.clear()
    short.reveal(short.thrown(short.sealed(again)))
    assert seen_by_a_monitor() == ([], [])
    assert client.get(reverse("drawing:wall", args=[prepared.draw.number])).status_code == 200
    public = short.city.client("chen").get("/log/").content.decode()
    assert "撤回未封存的抽取" in public
    assert short.city.client("chen").get(f"/draws/{prepared.draw.number}/").status_code == 404


def test_only_the_host_withdraws_only_a_supplementary_draw_and_only_before_it_is_sealed(short: Stage) -> None:
    root = short.drawn()
    prepared = actions.prepare_supplement(short["chen"], root, "dice", soon())
    for username in ("scjg-clerk", "supervisor", "outsider"):
        with pytest.raises(NotAllowed):
            actions.withdraw_supplement(short[username], prepared, "不办了")
    with pytest.raises(Refused, match="不是补充抽取"):
        actions.withdraw_supplement(short["chen"], root, "不办了")
    short.nonces.clear()
    sealed = short.sealed(prepared)
    with pytest.raises(Refused, match="现在不能撤回"):
        actions.withdraw_supplement(short["chen"], sealed, "不办了")
    assert entries("drawing.withdrawn") == []


def test_a_plan_is_withdrawn_with_its_prepared_draw_which_leaves_no_gap(stage: Stage) -> None:
    attempt = stage.commit_all(stage.prepare())
    planning.withdraw_plan(stage["leader"], attempt.draw.round.plan, "抽取条件不成熟")
    assert fresh(attempt).state == Attempt.State.WITHDRAWN
    [entry] = entries("drawing.withdrawn")
    assert entry["public"] == {"reason": "计划已撤回"}
    for act in (
        lambda: actions.seal(stage["chen"], attempt),
        lambda: actions.commit(stage["scjg-clerk"], attempt, "scjg", "ab" * 32),
    ):
        with pytest.raises(Refused):
            act()
    with pytest.raises(DatabaseError), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(state="preparing")
    assert seen_by_a_monitor() == ([], [])
