"""A rehearsal: rosters read once and drawn with any number of other seeds, to see what a draw may bring.

It is the draw itself, not a model of it: the same drums, teams and placing (`drawing.play`). It can't bring forth the seed
of a draw: that one is hashed from the sealed notice and from numbers revealed after it, a rehearsal's from other words.
"""

from collections.abc import Iterator, Sequence

from sunlot.lottery.drawing import play
from sunlot.lottery.errors import Fault
from sunlot.lottery.facts import Facts, survey
from sunlot.lottery.notice import ROSTERS, NoticeReading, Stratum, ZoneTeams
from sunlot.lottery.objects import DrawnStratum, Drums
from sunlot.lottery.result import Outcome
from sunlot.lottery.rules import check_rosters
from sunlot.lottery.seeding import hex_digest
from sunlot.lottery.sources import Rosters

Block = tuple[list[bytes], list[bytes], list[bytes], list[bytes]]
"""Candidates as four columns: ids, strata, zones, tickets."""


def rehearsal_seed(name: str, number: int) -> str:
    """The seed of rehearsal `number`; the same name and number give the same one."""
    return hex_digest("sha256", f"sunlot-rehearsal/1\n{name}\n{number}\n".encode())


class Rehearsal:
    """Rosters in memory (about 100 bytes an object), with the strata and teams of a notice to come.

    `faults` are those of the rosters and of the notice's rules 3 to 7: while there is one, teams can't be drawn.
    """

    def __init__(
        self, rosters: Rosters, strata: Sequence[Stratum], teams: Sequence[ZoneTeams], hash_name: str = "sha256"
    ) -> None:
        self.strata, self.teams, self.hash = tuple(strata), tuple(teams), hash_name
        self.blocks: list[Block] = []
        self._same: dict[bytes, bytes] = {}
        self.facts: Facts = survey(rosters, {}, None, self)
        unread: dict[str, tuple[str | None, ...]] = dict.fromkeys(ROSTERS, ())
        reading = NoticeReading(None, (), hash_name, None, unread, {}, self.strata, self.teams)
        self.faults: list[Fault] = self.facts.faults or check_rosters(reading, self.facts)

    def put(self, ids: list[bytes], strata: list[bytes], zones: list[bytes], tickets: list[bytes]) -> None:
        """Keep a block of candidates; strata, zones and tickets repeat, so each is held once."""

        def once(column: list[bytes]) -> list[bytes]:
            return [self._same.setdefault(value, value) for value in column]

        self.blocks.append((ids, once(strata), once(zones), once(tickets)))

    def candidates(self) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
        """Every candidate as (id, stratum, zone, tickets), in the roster's order."""
        for block in self.blocks:
            yield from zip(*block, strict=True)

    def draw(self, seed: str) -> Outcome:
        """What a draw with this seed would bring. Raises RuntimeError while there are `faults`."""
        if self.faults:
            raise RuntimeError(f"the rosters don't allow teams: {self.faults[0]}")
        return play(self.hash, seed, self._filled(seed), self.teams, self.facts)

    def draw_objects(self, seed: str) -> tuple[DrawnStratum, ...]:
        """The objects alone, which need no people."""
        return self._filled(seed).draw()[0]

    def _filled(self, seed: str) -> Drums:
        drums = Drums(self.hash, seed, self.strata)
        for block in self.blocks:
            drums.put(*block)
        return drums
