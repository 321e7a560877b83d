"""What a draw gave, read from the frozen files and the stored result alone: the registries may have changed since."""

import csv
import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sunlot import lottery
from sunlot.norms.canonical import Json
from sunlot.planning.ratios import rules
from sunlot.registry.models import RiskClass
from sunlot.trail import files

from . import dial, stored
from .models import Attempt

DRAWN, RESERVE = "drawn", "reserve"
_CACHED = 16  # outcomes kept in memory; they never change


@dataclass(frozen=True)
class DrawnObject:
    """An object that was drawn, or stands in reserve; `team` is empty for a reserve and for an unassigned one.

    `tickets` is how many it held by the plan's table of ratios.
    """

    id: str
    name: str
    zone: str
    ticket: str
    order: int
    team: str = ""
    tickets: int = 1


@dataclass(frozen=True)
class StratumOutcome:
    """A stratum: how many of how many candidates, the drawn and the reserve in their order."""

    id: str
    candidates: int
    quota: int
    drawn: tuple[DrawnObject, ...]
    reserve: tuple[DrawnObject, ...]

    @property
    def label(self) -> str:
        return stratum_label(self.id)

    @property
    def risk(self) -> str:
        """信用风险较高, without the letter."""
        return _risk(self.id)


@dataclass(frozen=True)
class TeamOutcome:
    """A team: members as (organisation code, inspector number), objects by id in the zone's order."""

    id: str
    zone: str
    number: int
    members: tuple[tuple[str, str], ...]
    objects: tuple[str, ...]


@dataclass(frozen=True)
class Standby:
    """The inspectors of a department and zone who were not drawn, in order."""

    zone: str
    department: str
    order: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """Everything that a draw gave. `objects` holds the drawn ones by id; tickets of all candidates are `tickets_of`."""

    seed: str
    result_digest: str
    strata: tuple[StratumOutcome, ...]
    teams: tuple[TeamOutcome, ...]
    standby: tuple[Standby, ...]
    unassigned: tuple[str, ...]
    objects: dict[str, DrawnObject]

    @property
    def drawn_count(self) -> int:
        return len(self.objects)

    def known(self) -> dict[str, DrawnObject]:
        """Everybody drawn or in reserve by id."""
        return {one.id: one for stratum in self.strata for one in (*stratum.drawn, *stratum.reserve)}

    def stratum_of(self, name: str) -> StratumOutcome:
        """The stratum of an object that is drawn or in reserve. Raises KeyError for any other."""
        for stratum in self.strata:
            if any(one.id == name for one in (*stratum.drawn, *stratum.reserve)):
                return stratum
        raise KeyError(name)

    def team_named(self, name: str) -> TeamOutcome | None:
        return next((team for team in self.teams if team.id == name), None)


def stratum_label(name: str) -> str:
    """“D 类 · 信用风险高”; “C 类，有投诉举报”."""
    return f"{name} 类 · {_risk(name)}" if _risk(name) else rules.stratum_label(name)


def _risk(name: str) -> str:
    return f"信用风险{RiskClass(name).label}" if name in RiskClass.values else ""


def outcome(attempt: Attempt) -> Outcome:
    """The outcome of a drawn attempt. Raises ValueError for one that is not drawn."""
    return _outcome(attempt.pk, attempt.result_digest)


@lru_cache(maxsize=_CACHED)
def _outcome(pk: int, _digest: str) -> Outcome:
    attempt = Attempt.objects.get(pk=pk)
    result = stored.result_value(attempt)
    notice = stored.notice_of(attempt)
    rows = _rows(attempt)
    teams = tuple(_team(row) for row in _list(result["teams"]))
    team_of = {identifier: team.id for team in teams for identifier in team.objects}
    strata = []
    for row, listed in zip(_list(result["objects"]), notice.strata, strict=True):
        key = lottery.key(notice.hash, attempt.seed, "object", listed.id)
        drawn, reserve = (
            tuple(
                DrawnObject(
                    one,
                    rows[one].name,
                    rows[one].zone,
                    lottery.ticket(notice.hash, key, one, rows[one].tickets),
                    at,
                    team_of.get(one, ""),
                    rows[one].tickets,
                )
                for at, one in enumerate(map(str, _list(row[name])), start=1)
            )
            for name in (DRAWN, RESERVE)
        )
        candidates = sum(1 for one in rows.values() if one.stratum == listed.id)
        strata.append(StratumOutcome(listed.id, candidates, listed.quota, drawn, reserve))
    return Outcome(
        seed=attempt.seed,
        result_digest=attempt.result_digest,
        strata=tuple(strata),
        teams=teams,
        standby=tuple(
            Standby(str(row["zone"]), str(row["department"]), tuple(map(str, _list(row["order"]))))
            for row in _list(result["inspector_reserve"])
        ),
        unassigned=tuple(map(str, _list(result["unassigned"]))),
        objects={one.id: one for stratum in strata for one in stratum.drawn},
    )


def _team(row: dict[str, Json]) -> TeamOutcome:
    name = str(row["id"])
    return TeamOutcome(
        id=name,
        zone=str(row["zone"]),
        number=int(name.rpartition("-")[2]),
        members=tuple((str(one["department"]), str(one["inspector"])) for one in _list(row["members"])),
        objects=tuple(map(str, _list(row["objects"]))),
    )


def _list(value: Json) -> list[Any]:
    return value if isinstance(value, list) else []


@dataclass(frozen=True)
class _Row:
    stratum: str
    zone: str
    tickets: int
    name: str


def _rows(attempt: Attempt) -> dict[str, _Row]:
    """The frozen objects by id."""
    found = {}
    for part in attempt.parts.filter(roster="objects").order_by("number"):
        for row in csv.DictReader(io.StringIO(files.read(part.file_id).decode(), newline="")):
            found[row["id"]] = _Row(row["stratum"], row["zone"], int(row["tickets"]), row["name"])
    return found


@dataclass(frozen=True)
class StratumTickets:
    """All tickets of a stratum, every candidate's balls, in the order in which candidates would be drawn."""

    id: str
    quota: int
    reserve: int
    tickets: tuple[tuple[str, ...], ...]

    def dial(self, shown: int | None = None) -> dial.Stratum:
        """The dial once `shown` objects are drawn (all of the quota by default); the reserve is marked at the end."""
        drawn = self.quota if shown is None else min(shown, self.quota)
        waiting = self.reserve if drawn == self.quota else 0
        states = [dial.State.DRAWN] * drawn + [dial.State.RESERVE] * waiting
        states += [dial.State.REST] * (len(self.tickets) - len(states))
        candidates = tuple(
            dial.Candidate(balls, state) for balls, state in zip(self.tickets, states[: len(self.tickets)], strict=True)
        )
        return dial.Stratum(self.id, stratum_label(self.id), self.quota, candidates)


def tickets_of(attempt: Attempt) -> tuple[StratumTickets, ...]:
    """The tickets of every stratum of a drawn attempt, for its dials. No name can be read from them."""
    return _tickets(attempt.pk, attempt.result_digest)


@lru_cache(maxsize=_CACHED)
def _tickets(pk: int, _digest: str) -> tuple[StratumTickets, ...]:
    attempt = Attempt.objects.get(pk=pk)
    notice, rosters = stored.notice_of(attempt), stored.rosters_of(attempt)
    found = []
    for stratum in notice.strata:
        key = lottery.key(notice.hash, attempt.seed, "object", stratum.id)
        every = sorted(
            (one.ticket, one.object, one.tickets)
            for one in lottery.stratum_tickets(notice, rosters, attempt.seed, stratum.id)
        )
        balls = tuple(
            (best,)
            if count == 1
            else tuple(lottery.ticket(notice.hash, key, name if n == 1 else f"{name}#{n}") for n in range(1, count + 1))
            for best, name, count in every
        )
        found.append(StratumTickets(stratum.id, stratum.quota, stratum.reserve, balls))
    return tuple(found)
