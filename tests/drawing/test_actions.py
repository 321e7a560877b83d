"""The ceremony through its actions: the protocol's order, each step once, by the right person."""

from .stage import Stage


def test_first(stage: Stage) -> None:
    attempt = stage.drawn()
    assert attempt.state == "drawn"
    stage.plan.refresh_from_db()
    assert stage.plan.state == "drawn"
