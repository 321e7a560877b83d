"""The database itself keeps what is sealed and what is drawn: no update touches a sealed notice, a frozen file, a number
once revealed or a result (docs/spec/draw-protocol.md: there is no way back).
"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError

# Table -> (trigger, condition under which an update of the columns is refused, columns).
GUARDS = {
    "drawing_attempt": [
        (
            "drawing_attempt_sealed",
            "OLD.notice_digest IS NOT NULL",
            "draw_id number hash_name beacon_kind beacon_form reveal_by release_at notice notice_digest rules sealed_at",
        ),
        ("drawing_attempt_beacon", "OLD.beacon_value IS NOT NULL", "beacon_value beacon_at"),
        ("drawing_attempt_result", "OLD.result_id IS NOT NULL", "result_id result_digest seed drawn_at"),
        ("drawing_attempt_aborted", "OLD.aborted_at IS NOT NULL", "state aborted_at abort_reason abort_failed"),
        ("drawing_attempt_archived", "OLD.archived_at IS NOT NULL", "state archived_at record_file_id"),
        ("drawing_attempt_withdrawn", "OLD.withdrawn_at IS NOT NULL", "state withdrawn_at withdrawn_reason"),
    ],
    "drawing_contributor": [
        ("drawing_contributor_revealed", "OLD.nonce IS NOT NULL", "code commitment nonce revealed_by_id revealed_at")
    ],
    "drawing_replacement": [
        (
            "drawing_replacement_decided",
            "OLD.state <> 'proposed'",
            "attempt_id kind state outgoing object department team incoming passed_over cause reason"
            " proposed_by_id proposed_at decided_by_id decided_at refusal",
        ),
        ("drawing_replacement_logged", "OLD.entry_id IS NOT NULL", "entry_id"),
    ],
    "drawing_rosterpart": [
        ("drawing_rosterpart_frozen", "OLD.id IS NOT NULL", "attempt_id roster number file_id digest rows")
    ],
    "drawing_beaconreading": [
        ("drawing_beaconreading_kept", "OLD.id IS NOT NULL", "attempt_id turn place value typed_by_id typed_at")
    ],
}

_FUNCTION = """
CREATE OR REPLACE FUNCTION sunlot_refuse_redraw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'sunlot: what is sealed or drawn in % is never changed', TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def put_up(connection: BaseDatabaseWrapper) -> None:
    """Put up every guard whose table is there; those that stand are replaced."""
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table in GUARDS.keys() & existing:
            for name, when, columns in GUARDS[table]:
                for statement in _statements(connection.vendor, table, name, when, columns.split()):
                    cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that do not stand though their table does."""
    query = (
        "SELECT tgname FROM pg_trigger"
        if connection.vendor == "postgresql"
        else ("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    )
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {row[0] for row in cursor.fetchall()}
    return [name for table in GUARDS.keys() & existing for name, *_ in GUARDS[table] if name not in standing]


def put_up_after_migrate(using: str, **_: Any) -> None:
    """Signal handler of `post_migrate`: SQLite drops triggers with the tables that a migration rebuilds."""
    put_up(connections[using])


@register(Tags.database)
def guards_stand(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """drawing.E001 for each missing trigger."""
    faults: list[CheckMessage] = []
    for alias in databases or []:
        try:
            names = missing(connections[alias])
        except DatabaseError:
            continue  # no database to look at: another check says so
        faults += [
            Error(
                f"The trigger {name} is missing: a draw could be changed.",
                hint="Run `sunlot manage migrate`.",
                id="drawing.E001",
            )
            for name in names
        ]
    return faults


def _statements(vendor: str, table: str, name: str, when: str, columns: list[str]) -> list[str]:
    if vendor == "postgresql":
        changed = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in columns)
        return [
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({when} AND ({changed}))"
            " EXECUTE FUNCTION sunlot_refuse_redraw()",
        ]
    changed = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in columns)
    message = f"sunlot: what is sealed or drawn in {table} is never changed"
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {when} AND ({changed})"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
    ]
