"""The calendar of visits: by the month, for whom it is, and as iCalendar for other programs."""

import re
from datetime import date, timedelta

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from sunlot.desk.todo import waiting_for
from sunlot.inspecting import actions as inspecting
from sunlot.inspecting import phone_data
from sunlot.norms import clock, working_days
from sunlot.organisations.models import Membership
from sunlot.registry.models import Entity, InspectionObject, Inspector
from sunlot.trail.models import EventDetail
from sunlot.visits import actions
from sunlot.visits.calendar.month import DUE, Entry, month_of
from sunlot.visits.models import CalendarFeed, Visit
from tests.cast import City
from tests.inspecting.conftest import sent, work
from tests.inspecting.fieldwork import Fieldwork
from tests.registry.makers import enterprise
from tests.visits.test_visits import town

__all__ = ["sent", "town", "work"]

PAGE = "/desk/visits/calendar/"


def dated(
    town: City, n: int, day: date, unit: str = "zjj-wuye", form: str = "", since: date | None = None
) -> InspectionObject:
    """A visit to come of an object of its own, due on this day."""
    entry = enterprise(n, name=f"物业{n}")
    actions.plan_visit(
        actions.Planned(
            entry, town.organisations[unit], Visit.Source.DAILY, f"x:{n}-{unit}", day, since=since, form=form
        )
    )
    return entry


def cells(page: str) -> dict[int, int]:
    """Day of the month → how many visits its cell counts."""
    found = re.findall(r'<time datetime="\d{4}-\d\d-(\d\d)">\d+.*?</td>', page, re.DOTALL)
    counts = re.findall(r'day=\d{4}-\d\d-(\d\d)#list" aria-label="[^"]*，(\d+) 户"', page)
    assert found
    return {int(day): int(count) for day, count in counts}


# --- a month, pure ----------------------------------------------------------------------------------------------------

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6)


@given(SPANS, st.integers(0, 40))
def test_visits_without_a_day_weigh_as_many_as_they_are_over_the_working_days_left(
    spans: list[tuple[int, int]], today: int
) -> None:
    first = date(2026, 3, 1)

    def entry(at: int, since: int, until: int) -> Entry:
        return Entry(
            f"o{at}", at, "n", "1", first + timedelta(days=until), DUE, ("u",), since=first + timedelta(days=since)
        )

    entries = [entry(at, min(pair), max(pair)) for at, pair in enumerate(spans)]
    now = first + timedelta(days=today)
    months = [month_of(date(2026, m, 1), (), entries, now, working_days.is_working_day) for m in (3, 4, 5)]
    spread = sum(day.spread for month in months for week in month.weeks for day in week if day.is_inside)
    possible = [
        one
        for one in entries
        if any(
            working_days.is_working_day(now + timedelta(days=at))
            for at in range(100)
            if max(one.since or now, now) <= now + timedelta(days=at) <= one.day
        )
    ]
    assert spread == pytest.approx(len(possible))


def test_a_month_is_whole_weeks_from_monday_and_holds_each_day_once() -> None:
    month = month_of(date(2028, 2, 1), (), (), date(2028, 2, 29), working_days.is_working_day)
    inside = [day.day.day for week in month.weeks for day in week if day.is_inside]
    assert inside == list(range(1, 30))
    assert all(len(week) == 7 and week[0].day.weekday() == 0 for week in month.weeks)


# --- the pages --------------------------------------------------------------------------------------------------------


def test_a_units_month_shows_each_day_what_was_made_is_agreed_and_is_due_departments_of_one_form_once(
    town: City,
) -> None:
    first = date(2026, 11, 1)
    dated(town, 1, date(2026, 11, 10), form="form:1")
    entry = InspectionObject.objects.get(name="物业1")
    both = actions.Planned(
        entry, town.organisations["zjj-fangguan"], Visit.Source.DAILY, "x:1b", date(2026, 11, 10), form="form:1"
    )
    actions.plan_visit(both)
    dated(town, 2, date(2026, 11, 20))
    actions.mark_done("x:2-zjj-wuye", date(2026, 11, 12))
    dated(town, 3, date(2026, 11, 30), form="form:3")
    third = actions.Planned(
        InspectionObject.objects.get(name="物业3"), town.organisations["scjg"], Visit.Source.DAILY, "x:3b",
        date(2026, 11, 30), form="form:4",
    )  # fmt: skip
    actions.plan_visit(third)
    actions.put_on_one_day({"form:3": "m:1", "form:4": "m:1"}, date(2026, 11, 18))
    dated(town, 4, date(2026, 12, 8))
    client = town.client("coordinator")
    page = client.get(f"{PAGE}?month={first:%Y-%m}").content.decode()
    assert cells(page) == {10: 1, 12: 1, 18: 1}
    assert "物业科、房管科" in page
    assert "市场监督管理局" not in page.split('id="load"')[0].split('id="d-2026-11-18"')[1], "another department's part"
    assert ">上个月<" in page and "month=2026-10" in page and "month=2026-12" in page
    only = client.get(f"{PAGE}?month=2026-11&day=2026-11-18").content.decode()
    assert "物业3" in only.split('id="list"')[1] and "物业1" not in only.split('id="list"')[1]
    empty = client.get(f"{PAGE}?month=2026-09").content.decode()
    assert "2026年9月没有检查" in empty
    for odd in (
        "?month=nonsense",
        "?month=9999-99",
        "?month=1700-01",
        "?day=nonsense",
        "?month=2026-11&day=2027-01-01",
    ):
        assert client.get(f"{PAGE}{odd}").status_code == 200


def test_more_visits_ask_no_more_queries(town: City) -> None:
    client = town.client("chen")

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{PAGE}?month=2026-11")
        return len(captured)

    dated(town, 1, date(2026, 11, 10))
    few = asked()
    for n in range(2, 30):
        dated(town, n, date(2026, 11, 1 + n % 28))
    assert asked() == few


def test_each_sees_its_own_units_and_nobody_elses_by_an_address_typed_by_hand(town: City) -> None:
    dated(town, 1, date(2026, 11, 10))
    entry = InspectionObject.objects.get()
    entity = Entity.objects.get()
    assert "物业1" in town.client("chen").get(f"{PAGE}?month=2026-11").content.decode()
    assert "物业1" in town.client("leader").get(f"{PAGE}units/zjj-wuye/?month=2026-11").content.decode()
    assert "物业1" in town.client("chen").get(f"{PAGE}entities/{entity.pk}/?month=2026-11").content.decode()
    record = town.client("chen").get(f"/desk/registry/entities/{entity.pk}/").content.decode()
    assert f'href="{PAGE}entities/{entity.pk}/"' in record
    assert (
        f'href="{PAGE}entities/{entity.pk}/"'
        in town.client("chen").get(f"/desk/registry/objects/{entry.pk}/").content.decode()
    )
    outsider = town.client("outsider")
    assert outsider.get(f"{PAGE}units/zjj-wuye/").status_code == 404
    assert outsider.get(f"{PAGE}units/zjj/?format=ics").status_code == 404
    assert outsider.get(f"{PAGE}entities/{entity.pk}/?format=ics").status_code == 404
    assert "物业1" not in outsider.get(f"{PAGE}?month=2026-11").content.decode()
    assert EventDetail.objects.filter(type="access.refused").count() == 3
    assert town.client("sysadmin").get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


def test_an_inspector_sees_its_own_visits_and_its_section_those_that_its_people_make_for_the_department(
    sent: Fieldwork,
) -> None:
    part = sent.part("zjj-wuye")
    me = sent.inspector(part)
    mine = sent.city.client(me.username)
    month = f"?month={part.form.task.ends_on:%Y-%m}"
    page = mine.get(f"{PAGE}{month}").content.decode()
    assert part.form.object.name in page
    assert f"/desk/inspecting/forms/{part.form_id}/" in page
    member = part.members.all()[0].inspector
    other = sent.part("scjg").members.all()[0].inspector
    assert mine.get(f"{PAGE}inspectors/{member.pk}/{month}").status_code == 200
    assert mine.get(f"{PAGE}inspectors/{other.pk}/").status_code == 404
    assert mine.get(f"{PAGE}units/{member.organisation.code}/").status_code == 404
    head = sent.city.client("wuye-head").get(f"{PAGE}{month}").content.decode()
    assert member.name in head.split('id="load"')[1]
    Visit.objects.update(organisation=sent.city.organisations["zjj"])
    assert part.form.object.name in sent.city.client("wuye-head").get(f"{PAGE}{month}").content.decode()


def test_a_day_agreed_on_stands_in_the_calendar_in_the_inspectors_list_and_on_the_form(sent: Fieldwork) -> None:
    part = sent.part("zjj-wuye")
    me, task = sent.inspector(part), part.form.task
    fgw = sent.city.organisations["fgw"]
    actions.plan_visit(actions.Planned(part.form.object, fgw, Visit.Source.SPECIAL, "special:1", task.ends_on))
    actions.put_on_one_day({f"form:{part.form_id}": "m:1", "special:1": "m:1"}, task.ends_on)
    todo = next(one for one in waiting_for(me) if part.form.object.name in one.title)
    assert f"约定 {task.ends_on.isoformat()} 与乌海市发展和改革委员会一同检查" in todo.reason
    mine = sent.city.client(me.username)
    assert "与乌海市发展和改革委员会一同检查" in mine.get(f"/desk/inspecting/forms/{part.form_id}/").content.decode()
    page = mine.get(f"{PAGE}?month={task.ends_on:%Y-%m}").content.decode()
    assert ">约定<" in page
    taken = phone_data.day(me, inspecting.greet_device(me, "0" * 32, "Android Chrome"))["parts"]
    agreed = [one["agreed"] for one in taken if one["title"] == part.form.object.name]
    assert agreed == [{"day": task.ends_on.isoformat(), "with": ["乌海市发展和改革委员会"]}]
    assert all(one["agreed"] is None for one in taken if one["title"] != part.form.object.name)
    actions.cancel("special:1")
    assert "一同检查" not in mine.get(f"/desk/inspecting/forms/{part.form_id}/").content.decode()


def test_an_inspectors_page_leads_to_its_calendar_for_who_may_look_at_it(sent: Fieldwork) -> None:
    member = sent.part("zjj-wuye").members.first()
    assert member is not None
    person = Inspector.objects.get(number=member.inspector.number)
    address, page = f"{PAGE}inspectors/{person.pk}/", f"/desk/registry/inspectors/{person.pk}/"
    client = sent.city.client("chen")
    assert f'href="{address}"' in client.get(page).content.decode()
    assert client.get(address).status_code == 200


# --- iCalendar --------------------------------------------------------------------------------------------------------


def test_the_file_is_icalendar_with_whole_days_and_what_people_typed_escaped(town: City) -> None:
    today = clock.today()
    entry = dated(town, 1, today + timedelta(days=20), since=today)
    InspectionObject.objects.filter(pk=entry.pk).update(name="一,二;三\r\nBEGIN:VALARM", address="海勃湾区\n甘德尔街")
    response = town.client("chen").get(f"{PAGE}?format=ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    (event,) = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert event["SUMMARY"].startswith("检查截止：一,二;三")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (today + timedelta(days=20), today + timedelta(days=21))
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert (str(event["STATUS"]), str(event["TRANSP"])) == ("TENTATIVE", "TRANSPARENT")
    actions.mark_done("x:1-zjj-wuye", today)
    (moved,) = icalendar.Calendar.from_ical(town.client("chen").get(f"{PAGE}?format=ics").content).walk("VEVENT")
    assert moved["UID"] == event["UID"]
    assert moved["DTSTART"].dt == today


def test_a_secret_address_serves_the_calendar_of_the_role_until_it_or_the_role_ends(town: City) -> None:
    dated(town, 1, clock.today() + timedelta(days=20))
    client = town.client("chen")
    page = client.post(f"{PAGE}subscription/", {"open": "1"}).content.decode()
    found = re.search(r"/desk/visits/feeds/[\w-]+\.ics", page)
    assert found is not None
    program = Client()
    assert "物业1".encode() in program.get(found[0]).content
    assert found[0] not in client.get(f"{PAGE}subscription/").content.decode()
    assert found[0].split("/")[-1].removesuffix(".ics") not in str(list(CalendarFeed.objects.values()))
    again = client.post(f"{PAGE}subscription/", {"open": "1"}).content.decode()
    newer = re.search(r"/desk/visits/feeds/[\w-]+\.ics", again)
    assert newer is not None and program.get(found[0]).status_code == 404
    membership = Membership.objects.filter(pk=town["chen"].membership.pk)
    membership.update(ended_at=clock.now())
    assert program.get(newer[0]).status_code == 404
    membership.update(ended_at=None)
    assert program.get(newer[0]).status_code == 200
    client.post(f"{PAGE}subscription/", {"end": "1"})
    assert program.get(newer[0]).status_code == 404
    assert program.get("/desk/visits/feeds/nonsense.ics").status_code == 404
    assert town.client("sysadmin").post(f"{PAGE}subscription/", {"open": "1"}).status_code == 403
    assert EventDetail.objects.filter(type__startswith="visits.feed_").count() == 3
