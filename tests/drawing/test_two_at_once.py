"""Two people at the same step at the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from sunlot.drawing import actions, jobs
from sunlot.drawing.models import Attempt, Draw
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM, Refused
from sunlot.trail.models import EventDetail

from ..cast import City
from .stage import ROLLS, Stage, build_stage, fresh, soon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(transactional_db: None, city: City) -> Stage:
    return build_stage(city)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act returned, or how it was refused; all start together."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            start.wait(timeout=10)
            return act()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def events(attempt: Attempt, kind: str) -> int:
    return EventDetail.objects.filter(thing=f"attempt:{attempt.pk}", type=kind).count()


def outcomes(found: list[object]) -> list[str]:
    return sorted("refused" if isinstance(one, Refused) else type(one).__name__ for one in found)


def test_two_preparing_the_same_plan_give_it_one_number(stage: Stage) -> None:
    found = at_once(
        lambda: actions.prepare(stage["chen"], stage.plan, "dice", soon()),
        lambda: actions.prepare(stage["coordinator"], stage.plan, "dice", soon()),
    )
    assert outcomes(found) == ["Attempt", "refused"]
    assert [draw.serial for draw in Draw.objects.all()] == [1]


def test_draws_of_two_plans_prepared_at_once_get_two_numbers_without_a_gap(stage: Stage) -> None:
    other = stage.town.published()
    found = at_once(
        lambda: actions.prepare(stage["chen"], stage.plan, "dice", soon()),
        lambda: actions.prepare(stage["coordinator"], other, "dice", soon()),
    )
    assert outcomes(found) == ["Attempt", "Attempt"]
    assert sorted(draw.serial for draw in Draw.objects.all()) == [1, 2]


def test_two_colleagues_committing_at_once_leave_one_commitment(stage: Stage) -> None:
    attempt = stage.prepare()
    found = at_once(
        lambda: actions.commit(stage["scjg-clerk"], attempt, "scjg", "ab" * 32),
        lambda: actions.commit(stage["scjg-head"], attempt, "scjg", "cd" * 32),
    )
    assert outcomes(found) == ["Contributor", "refused"]
    assert events(attempt, "drawing.committed") == 1


def test_two_sealing_at_once_make_one_notice(stage: Stage) -> None:
    attempt = stage.commit_all(stage.prepare())
    found = at_once(lambda: actions.seal(stage["chen"], attempt), lambda: actions.seal(stage["coordinator"], attempt))
    assert outcomes(found) == ["Attempt", "refused"]
    assert events(attempt, "drawing.notice_sealed") == 1
    assert attempt.parts.count() == 3


def test_two_typing_the_dice_at_once_settle_them_together(stage: Stage) -> None:
    attempt = stage.sealed()
    found = at_once(
        lambda: actions.read_beacon(stage["chen"], attempt, ROLLS),
        lambda: actions.read_beacon(stage["supervisor"], attempt, ROLLS),
    )
    assert outcomes(found) == ["Attempt", "Attempt"]
    assert fresh(attempt).beacon_value == ROLLS
    assert [(one.turn, one.place) for one in fresh(attempt).readings.all()] == [(1, 1), (1, 2)]
    assert events(attempt, "drawing.beacon_read") == 1


def test_the_last_two_numbers_revealed_at_once_give_one_result(stage: Stage) -> None:
    attempt = stage.reveal(stage.thrown(), "zjj-wuye", "scjg")
    found = at_once(
        lambda: actions.reveal(stage["yjj-clerk"], attempt, "yjj", stage.nonce(attempt, "yjj")),
        lambda: actions.reveal(stage["supervisor"], attempt, "zjj-jijian", stage.nonce(attempt, "zjj-jijian")),
    )
    assert outcomes(found) == ["Attempt", "Attempt"]
    assert fresh(attempt).state == Attempt.State.DRAWN
    assert events(attempt, "drawing.drawn") == 1
    assert events(attempt, "drawing.nonce_revealed") == 4


def test_a_request_and_the_worker_completing_a_draw_at_once_give_one_result(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = stage.thrown()
    with monkeypatch.context() as patch:
        patch.setattr("sunlot.drawing.actions.ceremony.settle", lambda found, actor=SYSTEM: found)
        stage.reveal(attempt)
    assert fresh(attempt).state == Attempt.State.REVEALING
    at_once(lambda: actions.settle(attempt), jobs.abort_due, lambda: actions.draw(SYSTEM, attempt))
    assert fresh(attempt).state == Attempt.State.DRAWN
    assert events(attempt, "drawing.drawn") == 1


def test_signing_at_once_moves_the_record_on_once(stage: Stage) -> None:
    attempt = stage.drawn()
    proofs = {name: stage.town.proof(name) for name in ("chen", "supervisor")}
    found = at_once(
        lambda: actions.sign_record(stage["chen"], attempt, "zjj-wuye", proofs["chen"]),
        lambda: actions.sign_record(stage["supervisor"], attempt, "zjj-jijian", proofs["supervisor"]),
    )
    assert outcomes(found) == ["Signature", "Signature"]
    signed = fresh(attempt)
    assert signed.state == Attempt.State.SIGNED
    assert signed.signed_at is not None
    assert signed.signed_at <= clock.now()
    assert events(attempt, "drawing.record_signed") == 1
