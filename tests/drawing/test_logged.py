"""The bundle of a draw that took place here is *verified* by somebody who knows nothing but the log's key."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from sunlot import lottery
from sunlot.drawing import actions, logged, queries
from sunlot.drawing.models import Attempt
from sunlot.ledger.known import KnownLog
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM
from sunlot.trail.log import reading, sealing
from sunlot.trail.models import LogCheckpoint, Sealer
from tests.cast import City

from .stage import NUMBERS, Stage, build_stage, double_colour, fresh, soon

pytestmark = pytest.mark.django_db(transaction=True)


def verify(attempt: Attempt, folder: Path) -> lottery.Report:
    """What `sunlot verify --log-key` says of the bundle as it is downloaded."""
    path = folder / "bundle.zip"
    path.write_bytes(queries.bundle_bytes(attempt))
    key = reading.verifier_key()
    assert key is not None
    return lottery.verify(path, log_reader=KnownLog.by_key(key))


def test_a_draw_with_dice_is_verified(stage: Stage, tmp_path: Path) -> None:
    report = verify(stage.drawn(), tmp_path)
    assert report.faults == ()
    assert report.verified


def test_a_repeated_draw_with_a_lottery_is_verified_with_its_abort(stage: Stage, tmp_path: Path) -> None:
    first = stage.thrown()
    with time_machine.travel(first.reveal_by, tick=True):
        assert actions.abort_if_due(SYSTEM, first)
        second = actions.prepare_again(stage["chen"], fresh(first), soon(1), double_colour(2))
        stage_two = stage.reveal(stage.sealed(second))
    with time_machine.travel(clock.parse(stage_two.beacon_form["not_before"]), tick=True):
        actions.read_beacon(stage["chen"], stage_two, NUMBERS, "开奖公告")
        drawn = actions.read_beacon(stage["supervisor"], stage_two, NUMBERS, "开奖公告")
    report = verify(drawn, tmp_path)
    assert report.faults == ()
    assert report.verified
    assert any("第 1 次抽取已中止" in remark for remark in report.remarks)


def _numbers(not_before: object) -> actions.LotteryNumbers:
    from .stage import DOUBLE_COLOUR

    return actions.LotteryNumbers("中国福利彩票双色球", "2026136", DOUBLE_COLOUR, not_before)  # type: ignore[arg-type]


def test_a_draw_under_an_embargo_is_verified_once_its_list_is_public(city: City, tmp_path: Path) -> None:
    stage = build_stage(city, clock.today() + timedelta(days=7))
    attempt = stage.drawn()
    assert attempt.release_at is not None
    assert verify(attempt, tmp_path).verified


def test_before_its_checkpoint_is_there_a_draw_waits_and_its_bundle_holds_no_log(stage: Stage, tmp_path: Path) -> None:
    sealed = stage.sealed()
    assert logged.is_logged(sealed)
    assert logged.notice_proof(sealed) is not None
    Sealer.objects.update(holder="another", held_until=2**40)  # at work for ever: no checkpoint comes
    attempt = stage.reveal(stage.thrown(sealed))
    assert not logged.is_logged(attempt)
    assert logged.log_value(attempt) is None
    assert lottery.verify(_written(attempt, tmp_path)).reproduced
    Sealer.objects.update(held_until=0)
    assert sealing.seal()
    assert logged.is_logged(attempt)
    assert verify(attempt, tmp_path).verified


def _written(attempt: Attempt, folder: Path) -> Path:
    path = folder / "without.zip"
    path.write_bytes(queries.bundle_bytes(attempt))
    return path


def test_the_bundle_stays_the_same_while_the_log_grows(stage: Stage) -> None:
    attempt = stage.drawn()
    before = queries.bundle_bytes(attempt)
    checkpoints = LogCheckpoint.objects.count()
    stage.town.published()
    assert LogCheckpoint.objects.count() > checkpoints
    assert queries.bundle_bytes(attempt) == before
