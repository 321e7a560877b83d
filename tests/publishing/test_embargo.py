"""The first published result ends an embargo (docs/spec/draw-protocol.md, Embargo: at the latest with the results)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import strip_tags

from sunlot.drawing import queries as drawing
from sunlot.inspecting.models import Form, FormPart
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused
from sunlot.planning.models import Plan
from sunlot.publishing import actions, queries
from sunlot.publishing.models import Publication
from sunlot.trail.models import Event

from ..cast import City
from ..drawing.stage import Stage, fresh, in_two_rounds
from ..inspecting.fieldwork import DAY, Fieldwork, at, on, sign_record
from ..planning.town import build_town


@pytest.fixture
def held(city: City) -> Iterator[Fieldwork]:
    """A dispatched draw whose list is to be public thirty days later; the clock stands three days after the draw."""
    with on(DAY, 8):
        town = build_town(city)
        town.content = replace(
            town.content,
            draw_at=at(DAY, 9),
            starts_on=DAY + timedelta(days=1),
            ends_on=DAY + timedelta(days=60),
            release_on=DAY + timedelta(days=30),
        )
        stage = Stage(town, town.published())
        work = Fieldwork(stage, stage.drawn())
        sign_record(work)
        work.dispatch()
    with on(DAY + timedelta(days=3)):
        yield work


def address(part: FormPart) -> str:
    return f"/desk/publishing/parts/{part.pk}/"


def types() -> list[str]:
    entries = [json.loads(entry) for entry in Event.objects.order_by("pk").values_list("entry", flat=True)]
    return [str(entry["type"]) for entry in entries]


def test_a_result_of_a_list_held_back_is_refused_until_somebody_says_that_the_list_may_be_public(
    held: Fieldwork,
) -> None:
    part = held.decided(held.part())
    with pytest.raises(Refused, match="全部名单随之公开"):
        actions.publish_part(held.clerk(part), part)
    assert not Publication.objects.exists()
    assert not drawing.is_released(fresh(held.attempt), clock.now())


def test_the_first_result_releases_the_list_in_the_same_act_and_the_second_releases_nothing_more(
    held: Fieldwork,
) -> None:
    part, other = held.decided(held.part()), held.decided(held.part("scjg"))
    actions.publish_part(held.clerk(part), part, releases_list=True)
    attempt = fresh(held.attempt)
    assert drawing.is_released(attempt, clock.now())
    assert types()[-2:] == ["drawing.released", "publishing.result_published"]
    released = attempt.released_at
    actions.publish_part(held.clerk(other), other)
    assert fresh(held.attempt).released_at == released
    assert types().count("drawing.released") == 1


def test_a_refused_statement_releases_nothing(held: Fieldwork) -> None:
    part = held.decided(held.part())
    with pytest.raises(Refused, match="罚款"):
        actions.publish_part(held.clerk(part), part, "罚款一千元", releases_list=True)
    assert "drawing.released" not in types()


def test_the_page_says_before_what_becomes_public_and_how_many_have_not_been_inspected(held: Fieldwork) -> None:
    part = held.decided(held.part())
    for name in ("scjg", "yjj"):
        held.recorded(held.part(name))
    forms = Form.objects.count()
    shown = queries.embargo(held.again(part))
    assert shown is not None
    assert (shown.until, shown.drawn, shown.uninspected) == (DAY + timedelta(days=30), forms, forms - 1)
    client = held.client(held.clerk(part))
    page = client.get(address(part)).content.decode()
    assert f"抽中的 {forms} 户和检查组随之全部公开" in page and f"{forms - 1} 户还没有检查完" in page
    refused = client.post(f"{address(part)}publish/", {"statement": "已督促整改。"})
    assert refused.status_code == 422
    assert "已督促整改。" in refused.content.decode() and "确认后勾选" in refused.content.decode()
    assert not Publication.objects.exists()
    done = client.post(f"{address(part)}publish/", {"statement": "", "releases_list": "on"}, follow=True)
    assert "抽取名单已一并公开" in done.content.decode()
    assert drawing.is_released(fresh(held.attempt), clock.now())


def test_once_the_day_has_come_a_result_is_published_as_any_other(held: Fieldwork) -> None:
    part = held.decided(held.part())
    with on(DAY + timedelta(days=30)):
        page = held.client(held.clerk(part)).get(address(part)).content.decode()
        assert "releases_list" not in page
        actions.publish_part(held.clerk(part), part)
    assert Publication.objects.count() == 1


def test_the_public_page_says_that_the_list_came_early_and_why(held: Fieldwork) -> None:
    part = held.decided(held.part())
    number = held.attempt.draw.number
    anybody = Client()
    assert anybody.get(f"/draws/{number}/bundle.zip").status_code == 404
    actions.publish_part(held.clerk(part), part, releases_list=True)
    page = strip_tags(anybody.get(f"/draws/{number}/").content.decode())
    assert "名单 9月4日已公开，原定 10月1日，随首个检查结果提前" in page
    assert "9月4日公开" in page
    assert anybody.get(f"/draws/{number}/bundle.zip").status_code == 200
    (row,) = json.loads(anybody.get("/draws.json").getvalue())["rows"]
    assert row["released_at"].startswith("2026-09-04T")


def test_a_plan_with_a_round_to_come_is_neither_drawn_nor_completed(city: City) -> None:
    stage = in_two_rounds(city)
    attempt = stage.drawn()
    plan = Plan.objects.get(pk=stage.plan.pk)
    assert (attempt.state, plan.state) == ("drawn", "published")
    assert queries.is_anything_left(plan)
