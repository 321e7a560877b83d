"""One writer of new registry entries at a time, so that serial numbers and names are never given twice."""

from django.db import connection

_KEY = 0x53554E4C_5245_47  # “SUNL” “REG”: any constant that nothing else in the database uses


def take_registry_lock() -> None:
    """Wait until nobody else enters new objects, entities or inspectors; held until the transaction ends.

    On SQLite the transaction itself is that lock already (settings: transaction_mode IMMEDIATE).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY])


def take_duplicates_lock() -> None:
    """Wait until no other worker looks for duplicates; held until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY + 1])
