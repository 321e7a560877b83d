"""The section *After the draw*: who comes next when an object or an inspector falls out. The result file never changes.

All functions take things as they stand now: the caller keeps the replacements made so far (they are log entries) and
passes teams with them applied.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sunlot.lottery.rosters import AVOID, OBJECTS, RosterReader
from sunlot.lottery.sources import Rosters


@dataclass(frozen=True)
class TeamNow:
    """A team as it stands: its members' ids and its objects. `number` is its number within the zone."""

    id: str
    zone: str
    number: int
    members: tuple[str, ...]
    objects: tuple[str, ...]


@dataclass(frozen=True)
class ObjectReplacement:
    """The reserve object that comes in, the team that it goes to, and the reserve objects that were passed over."""

    object: str
    team: str
    passed_over: tuple[str, ...]


@dataclass(frozen=True)
class InspectorReplacement:
    """The reserve inspector who comes in, and those who were passed over for an avoid pair."""

    inspector: str
    passed_over: tuple[str, ...]


def teams_of(result: Mapping[str, object]) -> list[TeamNow]:
    """The teams of a valid result.json, as they stand before any replacement."""
    teams: list[TeamNow] = []
    rows = result["teams"]
    for row in rows if isinstance(rows, list) else []:
        members = tuple(member["inspector"] for member in row["members"])
        number = int(row["id"].rpartition("-")[2])
        teams.append(TeamNow(row["id"], row["zone"], number, members, tuple(row["objects"])))
    return teams


def zones_of(rosters: Rosters, objects: Collection[str]) -> dict[str, str]:
    """The zone of each of the given objects that the roster holds."""
    wanted = {identifier.encode() for identifier in objects}
    found: dict[str, str] = {}
    for ids, _, zones, *_ in RosterReader(OBJECTS, rosters.parts("objects"), (), None).blocks():
        if not wanted.isdisjoint(ids):
            rows = zip(ids, zones, strict=True)
            found |= {identifier.decode(): zone.decode() for identifier, zone in rows if identifier in wanted}
    return found


def avoid_pairs(rosters: Rosters) -> set[tuple[str, str]]:
    """The pairs (inspector, object) that must not meet."""
    pairs: set[tuple[str, str]] = set()
    for inspectors, objects in RosterReader(AVOID, rosters.parts("avoid"), (), None).blocks():
        pairs.update((i.decode(), o.decode()) for i, o in zip(inspectors, objects, strict=True))
    return pairs


def replace_object(
    out: str,
    reserve: Sequence[str],
    *,
    taken: Collection[str],
    zones: Mapping[str, str],
    teams: Iterable[TeamNow],
    avoid: Collection[tuple[str, str]],
    elsewhere: Collection[str] = (),
) -> ObjectReplacement | None:
    """The replacement of an object that cannot be inspected; None when the reserve has none that fits.

    `reserve` is its stratum's reserve in the result's order, `taken` those of it that already came in, `zones` the zone
    of each reserve object. The next one that has an open team in its own zone goes to the one of these that holds the
    fewest objects (without `out`), ties by team number. `elsewhere` are objects that another round of a plan drew whose
    rounds do not repeat: they are passed over.
    """
    standing = list(teams)
    passed_over: list[str] = []
    for candidate in reserve:
        if candidate in taken:
            continue
        open_teams = [
            (len([one for one in team.objects if one != out]), team.number, team.id)
            for team in standing
            if team.zone == zones[candidate]
            and not any((member, candidate) in avoid for member in team.members)
            and candidate not in elsewhere
        ]
        if open_teams:
            return ObjectReplacement(candidate, min(open_teams)[2], tuple(passed_over))
        passed_over.append(candidate)
    return None


def replace_inspector(
    order: Sequence[str],
    *,
    taken: Collection[str],
    objects: Iterable[str],
    avoid: Collection[tuple[str, str]],
) -> InspectorReplacement | None:
    """The replacement of an inspector; None when the reserve is used up and a supplementary draw must follow.

    `order` is the reserve of the zone and department, `taken` those of it who already came in. `objects` are the team's
    objects, or the single one that the inspector must stay away from: the replacement forms no avoid pair with any.
    """
    wanted = tuple(objects)
    passed_over: list[str] = []
    for candidate in order:
        if candidate in taken:
            continue
        if not any((candidate, identifier) in avoid for identifier in wanted):
            return InspectorReplacement(candidate, tuple(passed_over))
        passed_over.append(candidate)
    return None
