"""The yearly caps of a plan in a registry of 100,000 entities (`visits.caps.queries.limits`).

    python -m benchmarks.caps [--entities 100000] [--visited 30000]

On SQLite in a folder of its own, or in a database of its own on the server that `SUNLOT_DATABASE_URL` names. Every entity
is an object, one in twenty operates a second one; so many entities have one to three visits in the year, some with two
departments on one form. The table has a line for each class, of everybody's visits and of one department's. In one run:

- ``limits``: the objects at and near their cap and the crowds, for a plan of one department and one kind of object;
- ``bare``: the visits of the year read as plain rows and counted with Python's own sets: the floor.

Times are of the processor, as in `benchmarks.registry`. Prints a table and exits 1 when the aim is missed.
"""

import argparse
import os
import sys
import tempfile
from datetime import date
from typing import Any

from benchmarks.registry import _database as database
from benchmarks.registry import _timed as timed

MAX_RATIO = 10.0
ROUNDS = 3


def main() -> int:
    """Measure, print, say by the status whether the aim was met."""
    parser = argparse.ArgumentParser(description="The yearly caps of a plan in a registry of 100,000 entities.")
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--visited", type=int, default=30_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sunlot-bench-") as folder:
        os.environ.update(SUNLOT_DATA=folder, DJANGO_SETTINGS_MODULE="sunlot.site.settings")
        os.environ["SUNLOT_PUBLIC_URL"] = "http://127.0.0.1"
        import django

        django.setup()
        with database():
            return _measure(options.entities, options.visited)


def _measure(entities: int, visited: int) -> int:
    from django.db import connection

    from sunlot.norms import clock
    from sunlot.visits.caps import queries
    from tests.cast import build_city, load_items

    town = build_city()
    load_items()
    kind = _fill(town, entities, visited)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    today = clock.today()
    tables = queries.in_force(today)
    path = town.organisations["zjj"].path
    found: list[Any] = []
    taken = min(timed(lambda: found.append(queries.limits(today.year, tables, [path], [kind]))) for _ in range(ROUNDS))
    bare = min(timed(_bare) for _ in range(ROUNDS))
    last = found[-1]
    print(f"{connection.vendor}, {entities} entities, {visited} of them visited in the year")
    print(f"{len(last.reached)} objects at their cap, {len(last.near)} near it, {len(last.crowds)} crowds")
    print(f"bare {bare:.2f} s, limits {taken:.2f} s: {taken / bare:.2f} ×, aim {MAX_RATIO} ×")
    return 0 if taken <= MAX_RATIO * bare else 1


def _fill(town: Any, entities: int, visited: int) -> int:
    """The registry, the year's visits and a table; returns the key of the kind."""
    from sunlot.catalogue.models import ObjectKind
    from sunlot.norms import clock
    from sunlot.registry.models import Entity, InspectionObject, Involvement
    from sunlot.visits.caps import actions
    from sunlot.visits.caps.rules import Line
    from sunlot.visits.models import Visit

    kind, now, year = ObjectKind.objects.first(), clock.now(), clock.today().year
    assert kind is not None
    made = Entity.objects.bulk_create(
        (
            Entity(name=f"企业{at}", region_id="150302", kind="enterprise", created_at=now, updated_at=now)
            for at in range(entities)
        ),
        batch_size=2000,
    )
    seconds = entities // 20
    objects = InspectionObject.objects.bulk_create(
        (
            InspectionObject(
                name=f"对象{at}", number=f"150302-b-{at:07d}", region_id="150302", kind=kind, risk_class="ABCD"[at % 4],
                risk_base="ABCD"[at % 4], created_at=now, updated_at=now,
            )
            for at in range(entities + seconds)
        ),
        batch_size=2000,
    )  # fmt: skip
    itself, operator = Involvement.Part.ITSELF, Involvement.Part.OPERATOR
    Involvement.objects.bulk_create(
        (
            Involvement(object=one, entity=made[at % entities], part=itself if at < entities else operator)
            for at, one in enumerate(objects)
        ),
        batch_size=2000,
    )
    units = [town.organisations[code] for code in ("zjj", "scjg")]
    Visit.objects.bulk_create(
        (
            Visit(
                object=objects[at], entity=made[at], organisation=unit, source="draw", thing=f"form-part:{at}-{time}-{place}",
                form=f"form:{at}-{time}", occasion=f"form:{at}-{time}", state="done" if time else "planned",
                planned_until=date(year, 12, 31), visited_on=date(year, 1, 15) if time else None,
            )
            for at in range(visited)
            for time in range(1 + at % 3)
            for place, unit in enumerate(units[: 1 + at % 2])
        ),
        batch_size=2000,
    )  # fmt: skip
    lines = [Line(risk, cap) for risk, cap in zip("ABCD", (1, 2, 3, 4), strict=True)]
    lines.append(Line("B", 1, department="scjg"))
    actions.decide_caps(
        town["leader"], actions.propose_caps(town["coordinator"], lines, {}, clock.today(), "测量"), True
    )
    return int(kind.pk)


def _bare() -> None:
    """What must be read at least: the year's visits, counted by entity."""
    from sunlot.norms import clock
    from sunlot.visits.caps.queries import within
    from sunlot.visits.models import Visit

    held: dict[int, set[str]] = {}
    for entity, occasion, _ in (
        Visit.objects.filter(within(clock.today().year)).order_by().values_list("entity", "occasion", "state")
    ):
        held.setdefault(entity, set()).add(occasion)


if __name__ == "__main__":
    sys.exit(main())
