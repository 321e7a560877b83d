"""What finished draws will have visited, before the forms are out: the yearly caps count it (`visits.caps.drawn`)."""

from collections.abc import Iterable, Iterator, Mapping

from sunlot.planning.models import Plan, PlanItem
from sunlot.registry.models import InspectionObject
from sunlot.visits.caps.drawn import DrawnVisit, drawn_source

from .models import Attempt
from .queries import with_all
from .rounds import window_of
from .standing import FINISHED, standing_of

_CHUNK = 5000


@drawn_source
def drawn_visits(year: int) -> Iterator[DrawnVisit]:
    """The objects of the draws that are not sent out and whose inspections end in `year`, as their families stand today.

    They count for the participants that have an item for their kind, as the forms will be made; for which body below one
    of these is said by the forms.
    """
    for attempt in with_all(Attempt.objects.filter(state__in=FINISHED, dispatched_at__isnull=True)):
        if window_of(attempt.draw).ends_on.year == year:
            numbers = _numbers(attempt)
            paths = _paths_by_kind(attempt.draw.round.plan)
            kinds = _kinds(numbers)
            yield from (DrawnVisit(number, paths[kinds[number]]) for number in numbers if kinds.get(number) in paths)


def _numbers(attempt: Attempt) -> list[str]:
    """What this attempt will send out. A supplementary draw adds to the one that it supplements what had no team there; of
    a team that fell out the visits are entered already, or the supplemented draw tells of them.
    """
    standing = standing_of(attempt)
    root = standing.root
    if root.pk == attempt.pk:
        return [number for number in (*standing.result.objects, *standing.came_in) if standing.stands(number)]
    if root.dispatched_at is None or attempt.draw.basis_id is not None:
        return []
    return [number for number in attempt.draw.covers if standing.stands(number)]


def _paths_by_kind(plan: Plan) -> Mapping[int, tuple[str, ...]]:
    """Kind of object → the paths of the participants that have an item for it."""
    found: dict[int, dict[str, None]] = {}
    rows = PlanItem.objects.filter(plan=plan, version__kinds__isnull=False)
    for kind, path in rows.values_list("version__kinds", "participant__organisation__path"):
        found.setdefault(kind, {})[path] = None
    return {kind: tuple(paths) for kind, paths in found.items()}


def _kinds(numbers: Iterable[str]) -> dict[str, int]:
    wanted = sorted(numbers)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = InspectionObject.objects.filter(number__in=wanted[start : start + _CHUNK]).order_by()
        found.update(rows.values_list("number", "kind_id"))
    return found
