"""The database itself refuses to change what the trail holds (docs/spec/transparency-log.md, How events get in, 3).

Whoever owns the database can drop the triggers: that is what the Merkle tree is for. They stop everyone else, our own
mistakes first of all.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Each guarded table with the columns that are unique in it, alone or together (a tuple): SQLite's REPLACE deletes
# what conflicts in one of them without waking a delete trigger.
_UNIQUE_COLUMNS: dict[str, tuple[str | tuple[str, ...], ...]] = {
    "trail_event": ("id",),
    "trail_publicentry": ("event_id",),
    "trail_eventdetail": ("event_id",),
    "trail_erasure": ("event_id", "recorded_by_id"),
    "trail_subject": ("id", "thing", "opaque"),
    "trail_storedfile": ("digest",),
    "trail_logleaf": ("leaf_index", "event_id"),
    "trail_logtile": ("path",),
    "trail_logcheckpoint": ("size",),
    "trail_logcosignature": ("id", ("checkpoint_id", "witness")),
    "trail_logkey": ("id", "vkey"),
}
GUARDED_TABLES = tuple(_UNIQUE_COLUMNS)

# The one thing that may go: a detail whose erasure was recorded before (trail.actions.erase).
_ERASABLE_TABLE = "trail_eventdetail"
_ERASED = "EXISTS (SELECT 1 FROM trail_erasure WHERE trail_erasure.event_id = OLD.event_id)"

_POSTGRES_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION sunlot_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'sunlot: % on % is refused, the trail is append-only', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE FUNCTION sunlot_refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF {_ERASED} THEN RETURN OLD; END IF;
      RAISE EXCEPTION 'sunlot: % on % is refused, the trail is append-only', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def guard_names(table: str, vendor: str) -> list[str]:
    """The names of the triggers that must stand on `table`."""
    acts = ["update", "delete", "truncate" if vendor == "postgresql" else "replace"]
    return [f"{table}_no_{act}" for act in acts]


def put_up(connection: BaseDatabaseWrapper) -> None:
    """Put up every guard; those that stand are replaced."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTIONS)
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
    erasable = table == _ERASABLE_TABLE and act == "DELETE"
    if vendor == "postgresql":
        each = "STATEMENT" if act == "TRUNCATE" else "ROW"
        function = "sunlot_refuse_unless_erased" if erasable else "sunlot_refuse_change"
        return [
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()",
        ]
    when = f"WHEN NOT {_ERASED} " if erasable else ""
    if act == "REPLACE":
        groups = [(one,) if isinstance(one, str) else one for one in _UNIQUE_COLUMNS[table]]
        same = " OR ".join(" AND ".join(f"{column} = NEW.{column}" for column in group) for group in groups)
        act, when = "INSERT", f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "  # noqa: S608 -- our own names
    message = f"sunlot: {act} on {table} is refused, the trail is append-only"
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{message}'); END",
    ]
