"""The database itself refuses to change what the trail holds (docs/spec/transparency-log.md, How events get in, 3).

Whoever owns the database can drop the triggers: that is what the Merkle tree is for. They stop everyone else, our own
mistakes first of all.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

GUARDED_TABLES = ("trail_event", "trail_eventdetail", "trail_subject", "trail_storedfile")

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION sunlot_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'sunlot: % on % is refused, the trail is append-only', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def guard_names(table: str, vendor: str) -> list[str]:
    """The names of the triggers that must stand on `table`."""
    acts = ["update", "delete"] + (["truncate"] if vendor == "postgresql" else [])
    return [f"{table}_no_{act}" for act in acts]


def put_up(connection: BaseDatabaseWrapper) -> None:
    """Put up every guard; those that stand are replaced."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for table in _tables(connection):
            for name in guard_names(table, connection.vendor):
                act = name.rsplit("_", 1)[1].upper()
                for statement in _statements(connection.vendor, table, name, act):
                    cursor.execute(statement)


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Remove every guard. For tests that empty tables, and for nothing else."""
    with connection.cursor() as cursor:
        for table in _tables(connection):
            for name in guard_names(table, connection.vendor):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that do not stand though their table does."""
    query = (
        "SELECT tgname FROM pg_trigger"
        if connection.vendor == "postgresql"
        else ("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {row[0] for row in cursor.fetchall()}
    return [n for table in _tables(connection) for n in guard_names(table, connection.vendor) if n not in standing]


def put_up_after_migrate(using: str, **_: Any) -> None:
    """Signal handler of `post_migrate`."""
    put_up(connections[using])


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    existing = set(connection.introspection.table_names())
    return [table for table in GUARDED_TABLES if table in existing]


def _statements(vendor: str, table: str, name: str, act: str) -> list[str]:
    if vendor == "postgresql":
        each = "STATEMENT" if act == "TRUNCATE" else "ROW"
        return [
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each} EXECUTE FUNCTION sunlot_refuse_change()",
        ]
    message = f"sunlot: {act} on {table} is refused, the trail is append-only"
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END",
    ]
