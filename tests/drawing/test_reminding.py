"""Whoever an attempt waits for is reminded before the deadline, once, on every page, and no longer than needed."""

from datetime import timedelta

import time_machine

from sunlot.desk import reminders
from sunlot.drawing import actions
from sunlot.drawing.jobs import remind
from sunlot.trail.models import EventDetail

from .stage import Stage, fresh

WORDS = "等您公开密数"


def page_of(stage: Stage, username: str) -> str:
    return stage.city.client(username).get("/desk/").content.decode()


def test_those_whose_number_is_missing_are_reminded_once_before_the_deadline(stage: Stage) -> None:
    attempt = stage.reveal(stage.thrown(), "zjj-wuye")
    with time_machine.travel(attempt.reveal_by - timedelta(minutes=31), tick=False):
        assert remind() == 0
    with time_machine.travel(attempt.reveal_by - timedelta(minutes=30), tick=False):
        assert remind() == 3
        assert remind() == 0
        assert WORDS in page_of(stage, "scjg-clerk")
        assert WORDS not in page_of(stage, "chen")
        stage.reveal(fresh(attempt), "scjg")
        assert WORDS not in page_of(stage, "scjg-clerk")
    with time_machine.travel(attempt.reveal_by - timedelta(minutes=10), tick=False):
        assert remind() == 2  # once more, those who are still missing
    with time_machine.travel(attempt.reveal_by, tick=False):
        assert remind() == 0
        assert WORDS not in page_of(stage, "yjj-clerk")
    assert EventDetail.objects.filter(type="drawing.reminded").count() == 2


def test_while_the_dice_are_missing_all_contributors_are_reminded_of_them(stage: Stage) -> None:
    attempt = stage.sealed()
    with time_machine.travel(attempt.reveal_by - timedelta(minutes=20), tick=False):
        assert remind() == 4
        assert "两人分别录入掷骰结果" in page_of(stage, "yjj-clerk")
        stage.thrown(fresh(attempt))
        assert "两人分别录入掷骰结果，再公开" not in page_of(stage, "yjj-clerk")


def test_a_reminder_is_put_away_by_its_own_reader_alone(stage: Stage) -> None:
    attempt = stage.thrown()
    with time_machine.travel(attempt.reveal_by - timedelta(minutes=5), tick=False):
        remind()
        own = reminders.open_for(stage["scjg-clerk"].user_id).get()
        address = f"/desk/reminders/{own.pk}/seen/"
        stage.city.client("chen").post(address)
        assert WORDS in page_of(stage, "scjg-clerk")
        answer = stage.city.client("scjg-clerk").post(address, {"back": "/desk/drawing/"})
        assert answer["Location"] == "/desk/drawing/"
        assert WORDS not in page_of(stage, "scjg-clerk")
        assert (
            stage.city.client("scjg-clerk").post(address, {"back": "https://elsewhere.example/"})["Location"]
            == "/desk/"
        )


def test_an_attempt_that_is_aborted_or_drawn_reminds_nobody(stage: Stage) -> None:
    attempt = stage.drawn()
    with time_machine.travel(attempt.reveal_by - timedelta(minutes=5), tick=False):
        assert remind() == 0
        assert actions.settle(attempt).state == "drawn"
