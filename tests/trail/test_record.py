"""No event without its change, no change without its event; public and internal are never mixed up."""

import hashlib
import json

import pytest
from django.db import connection, transaction

from sunlot.organisations.viewer import SYSTEM
from sunlot.trail import guards
from sunlot.trail.actions import record
from sunlot.trail.events import Act, EventKind, kind_named
from sunlot.trail.models import Event, EventDetail
from sunlot.trail.queries import Change, history, newest_in, whole_event

INTERNAL = EventKind("testing.changed", "试改", Act.CHANGED)
PUBLIC = EventKind("testing.published", "试公布", Act.DECIDED, public=True)


def test_an_internal_entry_tells_the_organisation_and_nothing_else(db: None) -> None:
    event = record(SYSTEM, INTERNAL, "thing:7", "把甲改成乙", before={"name": "甲"}, after={"name": "乙"})
    entry = json.loads(event.entry)
    assert (entry["type"], entry["actor"], entry["public"]) == ("internal", "org:system", {})
    assert "thing:7" not in event.entry
    assert "甲" not in event.entry


def test_one_thing_always_has_the_same_opaque_name_and_two_things_never(db: None) -> None:
    first, second, other = (
        json.loads(record(SYSTEM, INTERNAL, thing, "改").entry)["subject"]
        for thing in ("thing:1", "thing:1", "thing:2")
    )
    assert first == second != other


def test_a_public_entry_names_its_subject_and_role(db: None) -> None:
    entry = json.loads(record(SYSTEM, PUBLIC, "thing:7", "公布", subject="draw:1:1", public={"notice": "ab"}).entry)
    assert (entry["type"], entry["subject"]) == ("testing.published", "draw:1:1")
    assert (entry["actor"], entry["public"]) == ("org:system/system", {"notice": "ab"})


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        (PUBLIC, {}),
        (PUBLIC, {"subject": "draw:1:1"}),
        (INTERNAL, {"subject": "draw:1:1"}),
        (INTERNAL, {"public": {"a": 1}}),
    ],
)
def test_public_members_belong_to_public_kinds_and_to_those_always(db: None, kind: EventKind, members: dict) -> None:  # type: ignore[type-arg]  # a table of keyword arguments
    with pytest.raises(ValueError, match="belong to public kinds"):
        record(SYSTEM, kind, "thing:7", "改", **members)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(RuntimeError, match="in the transaction of its change"):
        record(SYSTEM, INTERNAL, "thing:7", "改")
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_fails_leaves_no_event() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(SYSTEM, INTERNAL, "thing:7", "改")
        raise ZeroDivisionError
    assert not Event.objects.exists()


def test_the_digest_proves_the_whole_event_and_the_leaf_its_entry(db: None) -> None:
    event = record(SYSTEM, INTERNAL, "thing:7", "改", after={"name": "乙"})
    detail = EventDetail.objects.get(event=event)
    proven = hashlib.sha256(bytes(detail.salt) + detail.whole.encode()).hexdigest()
    assert json.loads(event.entry)["digest"] == proven
    assert bytes(event.leaf_hash) == hashlib.sha256(b"\x00" + event.entry.encode()).digest()
    found = whole_event(event)
    assert (found.entry_matches, found.detail_matches, found.kind_label) == (True, True, "试改")


def test_a_changed_entry_or_detail_is_found_out(db: None) -> None:
    event = record(SYSTEM, INTERNAL, "thing:7", "改", after={"name": "乙"})
    guards.take_down(connection)  # as whoever owns the database could
    EventDetail.objects.filter(event=event).update(whole=EventDetail.objects.get(event=event).whole.replace("乙", "丙"))
    Event.objects.filter(pk=event.pk).update(entry=event.entry.replace("system", "sistem"))
    guards.put_up(connection)
    found = whole_event(Event.objects.get(pk=event.pk))
    assert (found.entry_matches, found.detail_matches) == (False, False)


def test_an_event_tells_what_it_changed_and_leaves_out_what_stayed(db: None) -> None:
    event = record(
        SYSTEM, INTERNAL, "thing:7", "改", before={"a": 1, "same": 2, "gone": 3}, after={"a": 9, "same": 2, "new": None}
    )
    assert whole_event(event).changes == [Change("a", 1, 9), Change("gone", 3, None)]


def test_a_history_is_newest_first_and_masks_persons(db: None) -> None:
    class Zhang:
        organisation_code, role_code, username, person, address = "zjj", "clerk", "zhang", "张三丰", "127.0.0.1"
        on_behalf_of = ""

    record(SYSTEM, INTERNAL, "thing:7", "先")
    record(Zhang(), INTERNAL, "thing:7", "后")
    record(SYSTEM, INTERNAL, "thing:8", "别的")
    assert [(entry.words, entry.person) for entry in history("thing:7")] == [("后", "张○丰"), ("先", "系统")]
    assert [entry.words for entry in history(["thing:7", "thing:8"], limit=2)] == ["别的", "后"]


def test_a_home_page_shows_no_sign_ins_unless_asked(db: None) -> None:
    access = kind_named("access.refused")
    assert access is not None
    record(SYSTEM, access, "user:1", "越权")
    record(SYSTEM, INTERNAL, "thing:7", "改")
    assert [entry.words for entry in newest_in(["system"])] == ["改"]
    assert [entry.words for entry in newest_in(["system"], kinds=["access."])] == ["越权"]
    assert newest_in(["zjj"]) == []
