from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.norms import working_days as wd

# Invented arrangement of 2027, for what the operator would enter: 1–3 January off, Saturday the 9th worked.
OF_2027 = wd.YearTable(2027, frozenset({date(2027, 1, 1)}), frozenset({date(2027, 1, 9)}))

days = st.dates(date(2019, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("start", "number", "expected"),
    [
        # Monday the 23rd is day 0, so one term of four full weeks ends on a Monday.
        (date(2026, 11, 23), 20, date(2026, 12, 21)),
        (date(2026, 11, 23), 1, date(2026, 11, 24)),
        # Signed on a Saturday: day 1 is Monday.
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        # National Day 2026 is 1–7 October, and Sunday 20 September and Saturday 10 October are worked.
        (date(2026, 9, 18), 1, date(2026, 9, 20)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
    ],
)
def test_a_term_ends_where_the_state_councils_calendar_says(start, number, expected):
    assert wd.due(start, number) == wd.Deadline(expected, is_estimate=False)


def test_a_term_that_reaches_a_year_without_notice_is_an_estimate_less_the_fixed_holidays():
    # 1 January 2027 is a Friday.
    assert wd.due(date(2026, 12, 31), 1) == wd.Deadline(date(2027, 1, 4), is_estimate=True)
    assert wd.due(date(2026, 12, 30), 1) == wd.Deadline(date(2026, 12, 31), is_estimate=False)


def test_a_table_of_the_year_makes_the_term_certain():
    assert wd.due(date(2027, 1, 8), 1, [OF_2027]) == wd.Deadline(date(2027, 1, 9), is_estimate=False)
    assert wd.due(date(2027, 1, 8), 1) == wd.Deadline(date(2027, 1, 11), is_estimate=True)


def test_a_table_replaces_what_the_package_knows():
    moved = wd.YearTable(2026, frozenset({date(2026, 11, 24)}))
    assert wd.due(date(2026, 11, 23), 1, [moved]) == wd.Deadline(date(2026, 11, 25), is_estimate=False)


def test_2027_is_unknown_without_a_table():
    assert wd.is_known(2026)
    assert not wd.is_known(2027)
    assert wd.is_known(2027, [OF_2027])


def test_a_count_from_the_last_day_of_a_known_year_to_itself_is_no_estimate():
    assert wd.count(date(2027, 6, 1), date(2027, 6, 1)) == wd.Count(0, is_estimate=False)


def test_an_overdue_term_counts_negative():
    assert wd.count(date(2026, 11, 25), date(2026, 11, 23)) == wd.Count(-2, is_estimate=False)


@given(days, st.integers(1, 40))
def test_counting_to_a_deadline_gives_its_working_days_back(start, number):
    deadline = wd.due(start, number, [OF_2027])
    assert wd.is_working_day(deadline.day, [OF_2027])
    assert wd.count(start, deadline.day, [OF_2027]) == wd.Count(number, deadline.is_estimate)
    assert wd.count(deadline.day, start, [OF_2027]).days == -number


@given(days, st.integers(1, 40))
def test_a_longer_term_never_ends_sooner_and_no_term_ends_before_its_days_have_passed(start, number):
    first, second = wd.due(start, number).day, wd.due(start, number + 1).day
    assert start + timedelta(days=number) <= first < second


def test_a_term_without_days_is_refused():
    with pytest.raises(ValueError, match="at least one working day"):
        wd.due(date(2026, 11, 23), 0)


@pytest.mark.parametrize(
    ("off", "on", "message"),
    [
        ({date(2026, 1, 1)}, set(), "the table of 2027 holds 2026-01-01"),
        ({date(2027, 1, 1)}, {date(2027, 1, 1)}, "can't be both"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(off, on, message):
    with pytest.raises(ValueError, match=message):
        wd.YearTable(2027, frozenset(off), frozenset(on))
