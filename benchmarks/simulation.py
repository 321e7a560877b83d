"""A simulation of 500 seeds against the bare draw: what reading, counting and keeping add to the core.

    python -m benchmarks.simulation [--objects 2000 20000] [--seeds 500]

For each size, with rosters in memory, 5 % drawn, three zones and two departments, in one process one after the other:

- the core alone: drums, teams and placing with every seed (`Rehearsal.draw`);
- the simulation's inner loop: the same draws, each counted, the position written out as JSON once in 50 draws.

Prints a table and exits 1 when the ratio is above its aim.
"""

import argparse
import json
import os
import platform
import resource
import sys
import time

from sunlot.drawing.simulating.tally import DIMENSIONS, ITEM, Roll, Tally
from sunlot.lottery import Rehearsal, Rosters, rehearsal_seed
from sunlot.lottery.notice import Seat, Stratum, ZoneTeams

MAX_RATIO = 1.5
_ZONES, _STRATA, _SHARE, _SAVED = ("150302", "150303", "150304"), "DCBA", 20, 50


def make(objects: int) -> tuple[Rehearsal, Roll]:
    """An invented roster, always the same, and its candidates by group."""
    teams = max(2, objects // 2000)
    rows = [(f"91150300MA{n:08d}", _STRATA[n * 7919 % 4], _ZONES[n % 3]) for n in range(objects)]
    roster = "id,stratum,zone,tickets,name\n" + "".join(f"{i},{s},{z},1,演示物业{i}\n" for i, s, z in rows)
    people = sorted(f"{d}-{z}-{n:04d},{d},{z}\n" for d in ("a", "b") for z in _ZONES for n in range(3 * teams))
    files = Rosters(
        (roster.encode(),), (("id,department,zone\n" + "".join(people)).encode(),), (b"inspector,object\n",)
    )
    strata = [Stratum(s, objects // 4 // _SHARE, 10) for s in sorted(_STRATA)]
    rehearsal = Rehearsal(files, strata, [ZoneTeams(z, teams, (Seat("a", 2), Seat("b", 2))) for z in _ZONES])
    assert not rehearsal.faults, rehearsal.faults[0]
    items = tuple(f"WY-{n:02d}" for n in range(5))
    groups = {"region": list(_ZONES), "stratum": sorted(_STRATA), "trade": ["K70"], ITEM: list(items)}
    roll = Roll(groups, departments={one.id: one.department for one in rehearsal.facts.inspectors})
    cells: dict[tuple[str, str], int] = {}
    for number, (identifier, stratum, zone) in enumerate(rows):
        cell = cells.setdefault((stratum, zone), len(cells))
        if cell == len(roll.keys):
            roll.keys.append(dict(zip(DIMENSIONS, ((zone,), (stratum,), ("K70",), items), strict=True)))
            roll.sizes.append(0)
        roll.sizes[cell] += 1
        roll.cell[identifier], roll.enterprise[identifier] = cell, number
    return rehearsal, roll


def measure(objects: int, seeds: int) -> tuple[float, float]:
    """Seconds of the core alone, and of the whole loop."""
    rehearsal, roll = make(objects)
    start = time.process_time()
    for number in range(seeds):
        rehearsal.draw(rehearsal_seed("core", number))
    core = time.process_time() - start
    tally = Tally()
    start = time.process_time()
    for number in range(seeds):
        outcome = rehearsal.draw(rehearsal_seed("core", number))
        tally.add(roll, outcome.strata, outcome)
        if number % _SAVED == 0:
            tally = Tally.of_json(json.loads(json.dumps(tally.to_json())))
    return core, time.process_time() - start


def main() -> int:
    """Measure each size, print the table, tell by the exit status whether the aim is met."""
    parser = argparse.ArgumentParser(description="Measure the simulation against the bare draw.")
    parser.add_argument("--objects", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--seeds", type=int, default=500)
    options = parser.parse_args()
    print(f"{options.seeds} seeds, 5 % drawn; {os.cpu_count()} cores, {platform.platform()}")
    worst = 0.0
    for objects in options.objects:
        core, whole = measure(objects, options.seeds)
        worst = max(worst, whole / core)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(
            f"{objects:>8} objects: core {core:7.2f} s, simulation {whole:7.2f} s, {whole / core:.2f} ×, {peak:.0f} MB"
        )
    print(f"worst ratio {worst:.2f}, aim at most {MAX_RATIO}")
    return int(worst > MAX_RATIO)


if __name__ == "__main__":
    sys.exit(main())
