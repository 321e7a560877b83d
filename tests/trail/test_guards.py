"""The database itself refuses to change the trail (docs/spec/transparency-log.md)."""

import pytest
from django.db import DatabaseError, connection, transaction

from sunlot.trail import guards
from sunlot.trail.models import Event, EventDetail
from tests.cast import City


@pytest.mark.parametrize("table", guards.GUARDED_TABLES)
@pytest.mark.parametrize("act", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_what_the_trail_holds(city: City, table: str, act: str) -> None:
    column = {"trail_eventdetail": "type", "trail_subject": "opaque", "trail_storedfile": "size"}.get(table, "entry")
    if table == "trail_storedfile":
        from sunlot.trail.files import store

        store(b"evidence")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table=table, column=column))


def test_every_event_has_its_detail_and_the_entry_holds_no_person(city: City) -> None:
    assert Event.objects.count() == EventDetail.objects.count() > 0
    for event in Event.objects.all():
        assert "陈文静" not in event.entry


def test_a_missing_guard_is_an_error_at_start(db: None) -> None:
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError

    guards.take_down(connection)
    with pytest.raises(SystemCheckError, match=r"trail\.E001"):
        call_command("check", databases=["default"])
    guards.put_up(connection)
    call_command("check", databases=["default"])
