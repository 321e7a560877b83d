"""Capacity against planned visits: people by working days, visits by the month in which they are due."""

from datetime import date, timedelta

import pytest

from sunlot.norms import clock
from sunlot.planning.capacity import Cell, loads, months_from
from sunlot.registry.models import InspectionObject, Inspector, Leave, Loan
from sunlot.visits.actions import Planned, plan_visits
from sunlot.visits.models import Visit

from .town import Town


def cells(town: Town, unit: str, user: str = "coordinator") -> tuple[Cell, ...]:
    found = loads(town[user], months_from(clock.today(), 3))
    return next((row.cells for row in found if row.unit.code == unit), ())


def test_months_run_over_the_end_of_the_year() -> None:
    assert months_from(date(2026, 11, 27), 3) == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]


@pytest.mark.parametrize(("visits", "lacking"), [(0, 0), (8, 0), (9, 1), (12, 1), (13, 2)])
def test_people_lack_where_the_visits_are_more_than_they_can_make(visits: int, lacking: int) -> None:
    cell = Cell(date(2026, 1, 1), 2.0, visits, 0, 8)
    assert (cell.possible, cell.lacking) == (8, lacking)


def test_leave_loans_and_certificates_change_the_people_of_a_month_and_visits_its_work(town: Town) -> None:
    following = months_from(clock.today(), 3)
    first, last = following[1], following[2] - timedelta(days=1)
    before = cells(town, "zjj-wuye")[1]
    assert before.people == 8.0
    people = list(Inspector.objects.filter(organisation__code="zjj-wuye").order_by("number"))
    me = town["chen"].membership.user
    Leave.objects.create(
        inspector=people[0], kind="annual", starts=first, ends=last, state="granted", asked_by=me, decided_by=me,
        decided_at=clock.now(),
    )  # fmt: skip
    Inspector.objects.filter(pk=people[1].pk).update(certificate_expires=first - timedelta(days=1))
    Loan.objects.create(
        inspector=people[2], lender=people[2].organisation, borrower=town.city.organisations["hbw-zjj"], starts=first,
        ends=last, reason="人手不足", state=Loan.State.AGREED, asked_by=me,
        lender_agreed_by=town["leader"].membership.user, borrower_agreed_by=town["wuye-head"].membership.user,
    )  # fmt: skip
    planned = [
        Planned(one, people[0].organisation, Visit.Source.DAILY, f"test:{one.pk}", last)
        for one in InspectionObject.objects.order_by("number")[:23]
    ]
    plan_visits(planned)
    after = cells(town, "zjj-wuye")
    assert (after[1].people, after[1].visits, after[2].visits) == (5.0, 23, 0)
    assert after[1].lacking == 1, "23 visits of two people each are 46, five people make 40"
    assert cells(town, "hbw-zjj")[1].people == 5.0
    page = town.city.client("coordinator").get("/desk/planning/capacity/").content.decode()
    assert "最多缺 1 人" in page
    assert "<svg" in page
    assert town.city.client("coordinator").get("/desk/planning/capacity/?from=nonsense&limit=0").status_code == 200
    assert not cells(town, "zjj-wuye", "scjg-clerk"), "another department's people are not shown"


def test_a_submitted_plan_that_is_not_drawn_gives_expected_visits(town: Town) -> None:
    draw = clock.now() + timedelta(days=1)
    town.submitted(draw_at=draw, starts_on=draw.date(), ends_on=draw.date())
    found = loads(town["coordinator"], months_from(draw.date(), 1))
    expected = next(row.cells[0].expected for row in found if row.unit.code == "zjj-wuye")
    assert expected > 0
