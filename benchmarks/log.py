"""The transparency log in its database: a log of a million events verified, and batches appended to it.

    python -m benchmarks.log [--events 1000000]

On SQLite in a folder of its own, or in a database of its own on the server that `SUNLOT_DATABASE_URL` names. Events are
put into their tables as `trail.actions.record` would leave them, in batches of 10,000, each sealed before the next.

- ``append``: what a batch takes with its seal, leaves, tiles and signed checkpoint, against the bare inserts of the same
  events and details in the same tables; the median over the last ten batches;
- ``verify``: `sunlot log verify` of the whole log against hashlib alone for as many leaf and node hashes plus reading the
  same rows with a bare cursor; both in processes of their own, so that the peak memory of each is its own.

Prints a table and exits 1 when an aim is missed.
"""

import argparse
import json
import os
import platform
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from benchmarks.ledger import hash_alone

MAX_VERIFY_RATIO = 3.0
MAX_APPEND_RATIO = 2.0
MAX_MEMORY = 30.0
"""MB (10^6 bytes) that verifying may need at its peak above reading the rows, however many events there are."""

BATCH = 10_000
_MEASURED = 10  # batches
_ROWS = """
SELECT leaf.leaf_index, event.id, event.entry, event.leaf_hash, detail.whole, detail.salt, named.type, named.subject
FROM trail_logleaf leaf JOIN trail_event event ON event.id = leaf.event_id
LEFT JOIN trail_eventdetail detail ON detail.event_id = event.id
LEFT JOIN trail_publicentry named ON named.event_id = event.id
WHERE leaf.leaf_index >= %s AND leaf.leaf_index < %s ORDER BY leaf.leaf_index
"""


def set_up() -> None:
    """Django on the database that the environment names."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sunlot.site.settings"
    import django

    django.setup()


def rows_of(first: int, count: int) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The rows of events and of their details, as internal acts leave them."""
    from datetime import UTC, datetime

    from sunlot.norms import canonical

    at = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    events: list[tuple[object, ...]] = []
    details: list[tuple[object, ...]] = []
    for number in range(first, first + count):
        thing, salt = f"object:{number % 1000}", secrets.token_bytes(16)
        whole = canonical.dumps(
            {
                "type": "registry.object_changed", "thing": thing, "time": "2026-11-23T09:30:00.000+08:00",
                "organisation": "zjj-wuye", "role": "clerk", "username": "wuye", "person": "陈文静",
                "address": "10.1.2.3", "words": "变更检查对象：地址、项目负责人", "before": {"address": "滨河街道 1 号"},
                "after": {"address": f"滨河街道 {number} 号"},
            }
        )  # fmt: skip
        entry = canonical.dumps(
            {
                "v": 1, "time": "2026-11-23T09:30:00.000+08:00", "type": "internal",
                "subject": sha256(thing.encode()).hexdigest()[:32], "actor": "org:zjj-wuye", "public": {},
                "digest": sha256(salt + whole).hexdigest(),
            }
        )  # fmt: skip
        events.append((number, entry.decode(), sha256(b"\x00" + entry).digest()))
        details.append((number, at, "registry.object_changed", thing, "zjj-wuye", "wuye", whole.decode(), salt))
    return events, details


def insert(table: str, columns: str, rows: list[tuple[object, ...]]) -> None:
    """Bare inserts of many rows."""
    from django.db import connection

    marks = ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608 -- our own names


def fill(count: int) -> list[tuple[float, float]]:
    """Fill the log; returns for each batch the seconds of its bare inserts, and with queue and seal."""
    from django.db import transaction

    from sunlot.trail.log.sealing import seal

    took = []
    for first in range(1, count + 1, BATCH):
        events, details = rows_of(first, min(BATCH, count + 1 - first))
        started = time.perf_counter()
        with transaction.atomic():
            insert("trail_event", "id, entry, leaf_hash", events)
            insert("trail_eventdetail", "event_id, at, type, thing, organisation, username, whole, salt", details)
        bare = time.perf_counter() - started
        with transaction.atomic():
            insert("trail_unsealed", "event_id", [(row[0],) for row in events])
        assert seal()
        took.append((bare, time.perf_counter() - started))
    return took


def read_rows(count: int) -> float:
    """Seconds to read what verifying reads, with a bare cursor."""
    from django.db import connection

    started = time.perf_counter()
    for first in range(0, count, 4096):
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [first, first + 4096])
            cursor.fetchall()
    return time.perf_counter() - started


def verify(count: int) -> float:
    """Seconds of `sunlot log verify` over the whole log."""
    from sunlot.trail.log.verifying import verify_log

    started = time.perf_counter()
    report = verify_log()
    took = time.perf_counter() - started
    assert report.is_sound, report.faults
    assert report.size == report.details == count
    return took


_MEASURES: dict[str, Callable[[int], float]] = {"hashing": hash_alone, "reading": read_rows, "verify": verify}


def peak() -> int:
    """Bytes that this process had at its peak. What `getrusage` says of a child counts its parent's memory in on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def measure(name: str, count: int) -> tuple[float, float]:
    """(seconds, peak MB) of one of the measures, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.log", "--child", name, f"--events={count}"]
    seconds, memory = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return seconds, memory / 1e6


@contextmanager
def database_of_its_own():  # type: ignore[no-untyped-def]
    """A data folder, and on PostgreSQL a database, that are gone afterwards; gives the database's name for the table."""
    url = os.environ.get("SUNLOT_DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="sunlot-bench-") as folder:
        os.environ.update(SUNLOT_DATA=folder, SUNLOT_PUBLIC_URL="http://127.0.0.1")
        if not url.startswith("postgres"):
            os.environ["SUNLOT_DATABASE_URL"] = ""
            yield "SQLite"
            return
        import psycopg

        name = f"sunlot_bench_{os.getpid()}"
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
            os.environ["SUNLOT_DATABASE_URL"] = f"{url.rpartition('/')[0]}/{name}"
            try:
                yield "PostgreSQL"
            finally:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> int:
    """Measure, print the table, and tell by the exit status whether the aims are met."""
    parser = argparse.ArgumentParser(description="Measure the transparency log in its database.")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--child", choices=_MEASURES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        set_up()
        seconds = _MEASURES[options.child](options.events)
        print(json.dumps([seconds, peak()]))
        return 0
    with database_of_its_own() as database:
        set_up()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        took = fill(options.events)[-_MEASURED:]
        connections.close_all()
        figures = {name: measure(name, options.events) for name in _MEASURES}
    bare, sealed = (statistics.median(column) for column in zip(*took, strict=True))
    floor = figures["hashing"][0] + figures["reading"][0]
    verifying, appending = figures["verify"][0] / floor, sealed / bare
    memory = figures["verify"][1] - figures["reading"][1]
    print(f"{options.events} events, {database}; {os.cpu_count()} cores, {platform.platform()}")
    for name, words in (
        ("hashing", "hashlib alone, leaves and nodes"),
        ("reading", "the rows read"),
        ("verify", "verify"),
    ):
        print(f"{words:<40}{figures[name][0]:8.2f} s  {figures[name][1]:6.0f} MB")
    print(f"{'verify / (hashlib + reading)':<40}{verifying:8.2f}    aim at most {MAX_VERIFY_RATIO:.0f}")
    print(f"{'memory above reading the rows':<40}{memory:8.0f} MB aim at most {MAX_MEMORY:.0f}")
    print(f"{f'{BATCH} events and details inserted':<40}{bare * 1000:8.0f} ms")
    print(f"{'the same, sealed into the log':<40}{sealed * 1000:8.0f} ms")
    print(f"{'with the log / bare inserts':<40}{appending:8.2f}    aim at most {MAX_APPEND_RATIO:.0f}")
    return int(verifying > MAX_VERIFY_RATIO or appending > MAX_APPEND_RATIO or memory > MAX_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
