"""How an attempt ends without a result, what the next one inherits, and that all numbers in time never end so."""

from datetime import timedelta

import pytest
import time_machine

from sunlot.drawing import actions, stored
from sunlot.drawing.models import Attempt
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM, Refused

from .stage import NUMBERS, ROLLS, Stage, double_colour, entries, fresh, soon

State = Attempt.State


def test_dice_missing_at_the_deadline_abort_and_blame_nobody(stage: Stage) -> None:
    attempt = stage.sealed()
    actions.read_beacon(stage["chen"], attempt, ROLLS)
    with time_machine.travel(attempt.reveal_by - timedelta(milliseconds=1), tick=False):
        assert not actions.abort_if_due(SYSTEM, attempt)
    with time_machine.travel(attempt.reveal_by, tick=False):
        with pytest.raises(Refused, match="已过期限"):
            actions.read_beacon(stage["supervisor"], attempt, ROLLS)
        assert actions.abort_if_due(SYSTEM, attempt)
        assert actions.abort_if_due(SYSTEM, attempt)
    attempt = fresh(attempt)
    assert (attempt.state, attempt.abort_failed) == (State.ABORTED, [])
    assert entries("drawing.aborted")[0]["public"] == {
        "notice": attempt.notice_digest,
        "contributors": [],
        "reason": attempt.abort_reason,
    }
    assert len(entries("drawing.aborted")) == 1


def test_a_missing_number_aborts_names_who_failed_and_the_next_attempt_goes_on_without_them(stage: Stage) -> None:
    attempt = stage.reveal(stage.thrown(), "zjj-wuye", "yjj")
    with time_machine.travel(attempt.reveal_by, tick=False):
        with pytest.raises(Refused, match="已过公开密数的期限"):
            actions.reveal(stage["scjg-clerk"], attempt, "scjg", stage.nonce(attempt, "scjg"))
        assert actions.settle(attempt).state == State.ABORTED
    attempt = fresh(attempt)
    assert attempt.abort_failed == ["scjg", "zjj-jijian"]
    assert entries("drawing.aborted")[0]["public"] == {
        "notice": attempt.notice_digest,
        "contributors": ["scjg", "zjj-jijian"],
        "reason": "到公开密数的期限，乌海市市场监督管理局、机关纪委（纪检监督）没有公开密数",
    }
    again = actions.prepare_again(stage["chen"], attempt, soon(), double_colour())
    with pytest.raises(Refused, match="已经有下一次抽取"):
        actions.prepare_again(stage["chen"], attempt, soon(), double_colour())
    assert [one.code for one in again.contributors.all()] == ["zjj-wuye", "scjg-2", "yjj", "zjj-jijian-2"]
    with pytest.raises(Refused, match="由本单位另一人提交"):
        actions.commit(stage["scjg-clerk"], again, "scjg-2", "ab" * 32)
    again = stage.sealed(again)
    notice = stored.notice_value(again)
    assert notice["attempt"] == 2
    assert notice["previous"] == [entries("drawing.aborted")[0]["public"]]
    assert notice["beacon"]["kind"] == "lottery"  # type: ignore[index,call-overload]  # a notice's member
    reading = stage.reveal(again)
    with time_machine.travel(clock.parse(str(again.beacon_form["not_before"])), tick=False):
        actions.read_beacon(stage["chen"], reading, NUMBERS, "开奖公告")
        drawn = actions.read_beacon(stage["yjj-clerk"], reading, NUMBERS, "开奖公告")
    assert (drawn.state, drawn.number) == (State.DRAWN, 2)


def test_a_second_attempt_never_uses_dice(stage: Stage) -> None:
    attempt = stage.sealed()
    with time_machine.travel(attempt.reveal_by, tick=False):
        actions.settle(attempt)
    again = actions.prepare_again(stage["chen"], attempt, soon(), double_colour())
    with pytest.raises(Refused, match="须用彩票"):
        actions.change_settings(stage["chen"], again, soon(), beacon_kind="dice", rolls=20)


def test_a_lottery_without_numbers_for_seven_days_aborts(stage: Stage) -> None:
    attempt = stage.reveal(stage.sealed(stage.prepare_lottery()))
    limit = clock.parse(str(attempt.beacon_form["not_before"])) + timedelta(days=7)
    with time_machine.travel(limit - timedelta(seconds=1), tick=False):
        assert actions.settle(attempt).state == State.READING
    with time_machine.travel(limit, tick=False):
        aborted = actions.settle(attempt)
    assert (aborted.state, aborted.abort_failed) == (State.ABORTED, [])


def test_all_numbers_in_time_never_abort_whenever_the_draw_is_completed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = stage.reveal(stage.thrown(), "zjj-wuye", "scjg", "yjj")
    monkeypatch.setattr("sunlot.drawing.actions.ceremony.settle", lambda found, actor: found)
    actions.reveal(stage["supervisor"], attempt, "zjj-jijian", stage.nonce(attempt, "zjj-jijian"))
    assert fresh(attempt).state == State.REVEALING
    with time_machine.travel(attempt.reveal_by + timedelta(days=1), tick=False):
        assert not actions.abort_if_due(SYSTEM, attempt)
        assert actions.settle(attempt).state == State.DRAWN


def test_frozen_files_changed_on_disk_stop_the_draw_and_lose_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = stage.reveal(stage.thrown(), "zjj-wuye", "scjg", "yjj")

    def changed(_digest: str) -> bytes:
        raise ValueError("stored file was changed on disk")

    with monkeypatch.context() as patch:
        patch.setattr("sunlot.drawing.stored.files.read", changed)
        with pytest.raises(Refused, match="从备份恢复"):
            actions.reveal(stage["supervisor"], attempt, "zjj-jijian", stage.nonce(attempt, "zjj-jijian"))
    assert fresh(attempt).state == State.REVEALING
    assert actions.settle(attempt).state == State.DRAWN
