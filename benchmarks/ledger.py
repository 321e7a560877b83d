"""The transparency log's core against hashlib alone: a root from a stream of entries, and a batch appended to a stored log.

    python -m benchmarks.ledger [--entries 1000000] [--batch 10000]

Each thing is measured in a process of its own, so that its peak memory is its own:

- ``hashing``: every leaf and inner node hashed by hashlib alone, from buffers that are ready, and nothing done with it;
- ``verify``: `sunlot.ledger.root_of` over a stream of as many entries of usual length, which is what checking a log costs
  beside reading it; the root is compared with that of the same log appended in batches;
- ``floor`` and ``append``: the same for one batch appended to a log of as many entries, tiles made.

Prints a table and exits 1 when an aim is missed.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import cycle, islice

from sunlot.ledger import Appender, leaf_hashes, root_of

MAX_RATIO = 3.0
MAX_APPEND_RATIO = 2.0
MAX_MEMORY = 10.0
"""MB (10^6 bytes) that `verify` may need at its peak above hashlib alone, however many entries there are."""

_DISTINCT = 1000  # entries; more would only fill memory
_FEW, _MANY = 3, 20  # rounds, of which the best counts: other work on the machine only ever adds time


def entries(count: int) -> Iterator[bytes]:
    """Entries of the usual form and length, always the same, at next to no cost."""
    distinct = [
        json.dumps(
            {
                "actor": "org:zjj/coordinator", "digest": sha256(str(number).encode()).hexdigest(),
                "public": {"notice": sha256(b"%d" % number).hexdigest()}, "subject": f"draw:150300-2026-{number:04d}:1",
                "time": f"2026-11-23T09:30:00.{number:03d}+08:00", "type": "drawing.notice_sealed", "v": 1,
            },
            separators=(",", ":"),
        ).encode()
        for number in range(_DISTINCT)
    ]  # fmt: skip
    return islice(cycle(distinct), count)


def hash_alone(count: int) -> float:
    """Seconds that hashlib needs for the hashes of `count` leaves and as many inner nodes."""
    leaf, node = b"\x00" + next(entries(1)), b"\x01" + bytes(64)
    start = time.perf_counter()
    for _ in range(count):
        sha256(leaf).digest()
    for _ in range(count):
        sha256(node).digest()
    return time.perf_counter() - start


def verify(count: int) -> float:
    """Seconds for the root of a stream of `count` entries."""
    appender, stream = Appender(), entries(count)
    while batch := leaf_hashes(islice(stream, 10_000)):
        appender.append(batch)
    assert root_of(entries(count)) == appender.root()
    return _best(lambda: root_of(entries(count)), _FEW)


def append(count: int, batch: int) -> float:
    """Seconds to append one batch to a log of `count` entries: leaves hashed, tiles made. The best of some rounds."""
    appender, stream = Appender(), entries(count)
    while hashes := leaf_hashes(islice(stream, 10_000)):
        appender.append(hashes)
    fresh = list(entries(batch))
    return _best(lambda: appender.append(leaf_hashes(fresh)), _MANY)


def _best(act: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times)


_MEASURES: dict[str, Callable[[int, int], float]] = {
    "hashing": lambda count, _: min(hash_alone(count) for _ in range(_FEW)),
    "verify": lambda count, _: verify(count),
    "floor": lambda _, batch: min(hash_alone(batch) for _ in range(_MANY)),
    "append": append,
}


def measure(name: str, options: argparse.Namespace) -> tuple[float, float]:
    """(seconds, peak MB) of one of the measures, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.ledger", "--child", name]
    command += [f"--entries={options.entries}", f"--batch={options.batch}"]
    seconds, memory = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return seconds, memory / 1e6


def main() -> int:
    """Measure, print the table, and tell by the exit status whether the aims are met."""
    parser = argparse.ArgumentParser(description="Measure the transparency log's core.")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--child", choices=_MEASURES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        seconds = _MEASURES[options.child](options.entries, options.batch)
        unit = 1 if platform.system() == "Darwin" else 1024
        print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit]))
        return 0
    figures = {name: measure(name, options) for name in _MEASURES}
    verifying = figures["verify"][0] / figures["hashing"][0]
    appending = figures["append"][0] / figures["floor"][0]
    memory = figures["verify"][1] - figures["hashing"][1]
    length = len(next(entries(1)))
    print(f"{options.entries} entries of {length} bytes; {os.cpu_count()} cores, {platform.platform()}")
    print(f"{'hashlib alone, leaves and nodes':<40}{figures['hashing'][0]:8.2f} s  {figures['hashing'][1]:6.0f} MB")
    print(f"{'root of the stream':<40}{figures['verify'][0]:8.2f} s  {figures['verify'][1]:6.0f} MB")
    print(f"{'root / hashlib':<40}{verifying:8.2f}    aim at most {MAX_RATIO:.0f}")
    print(f"{'memory above hashlib alone':<40}{memory:8.0f} MB aim at most {MAX_MEMORY:.0f}")
    print(f"{f'hashlib alone, {options.batch} leaves and nodes':<40}{figures['floor'][0] * 1000:8.1f} ms")
    print(f"{f'{options.batch} appended, tiles made':<40}{figures['append'][0] * 1000:8.1f} ms")
    print(f"{'append / hashlib':<40}{appending:8.2f}    aim at most {MAX_APPEND_RATIO:.0f}")
    return int(verifying > MAX_RATIO or appending > MAX_APPEND_RATIO or memory > MAX_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
