"""How the drawn objects may fall on the zones: the draw tried many times with other seeds.

Each trial takes from every stratum as many of its candidates as its quota says, every subset equally likely, without
replacement. That is the distribution of the protocol's tickets where each object holds one
(`tests/planning/test_simulation.py` compares the two), and it needs only how many candidates lie in which zone: a
registry of a hundred thousand takes some hundredths of a second. The seeds are not secret and have nothing to do with the draw's.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma

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
    """How many objects of each zone one trial draws: zone after zone, each given what the zones before it took."""
    drawn: Counter[str] = Counter()
    for pile in piles:
        left = sum(pile.candidates.values())
        wanted = min(pile.quota, left)
        for zone in sorted(pile.candidates):
            taken = _hypergeometric(chance, left, pile.candidates[zone], wanted)
            drawn[zone] += taken
            left -= pile.candidates[zone]
            wanted -= taken
    return drawn


def _hypergeometric(chance: random.Random, whole: int, marked: int, taken: int) -> int:
    """How many of `taken` objects, drawn from `whole` without replacement, are among the `marked` ones.

    By inversion from the mode outwards, so that it takes about as many steps as the standard deviation.
    """
    low, high = max(0, taken - (whole - marked)), min(taken, marked)
    up = down = mode = min(max((taken + 1) * (marked + 1) // (whole + 2), low), high)
    at_mode = exp(_log_choose(marked, mode) + _log_choose(whole - marked, taken - mode) - _log_choose(whole, taken))
    above = below = at_mode
    rest = chance.random() - at_mode
    while rest >= 0 and (up < high or down > low):
        if up < high:
            above *= (marked - up) * (taken - up) / ((up + 1) * (whole - marked - taken + up + 1))
            up += 1
            rest -= above
            if rest < 0:
                return up
        if down > low:
            below *= down * (whole - marked - taken + down) / ((marked - down + 1) * (taken - down + 1))
            down -= 1
            rest -= below
            if rest < 0:
                return down
    return mode


def _log_choose(whole: int, part: int) -> float:
    return lgamma(whole + 1) - lgamma(part + 1) - lgamma(whole - part + 1)


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
