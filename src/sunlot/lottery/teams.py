"""The section *Teams*: roaming inspectors find a zone, then each zone's seats are drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sunlot.lottery.facts import Inspector
from sunlot.lottery.notice import ZoneTeams
from sunlot.lottery.seeding import key, order_by_ticket

_ANY = "*"


@dataclass(frozen=True)
class Team:
    """A team: its id ``zone-number``, and its members as (department, inspector) in seat order, then draw order."""

    id: str
    zone: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reserve:
    """The inspectors of a zone and department who were not drawn, in the order in which they stand by."""

    zone: str
    department: str
    order: tuple[str, ...]


def draw_teams(
    hash_name: str, seed: str, zones: Sequence[ZoneTeams], inspectors: Iterable[Inspector]
) -> tuple[tuple[Team, ...], tuple[Reserve, ...]]:
    """All teams and reserves, in notice order. Rule 6 of the notice must hold."""
    pools = _roam(hash_name, seed, zones, inspectors)
    teams: list[Team] = []
    reserves: list[Reserve] = []
    for entry in zones:
        members: list[list[tuple[str, str]]] = [[] for _ in range(entry.count)]
        for seat in entry.seats:
            name = f"{entry.zone}/{seat.department}"
            order = order_by_ticket(
                hash_name, key(hash_name, seed, "inspector", name), pools[entry.zone, seat.department]
            )
            drawn = order[: entry.need(seat)]
            for number, inspector in enumerate(drawn):
                members[number % entry.count].append((seat.department, inspector))
            reserves.append(Reserve(entry.zone, seat.department, tuple(order[len(drawn) :])))
        teams += [
            Team(f"{entry.zone}-{number}", entry.zone, tuple(team)) for number, team in enumerate(members, start=1)
        ]
    return tuple(teams), tuple(reserves)


def _roam(
    hash_name: str, seed: str, zones: Sequence[ZoneTeams], inspectors: Iterable[Inspector]
) -> dict[tuple[str, str], list[str]]:
    """Step 1: the inspectors of each (zone, department) with a seat, those who roam among them."""
    needs = {(entry.zone, seat.department): entry.need(seat) for entry in zones for seat in entry.seats}
    pools: dict[tuple[str, str], list[str]] = {place: [] for place in needs}
    roaming: dict[str, list[str]] = {}
    for inspector in inspectors:
        if inspector.zone == _ANY:
            roaming.setdefault(inspector.department, []).append(inspector.id)
        elif (inspector.zone, inspector.department) in pools:
            pools[inspector.zone, inspector.department].append(inspector.id)
    for department, names in roaming.items():
        places = [place for place in needs if place[1] == department]
        if not places:
            continue
        order = iter(order_by_ticket(hash_name, key(hash_name, seed, "roam", department), names))
        for place in places:
            for _ in range(needs[place] - len(pools[place])):
                pools[place].append(next(order))
        for turn, name in enumerate(order):
            pools[places[turn % len(places)]].append(name)
    return pools
