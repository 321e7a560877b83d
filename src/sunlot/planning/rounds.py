"""The rounds of a plan (抽取批次): which is next, and what earlier ones drew.

Planning says how many there are and when; that one is drawn, and what it drew, is the drawing room's to say: it registers
how to ask it, in one query for any number of plans.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from sunlot.norms import clock

from .content import PlanContent, windows_of
from .models import Plan

RoundsDrawn = Callable[[Collection[int]], Mapping[int, Collection[int]]]
ObjectsDrawn = Callable[[int, int], Collection[int]]

_DRAWN: list[tuple[RoundsDrawn, ObjectsDrawn]] = []


def draws_are_asked(rounds: RoundsDrawn, objects: ObjectsDrawn) -> None:
    """Register a later room's answers: for the keys of plans, the numbers of the rounds that have a result; for a plan's
    key and a round's number, the keys of the objects that rounds before it drew.
    """
    _DRAWN.append((rounds, objects))


def drawn_rounds(plans: Iterable[Plan]) -> dict[int, frozenset[int]]:
    """The numbers of the rounds that are drawn, by the plan's key; of a change order those of the plan that it revises."""
    roots = {plan.pk: plan.revises_id or plan.pk for plan in plans}
    found: dict[int, frozenset[int]] = {}
    for rounds, _ in _DRAWN:
        for root, numbers in rounds(set(roots.values())).items():
            found[root] = found.get(root, frozenset()) | frozenset(numbers)
    return {key: found.get(root, frozenset()) for key, root in roots.items()}


def next_round(plan: Plan) -> int:
    """The number of the first round that is not drawn; the last where all are."""
    if plan.round_count == 1:
        return 1
    drawn = drawn_rounds([plan])[plan.pk]
    return next((one for one in range(1, plan.round_count + 1) if one not in drawn), plan.round_count)


def next_draw_at(plan: Plan) -> datetime:
    """When the next round, or the only one, is drawn, in local time."""
    return windows_of(plan)[next_round(plan) - 1].draw_at.astimezone(clock.SHANGHAI)


def round_of(plan: Plan, content: PlanContent, number: int) -> PlanContent:
    """What the plan says as its round `number` sees it: its days, and without what earlier rounds drew unless the plan
    lets them be drawn again.
    """
    if number == 1 or content.repeats:
        return content.at(number)
    root = plan.revises_id or plan.pk
    return content.at(number, {key for _, objects in _DRAWN for key in objects(root, number)})


def round_in_words(plan: Plan, number: int) -> str:
    """“第 2 批”; empty for the only round of a plan."""
    return f"第 {number} 批" if plan.round_count > 1 or number > 1 else ""
