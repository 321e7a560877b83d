"""Long jobs: taken up once, with progress; stopped, interrupted or killed, they go on where they were."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from sunlot.desk import running, work
from sunlot.desk.models import Job, Reminder
from sunlot.desk.running import Hands, claim
from sunlot.norms import clock
from sunlot.trail.models import EventDetail
from tests.cast import City, build_city
from tests.test_house import ROOT

from .counting import COUNT, arguments, counted


def start(city: City, total: int = 30, user: str = "chen", **more: object) -> Job:
    return work.start(
        city[user],
        COUNT,
        f"数到 {total}",
        subject="count:1",
        address="/desk/",
        arguments=arguments(total, **more),
        total=total,
    )


def do_one() -> None:
    Hands(beating=False).work_once()


def page(city: City, job: Job, user: str = "chen") -> str:
    return city.client(user).get(f"/desk/jobs/{job.pk}/").content.decode()


def test_a_job_is_done_once_and_says_what_came_of_it(city: City) -> None:
    job = start(city)
    assert "排队中" in page(city, job)
    do_one()
    job.refresh_from_db()
    assert (job.state, job.done, job.words) == (Job.State.DONE, 30, "数到 30")
    assert counted() == list(range(30))
    assert "查看结果" in page(city, job)
    assert claim() is None


def test_asked_for_twice_it_is_one_job_and_after_its_end_a_new_one(city: City) -> None:
    first = start(city)
    assert start(city).pk == first.pk
    do_one()
    assert start(city).pk != first.pk


def test_while_it_runs_the_page_tells_how_far_it_is_and_works_without_script(city: City) -> None:
    job = start(city, 100_000)
    held = claim()
    assert held is not None
    now = clock.now()
    Job.objects.filter(pk=job.pk).update(done=12_000, claimed_at=now - timedelta(seconds=15), progress_at=now)
    text = page(city, job)
    assert "已处理 12\u2009000 / 100\u2009000 个，约 2 分钟。可以离开本页" in text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in text
    assert 'max="100000" value="12000"' in text
    assert "仍在办理" not in text
    with time_machine.travel(now + timedelta(seconds=11)):
        assert "仍在办理，最后一次进展" in page(city, job)


def test_stopped_it_keeps_what_it_did_and_the_trail_names_who_stopped_it(city: City) -> None:
    job = start(city)
    held = claim()
    assert held is not None
    city.client("chen").post(f"/desk/jobs/{job.pk}/stop/")
    assert "正在停止，已办的部分保留" in page(city, job)
    one = work.Work(held)
    running._beat(one)
    assert one.halted is work.StopAsked
    Job.objects.filter(pk=job.pk).update(heartbeat_at=clock.now() - 2 * running.LEASE)
    do_one()
    job.refresh_from_db()
    assert job.state == Job.State.STOPPED
    assert counted() == []
    assert EventDetail.objects.filter(type="desk.job_stopped", username="chen").count() == 1


def test_stopped_before_anybody_took_it_up_it_never_starts(city: City) -> None:
    job = start(city)
    city.client("chen").post(f"/desk/jobs/{job.pk}/stop/")
    job.refresh_from_db()
    assert job.state == Job.State.STOPPED
    assert claim() is None


def test_a_refusal_is_told_in_its_words_and_a_fault_of_ours_is_not(city: City) -> None:
    job = start(city, refuse=True)
    do_one()
    assert "不能数。" in page(city, job)
    broken = start(city, **{"break": True})
    do_one()
    text = page(city, broken)
    assert "系统内部出错" in text
    assert "ZeroDivision" not in text


def test_another_organisation_neither_sees_nor_stops_it(city: City) -> None:
    job = start(city)
    assert city.client("outsider").get(f"/desk/jobs/{job.pk}/").status_code == 404
    assert city.client("outsider").post(f"/desk/jobs/{job.pk}/stop/").status_code == 404
    assert city.client("wuye-head").post(f"/desk/jobs/{job.pk}/stop/").status_code == 403
    assert "数到 30" in city.client("chen").get("/desk/jobs/").content.decode()
    assert "数到 30" not in city.client("outsider").get("/desk/jobs/").content.decode()


def test_whose_role_has_ended_has_nothing_more_done_in_its_name(city: City) -> None:
    job = start(city)
    claimed = claim()
    assert claimed is not None
    membership = city["chen"].membership
    membership.ended_at = clock.now()
    membership.save()
    with pytest.raises(work.Refused, match="不再担任"):
        work.Work(Job.objects.get(pk=job.pk)).viewer  # noqa: B018 -- raises


def test_who_waited_long_is_reminded_until_the_page_was_seen(city: City) -> None:
    job = start(city)
    Job.objects.filter(pk=job.pk).update(created_at=clock.now() - timedelta(minutes=1))
    do_one()
    assert Reminder.objects.get().words == "“数到 30”已办完：数到 30"
    page(city, job)
    assert Reminder.objects.get().seen_at is not None


def test_a_holder_that_stood_still_too_long_finds_its_job_taken_over(city: City) -> None:
    start(city)
    first = claim()
    assert first is not None
    assert claim() is None  # it is held
    Job.objects.filter(pk=first.pk).update(heartbeat_at=clock.now() - 2 * running.LEASE)
    second = claim()
    assert second is not None and second.attempt == 2
    late = work.Work(first)
    with pytest.raises(work.LeaseLost):
        late.save(done=5, position={"next": 5})
    second.refresh_from_db()
    assert second.done == 0


def test_a_job_that_kills_its_workers_without_progress_fails_in_the_end(city: City) -> None:
    job = start(city)
    for _ in range(running.MOST_FRUITLESS):
        assert claim() is not None
        Job.objects.filter(pk=job.pk).update(heartbeat_at=clock.now() - 2 * running.LEASE)
    do_one()
    assert "多次中断，没有进展" in page(city, job)
    assert counted() == []


def worker() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.desk.counting", str(connection.settings_dict["NAME"])],
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )


def wait_for(true: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["within", "after"])
def test_a_worker_killed_half_way_is_taken_over_and_nothing_is_missing_or_twice(place: str) -> None:
    city = build_city()
    job = start(city, 50, die={"1": place})
    killed = worker()
    _, errors = killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL, errors.decode()
    job.refresh_from_db()
    assert (job.state, job.done) == (Job.State.RUNNING, 10)
    assert counted() == list(range(10))
    with time_machine.travel(clock.now() + running.LEASE + timedelta(seconds=1), tick=True):
        Hands().work_once()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.fruitless) == (Job.State.DONE, 2, 0)
    assert counted() == list(range(50))


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_does_the_job() -> None:
    city = build_city()
    start(city, 200)
    workers = [worker(), worker()]
    for one in workers:
        _, errors = one.communicate(timeout=60)
        assert one.returncode == 0, errors.decode()
    assert counted() == list(range(200))
    assert Job.objects.get().attempt == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_told_to_end_gives_its_job_back_and_another_goes_on() -> None:
    city = build_city()
    job = start(city, 300, pause=0.05)
    hands = Hands()
    thread = threading.Thread(target=lambda: (hands.keep_working(), connection.close()))
    thread.start()
    wait_for(lambda: len(counted()) > 20)
    hands.end()
    thread.join(timeout=10)
    job.refresh_from_db()
    assert job.state == Job.State.WAITING
    assert 20 < job.done < 300
    Hands().work_once()
    assert counted() == list(range(300))


@pytest.mark.django_db(transaction=True)
def test_a_stop_is_heard_while_it_works() -> None:
    city = build_city()
    job = start(city, 100_000, pause=0.05)
    hands = Hands()
    thread = threading.Thread(target=lambda: (hands.work_once(), connection.close()))
    thread.start()
    wait_for(lambda: len(counted()) > 5)
    work.stop(city["chen"], job)
    thread.join(timeout=20)
    job.refresh_from_db()
    assert job.state == Job.State.STOPPED
    assert counted() == list(range(job.done))
