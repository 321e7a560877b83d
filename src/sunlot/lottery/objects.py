"""The section *Objects*: each stratum's drawn and reserve, from a stream of candidates.

A drum keeps little more candidates than are drawn or in reserve, so memory follows what is drawn and not the roster.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sunlot.lottery.notice import Stratum
from sunlot.lottery.seeding import digest_function, hash_function, key, smallest


@dataclass(frozen=True)
class DrawnStratum:
    """A stratum's result: the drawn, and the reserve in its order."""

    stratum: str
    drawn: tuple[str, ...]
    reserve: tuple[str, ...]


class Drum:
    """The candidates of one stratum with the smallest tickets so far: (ticket, id, zone)."""

    __slots__ = ("_wanted", "candidates", "full", "key", "limit", "stratum")

    def __init__(self, stratum: Stratum, key: str) -> None:
        self.stratum = stratum
        self.key = key.encode()
        self.candidates: list[tuple[bytes, bytes, bytes]] = []
        self._wanted = stratum.quota + stratum.reserve
        self.full = self._wanted + max(64, self._wanted // 4)
        """So many candidates call for `trim`: a quarter more than are wanted, so that sorting them stays rare."""
        self.limit = b"\xff" * 32 if self._wanted else b""
        """No ticket above it can be among the wanted ones any more."""

    def trim(self) -> None:
        """Keep the wanted candidates, in order."""
        self.candidates.sort()
        del self.candidates[self._wanted :]
        if self._wanted and len(self.candidates) == self._wanted:
            self.limit = self.candidates[-1][0]

    def draw(self) -> tuple[DrawnStratum, dict[str, str]]:
        """The stratum's result, and the zone of each of its drawn objects."""
        self.trim()
        quota = self.stratum.quota
        ids = [identifier.decode() for _, identifier, _ in self.candidates]
        zones = {identifier.decode(): zone.decode() for _, identifier, zone in self.candidates[:quota]}
        return DrawnStratum(self.stratum.id, tuple(ids[:quota]), tuple(ids[quota:])), zones


class Drums:
    """One drum for each stratum of the notice."""

    def __init__(self, hash_name: str, seed: str, strata: Iterable[Stratum]) -> None:
        self.drums: Mapping[bytes, Drum] = {
            stratum.id.encode(): Drum(stratum, key(hash_name, seed, "object", stratum.id)) for stratum in strata
        }
        self._hash = hash_function(hash_name)
        self._digest = digest_function(hash_name)

    def put(self, ids: list[bytes], strata: list[bytes], zones: list[bytes], tickets: list[bytes]) -> None:
        """Put a block of candidates into their drums; a stratum that the notice does not list is passed over."""
        drums, new_hash = self.drums, self._hash
        for identifier, stratum, zone, count in zip(ids, strata, zones, tickets, strict=True):
            drum = drums.get(stratum)
            if drum is None:
                continue
            ball = drum.key + identifier
            ticket = new_hash(ball).digest() if count == b"1" else smallest(self._digest, ball, int(count))
            if ticket <= drum.limit:
                drum.candidates.append((ticket, identifier, zone))
                if len(drum.candidates) >= drum.full:
                    drum.trim()

    def draw(self) -> tuple[tuple[DrawnStratum, ...], dict[str, str]]:
        """Every stratum's result in notice order, and the zone of each drawn object."""
        drawn: list[DrawnStratum] = []
        zones: dict[str, str] = {}
        for drum in self.drums.values():
            stratum, its_zones = drum.draw()
            drawn.append(stratum)
            zones |= its_zones
        return tuple(drawn), zones
