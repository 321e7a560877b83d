"""One ticket made plain: the key, the text that is hashed, and the rank that follows. For a calculator and a dial."""

from collections.abc import Iterator
from dataclasses import dataclass

from sunlot.lottery.errors import Fault, Refused
from sunlot.lottery.notice import Notice
from sunlot.lottery.rosters import OBJECTS, RosterReader
from sunlot.lottery.seeding import ball, key, ticket
from sunlot.lottery.sources import Rosters

DRAWN, RESERVE, NOT_DRAWN = "drawn", "reserve", "not drawn"


@dataclass(frozen=True)
class Ticket:
    """The ticket of one candidate: ``H(text)``, where `text` is the ball that gave its smallest digest."""

    object: str
    tickets: int
    ticket: str
    text: str


@dataclass(frozen=True)
class Explanation:
    """Why one object was drawn or not: its ticket, its rank (from 1) among the candidates of its stratum."""

    stratum: str
    key: str
    ticket: Ticket
    rank: int
    candidates: int
    outcome: str


def stratum_tickets(notice: Notice, rosters: Rosters, seed: str, stratum: str) -> Iterator[Ticket]:
    """The tickets of a stratum's candidates, in the order of the roster. Holds none of them.

    The rosters must have passed `check_notice`; a faulty row would be left out here.
    """
    stratum_key = key(notice.hash, seed, "object", stratum)
    wanted = stratum.encode()
    for ids, strata, _, tickets in RosterReader(OBJECTS, rosters.parts("objects"), (), None).blocks():
        for identifier, its_stratum, count in zip(ids, strata, tickets, strict=True):
            if its_stratum == wanted:
                yield _ticket(notice.hash, stratum_key, identifier.decode(), int(count))


def _ticket(hash_name: str, stratum_key: str, identifier: str, tickets: int) -> Ticket:
    balls = [ball(stratum_key, identifier, number) for number in range(1, tickets + 1)]
    digest, text = min((ticket(hash_name, text, ""), text) for text in balls)
    return Ticket(identifier, tickets, digest, text)


def explain_object(notice: Notice, rosters: Rosters, seed: str, identifier: str) -> Explanation:
    """Why an object was drawn or not. Raises `Refused` when it is not in the roster."""
    stratum = _stratum_of(rosters, identifier)
    listed = {one.id: one for one in notice.strata}
    if stratum is None or stratum not in listed:
        raise Refused([Fault("objects.csv", "id 列", "名录中的编号", identifier)])
    own = next(one for one in stratum_tickets(notice, rosters, seed, stratum) if one.object == identifier)
    rank = candidates = 0
    for other in stratum_tickets(notice, rosters, seed, stratum):
        candidates += 1
        rank += (other.ticket, other.object) <= (own.ticket, own.object)
    quota, reserve = listed[stratum].quota, listed[stratum].reserve
    outcome = DRAWN if rank <= quota else RESERVE if rank <= quota + reserve else NOT_DRAWN
    return Explanation(stratum, key(notice.hash, seed, "object", stratum), own, rank, candidates, outcome)


def _stratum_of(rosters: Rosters, identifier: str) -> str | None:
    wanted = identifier.encode()
    for ids, strata, *_ in RosterReader(OBJECTS, rosters.parts("objects"), (), None).blocks():
        if wanted in ids:
            return strata[ids.index(wanted)].decode()
    return None
