"""The database itself refuses to change the trail (docs/spec/transparency-log.md)."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection, transaction

from sunlot import cli
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM
from sunlot.trail import guards
from sunlot.trail.actions import erase
from sunlot.trail.files import store
from sunlot.trail.models import (
    Erasure,
    Event,
    EventDetail,
    LogCheckpoint,
    LogCosignature,
    LogKey,
    LogLeaf,
    LogTile,
    PublicEntry,
    StoredFile,
    Subject,
)
from tests.cast import City

COLUMNS = {
    "trail_event": "entry",
    "trail_publicentry": "subject",
    "trail_eventdetail": "type",
    "trail_erasure": "reason",
    "trail_subject": "opaque",
    "trail_storedfile": "size",
    "trail_logleaf": "leaf_index",
    "trail_logtile": "path",
    "trail_logcheckpoint": "note",
    "trail_logcosignature": "line",
    "trail_logkey": "vkey",
}
LOG = (LogLeaf, LogTile, LogCheckpoint, LogCosignature, LogKey)


@pytest.fixture
def full(city: City) -> City:
    """A city in which every guarded table holds a row."""
    with transaction.atomic():
        store(b"evidence")
        erase(SYSTEM, EventDetail.objects.latest("event_id").event_id, "本人要求")
    PublicEntry.objects.create(event=Event.objects.earliest("pk"), type="testing", subject="thing:1")
    LogLeaf.objects.create(index=0, event=Event.objects.earliest("pk"))
    LogTile.objects.create(path="tile/0/000", hashes=bytes(8192))
    checkpoint = LogCheckpoint.objects.create(size=1, root=bytes(32), note="…", signed_at=clock.now())
    LogCosignature.objects.create(checkpoint=checkpoint, witness="w", line="…", received_at=clock.now())
    LogKey.objects.create(vkey="k", since=clock.now())
    connection.check_constraints()  # nothing deferred is pending, or PostgreSQL refuses TRUNCATE for that alone
    for model in (Event, EventDetail, Erasure, Subject, StoredFile, PublicEntry, *LOG):
        assert model._default_manager.exists()
    return city


@pytest.mark.parametrize("table", guards.GUARDED_TABLES)
@pytest.mark.parametrize(
    "act",
    ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "REPLACE INTO {table} SELECT * FROM {table}"],
)
def test_the_database_refuses_to_change_what_the_trail_holds(full: City, table: str, act: str) -> None:
    if act.startswith("REPLACE") and connection.vendor == "postgresql":
        act = "TRUNCATE {table} CASCADE"  # the way round the row triggers there
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table=table, column=COLUMNS[table]))


def test_only_the_detail_whose_erasure_was_recorded_can_be_deleted(full: City) -> None:
    kept = EventDetail.objects.earliest("event_id")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        kept.delete()
    erase(SYSTEM, kept.event_id, "法院判决")
    assert not EventDetail.objects.filter(event_id=kept.event_id).exists()


def test_every_event_has_its_detail_and_the_entry_holds_no_person(city: City) -> None:
    assert Event.objects.count() == EventDetail.objects.count() > 0
    for event in Event.objects.all():
        assert "陈文静" not in event.entry


def test_a_missing_guard_is_an_error_at_start(db: None) -> None:
    guards.take_down(connection)
    with pytest.raises(SystemCheckError, match=r"trail\.E001"):
        call_command("check", databases=["default"])
    guards.put_up(connection)
    call_command("check", databases=["default"])


@pytest.mark.django_db(transaction=True)
def test_migrating_puts_a_missing_guard_up_and_is_not_kept_back_by_it() -> None:
    guards.take_down(connection)
    assert cli.main(["manage", "migrate", "--verbosity", "0"]) == 0
    assert guards.missing(connection) == []
