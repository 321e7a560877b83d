"""How the drawn objects may fall on the zones: the draw tried many times with other seeds.

Each trial takes from every stratum as many of its candidates as its quota says, every subset equally likely, without
replacement. That is the distribution of the protocol's tickets where each object holds one
(`tests/planning/test_simulation.py` compares the two), and it needs only how many candidates lie in which zone, so it
costs the same for a thousand objects as for a million. The seeds are not secret and have nothing to do with the draw's.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TRIALS = 200
_TAIL = 0.05  # at either end, outside “nine cases in ten”


@dataclass(frozen=True)
class Pile:
    """A stratum: how many are drawn, and how many candidates lie in each zone."""

    quota: int
    candidates: Mapping[str, int]


@dataclass(frozen=True)
class Spread:
    """How many drawn objects fell on a zone: on average, in nine cases of ten, at the least and at the most."""

    zone: str
    mean: float
    low: int
    high: int
    least: int
    most: int


def simulate(piles: Sequence[Pile], zones: Sequence[str], seed: str, trials: int = TRIALS) -> tuple[Spread, ...]:
    """The spread over the zones in `trials` trials; the same seed gives the same figures."""
    counts = [_trial(piles, random.Random(f"{seed}/{number}")) for number in range(trials)]  # noqa: S311 -- a forecast
    return tuple(_spread(zone, sorted(count[zone] for count in counts)) for zone in zones)


def _trial(piles: Sequence[Pile], chance: random.Random) -> Counter[str]:
    drawn: Counter[str] = Counter()
    for pile in piles:
        zones = sorted(zone for zone, count in pile.candidates.items() if count)
        if not zones:
            continue
        there = [pile.candidates[zone] for zone in zones]
        drawn.update(chance.sample(zones, counts=there, k=min(pile.quota, sum(there))))
    return drawn


def _spread(zone: str, counts: Sequence[int]) -> Spread:
    outside = int(len(counts) * _TAIL)
    return Spread(
        zone=zone,
        mean=sum(counts) / len(counts),
        low=counts[outside],
        high=counts[-1 - outside],
        least=counts[0],
        most=counts[-1],
    )
