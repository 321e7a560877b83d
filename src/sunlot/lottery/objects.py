"""The section *Objects*: each stratum's drawn and reserve, from a stream of candidates.

A drum keeps only as many candidates as are drawn or in reserve, doubled for a while, so memory follows what is drawn
and not the roster.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sunlot.lottery.notice import Stratum
from sunlot.lottery.seeding import digest_function, key, smallest

_SLACK = 1024  # candidates kept beyond twice the wanted ones before the drum is sorted again


@dataclass(frozen=True)
class DrawnStratum:
    """A stratum's result: the drawn, and the reserve in its order."""

    stratum: str
    drawn: tuple[str, ...]
    reserve: tuple[str, ...]


class Drum:
    """The candidates of one stratum with the smallest tickets so far."""

    __slots__ = ("_candidates", "key", "limit", "stratum")

    def __init__(self, stratum: Stratum, key: str) -> None:
        self.stratum = stratum
        self.key = key.encode()
        self.limit = b"\xff" * 32
        """No ticket above it can be among the wanted ones any more."""
        self._candidates: list[tuple[bytes, bytes, bytes]] = []
        if not self._wanted:
            self.limit = b""

    @property
    def _wanted(self) -> int:
        return self.stratum.quota + self.stratum.reserve

    def put(self, ticket: bytes, identifier: bytes, zone: bytes) -> None:
        """Take a candidate whose ticket is at most `limit`."""
        self._candidates.append((ticket, identifier, zone))
        if len(self._candidates) >= 2 * self._wanted + _SLACK:
            self._keep_wanted()

    def _keep_wanted(self) -> None:
        self._candidates.sort()
        del self._candidates[self._wanted :]
        if len(self._candidates) == self._wanted:
            self.limit = self._candidates[-1][0]

    def draw(self) -> tuple[DrawnStratum, dict[str, str]]:
        """The stratum's result, and the zone of each of its drawn objects."""
        self._keep_wanted() if self._wanted else None
        ids = [identifier.decode() for _, identifier, _ in self._candidates]
        quota = self.stratum.quota
        zones = {
            identifier: zone.decode()
            for identifier, (_, _, zone) in zip(ids[:quota], self._candidates[:quota], strict=True)
        }
        return DrawnStratum(self.stratum.id, tuple(ids[:quota]), tuple(ids[quota:])), zones


class Drums:
    """One drum for each stratum of the notice."""

    def __init__(self, hash_name: str, seed: str, strata: Iterable[Stratum]) -> None:
        self.drums: Mapping[bytes, Drum] = {
            stratum.id.encode(): Drum(stratum, key(hash_name, seed, "object", stratum.id)) for stratum in strata
        }
        self._digest = digest_function(hash_name)

    def put(self, ids: list[bytes], strata: list[bytes], zones: list[bytes], tickets: list[bytes]) -> None:
        """Put a block of candidates into their drums; a stratum that the notice does not list is passed over."""
        drums, digest = self.drums, self._digest
        for identifier, stratum, zone, count in zip(ids, strata, zones, tickets, strict=True):
            drum = drums.get(stratum)
            if drum is None:
                continue
            ball = drum.key + identifier
            ticket = digest(ball) if count == b"1" else smallest(digest, ball, int(count))
            if ticket <= drum.limit:
                drum.put(ticket, identifier, zone)

    def draw(self) -> tuple[tuple[DrawnStratum, ...], dict[str, str]]:
        """Every stratum's result in notice order, and the zone of each drawn object."""
        drawn: list[DrawnStratum] = []
        zones: dict[str, str] = {}
        for drum in self.drums.values():
            stratum, its_zones = drum.draw()
            drawn.append(stratum)
            zones |= its_zones
        return tuple(drawn), zones
