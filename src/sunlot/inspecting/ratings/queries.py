"""Reading ratings: finished quarters with five ratings at least, by supervisors alone."""

from dataclasses import dataclass

from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from .. import queries
from ..models import RatingBucket
from . import counters

QUARTERS = 8


@dataclass(frozen=True)
class Row:
    """A department's quarter. `counters` is None where there are too few ratings to be shown, or none."""

    quarter: str
    department: str
    counters: counters.Counters | None

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """Each question with how often each answer was given."""
        if self.counters is None:
            return []
        rows = zip(counters.QUESTIONS, self.counters.answers, strict=True)
        return [(question, list(zip(counters.ANSWERS, row, strict=True))) for question, row in rows]


def rows_seen(viewer: Viewer) -> list[Row]:
    """The departments whose visits the supervisor sees, in the quarters that are over: a running one would show by its
    growth what the newest rating was.
    """
    if not viewer.has(Role.SUPERVISOR):
        return []
    paths = queries.parts_seen(viewer).order_by().values_list("organisation__path", flat=True).distinct()
    codes = {path.partition("/")[0] for path in paths}
    names = dict(Organisation.objects.filter(code__in=codes).order_by("path").values_list("code", "name"))
    wanted = [
        (quarter, name, counters.bucket_key(quarter, code))
        for quarter in counters.quarters_before(clock.today(), QUARTERS)
        for code, name in names.items()
    ]
    sealed = dict(RatingBucket.objects.filter(key__in=[key for *_, key in wanted]).values_list("key", "sealed"))
    return [Row(quarter, name, _shown(key, bytes(sealed[key]))) for quarter, name, key in wanted if key in sealed]


def _shown(key: str, sealed: bytes) -> counters.Counters | None:
    found = counters.unseal(key, sealed)
    return found if found.ratings >= counters.LEAST else None
