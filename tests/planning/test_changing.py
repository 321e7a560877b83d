"""Changing a published plan: by an order with its reason that goes the whole way, both versions staying visible."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.planning import actions, queries
from sunlot.planning.content import content_of
from sunlot.planning.models import Participant, Plan
from sunlot.trail.models import Event

from .town import Town, published_change

State = Plan.State
WHY = "乌达区检查人员借调"


def later(town: Town) -> dict[str, object]:
    """The inspection ends ten days later."""
    return {"ends_on": town.content.ends_on + timedelta(days=10)}


def test_an_order_takes_effect_with_the_second_signature_and_both_versions_are_public(town: Town) -> None:
    plan = town.published()
    order = published_change(town, plan, **later(town))
    assert (order.state, order.number) == (State.APPLIED, f"{plan.number}-T1")
    before = plan.digest
    plan.refresh_from_db()
    assert (plan.state, plan.version, plan.digest) == (State.PUBLISHED, 2, order.digest)
    assert content_of(plan) == replace(town.content, **later(town))  # type: ignore[arg-type]
    assert {part.state for part in plan.participants.all()} == {Participant.State.CONFIRMED}
    entry = json.loads(Event.objects.get(entry__contains="published_plan_changed").entry)
    assert entry["public"] == {"plan": plan.digest, "before": before, "reason": WHY}

    anybody = Client()
    page = anybody.get(f"/plans/{plan.number}/").content.decode()
    assert "第 1 版" in page and f"计划调整：{WHY}" in page
    shown = anybody.get(f"/plans/{plan.number}/versions/2/").content.decode()
    assert f"原为：{town.content.starts_on} 至 {town.content.ends_on}" in shown
    for number, digest in ((1, before), (2, plan.digest)):
        said = anybody.get(f"/plans/{plan.number}/versions/{number}/content.json").content
        assert hashlib.sha256(said).hexdigest() == digest
    assert anybody.get(f"/plans/{order.number}/").status_code == 404  # the order is no plan of its own


def test_until_it_takes_effect_the_published_version_stands_and_the_public_sees_nothing_else(town: Town) -> None:
    plan = town.published()
    order = actions.open_change_order(town["chen"], plan, WHY)
    actions.submit_plan(town["chen"], actions.change_plan(town["chen"], order, replace(town.content, **later(town))))  # type: ignore[arg-type]
    assert [one.pk for one in queries.published_plans()] == [plan.pk]
    assert content_of(Plan.objects.get(pk=plan.pk)) == town.content
    assert WHY not in Client().get(f"/plans/{plan.number}/").content.decode()


def test_versions_that_came_back_before_publication_stay_inside(town: Town) -> None:
    plan = actions.return_plan(town["wuye-head"], town.confirmed(), "工期太短")
    plan = actions.change_plan(town["chen"], plan, replace(town.content, **later(town)))  # type: ignore[arg-type]
    plan = actions.submit_plan(town["chen"], plan)
    for username, code in (("scjg-clerk", "scjg"), ("yjj-head", "yjj")):
        plan = actions.confirm_participation(town[username], plan.participants.get(organisation__code=code))
    plan = actions.sign_as_head(town["wuye-head"], plan, town.proof("wuye-head"))
    plan = actions.sign_as_leader(town["leader"], plan, town.proof("leader"))
    assert Client().get(f"/plans/{plan.number}/versions/1/").status_code == 404
    assert Client().get(f"/plans/{plan.number}/versions/2/").status_code == 200


def test_one_order_is_open_at_a_time_and_whoever_asks_again_goes_on_with_it(town: Town) -> None:
    plan = town.published()
    order = actions.open_change_order(town["chen"], plan, WHY)
    assert actions.open_change_order(town["wuye-head"], plan, "另一个理由").pk == order.pk
    actions.withdraw_plan(town["chen"], order, "不需要了")
    assert actions.open_change_order(town["chen"], plan, WHY).number == f"{plan.number}-T2"


def test_an_order_that_changes_nothing_is_not_submitted(town: Town) -> None:
    order = actions.open_change_order(town["chen"], town.published(), WHY)
    with pytest.raises(Refused, match="与原计划相同"):
        actions.submit_plan(town["chen"], order)


def test_only_what_is_published_and_not_yet_drawn_is_changed_and_only_with_a_reason(town: Town) -> None:
    with pytest.raises(Refused, match="不能调整"):
        actions.open_change_order(town["chen"], town.draft(), WHY)
    plan = town.published()
    with pytest.raises(Refused, match="理由"):
        actions.open_change_order(town["chen"], plan, " ")
    with pytest.raises(NotAllowed):
        actions.open_change_order(town["scjg-clerk"], plan, WHY)


def test_an_order_ends_with_its_plan(town: Town) -> None:
    plan = town.published()
    withdrawn = actions.open_change_order(town["chen"], plan, WHY)
    actions.withdraw_plan(town["leader"], plan, "抽取条件不成熟")
    withdrawn.refresh_from_db()
    assert (withdrawn.state, withdrawn.withdrawn_reason) == (State.WITHDRAWN, "原计划已撤回")


def test_an_order_never_confirmed_by_one_participant_changes_nothing(town: Town) -> None:
    plan = town.published()
    order = actions.open_change_order(town["chen"], plan, WHY)
    changed = actions.change_plan(town["chen"], order, replace(town.content, **later(town)))  # type: ignore[arg-type]
    order = actions.submit_plan(town["chen"], changed)
    actions.confirm_participation(town["scjg-clerk"], order.participants.get(organisation__code="scjg"))
    with pytest.raises(Refused, match="待参与部门确认"):
        actions.sign_as_head(town["wuye-head"], order, town.proof("wuye-head"))
    actions.mark_drawn(town["chen"], plan)
    order.refresh_from_db()
    assert order.state == State.WITHDRAWN


def test_the_lead_stays_the_lead(town: Town) -> None:
    order = actions.open_change_order(town["chen"], town.published(), WHY)
    seats = (replace(town.content.seats[0], organisation="zjj-fangguan"), *town.content.seats[1:])
    with pytest.raises(Refused, match="不能更换牵头"):
        actions.change_plan(town["chen"], order, replace(town.content, seats=seats))


def test_the_clerk_begins_on_the_plans_page_and_the_signers_see_what_changes(town: Town) -> None:
    plan = town.published()
    clerk = town.city.client("chen")
    address = reverse("planning:change", args=[plan.number])
    assert address in clerk.get(reverse("planning:plan", args=[plan.number])).content.decode()
    assert "填写调整理由" in clerk.post(address, {"reason": ""}).content.decode()
    begun = clerk.post(address, {"reason": WHY})
    order = plan.change_orders.get()
    assert begun["Location"] == reverse("planning:edit", args=[order.number])
    assert clerk.get(begun["Location"]).status_code == 200
    actions.change_plan(town["chen"], order, replace(town.content, **later(town)))  # type: ignore[arg-type]
    shown = clerk.get(reverse("planning:plan", args=[order.number])).content.decode()
    assert "调整的内容" in shown and f"原为：{town.content.starts_on} 至 {town.content.ends_on}" in shown
    listed = clerk.get(reverse("planning:list")).content.decode()
    assert order.number not in listed and plan.number in listed
    assert town.city.client("outsider").get(reverse("planning:plan", args=[order.number])).status_code == 404
