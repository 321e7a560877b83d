"""Is the draw fair? Statistics over fixed seeds, so that a failure is a fault and never bad luck.

Every test compares counts with what theory says by Pearson's chi-square and fails when a value as large would come up
by chance with probability below `ALARM` = 10^-6. With the dozen comparisons of this file a fair draw whose seeds were
picked anew would be called unfair about once in a hundred thousand runs; the seeds are fixed, so a run that passed
once passes for ever. The last tests show that the same comparison does tell an unfair draw: the “jump” sampling of
platforms in use (one random start, then every r-th row) fails it at once.

Chi-square wants independent multinomial counts. Drawing n of N without replacement makes the N counts over R draws
negatively correlated within a draw; multiplied by (N-1)/(N-n) the statistic has N-1 degrees of freedom again.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise

import pytest

from sunlot.lottery.facts import Inspector
from sunlot.lottery.notice import Seat, Stratum, ZoneTeams
from sunlot.lottery.objects import Drums
from sunlot.lottery.teams import draw_teams

ALARM = 1e-6

Draw = Callable[[int, int, int], Sequence[int]]
"""(run, N, n) to the positions drawn."""


def chi_square_tail(statistic: float, freedom: int) -> float:
    """P(X ≥ statistic) for chi-square: the regularised upper incomplete gamma function Q(freedom/2, statistic/2).

    By its series below the mean and by its continued fraction above (Numerical Recipes, section 6.2).
    """
    a, x = freedom / 2, statistic / 2
    if x <= 0:
        return 1.0
    scale = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while abs(term) > abs(total) * 1e-15:
            n += 1
            term *= x / n
            total += term
        return 1 - total * scale
    b = x + 1 - a
    c, d = 1e300, 1 / b
    h = d
    for i in range(1, 10_000):
        an = -i * (i - a)
        b += 2
        d = 1 / (an * d + b)
        c = b + an / c
        h *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return scale * h


def inclusion_alarm(counts: Sequence[int], runs: int, expected: Sequence[float]) -> float:
    """P-value of inclusion counts over independent runs against inclusion probabilities, all equal or nearly so.

    Each run draws sum(expected) of len(expected) objects without replacement.
    """
    size, drawn = len(counts), sum(expected)
    statistic = sum((count - runs * p) ** 2 / (runs * p) for count, p in zip(counts, expected, strict=True))
    return chi_square_tail(statistic * (size - 1) / (size - drawn), size - 1)


def counts_alarm(counts: Sequence[int], expected: Sequence[float]) -> float:
    """P-value of multinomial counts against expected counts."""
    statistic = sum((count - mean) ** 2 / mean for count, mean in zip(counts, expected, strict=True))
    return chi_square_tail(statistic, len(counts) - 1)


def seeds(count: int) -> Iterator[str]:
    return (f"{number:064x}" for number in range(count))


def sunlot_draw(run: int, size: int, drawn: int) -> Sequence[int]:
    """The protocol's draw of one stratum, ids in roster order."""
    drums = Drums("sha256", f"{run:064x}", [Stratum("s", drawn, 0)])
    ids = [b"91150300MA%08d" % number for number in range(size)]
    drums.put(ids, [b"s"] * size, [b"z"] * size, [b"1"] * size)
    return [int(identifier[10:]) for identifier in drums.draw()[0][0].drawn]


def jump_draw(run: int, size: int, drawn: int) -> Sequence[int]:
    """“Jump” sampling as platforms in use do it: interval r = N div n, one random start in 1..r, every r-th row."""
    interval = size // drawn
    start = random.Random(run).randrange(interval)  # noqa: S311  # what those platforms use
    return [start + number * interval for number in range(drawn)]


def equal_chances_alarm(draw: Draw, size: int, drawn: int, runs: int) -> float:
    """P-value of “every object of a stratum is equally likely”."""
    counts = Counter(position for run in range(runs) for position in draw(run, size, drawn))
    return inclusion_alarm([counts[n] for n in range(size)], runs, [drawn / size] * size)


def neighbours_alarm(draw: Draw, size: int, drawn: int, runs: int) -> float:
    """P-value of “neighbours in the roster are drawn together as often as any two”."""
    together = 0
    for run in range(runs):
        positions = sorted(draw(run, size, drawn))
        together += sum(after - before == 1 for before, after in pairwise(positions))
    expected = (size - 1) * drawn * (drawn - 1) / (size * (size - 1))
    # Adjacent pairs are nearly Poisson, a little less spread; so the alarm is on the safe side.
    return chi_square_tail((together - runs * expected) ** 2 / (runs * expected), 1)


SHAPES = [(299, 100, 400), (1000, 300, 200), (50, 5, 4000)]


@pytest.mark.parametrize(("size", "drawn", "runs"), SHAPES)
def test_every_object_of_a_stratum_is_equally_likely(size: int, drawn: int, runs: int) -> None:
    """False alarm: 10^-6 for each shape, were the seeds picked anew."""
    assert equal_chances_alarm(sunlot_draw, size, drawn, runs) > ALARM
    assert neighbours_alarm(sunlot_draw, size, drawn, runs) > ALARM


@pytest.mark.parametrize(("size", "drawn", "runs"), SHAPES[:2])
def test_jump_sampling_fails_the_very_same_test(size: int, drawn: int, runs: int) -> None:
    """Up to a third of the enterprises can never be drawn: the last N mod n rows."""
    assert equal_chances_alarm(jump_draw, size, drawn, runs) < ALARM
    assert neighbours_alarm(jump_draw, size, drawn, runs) < ALARM
    reached = {position for run in range(runs) for position in jump_draw(run, size, drawn)}
    assert len(reached) == size - size % drawn


def test_jump_sampling_without_a_remainder_still_fails_by_its_neighbours() -> None:
    assert equal_chances_alarm(jump_draw, 50, 5, 4000) > ALARM  # a fair share for everybody …
    assert neighbours_alarm(jump_draw, 50, 5, 4000) < ALARM  # … and yet only ten different lists


def inclusion_probabilities(tickets: Sequence[int], drawn: int) -> list[float]:
    """P(drawn) of each object under successive sampling with the given tickets, exactly.

    The object's smallest of n uniform numbers is beta distributed, P(min > t) = (1-t)^n. It is drawn when fewer than
    `drawn` of the others are smaller. With u = 1-t the integral over u of n u^(n-1) times the probability that at most
    drawn-1 of the others lie below is that of a polynomial in u, done term by term in integers.
    """

    @cache
    def below(others: tuple[int, ...], most: int) -> tuple[int, ...]:
        """The polynomial in u of P(at most `most` of the others are smaller)."""
        if most < 0:
            return (0,)
        if not others:
            return (1,)
        n, rest = others[0], others[1:]
        larger, smaller = below(rest, most), below(rest, most - 1)
        size = max(len(larger), len(smaller)) + n
        total = [0] * size
        for power, factor in enumerate(larger):  # not smaller: u^n
            total[power + n] += factor
        for power, factor in enumerate(smaller):  # smaller: 1 - u^n
            total[power] += factor
            total[power + n] -= factor
        return tuple(total)

    found = []
    for at, n in enumerate(tickets):
        others = tuple(sorted((*tickets[:at], *tickets[at + 1 :])))
        polynomial = below(others, drawn - 1)
        # Fractions with a common denominator keep alternating sums exact.
        denominator = math.lcm(*(power + n for power in range(len(polynomial))))
        exact = sum(factor * n * (denominator // (power + n)) for power, factor in enumerate(polynomial))
        found.append(exact / denominator)
    return found


def test_the_theory_is_right_where_it_can_be_counted() -> None:
    assert inclusion_probabilities([1, 1, 2], 1) == pytest.approx([1 / 4, 1 / 4, 1 / 2])
    # First one in two, then its share of what is left: 1/4 + 1/4 · 1/3 + 1/2 · 1/2.
    assert inclusion_probabilities([1, 1, 2], 2)[0] == pytest.approx(1 / 4 + 1 / 4 * 1 / 3 + 1 / 2 * 1 / 2)
    assert sum(inclusion_probabilities([1, 2, 3, 7, 7], 3)) == pytest.approx(3)
    assert inclusion_probabilities([5] * 6, 2) == pytest.approx([2 / 6] * 6)


def weighted_counts(tickets: Sequence[int], drawn: int, runs: int) -> list[int]:
    counts = Counter[bytes]()
    size = len(tickets)
    ids = [b"o%02d" % number for number in range(size)]
    held = [str(count).encode() for count in tickets]
    for seed in seeds(runs):
        drums = Drums("sha256", seed, [Stratum("s", drawn, 0)])
        drums.put(ids, [b"s"] * size, [b"z"] * size, held)
        counts.update(identifier.encode() for identifier in drums.draw()[0][0].drawn)
    return [counts[identifier] for identifier in ids]


def tickets_alarm(counts: Sequence[int], runs: int, expected: Sequence[float]) -> float:
    """The smallest of the objects' two-sided p-values, times their number (Bonferroni).

    Unequal probabilities leave no simple chi-square over all; each count by itself is binomial.
    """
    tails = [
        chi_square_tail((count - runs * p) ** 2 / (runs * p * (1 - p)), 1)
        for count, p in zip(counts, expected, strict=True)
    ]
    return min(1.0, min(tails) * len(tails))


def test_an_object_with_n_tickets_is_as_likely_as_successive_sampling_says() -> None:
    """False alarm: 10^-6 for all objects together, were the seeds picked anew."""
    tickets, drawn, runs = [1, 1, 1, 2, 2, 3, 5, 8, 1, 20], 4, 4000
    expected = inclusion_probabilities(tickets, drawn)
    counts = weighted_counts(tickets, drawn, runs)
    assert tickets_alarm(counts, runs, expected) > ALARM
    # The comparison can fail: were chances merely in proportion to tickets, or all equal, it would.
    shares = [min(0.999, drawn * count / sum(tickets)) for count in tickets]
    assert tickets_alarm(counts, runs, shares) < ALARM
    assert tickets_alarm(counts, runs, [drawn / len(tickets)] * len(tickets)) < ALARM


ZONES = (
    ZoneTeams("z1", 3, (Seat("d", 2),)),
    ZoneTeams("z2", 1, (Seat("d", 2),)),
    ZoneTeams("z3", 2, (Seat("d", 1),)),
)
OWN = [Inspector(f"p{n}", "d", "z1") for n in range(9)]
ROAMING = [Inspector(f"r{n}", "d", "*") for n in range(8)]


def test_inspectors_of_a_zone_are_equally_likely_and_spread_over_its_teams() -> None:
    """6 of 9 are drawn, two a team. False alarm: 10^-6 for each of the two comparisons."""
    runs = 3000
    team_of: dict[str, Counter[str]] = {inspector.id: Counter() for inspector in OWN}
    for seed in seeds(runs):
        teams, _ = draw_teams("sha256", seed, ZONES[:1], OWN)
        for team in teams:
            for _, name in team.members:
                team_of[name][team.id] += 1
    drawn = [sum(counts.values()) for counts in team_of.values()]
    assert inclusion_alarm(drawn, runs, [6 / 9] * 9) > ALARM
    for counts in team_of.values():
        total = sum(counts.values())
        assert counts_alarm([counts[f"z1-{n}"] for n in (1, 2, 3)], [total / 3] * 3) > ALARM


def test_inspectors_meet_one_another_as_often_as_any_two() -> None:
    """The same neighbours are not always paired: each of 36 pairs shares a team in 3 · 1/36 of the runs."""
    runs = 3000
    pairs = Counter[tuple[str, ...]]()
    for seed in seeds(runs):
        teams, _ = draw_teams("sha256", seed, ZONES[:1], OWN)
        pairs.update(tuple(sorted(name for _, name in team.members)) for team in teams)
    assert len(pairs) == 36
    # Three disjoint pairs a run: less spread than independent ones, so the alarm is on the safe side.
    assert counts_alarm(list(pairs.values()), [runs * 3 / 36] * 36) > ALARM


def test_roaming_inspectors_are_spread_evenly_over_the_zones() -> None:
    """z2 and z3 have nobody and take 2 each of 8; the other 4 are dealt z1, z2, z3, z1. False alarm 10^-6 each."""
    runs = 3000
    places: dict[str, Counter[str]] = {inspector.id: Counter() for inspector in ROAMING}
    for seed in seeds(runs):
        teams, reserves = draw_teams("sha256", seed, ZONES, OWN + ROAMING)
        standing = [(name, team.zone) for team in teams for _, name in team.members]
        standing += [(name, reserve.zone) for reserve in reserves for name in reserve.order]
        for name, zone in standing:
            if name in places:
                places[name][zone] += 1
    share = {"z1": 2 / 8, "z2": 3 / 8, "z3": 3 / 8}
    for zone, part in share.items():
        assert inclusion_alarm([counts[zone] for counts in places.values()], runs, [part] * 8) > ALARM
    for counts in places.values():
        assert sum(counts.values()) == runs
        assert counts_alarm([counts[zone] for zone in share], [runs * part for part in share.values()]) > ALARM


def test_the_tail_of_chi_square_is_that_of_the_tables() -> None:
    # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4: upper critical values.
    for freedom, statistic, tail in ((1, 3.841, 0.05), (1, 10.828, 0.001), (10, 18.307, 0.05), (100, 149.449, 0.001)):
        assert chi_square_tail(statistic, freedom) == pytest.approx(tail, rel=2e-3)
    assert chi_square_tail(0, 5) == 1
    assert chi_square_tail(2, 2) == pytest.approx(math.exp(-1))
    assert chi_square_tail(60, 2) == pytest.approx(math.exp(-30))
