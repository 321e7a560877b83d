"""The rounds of plans (抽取批次) at their draws: which are drawn, what they drew, which comes next, and its days.

Planning asks here through what it lets later rooms register (`planning.rounds`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from sunlot.planning import queries as planning
from sunlot.planning import rounds as plans
from sunlot.planning.content import Window, windows_of
from sunlot.planning.models import Plan
from sunlot.registry.models import InspectionObject

from .models import Attempt, Draw, Round
from .outcome import outcome
from .standing import standing_of

_CHUNK = 1000

_WITH_RESULT = Attempt.objects.filter(
    draw__round=OuterRef("pk"), draw__supplements__isnull=True, drawn_at__isnull=False
)


def drawn_rounds(plan_keys: Collection[int]) -> Mapping[int, frozenset[int]]:
    """The numbers of the rounds with a result, by the plan's key. One query."""
    found: dict[int, set[int]] = {}
    rows = Round.objects.filter(Exists(_WITH_RESULT), plan__in=plan_keys).values_list("plan_id", "number")
    for key, number in rows:
        found.setdefault(key, set()).add(number)
    return {key: frozenset(numbers) for key, numbers in found.items()}


def objects_drawn(plan_key: int, before: int) -> frozenset[int]:
    """The keys of the objects that the plan's rounds before `before` drew, those that came in for them among them."""
    wanted = sorted(_drawn_in(Round.objects.filter(plan=plan_key, number__lt=before)))
    keys: set[int] = set()
    for start in range(0, len(wanted), _CHUNK):
        part = InspectionObject.objects.filter(number__in=wanted[start : start + _CHUNK])
        keys.update(part.values_list("pk", flat=True))
    return frozenset(keys)


def _drawn_in(rounds: "QuerySet[Round]") -> set[str]:
    """The numbers of the objects that these rounds drew, and of those that came in for them."""
    attempts = Attempt.objects.filter(
        draw__round__in=rounds, draw__supplements__isnull=True, drawn_at__isnull=False
    ).select_related("draw__round__plan", "result")
    numbers: set[str] = set()
    for attempt in attempts:
        numbers.update(outcome(attempt).objects, standing_of(attempt).came_in)
    return numbers


def _others(draw: Draw) -> "QuerySet[Round]":
    """The other rounds of a draw's plan; none where what one round drew may be drawn by another."""
    found = draw.round
    rounds = Round.objects.filter(plan=found.plan_id).exclude(pk=found.pk)
    return rounds.none() if found.plan.repeats else rounds


def drawn_elsewhere(draw: Draw) -> set[str]:
    """The numbers of the objects that other rounds of the draw's plan hold: none of these comes in for this one."""
    return _drawn_in(_others(draw))


def open_elsewhere(draw: Draw) -> Round | None:
    """Another round of the draw's plan of which the notice is sealed and that has no result: what it draws is not known,
    and an object of its roster must not come in here meanwhile.
    """
    over = (Attempt.State.ABORTED, Attempt.State.WITHDRAWN)
    sealed = Attempt.objects.filter(
        draw__round=OuterRef("pk"), draw__supplements__isnull=True, sealed_at__isnull=False, drawn_at__isnull=True
    ).exclude(state__in=over)
    return _others(draw).filter(Exists(sealed)).select_related("plan").first()


plans.draws_are_asked(drawn_rounds, objects_drawn)


@dataclass(frozen=True)
class Waiting:
    """A published plan with the round that is to be prepared next."""

    plan: Plan
    number: int
    window: Window

    @property
    def label(self) -> str:
        """“第 2 批”; empty for the only round."""
        return plans.round_in_words(self.plan, self.number)


def waiting(published: "QuerySet[Plan]") -> list[Waiting]:
    """Of these plans those of which a round can be prepared: published, the rounds before it drawn; by the time of its draw.
    Three queries.
    """
    begun = Round.objects.annotate(is_drawn=Exists(_WITH_RESULT)).order_by("number")
    found = []
    rows = published.filter(state=Plan.State.PUBLISHED).prefetch_related("windows", Prefetch("rounds", begun))
    for plan in rows:
        before: Iterable[Round] = plan.rounds.all()
        number = len(list(before)) + 1
        if number <= plan.round_count and all(one.is_drawn for one in before):  # type: ignore[attr-defined]  # annotated
            found.append(Waiting(plan, number, windows_of(plan)[number - 1]))
    return sorted(found, key=lambda one: (one.window.draw_at, one.plan.pk))


def is_drawn(draw: Draw) -> bool:
    """Whether the draw has a result."""
    return draw.attempts.filter(drawn_at__isnull=False).exists()


def round_to_prepare(plan: Plan) -> int:
    """The number of the round that would be prepared next; above the plan's number of rounds where all have their draw."""
    return Round.objects.filter(plan=plan).count() + 1


def window_of(draw: Draw) -> Window:
    """When the draw's round is drawn, and the days in which what it drew is inspected."""
    windows = planning.windows(draw.round.plan)
    return windows[min(draw.round.number, len(windows)) - 1]
