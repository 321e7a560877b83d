"""What every test of a room begins with is built once by the product's own actions, and put back as rows from then on.

Building the city and its catalogue takes most of a test's time; its rows go in again in a few milliseconds. What is put back
is exactly what building added: the same keys, the same trail.
"""

import itertools
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.management.color import no_style
from django.db import connection, transaction

from sunlot.norms import clock

T = TypeVar("T")
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]  # by table: the columns, and the rows

_MOST_PARAMETERS = 5000  # of one statement; PostgreSQL takes 65535, SQLite 32766
_SLACK = timedelta(minutes=1)  # a test that travels to a moment may meet what was built in the seconds after it


@dataclass(frozen=True)
class _Kept:
    added: Rows
    made: bytes
    finished: datetime
    serial: int


_serials = itertools.count()
_kept: dict[tuple[str, ...], _Kept] = {}
_present: list[str] = []  # what the database of the running test was given, in order, each building with its own serial
# number: what was built upon one city does not fit another


def forget_what_is_present() -> None:
    """The next test begins with an empty database."""
    _present.clear()


def remembered(name: str, build: Callable[[], T]) -> T:
    """What `build` returns, built or put back, with everything that it wrote to the database.

    `build` may only add rows, and returns what pickle can copy. It is built anew on another day, and where the clock of the
    test stands before what was kept; and always where a test commits what it writes, for then the log takes it in at once.
    """
    if not connection.in_atomic_block:
        return build()
    key = (name, clock.today().isoformat(), *_present)
    kept = _kept.get(key)
    if kept is None or kept.finished > clock.now() + _SLACK:
        before, depth = _everything(), len(_present)
        made = build()
        del _present[depth:]  # what was built on the way belongs to this
        kept = _Kept(_difference(before, _everything()), pickle.dumps(made), clock.now(), next(_serials))
        _kept[key] = kept
    else:
        _put_back(kept.added)
        made = pickle.loads(kept.made)  # noqa: S301 -- pickled by this very process
    _present.append(f"{name} {kept.serial}")
    return made


def _everything() -> Rows:
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- our own tables
            rows = [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in cursor]
            found[table] = ([column[0] for column in cursor.description], rows)
    return found


def _difference(before: Rows, after: Rows) -> Rows:
    """What stands in `after` alone. Nothing may have been changed or removed: that could not be put back as rows."""
    added: Rows = {}
    for table, (columns, rows) in after.items():
        old = set(before[table][1])
        new = [row for row in rows if row not in old]
        assert len(new) == len(rows) - len(old), f"building changed rows of {table}"
        if new:
            added[table] = (columns, new)
    return added


@transaction.atomic
def _put_back(added: Rows) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, (columns, rows) in added.items():
            head = f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) VALUES "  # noqa: S608 -- our own tables
            one = f"({', '.join(['%s'] * len(columns))})"
            if connection.vendor == "sqlite":
                cursor.executemany(head + one, rows)
                continue
            many = max(1, _MOST_PARAMETERS // len(columns))
            for at in range(0, len(rows), many):
                some = rows[at : at + many]
                cursor.execute(head + ", ".join([one] * len(some)), [value for row in some for value in row])
        for statement in _sequences(set(added)):
            cursor.execute(statement)


def _sequences(tables: set[str]) -> list[str]:
    """The statements by which the next key follows those that were put back."""
    models = [model for model in connection.introspection.installed_models(list(tables)) if model._meta.managed]
    return connection.ops.sequence_reset_sql(no_style(), models)
