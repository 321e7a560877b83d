"""Until when: the task's last day, then 20 working days from the day on which the record was signed."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from sunlot.desk import todo
from sunlot.inspecting import actions, deadlines
from sunlot.inspecting.deadlines import last_overdue_day_zero, publication_deadline
from sunlot.inspecting.models import FormPart
from sunlot.norms import working_days

from ..cast import City
from .fieldwork import Fieldwork, build_fieldwork, on


@pytest.mark.parametrize(
    ("completed", "last_day", "estimate"),
    [
        # National Day 2026 is 1–7 October; Sunday 20 September and Saturday 10 October are worked for it, and the
        # Mid-Autumn Festival (25–27 September) is off.
        (date(2026, 9, 1), date(2026, 9, 29), False),
        (date(2026, 9, 15), date(2026, 10, 19), False),
        (date(2026, 9, 30), date(2026, 11, 3), False),
        # Signed on a holiday: day 1 is the first working day after it.
        (date(2026, 10, 3), date(2026, 11, 3), False),
        # Into 2027, whose holidays nobody has published: 1 January by law, the weekends, and it says so.
        (date(2026, 12, 10), date(2027, 1, 8), True),
    ],
)
def test_twenty_working_days_over_holidays(completed: date, last_day: date, estimate: bool) -> None:
    assert publication_deadline(completed) == working_days.Deadline(last_day, estimate)


def test_the_overdue_threshold_is_the_deadline_asked_backwards() -> None:
    day = date(2026, 8, 20)
    while day < date(2027, 2, 1):
        threshold = last_overdue_day_zero(day)
        assert publication_deadline(threshold).day < day <= publication_deadline(threshold + timedelta(days=1)).day
        day += timedelta(days=1)


def _is_listed_late(part: FormPart) -> bool:
    return FormPart.objects.filter(deadlines.overdue(), pk=part.pk).exists()


def test_a_part_is_late_the_day_after_its_last_day_and_not_on_it(sent: Fieldwork) -> None:
    part = sent.part()
    last = part.form.task.ends_on
    for day, late in ((last - timedelta(days=1), False), (last, False), (last + timedelta(days=1), True)):
        with on(day):
            due = deadlines.due_of(part)
            assert due is not None
            assert (due.what, due.is_late, _is_listed_late(part)) == ("检查", late, late)


@pytest.mark.parametrize("reaches", ["recorded", "decided", "returned"])
def test_unpublished_is_late_after_twenty_working_days_whatever_the_stage(sent: Fieldwork, reaches: str) -> None:
    part = sent.countersigned(sent.part())
    if reaches != "recorded":
        actions.review_part(sent["wuye-head"], part, reaches == "decided", "再写明")
    part = sent.again(part)
    assert part.completed_on is not None
    last = publication_deadline(part.completed_on).day
    assert last == date(2026, 9, 29)
    for day, late in ((last - timedelta(days=1), False), (last, False), (last + timedelta(days=1), True)):
        with on(day):
            due = deadlines.due_of(part)
            assert due is not None
            assert (due.what, due.is_late, _is_listed_late(part)) == ("公示", late, late)
    with on(date(2026, 10, 9)):
        late_words = deadlines.due_of(part)
        assert late_words is not None
        assert late_words.words == "公示逾期 3 个工作日"  # 30 September, 8 and 9 October


def test_home_pages_carry_the_deadline_of_each_thing(sent: Fieldwork) -> None:
    part = sent.part()
    ends_on = part.form.task.ends_on
    inspector = {entry.title.split("：")[0]: entry for entry in todo.waiting_for(sent.inspector(part))}
    assert inspector["检查"].due == ends_on
    with on(ends_on + timedelta(days=1)):
        assert next(entry for entry in todo.waiting_for(sent.inspector(part)) if "检查：" in entry.title).is_late
    part = sent.recorded(part)
    second = {entry.title.split("：")[0]: entry for entry in todo.waiting_for(sent.inspector(part, 1))}
    assert second["签字"].due == date(2026, 9, 29)
    review = next(entry for entry in todo.waiting_for(sent["wuye-head"]) if entry.title.startswith("复核"))
    assert review.due == date(2026, 9, 29)
    with on(date(2026, 9, 30)):
        page = sent.city.client("wuye-head").get("/desk/").content.decode()
        assert "已逾期" in page


def test_overdue_is_marked_on_the_list_the_form_and_the_phone(sent: Fieldwork) -> None:
    part = sent.part()
    with on(part.form.task.ends_on + timedelta(days=3)):
        for client, address in (
            (sent.city.client("chen"), reverse("inspecting:forms")),
            (sent.city.client("chen"), reverse("inspecting:form", args=[part.form_id])),
            (sent.client(sent.inspector(part)), reverse("field:mine")),
            (sent.client(sent.inspector(part)), reverse("field:part", args=[part.pk])),
        ):
            assert "检查逾期 2 个工作日" in client.get(address).content.decode(), address


def test_an_estimated_deadline_says_so(city: City) -> None:
    work = build_fieldwork(city, date(2026, 12, 10))
    with on(date(2026, 12, 10)):
        work.dispatch()
        part = work.recorded(work.part())
        page = city.client("wuye-head").get(reverse("inspecting:review", args=[part.pk])).content.decode()
    assert "2027年放假安排未公布，为估计" in page
