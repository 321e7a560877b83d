"""Delegation during leave: asked, accepted, used for these days alone, taken back; and never in a circle."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine

from sunlot.norms import clock
from sunlot.organisations import actions, delegating
from sunlot.organisations.models import Delegation, Membership
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.queries import history
from tests.cast import City, viewer_of

MONDAY = date(2026, 6, 1)
FRIDAY = MONDAY + timedelta(days=4)
WHY = "年休假"


@pytest.fixture(autouse=True)
def on_monday() -> Iterator[None]:
    with time_machine.travel(at(MONDAY), tick=False):
        yield


def at(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=clock.SHANGHAI) + timedelta(hours=9)


def ask(city: City, giver: str, receiver: str, starts: date = MONDAY, ends: date = FRIDAY) -> Delegation:
    return delegating.delegate(city[giver], city[receiver].membership.user, starts=starts, ends=ends, reason=WHY)


def lent(city: City, giver: str, receiver: str, starts: date = MONDAY, ends: date = FRIDAY) -> Viewer:
    """The receiver acting in the giver's role."""
    found = delegating.accept(city[receiver], ask(city, giver, receiver, starts, ends))
    return viewer_of(Membership.objects.get(delegation=found).pk)


def test_a_leader_on_leave_is_stood_in_for_by_whom_he_asked_and_who_accepted(city: City) -> None:
    leader, other = city.client("leader"), city.client("unit-head")
    receiver = city["unit-head"].membership.user
    page = leader.post(
        "/desk/organisations/delegations/new/",
        {"receiver": receiver.pk, "starts": "2026-06-01", "ends": "2026-06-05", "reason": WHY},
        follow=True,
    )
    assert "待受托人接受" in page.text
    made = Delegation.objects.get()
    assert "答复高山峰的代签委托" in other.get("/desk/").text
    assert not Membership.objects.filter(user=receiver).held().filter(role="leader").exists()

    page = other.post(f"/desk/organisations/delegations/{made.pk}/", {"act": "accept"}, follow=True)
    assert "代签中" in page.text
    borrowed = Membership.objects.held().get(user=receiver, role="leader")
    assert "分管领导（代高山峰）" in other.get("/desk/role/").text
    page = other.post("/desk/role/", {"membership": borrowed.pk}, follow=True)
    assert "分管领导（代高山峰）" in page.text


def test_what_is_done_in_a_borrowed_role_names_both(city: City) -> None:
    stand_in = lent(city, "leader", "unit-head")
    delegating.revoke(city["leader"], Delegation.objects.get())
    words = history("delegation:" + str(Delegation.objects.get().pk))
    assert words[0].person == "高○峰"
    assert stand_in.on_behalf_of == "高山峰"
    assert stand_in.people == {city["unit-head"].user_id, city["leader"].user_id}


@pytest.mark.parametrize(
    ("day", "holds"),
    [(MONDAY - timedelta(days=1), False), (MONDAY, True), (FRIDAY, True), (FRIDAY + timedelta(days=1), False)],
)
def test_it_holds_from_its_first_day_to_its_last(city: City, day: date, holds: bool) -> None:
    with time_machine.travel(at(MONDAY - timedelta(days=3)), tick=False):
        lent(city, "leader", "unit-head")
    with time_machine.travel(at(day), tick=False):
        held = Membership.objects.held().filter(user=city["unit-head"].user_id, role="leader")
        assert held.exists() is holds
        page = city.client("unit-head").get("/desk/role/").text
        assert ("代高山峰" in page) is holds


def test_taken_back_it_ends_at_once_and_may_be_taken_back_twice(city: City) -> None:
    lent(city, "leader", "unit-head")
    made = Delegation.objects.get()
    for _ in range(2):
        delegating.revoke(city["leader"], made)
    assert not Membership.objects.held().filter(user=city["unit-head"].user_id, role="leader").exists()
    assert sum(1 for entry in history(f"delegation:{made.pk}") if "收回" in entry.words) == 1


@pytest.mark.parametrize("end", ["the role", "the account"])
def test_it_ends_with_the_role_or_the_account_that_it_is_borrowed_from(city: City, end: str) -> None:
    lent(city, "leader", "unit-head")
    if end == "the role":
        actions.end_role(city["secadmin"], city["leader"].membership)
    else:
        actions.disable_user(city["sysadmin"], city["leader"].membership.user)
    assert not Membership.objects.held().filter(user=city["unit-head"].user_id, role="leader").exists()


def test_the_security_administrator_may_take_a_borrowed_role_away(city: City) -> None:
    stand_in = lent(city, "leader", "unit-head")
    actions.end_role(city["secadmin"], stand_in.membership)
    assert Delegation.objects.get().state == Delegation.State.REVOKED


def test_two_do_not_delegate_to_each_other_on_the_same_days(city: City) -> None:
    lent(city, "leader", "unit-head")
    with pytest.raises(Refused, match="两人不能互相委托"):
        ask(city, "unit-head", "leader", FRIDAY, FRIDAY + timedelta(days=3))
    assert ask(city, "unit-head", "leader", FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=3))


def test_a_circle_of_requests_that_nobody_accepted_yet_is_refused_too(city: City) -> None:
    ask(city, "leader", "unit-head")
    with pytest.raises(Refused, match="为高山峰代签，不能同时委托他人"):
        ask(city, "unit-head", "wuye-head")
    with pytest.raises(Refused, match="不能再为他人代签"):
        ask(city, "wuye-head", "leader")


def test_what_is_borrowed_is_not_lent_on(city: City) -> None:
    stand_in = lent(city, "leader", "unit-head")
    with pytest.raises(NotAllowed, match="不能再转委托"):
        delegating.delegate(stand_in, city["wuye-head"].membership.user, starts=MONDAY, ends=FRIDAY, reason=WHY)


def test_a_role_is_lent_to_one_person_at_a_time(city: City) -> None:
    ask(city, "leader", "unit-head")
    with pytest.raises(Refused, match="已委托张局长"):
        ask(city, "leader", "wuye-head", FRIDAY, FRIDAY)
    assert ask(city, "leader", "unit-head") == Delegation.objects.get()  # asked twice is asked once


@pytest.mark.parametrize(
    ("giver", "receiver", "words"),
    [
        ("leader", "scjg-head", "代签人须是本单位的人员"),
        ("leader", "leader", "不能委托给本人"),
        ("leader", "supervisor", "纪检监督人员不得同时办理"),
    ],
)
def test_only_colleagues_of_the_department_stand_in_and_never_who_watches(
    city: City, giver: str, receiver: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        ask(city, giver, receiver)


@pytest.mark.parametrize("giver", ["chen", "supervisor", "secadmin", "coordinator"])
def test_who_signs_nothing_has_nothing_to_lend(city: City, giver: str) -> None:
    with pytest.raises(NotAllowed, match="只有签署、审批的职责"):
        ask(city, giver, "unit-head")


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        (FRIDAY, MONDAY, "不能早于第一天"),
        (MONDAY - timedelta(days=1), FRIDAY, "不能补办"),
        (MONDAY, MONDAY + timedelta(days=92), "最长 92 天"),
    ],
)
def test_days_out_of_order_past_or_too_many_are_refused(city: City, starts: date, ends: date, words: str) -> None:
    with pytest.raises(Refused, match=words):
        ask(city, "leader", "unit-head", starts, ends)


def test_not_accepted_says_why_and_leaves_no_role(city: City) -> None:
    made = ask(city, "leader", "unit-head")
    client = city.client("unit-head")
    assert client.post(f"/desk/organisations/delegations/{made.pk}/", {"act": "refuse"}).status_code == 422
    page = client.post(
        f"/desk/organisations/delegations/{made.pk}/", {"act": "refuse", "reason": "我也出差"}, follow=True
    )
    assert "我也出差" in page.text
    assert not Membership.objects.filter(delegation=made).exists()


def test_another_departments_people_neither_see_nor_answer_it(city: City) -> None:
    made = ask(city, "leader", "unit-head")
    assert city.client("scjg-head").get(f"/desk/organisations/delegations/{made.pk}/").status_code == 404
    with pytest.raises(NotAllowed, match="由受托人张局长答复"):
        delegating.accept(city["wuye-head"], made)
