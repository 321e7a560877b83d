"""Objects that lie in another region than when the roster of their draw was frozen (封存后迁移).

The frozen roster holds: who was drawn is inspected, by the team that was drawn. What the pages add is that the object has
moved, and the way on where its new place is outside the zone of that team: a replacement by the rule, cause “已迁出”.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sunlot.drawing.models import Attempt
from sunlot.norms.regions import is_within
from sunlot.registry.models import InspectionObject
from sunlot.registry.past import regions_then

from .models import Form

ANY_ZONE = "*"


@dataclass(frozen=True)
class Moved:
    """One such object, where it was when the roster was frozen, and whether its team's zone still holds it."""

    object: InspectionObject
    team: str
    was_in: str
    stays: bool

    @property
    def team_label(self) -> str:
        return Form(team=self.team).team_label


def moved_since(attempt: Attempt | None, drawn: Iterable[tuple[InspectionObject, str]]) -> Sequence[Moved]:
    """Of these objects, each with its team's id, those that moved since the attempt was sealed. One query."""
    if attempt is None or attempt.sealed_at is None:
        return []
    pairs = list(drawn)
    then = regions_then((one.pk for one, _ in pairs), attempt.sealed_at)
    return [
        Moved(one, team, then[one.pk][1], _holds(team, one.region_id))
        for one, team in pairs
        if one.pk in then and then[one.pk][0] != one.region_id
    ]


def _holds(team: str, region: str) -> bool:
    """Whether the zone of the team `<zone>-<number>` holds the region; the zone `*` is the whole of the plan's area."""
    zone = team.rpartition("-")[0]
    return zone == ANY_ZONE or is_within(region, zone)
