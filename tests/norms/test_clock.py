from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from sunlot.norms import clock

MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=clock.SHANGHAI)
AUGUST = datetime(2026, 8, 3, 10, 0, tzinfo=clock.SHANGHAI)


@pytest.fixture(autouse=True)
def real_time():
    with time_machine.travel(MORNING, tick=False):
        yield


def test_now_is_aware_and_in_chinas_time():
    assert clock.now() == MORNING
    assert clock.now().utcoffset() == timedelta(hours=8)


def test_today_is_chinas_day_and_not_that_of_greenwich():
    with time_machine.travel(datetime(2026, 11, 22, 16, 0, tzinfo=UTC), tick=False):
        assert clock.today().isoformat() == "2026-11-23"


def test_a_moved_clock_stands_still_until_the_block_ends():
    with clock.moved_to(AUGUST):
        assert clock.now() == AUGUST
    assert clock.now() == MORNING


def test_a_moved_clock_goes_forward_and_refuses_to_go_back():
    with clock.moved_to(AUGUST):
        clock.move_to(AUGUST + timedelta(days=1))
        with pytest.raises(clock.ClockError, match="can't go back from 2026-08-04T10:00"):
            clock.move_to(AUGUST)
        assert clock.now() == AUGUST + timedelta(days=1)


def test_time_does_not_run_back_when_an_inner_block_ends():
    with clock.moved_to(AUGUST):
        with clock.moved_to(AUGUST + timedelta(hours=2)):
            pass
        assert clock.now() == AUGUST + timedelta(hours=2)
        with pytest.raises(clock.ClockError, match="can't go back"), clock.moved_to(AUGUST):
            pass


def test_the_clock_returns_to_real_time_after_an_error():
    with pytest.raises(RuntimeError), clock.moved_to(AUGUST):
        raise RuntimeError
    assert clock.now() == MORNING


def test_the_clock_may_reach_the_present_but_not_pass_it():
    with clock.moved_to(MORNING):
        assert clock.now() == MORNING
    with pytest.raises(clock.ClockError, match="into the future"), clock.moved_to(MORNING + timedelta(microseconds=1)):
        pass


def test_the_real_clock_cannot_be_moved():
    with pytest.raises(clock.ClockError, match="moved_to block"):
        clock.move_to(AUGUST)


def test_another_thread_keeps_the_real_time():
    seen = []
    with clock.moved_to(AUGUST):
        thread = Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [MORNING]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-11-23T09:30:00+08:00", "2026-11-23T09:30:00.000+08:00"),
        ("2026-11-23T01:30:00Z", "2026-11-23T09:30:00.000+08:00"),
        ("2026-11-22T20:30:00.5-05:00", "2026-11-23T09:30:00.500+08:00"),
        ("2026-11-23T09:30:00.1239999999+08:00", "2026-11-23T09:30:00.123+08:00"),
    ],
)
def test_a_time_is_read_with_its_offset_and_written_in_chinas(text, written):
    assert clock.iso(clock.parse(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T09:30:00",
        "2026-11-23 09:30:00+08:00",
        "2026-11-23t09:30:00+08:00",
        "2026-11-23T09:30+08:00",
        "2026-11-23T09:30:60+08:00",
        "2026-11-23T09:30:00.+08:00",
        "2026-11-23T09:30:00+0800",
        "２026-11-23T09:30:00+08:00",
        " 2026-11-23T09:30:00+08:00",
        "",
    ],
)
def test_a_text_that_is_no_rfc_3339_time_is_refused(text):
    with pytest.raises(clock.ClockError, match="expected a time"):
        clock.parse(text)


@pytest.mark.parametrize(
    "text",
    ["2026-02-29T09:30:00Z", "2026-11-23T24:30:00Z", "2026-11-23T09:30:00+24:00", "0001-01-01T00:00:00+20:00"],
)
def test_a_day_hour_or_offset_that_does_not_exist_is_refused(text):
    with pytest.raises(clock.ClockError, match="no such day"):
        clock.parse(text)


def test_a_moment_without_offset_is_refused():
    with pytest.raises(clock.ClockError, match="needs an offset"):
        clock.iso(datetime(2026, 11, 23, 9, 30))  # noqa: DTZ001 - a naive moment is what is tested


offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1992, 1, 1), datetime(2200, 1, 1), timezones=offsets))  # noqa: DTZ001 - hypothesis adds the offset
def test_what_is_written_reads_back_to_the_same_millisecond(moment):
    back = clock.parse(clock.iso(moment))
    assert timedelta(0) <= moment - back < timedelta(milliseconds=1)
