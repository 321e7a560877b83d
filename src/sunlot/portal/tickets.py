"""“我的企业为什么被抽中”: one candidate's ticket, its rank, and the commands with which anybody computes them."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sunlot import lottery
from sunlot.drawing import outcome as outcomes
from sunlot.drawing import stored
from sunlot.drawing.dial import dial
from sunlot.drawing.models import Attempt
from sunlot.drawing.outcome import Outcome, StratumOutcome, StratumTickets
from sunlot.norms.text import half_width, trim
from sunlot.trail import files

MOST_FOUND = 20
_COMMANDS = {"sha256": "sha256sum", "sm3": "openssl dgst -sm3"}


@dataclass(frozen=True)
class Candidate:
    """A row of the frozen roster."""

    id: str
    stratum: str
    zone: str
    tickets: int
    name: str


def candidates(attempt: Attempt) -> Iterator[Candidate]:
    """The frozen roster of a sealed attempt, read part by part and never held as a whole."""
    for part in attempt.parts.filter(roster="objects").order_by("number"):
        for row in csv.DictReader(io.StringIO(files.read(part.file_id).decode(), newline="")):
            yield Candidate(row["id"], row["stratum"], row["zone"], int(row["tickets"]), row["name"])


def find(attempt: Attempt, typed: str) -> list[Candidate]:
    """The candidates whose code is what was typed, else those whose name or code holds it; MOST_FOUND at most."""
    asked = trim(half_width(typed))
    if not asked:
        return []
    exact = next((one for one in candidates(attempt) if one.id.upper() == asked.upper()), None)
    if exact is not None:
        return [exact]
    holding = (one for one in candidates(attempt) if asked in one.name or asked.upper() in one.id.upper())
    return list(islice(holding, MOST_FOUND))


@dataclass(frozen=True)
class Why:
    """Why one candidate was drawn or not, with everything that a calculator needs."""

    candidate: Candidate
    stratum: StratumOutcome
    rank: int
    outcome: str
    ticket: str
    text: str
    key: str
    cut: str
    last_reserve: str
    command: str
    key_command: str

    @property
    def is_drawn(self) -> bool:
        return self.outcome == "drawn"

    @property
    def is_reserve(self) -> bool:
        return self.outcome == "reserve"


def why(attempt: Attempt, found: Outcome, candidate: Candidate) -> Why:
    """Explain one candidate of a drawn attempt that may be shown."""
    notice = stored.notice_of(attempt)
    told = lottery.explain_object(notice, stored.rosters_of(attempt), attempt.seed, candidate.id)
    stratum = next(one for one in found.strata if one.id == told.stratum)
    program = _COMMANDS[notice.hash]
    return Why(
        candidate=candidate,
        stratum=stratum,
        rank=told.rank,
        outcome=told.outcome,
        ticket=told.ticket.ticket,
        text=told.ticket.text,
        key=told.key,
        cut=stratum.drawn[-1].ticket if stratum.drawn else "",
        last_reserve=stratum.reserve[-1].ticket if stratum.reserve else "",
        command=f"printf %s '{told.ticket.text}' | {program}",
        key_command=rf"printf 'sunlot-draw/1 key\n{attempt.seed}\nobject\n{told.stratum}\n' | {program}",
    )


@dataclass(frozen=True)
class Dial:
    """A stratum with its picture."""

    stratum: StratumOutcome
    svg: str


def dials(attempt: Attempt, found: Outcome, chosen: Why | None) -> tuple[Dial, list[Dial]]:
    """The large dial, of the stratum looked up or else the first that draws somebody, and the small ones of the others."""
    tickets = {one.id: one for one in outcomes.tickets_of(attempt)}
    drawing = [one for one in found.strata if one.drawn] or list(found.strata)
    first = chosen.stratum if chosen else drawing[0]
    me = chosen.rank - 1 if chosen else None
    large = Dial(first, _svg(tickets[first.id], "d", me=me))
    others = [one for one in found.strata if one.id != first.id]
    return large, [Dial(one, _svg(tickets[one.id], f"m{place}", small=True)) for place, one in enumerate(others)]


def _svg(tickets: StratumTickets, prefix: str, *, me: int | None = None, small: bool = False) -> str:
    return dial(tickets.dial(), prefix=prefix, me=me, small=small)
