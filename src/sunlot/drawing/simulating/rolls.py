"""From the frozen roster and the registries to the candidates as a simulation counts them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sunlot.lottery import Rehearsal
from sunlot.lottery.notice import Seat, Stratum, ZoneTeams
from sunlot.norms.canonical import Json
from sunlot.norms.regions import is_within
from sunlot.planning import queries as planning
from sunlot.planning.models import Plan
from sunlot.registry.models import InspectionObject, Involvement

from ..freeze import Frozen
from .tally import ITEM, REGION, STRATUM, TRADE, Roll

MOST_TRADES = 20
"""Beyond so many divisions the trades are counted by section, so that the table can be read."""

Place = tuple[str, str, str]
"""Where and what an object is: region, trade, kind. Empty where it left the registry meanwhile."""

_WHOSE = (Involvement.Part.ITSELF, Involvement.Part.OPERATOR)
_CHUNK = 5000


def rehearsal_of(frozen: Frozen) -> Rehearsal:
    """The rehearsal of the rosters of a moment."""
    return Rehearsal(frozen.rosters, strata_of(frozen.strata), [_teams(one) for one in frozen.teams])


def strata_of(strata: Iterable[Json]) -> list[Stratum]:
    """The strata that freezing gives, typed."""
    return [Stratum(**one) for one in strata if isinstance(one, dict)]  # type: ignore[arg-type]  # as freeze.py writes them


def _teams(said: Json) -> ZoneTeams:
    assert isinstance(said, dict)  # noqa: S101 -- as freeze.py writes them
    zone, count, seats = said["zone"], said["count"], said["seats"]
    assert isinstance(zone, str) and isinstance(count, int) and isinstance(seats, list)  # noqa: S101
    return ZoneTeams(zone, count, tuple(Seat(**seat) for seat in seats if isinstance(seat, dict)))  # type: ignore[arg-type]


def read_roll(plan: Plan, day: date, rehearsal: Rehearsal, turn: int = 1) -> Roll:
    """The candidates of round `turn` by region, class, trade and item, and whose they are; the people by department."""
    scope = planning.scope(plan, day, turn)
    places: dict[str, Place] = {
        number: (region, trade, kind)
        for number, region, trade, kind in scope.order_by()
        .values_list("number", "region_id", "trade", "kind__code")
        .iterator(chunk_size=_CHUNK)
    }
    divisions = {trade for _, trade, _ in places.values()}
    if len(divisions) > MOST_TRADES:
        places = {number: (region, trade[:1], kind) for number, (region, trade, kind) in places.items()}
    items = items_of(plan)
    roll = Roll(
        {
            REGION: sorted({region for region, _, _ in places.values()}),
            STRATUM: [one.id for one in rehearsal.strata],
            TRADE: sorted({trade for _, trade, _ in places.values()}, key=lambda trade: (not trade, trade)),
            ITEM: sorted({code for code, _, _ in items}),
        },
        enterprise=_enterprises(scope.order_by().values_list("pk", "number")),
        departments={one.id: one.department for one in rehearsal.facts.inspectors},
    )
    cells: dict[tuple[Place, bytes], int] = {}
    for number, stratum, _, _ in rehearsal.candidates():
        identifier = number.decode()
        place = places.get(identifier, ("", "", ""))
        cell = cells.setdefault((place, stratum), len(cells))
        if cell == len(roll.sizes):
            roll.sizes.append(0)
            roll.keys.append(_keys(place, stratum.decode(), items))
        roll.sizes[cell] += 1
        roll.cell[identifier] = cell
        roll.enterprise.setdefault(identifier, -1 - len(roll.cell))
    return roll


ItemOfPlan = tuple[str, str, frozenset[str]]
"""An item's code, the region of the participant whose part it is, the kinds of object that it applies to."""


def items_of(plan: Plan) -> list[ItemOfPlan]:
    """The plan's items with where and to what they apply. Two queries."""
    found = plan.items.select_related("version__item", "participant__organisation").prefetch_related("version__kinds")
    return [
        (
            one.version.item.code,
            one.participant.organisation.region_id,
            frozenset(kind.code for kind in one.version.kinds.all()),
        )
        for one in found
    ]


def meets(region: str, home: str) -> bool:
    """Whether the people of a participant that stands in `home` check objects in `region`: a district's own stay in theirs."""
    return bool(region) and (is_within(region, home) or is_within(home, region))


def _keys(place: Place, stratum: str, items: Sequence[ItemOfPlan]) -> dict[str, tuple[str, ...]]:
    region, trade, kind = place
    return {
        REGION: (region,),
        STRATUM: (stratum,),
        TRADE: (trade,),
        ITEM: tuple({code for code, home, kinds in items if kind in kinds and meets(region, home)}),
    }


def _enterprises(objects: Iterable[tuple[int, str]]) -> dict[str, int]:
    """By object number: the entity that the object is, else the one that operates it."""
    numbers: Mapping[int, str] = dict(objects)
    found: dict[str, int] = {}
    # In the order of the parts an object's own entity comes first.
    whose = Involvement.objects.filter(part__in=_WHOSE, object__state=InspectionObject.State.ACTIVE)
    for key, entity in whose.order_by("part", "pk").values_list("object_id", "entity_id").iterator(chunk_size=_CHUNK):
        number = numbers.get(key)
        if number is not None:
            found.setdefault(number, entity)
    return found
