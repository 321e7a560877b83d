"""An item changed or repealed under a plan, and what a law's amendment touches."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from sunlot.catalogue import actions as catalogue
from sunlot.catalogue.models import ItemVersion
from sunlot.catalogue.texts import text_of
from sunlot.drawing import actions as drawing
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused
from sunlot.planning import actions
from sunlot.planning.content import content_of
from sunlot.planning.models import Plan
from sunlot.planning.outdated import outdated

from .town import Town

DAY = timedelta(days=1)
LAWS = "/desk/planning/laws/"


def repeal(town: Town, code: str, days: int = 1) -> None:
    version = ItemVersion.objects.get(item__code=code)
    catalogue.repeal(town["coordinator"], version, clock.today() + days * DAY, "依据的条款已删去")


def replaced(town: Town, code: str, days: int) -> ItemVersion:
    """The next version, in force after `days` days."""
    old = ItemVersion.objects.get(item__code=code)
    text = replace(text_of(old), content="新的内容", reason="条例修订")
    draft = catalogue.submit(town["chen"], catalogue.draft_version(town["chen"], old.item, text))
    return catalogue.put_in_force(town["coordinator"], draft, clock.today() + days * DAY)


def page_of(town: Town, plan: Plan) -> str:
    return str(town.city.client("chen").get(f"/desk/planning/{plan.number}/").content.decode())


def test_an_item_repealed_between_plan_and_draw_is_said_on_the_plan_and_the_draw_refuses(town: Town) -> None:
    plan = town.published()
    assert "事项有变更" not in page_of(town, plan)
    repeal(town, "WY-02")
    page = page_of(town, plan)
    assert "计划公布以后，1 个事项有变更" in page and f"/desk/planning/{plan.number}/change/" in page
    assert "已废止；抽取日不再有效，不得据以抽查" in page
    public = Client().get(f"/plans/{plan.number}/").content.decode()
    assert "1 个事项有变更" in public and "WY-02" in public and "已废止；抽取日不再有效" in public
    with (
        time_machine.travel(plan.draw_at - timedelta(hours=1)),
        pytest.raises(Refused, match=r"WY-02.*已废止.*办理计划调整"),
    ):
        drawing.prepare(town["chen"], plan, "dice", clock.now() + timedelta(hours=2))
    plan.refresh_from_db()
    assert plan.state == Plan.State.PUBLISHED


def test_a_change_order_that_takes_the_new_version_lets_the_draw_go_on(town: Town) -> None:
    plan = town.published()
    old = ItemVersion.objects.get(item__code="WY-01")
    new = replaced(town, "WY-01", 1)
    assert [(one.version.pk, one.successor, one.stops_draw) for one in outdated(plan, content_of(plan).draw_day)] == [
        (old.pk, new, True)
    ]
    order = actions.open_change_order(town["chen"], plan, "事项已有新版本")
    said = content_of(order)
    seats = tuple(
        replace(seat, items=tuple(new.pk if key == old.pk else key for key in seat.items)) for seat in said.seats
    )
    actions.change_plan(town["chen"], order, replace(said, seats=seats))
    order = actions.submit_plan(town["chen"], order)
    for username, code in (("scjg-clerk", "scjg"), ("yjj-head", "yjj")):
        order = actions.confirm_participation(town[username], order.participants.get(organisation__code=code))
    order = actions.sign_as_head(town["wuye-head"], order, town.proof("wuye-head"))
    actions.sign_as_leader(town["leader"], order, town.proof("leader"))
    plan.refresh_from_db()
    assert outdated(plan, content_of(plan).draw_day) == []
    with time_machine.travel(plan.draw_at - timedelta(hours=1)):
        assert drawing.prepare(town["chen"], plan, "dice", clock.now() + timedelta(hours=2)).draw.number


def test_an_item_that_ends_after_the_draw_is_said_but_stops_nothing(town: Town) -> None:
    plan = town.published()
    after = (plan.ends_on - clock.today()).days - 1
    repeal(town, "WY-02", after)
    assert [one.stops_draw for one in outdated(plan, content_of(plan).draw_day)] == [False]
    assert "检查结束前失效" in page_of(town, plan)


def test_a_laws_amendment_shows_items_and_the_plans_still_to_be_drawn(town: Town) -> None:
    plan = town.published()
    client = town.city.client("chen")
    page = client.get(f"{LAWS}?{urlencode({'law': '物业管理条例', 'article': '5'})}").content.decode()
    assert "WY-01" in page and "WY-02" not in page and plan.title in page
    whole = client.get(f"{LAWS}?{urlencode({'law': '《物业管理条例》'})}").content.decode()
    assert "WY-02" in whole and "WY-03" in whole
    assert "没有在用事项以它为依据" in client.get(f"{LAWS}?law=海商法").content.decode()
    assert "《物业管理条例》" in client.get(LAWS).content.decode()
    assert plan.title not in town.city.client("outsider").get(f"{LAWS}?law=物业管理条例").content.decode()
