"""The section *Objects to teams*: every drawn object to a team that may meet it, as evenly as avoidance allows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from sunlot.lottery.notice import ZoneTeams
from sunlot.lottery.seeding import Digest, digest_function, key, order_by_ticket
from sunlot.lottery.teams import Team


@dataclass(frozen=True)
class Assignment:
    """The objects of each team, by team id, and those without an open team."""

    objects: Mapping[str, tuple[str, ...]]
    unassigned: tuple[str, ...]


def assign(
    hash_name: str,
    seed: str,
    *,
    zones: Sequence[ZoneTeams],
    teams: Sequence[Team],
    drawn: Mapping[str, str],
    shunned: Callable[[str], Sequence[str]],
) -> Assignment:
    """Give the drawn objects (id to zone) to the teams of their zones.

    `shunned` names the inspectors whom an object must not meet.
    """
    by_zone: dict[str, list[str]] = {entry.zone: [] for entry in zones}
    for identifier, zone in drawn.items():
        by_zone[zone].append(identifier)
    objects: dict[str, tuple[str, ...]] = {}
    unassigned: list[str] = []
    for entry in zones:
        own = [team for team in teams if team.zone == entry.zone]
        zone_key = key(hash_name, seed, "assign", entry.zone)
        order = order_by_ticket(hash_name, zone_key, by_zone[entry.zone])
        masks = _open_teams(own, order, shunned)
        unassigned += [identifier for identifier, mask in zip(order, masks, strict=True) if not mask]
        placed = [(identifier, mask) for identifier, mask in zip(order, masks, strict=True) if mask]
        rounds = _team_orders(digest_function(hash_name), zone_key, own, len(placed))
        held = _Placement([mask for _, mask in placed], rounds, len(own)).run()
        for team, numbers in zip(own, held, strict=True):
            objects[team.id] = tuple(placed[number][0] for number in sorted(numbers))
    return Assignment(objects, tuple(unassigned))


def _open_teams(teams: Sequence[Team], objects: Sequence[str], shunned: Callable[[str], Sequence[str]]) -> list[int]:
    """For each object the teams that are open to it, as bits: bit n for the team at n."""
    team_of = {inspector: 1 << at for at, team in enumerate(teams) for _, inspector in team.members}
    everyone = (1 << len(teams)) - 1
    masks: list[int] = []
    for identifier in objects:
        closed = 0
        for inspector in shunned(identifier):
            closed |= team_of.get(inspector, 0)
        masks.append(everyone & ~closed)
    return masks


def _team_orders(digest: Digest, zone_key: str, teams: Sequence[Team], objects: int) -> list[list[int]]:
    """The order of the teams in each round, as positions."""
    orders: list[list[int]] = []
    for number in range(-(-objects // len(teams))):
        tickets = [(digest(f"{zone_key}{number}@{team.id}".encode()), at) for at, team in enumerate(teams)]
        orders.append([at for _, at in sorted(tickets)])
    return orders


@dataclass
class _Ask:
    """An object that looks for a place: how far it has come in its preference, and whom of a team it has asked."""

    number: int
    position: int = 0
    team: int = -1
    asked: int = 0


class _Placement:
    """Steps 1 and 2 of one zone. Objects and teams are numbers; `masks[n]` are the teams open to object n, as bits."""

    def __init__(self, masks: Sequence[int], rounds: Sequence[Sequence[int]], teams: int) -> None:
        self.masks = masks
        self.rounds = rounds
        self.teams = teams
        self.held: list[list[int]] = [[] for _ in range(teams)]
        self._reach = [0] * teams  # the teams open to any object that a team holds, as bits
        self._untried = 0  # teams not yet tried in this attempt, as bits

    def run(self) -> list[list[int]]:
        """The numbers that each team holds in the end."""
        waiting = [n for n in range(len(self.masks)) if not self.place(n, n // self.teams + 1)]
        for number in waiting:
            cap = -(-len(self.masks) // self.teams)
            while not self.place(number, cap):
                # Caps up to the smallest load among the tried teams would try the same teams in vain.
                tried = [team for team in range(self.teams) if not self._untried >> team & 1]
                cap = 1 + min(len(self.held[team]) for team in tried)
        return self.held

    def place(self, number: int, cap: int) -> bool:
        """``place(object, cap)`` of the protocol, with the recursion written out: its depth may be a thousand teams."""
        self._untried = (1 << self.teams) - 1
        path = [_Ask(number)]
        while path:
            ask = path[-1]
            if ask.team < 0 and not self._try_next_team(ask):
                path.pop()
                continue
            team = self.held[ask.team]
            if len(team) < cap:
                self._move(path)
                return True
            mover = self._next_mover(ask, team)
            if mover is None:
                ask.team = -1  # nobody here can leave
            else:
                path.append(_Ask(mover))
        return False

    def _try_next_team(self, ask: _Ask) -> bool:
        """Go on to the next team, in the object's preference, that is open to it and not yet tried."""
        if not self.masks[ask.number] & self._untried:
            return False
        order = self.rounds[ask.number // self.teams]
        while True:
            team = order[(ask.number + ask.position) % self.teams]
            ask.position += 1
            if self.masks[ask.number] & self._untried & 1 << team:
                self._untried &= ~(1 << team)
                ask.team, ask.asked = team, 0
                return True

    def _next_mover(self, ask: _Ask, team: Sequence[int]) -> int | None:
        """The next object of the team that has a team left to try; the others would only fail."""
        if not self._reach[ask.team] & self._untried:
            return None
        while ask.asked < len(team):
            mover = team[ask.asked]
            ask.asked += 1
            if self.masks[mover] & self._untried:
                return mover
        return None

    def _move(self, path: Sequence[_Ask]) -> None:
        """The last of the path takes the free place, each before it the place of the one that it asked."""
        self._take(path[-1])
        for ask, mover in zip(path[-2::-1], path[:0:-1], strict=True):
            self.held[ask.team].remove(mover.number)
            self._reach[ask.team] = reduce(or_, (self.masks[number] for number in self.held[ask.team]), 0)
            self._take(ask)

    def _take(self, ask: _Ask) -> None:
        self.held[ask.team].append(ask.number)
        self._reach[ask.team] |= self.masks[ask.number]
