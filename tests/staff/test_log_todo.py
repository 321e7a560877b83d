"""A log that takes nothing in stands on the home page of those who can mend it, and of those who must know."""

from datetime import timedelta

import pytest
from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM
from sunlot.trail.actions import record
from sunlot.trail.events import EventKind
from sunlot.trail.log import sealing
from sunlot.trail.models import Unsealed
from tests.cast import City

TOLD = EventKind("testing.told", "试告知")
STOPPED, STANDS_STILL = "留痕日志已停止入链", "留痕日志没有在入链"


def home(city: City, username: str) -> str:
    return city.client(username).get("/desk/").content.decode()


@pytest.mark.parametrize(
    ("username", "is_told"), [("sysadmin", True), ("auditor", True), ("supervisor", True), ("chen", False)]
)
def test_a_stopped_log_is_told_with_its_reason(city: City, username: str, is_told: bool) -> None:
    assert STOPPED not in home(city, username)
    sealing._take_lease("sealer")
    sealing._stop(sealing.LogStopped("数据库回到了较早的一天"))
    assert (STOPPED in home(city, username)) == is_told
    assert ("数据库回到了较早的一天" in home(city, username)) == is_told


@pytest.mark.parametrize(("minutes", "is_told"), [(4, False), (6, True)])
def test_an_event_that_waits_for_more_than_five_minutes_is_told(city: City, minutes: int, is_told: bool) -> None:
    Unsealed.objects.all().delete()
    with clock.moved_to(clock.now() - timedelta(minutes=minutes)), transaction.atomic():
        record(SYSTEM, TOLD, "thing:1", "试告知")
    assert (STANDS_STILL in home(city, "sysadmin")) == is_told
