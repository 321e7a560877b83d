"""Which of a plan's objects other plans of the same time would visit too: those that may still draw them, those that have
drawn them, and visits of any source that are still to be made in that time.

The queries grow with the other plans of that time, never with the objects; figures above 5,000 may be a minute old
(`desk.lists.count_of`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from sunlot.desk.lists import count_of
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import InspectionObject, Involvement
from sunlot.visits.bearers import PARTS
from sunlot.visits.models import Visit
from sunlot.visits.queries import to_come_between

from .. import content as contents
from .. import gathering, queries
from ..content import PlanContent
from ..models import Plan

State = Plan.State

VISITED = "is_visited"
"""The mark of a row of the list that some visit of the time concerns."""

# Their objects are not drawn yet, so their candidates may be visited.
TO_DRAW = (*Plan.UNPUBLISHED, State.LEADER_SIGNED, State.PUBLISHED)


@dataclass(frozen=True)
class Undispatched:
    """What a plan has drawn and not sent out yet, as object numbers; `may_name` says whether the viewer may know which."""

    numbers: frozenset[str]
    may_name: bool


# The draw is a later room's: it says what plans have drawn that no visit shows yet, by the plan's key.
DrawnBy = Callable[[Viewer, Collection[Plan]], Mapping[int, Undispatched]]
_DRAWN: list[DrawnBy] = []


def drawn_source(function: DrawnBy) -> DrawnBy:
    """Register what knows the objects of drawn plans whose tasks have not gone out."""
    _DRAWN.append(function)
    return function


@dataclass(frozen=True)
class Other:
    """Another plan of the time, and what it shares. `scope` are the objects that it may visit or will."""

    plan: Plan
    scope: "QuerySet[InspectionObject]"
    is_named: bool
    """Whether the viewer may know which objects it shares; else its name and figures alone."""
    opens: bool
    """Whether the viewer may open its page on the desk."""
    is_drawn: bool
    objects: int = 0
    entities: int = 0

    @property
    def mark(self) -> str:
        """The name under which a row of the list says whether this plan shares it."""
        return f"in_{self.plan.pk}"

    @property
    def is_public(self) -> bool:
        return self.plan.published_at is not None


@dataclass(frozen=True)
class Overlap:
    """A plan's objects and the others that concern them; figures are of objects and of the entities behind them."""

    plan: Plan
    scope: "QuerySet[InspectionObject]"
    visits: "QuerySet[Visit]"
    others: tuple[Other, ...]
    objects: int = 0
    entities: int = 0
    visited: int = 0
    """How many of the plan's objects have a visit to come in its time that is not its own."""

    @property
    def named(self) -> tuple[Other, ...]:
        """The others whose objects the viewer may see one by one."""
        return tuple(one for one in self.others if one.is_named)

    def rows(self) -> "QuerySet[InspectionObject]":
        """The objects that somebody else visits too, each with a mark for every other plan that shares it."""
        marks = {one.mark: Exists(one.scope.order_by().filter(pk=OuterRef("pk"))) for one in self.named}
        marks[VISITED] = Exists(self.visits.order_by().filter(object=OuterRef("pk")))
        return _touched(self.scope, self.named, self.visits).annotate(**marks).select_related("kind", "region")


def overlap_of(viewer: Viewer, plan: Plan) -> Overlap:
    """What of a plan's objects others of its time visit too, as far as the viewer may know. The plan comes with its parts
    (`queries.with_parts`).
    """
    said = contents.content_of(plan)
    is_drawn = plan.state == State.DRAWN
    own_numbers = [plan.number, *([plan.revises.number] if plan.revises is not None else [])]
    visits = to_come_between(plan.starts_on, plan.ends_on).exclude(plan_number__in=own_numbers)
    if is_drawn:
        own = Visit.objects.filter(plan_number=plan.number, state=Visit.State.PLANNED)
        scope = InspectionObject.objects.filter(pk__in=own.order_by().values("object"))
        others = _of_visits(viewer, visits.filter(object__in=own.order_by().values("object")))
    else:
        scope = gathering.scope_of(said, _day(said))
        others = _others(viewer, plan, said, visits)
    scope = _plain(scope)
    counted = [found for one in others if (found := _counted(scope, one)).objects]
    touched = _touched(scope, counted, visits)
    return Overlap(
        plan,
        scope,
        visits,
        tuple(sorted(counted, key=lambda one: (-one.objects, one.plan.number))),
        objects=count_of(touched),
        entities=_entities(touched),
        visited=count_of(scope.filter(pk__in=visits.order_by().values("object"))),
    )


def _day(said: PlanContent) -> date:
    return max(said.draw_day, clock.today())


def _others(viewer: Viewer, plan: Plan, said: PlanContent, visits: "QuerySet[Visit]") -> list[Other]:
    """The plans whose time meets the plan's and whose objects are of its kinds and regions."""
    known = queries.plans_known(viewer).filter(starts_on__lte=plan.ends_on, ends_on__gte=plan.starts_on)
    known = known.exclude(pk__in=[plan.pk, plan.revises_id or plan.pk]).filter(state__in=[*TO_DRAW, State.DRAWN])
    known = known.filter(pk__in=Plan.objects.filter(kinds__code__in=said.kinds).values("pk"))
    found = list(queries.with_parts(known.order_by("number")))
    seen = _seen(viewer, found)
    drawn = [one for one in found if one.state == State.DRAWN]
    waiting = _undispatched(viewer, drawn)
    others = []
    for one in found:
        if one.state == State.DRAWN:
            others.append(_drawn(one, visits, waiting.get(one.pk), one.pk in seen))
            continue
        content = contents.content_of(one)
        scope = gathering.whole_scope_of(content, _day(content))
        opens = one.pk in seen
        others.append(Other(one, scope, opens or one.published_at is not None, opens, is_drawn=False))
    return others


def _drawn(plan: Plan, visits: "QuerySet[Visit]", waiting: Undispatched | None, opens: bool) -> Other:
    """A drawn plan by its visits to come, or, before its tasks went out, by what it drew. Who sees an object sees who
    will visit it; what is drawn and not sent out is held back.
    """
    sent_out = _by_visits(plan, visits, opens)
    if waiting is None:
        return sent_out
    drawn = Q(number__in=sorted(waiting.numbers)) | Q(pk__in=sent_out.scope.values("pk"))
    return Other(plan, InspectionObject.objects.filter(drawn), waiting.may_name, opens, is_drawn=True)


def _by_visits(plan: Plan, visits: "QuerySet[Visit]", opens: bool) -> Other:
    keys = visits.filter(plan_number=plan.number).order_by().values("object")
    return Other(plan, InspectionObject.objects.filter(pk__in=keys), True, opens, is_drawn=True)


def _of_visits(viewer: Viewer, visits: "QuerySet[Visit]") -> list[Other]:
    """The plans that have visits to come among these."""
    numbers = set(visits.order_by().exclude(plan_number="").values_list("plan_number", flat=True))
    found = list(Plan.objects.filter(number__in=numbers).select_related("lead__parent").order_by("number"))
    seen = _seen(viewer, found)
    return [_by_visits(one, visits, one.pk in seen) for one in found]


def _seen(viewer: Viewer, plans: Sequence[Plan]) -> set[int]:
    return set(queries.plans_seen(viewer).filter(pk__in=[one.pk for one in plans]).values_list("pk", flat=True))


def _undispatched(viewer: Viewer, plans: Collection[Plan]) -> dict[int, Undispatched]:
    found: dict[int, Undispatched] = {}
    for source in _DRAWN if plans else ():
        found.update(source(viewer, plans))
    return found


def _touched(
    scope: "QuerySet[InspectionObject]", others: Iterable[Other], visits: "QuerySet[Visit]"
) -> "QuerySet[InspectionObject]":
    concerned = InspectionObject.objects.filter(pk__in=visits.order_by().values("object"))
    for one in others:
        concerned |= _plain(one.scope)
    return scope & concerned


def _counted(scope: "QuerySet[InspectionObject]", other: Other) -> Other:
    shared = scope & _plain(other.scope)
    return replace(other, objects=count_of(shared), entities=_entities(shared))


def _plain(scope: "QuerySet[InspectionObject]") -> "QuerySet[InspectionObject]":
    """The condition alone. Combined with another it is one pass over the objects; as a subquery of keys it would be ten
    times slower on a large registry.
    """
    return scope.order_by().select_related(None)


def _entities(objects: "QuerySet[InspectionObject]") -> int:
    """How many entities the objects are or are operated by."""
    ties = Involvement.objects.filter(object__in=objects.order_by().values("pk"), part__in=PARTS)
    return count_of(ties.order_by().values("entity").distinct())
