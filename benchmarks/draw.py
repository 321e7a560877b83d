"""`sunlot draw` on a large roster, against the least that any draw by ticket must do, and against another sampler.

    python -m benchmarks.draw [--objects 1000000] [--strata 50]

Each thing is measured in a process of its own, so that its peak memory is its own:

- ``sunlot draw`` whole: start, reading and checking every file, all tickets, the teams, the bundle written and synced;
- the floor: every ticket hashed by hashlib alone, plus the roster read by the csv module alone;
- consistent-sampler (PyPI) drawing as many from the ids in memory, stratum by stratum.

Prints a table and exits 1 when an aim is missed.
"""

import argparse
import csv
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sunlot.lottery import Rosters, build_notice, commitment

MAX_RATIO = 3.0
MAX_MEMORY = 300.0
"""MB (10^6 bytes) at the peak of `sunlot draw`."""

_SHARE = 20  # one in twenty, 5 %, is drawn
_KEY = "0" * 32
_NONCES = {"lead": "11" * 32, "supervision": "22" * 32}
_DEPARTMENTS, _ZONES, _TEAMS = ("lead", "other"), ("150302", "150303", "150304"), 40


def make_rosters(folder: Path, objects: int, strata: int) -> None:
    """Write the rosters, the notice and the reveals of a draw with invented objects, always the same."""
    with (folder / "objects.csv").open("w", encoding="utf-8", newline="\n") as file:
        file.write("id,stratum,zone,tickets,name\n")
        for number in range(objects):
            identifier = f"91150300MA{number:08d}"
            stratum = f"S{number * 7919 % strata:02d}"
            file.write(f"{identifier},{stratum},{_ZONES[number % 3]},1,乌海市演示物业服务有限公司{number}\n")
    rows = sorted(
        f"{department}-{zone}-{number:04d},{department},{zone}\n"
        for department in _DEPARTMENTS
        for zone in _ZONES
        for number in range(3 * _TEAMS)
    )
    (folder / "inspectors.csv").write_text("id,department,zone\n" + "".join(rows), encoding="utf-8")
    pairs = [f"lead-{_ZONES[0]}-0000,91150300MA{number:08d}\n" for number in range(0, min(objects, 3000), 3)]
    (folder / "avoid.csv").write_text("inspector,object\n" + "".join(pairs), encoding="utf-8")
    per_stratum = objects // strata // _SHARE
    template = {
        "protocol": "sunlot-draw/1", "hash": "sha256", "draw": "150300-2026-0001", "attempt": 1, "previous": [],
        "title": "基准测试", "authority": "演示", "sealed_at": "2026-11-23T09:30:00+08:00",
        "reveal_by": "2026-11-23T11:00:00+08:00", "release": None, "rules": "0" * 64, "supplements": None,
        "objects": {"strata": [{"id": f"S{n:02d}", "quota": per_stratum, "reserve": 10} for n in range(strata)]},
        "teams": [
            {"zone": zone, "count": _TEAMS, "seats": [{"department": name, "count": 2} for name in _DEPARTMENTS]}
            for zone in _ZONES
        ],
        "contributors": [
            {"id": name, "role": "演示", "commitment": commitment("150300-2026-0001", 1, name, nonce)}
            for name, nonce in _NONCES.items()
        ],
        "beacon": None,
    }  # fmt: skip
    rosters = Rosters((folder / "objects.csv",), (folder / "inspectors.csv",), (folder / "avoid.csv",))
    (folder / "notice.json").write_text(json.dumps(build_notice(template, rosters)), encoding="utf-8")
    reveals = [{"contributor": name, "nonce": nonce} for name, nonce in _NONCES.items()]
    (folder / "reveals.json").write_text(json.dumps(reveals), encoding="utf-8")


def _ids(folder: Path) -> Iterator[tuple[str, str]]:
    with (folder / "objects.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from ((row[0], row[1]) for row in rows)


def measure_hashing(folder: Path) -> float:
    """Seconds to hash every ticket with hashlib and do nothing else with it."""
    ids = [identifier for identifier, _ in _ids(folder)]
    start = time.perf_counter()
    for identifier in ids:
        hashlib.sha256((_KEY + identifier).encode()).hexdigest()
    return time.perf_counter() - start


def measure_csv(folder: Path) -> float:
    """Seconds to read the roster with the csv module and do nothing else with it."""
    start = time.perf_counter()
    with (folder / "objects.csv").open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass
    return time.perf_counter() - start


def measure_sampler(folder: Path) -> float:
    """Seconds for consistent-sampler to draw as many objects of each stratum, the ids being in memory."""
    from consistent_sampler import sampler  # only this process pays for it

    strata: dict[str, list[str]] = {}
    for identifier, stratum in _ids(folder):
        strata.setdefault(stratum, []).append(identifier)
    start = time.perf_counter()
    for stratum, ids in strata.items():
        list(sampler(ids, f"seed/{stratum}", take=len(ids) // _SHARE, output="id"))
    return time.perf_counter() - start


def measure_draw(folder: Path) -> float:
    """Seconds of `sunlot draw` from its start to its end, as a user sees them."""
    arguments = [f"--{name}={folder / name}.csv" for name in ("objects", "inspectors", "avoid")]
    arguments += [f"--{name}={folder / name}.json" for name in ("notice", "reveals")]
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "sunlot.cli", "draw", *arguments, f"--out={folder / 'bundle'}"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


_MEASURES = {"hashing": measure_hashing, "csv": measure_csv, "sampler": measure_sampler, "draw": measure_draw}


def _child(name: str, folder: Path) -> None:
    """Measure one thing and print its seconds and the peak memory in bytes, of the child for ``draw``."""
    seconds = _MEASURES[name](folder)
    who = resource.RUSAGE_CHILDREN if name == "draw" else resource.RUSAGE_SELF
    unit = 1 if platform.system() == "Darwin" else 1024
    print(json.dumps([seconds, resource.getrusage(who).ru_maxrss * unit]))


def measure(name: str, folder: Path) -> tuple[float, float]:
    """(seconds, peak MB) of one of the measures, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.draw", "--child", name, "--folder", str(folder)]
    seconds, memory = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return seconds, memory / 1e6


def main() -> int:
    """Measure, print the table, and tell by the exit status whether the aims are met."""
    parser = argparse.ArgumentParser(description="Measure sunlot draw on a large roster.")
    parser.add_argument("--objects", type=int, default=1_000_000)
    parser.add_argument("--strata", type=int, default=50)
    parser.add_argument("--child", choices=_MEASURES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _child(options.child, options.folder)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_rosters(folder, options.objects, options.strata)
        figures = {what: measure(what, folder) for what in _MEASURES}
    floor = figures["hashing"][0] + figures["csv"][0]
    seconds, memory = figures["draw"]
    print(
        f"{options.objects} objects, {options.strata} strata, 5 % drawn; {os.cpu_count()} cores, {platform.platform()}"
    )
    print(f"{'hashlib alone, every ticket':<34}{figures['hashing'][0]:8.2f} s")
    print(f"{'csv alone, the roster':<34}{figures['csv'][0]:8.2f} s")
    print(f"{'consistent-sampler, as many':<34}{figures['sampler'][0]:8.2f} s  {figures['sampler'][1]:6.0f} MB")
    print(f"{'sunlot draw, whole':<34}{seconds:8.2f} s  {memory:6.0f} MB")
    print(f"{'sunlot draw / (hashlib + csv)':<34}{seconds / floor:8.2f}    aim at most {MAX_RATIO:.0f}")
    print(f"{'peak memory':<34}{memory:8.0f} MB aim at most {MAX_MEMORY:.0f}")
    return int(seconds / floor > MAX_RATIO or memory > MAX_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
