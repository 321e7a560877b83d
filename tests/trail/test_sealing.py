"""The sealer: every event gets its place, the tree never forks, and whoever is killed loses nothing."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
import time_machine
from django.conf import LazySettings as Settings
from django.db import connection, transaction

from sunlot.ledger.checkpoints import open_checkpoint
from sunlot.ledger.keys import VerifierKey, parse_verifier_key
from sunlot.ledger.tiles import Bundle, Tile, parse_path
from sunlot.ledger.tree import check_consistency, check_inclusion, leaf_hash
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM
from sunlot.trail import guards
from sunlot.trail.actions import record
from sunlot.trail.events import EventKind
from sunlot.trail.log import continuing, keyring, reading, sealing
from sunlot.trail.log.verifying import verify_log
from sunlot.trail.models import Event, LogCheckpoint, LogEdge, LogLeaf, LogTile, Sealer, Unsealed
from tests.outside_reader import read_log
from tests.test_house import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

INTERNAL = EventKind("testing.sealing", "试办")
PUBLIC = EventKind("testing.sealing_public", "试公布", public=True)


def act(count: int = 1) -> None:
    """Some internal events, each an act of its own."""
    with transaction.atomic():
        for number in range(count):
            record(SYSTEM, INTERNAL, f"thing:{number}", "试办")


def publish() -> Event:
    """A public event; its checkpoint comes with its commit."""
    with transaction.atomic():
        return record(SYSTEM, PUBLIC, "thing:1", "试公布", subject="thing:1", public={"thing": "1"})


def key() -> VerifierKey:
    text = reading.verifier_key()
    assert text is not None
    return parse_verifier_key(text)


def fetch(path: str) -> bytes:
    """What `/log/…` answers, without the web."""
    newest = reading.newest_checkpoint()
    assert newest is not None
    if path == "checkpoint":
        return reading.note_of(newest).encode()
    place = parse_path(path)
    found = (
        reading.bundle_bytes(place, newest.size)
        if isinstance(place, Bundle)
        else reading.tile_bytes(place, newest.size)
    )
    assert found is not None, path
    return found


def check_log(before: tuple[int, bytes] | None = None) -> tuple[int, bytes]:
    """The whole log verified again, inside and outside; consistent with what was seen `before`. Size and root."""
    report = verify_log()
    assert report.faults == []
    newest = reading.newest_checkpoint()
    assert newest is not None
    assert report.size == newest.size == Event.objects.count()
    entries = list(read_log(fetch, str(key())).entries)
    assert entries == [entry.encode() for entry in _entries_in_order()]
    if before is not None:
        tree = reading.PublishedTree(newest)
        check_consistency(tree.consistency(before[0]), before[0], newest.size, before[1], bytes(newest.root))
    return newest.size, bytes(newest.root)


def _entries_in_order() -> list[str]:
    return list(LogLeaf.objects.order_by("index").values_list("event__entry", flat=True))


def test_a_public_act_has_its_checkpoint_as_soon_as_it_is_done() -> None:
    event = publish()
    newest = reading.newest_checkpoint()
    assert newest is not None
    logged = reading.PublishedTree(newest).entries([event.pk])[event.pk]
    opened = open_checkpoint(reading.note_of(newest).encode(), key())
    check_inclusion(logged.proof, logged.index, logged.size, leaf_hash(logged.entry.encode()), opened.checkpoint.root)


def test_an_internal_act_waits_for_the_next_seal_and_takes_those_before_it_along() -> None:
    act(3)
    assert reading.newest_checkpoint() is None
    assert reading.waiting() == 3
    assert sealing.seal()
    assert reading.waiting() == 0
    check_log()


def test_nothing_is_sealed_twice_and_a_seal_with_nothing_to_do_signs_nothing() -> None:
    act()
    assert sealing.seal()
    assert sealing.seal()
    assert LogCheckpoint.objects.count() == 1
    check_log()


def test_the_tree_grows_over_the_borders_of_tiles() -> None:
    seen = None
    for count in (1, 254, 1, 1, 255, 512, 3):
        act(count)
        assert sealing.seal()
        seen = check_log(seen)
    assert LogTile.objects.count() == 4
    assert parse_path("tile/0/003") == Tile(0, 3)


def test_more_events_than_one_batch_holds_are_sealed_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 100)
    act(250)
    assert sealing.seal()
    assert LogCheckpoint.objects.count() == 3
    check_log()


def test_a_damaged_edge_is_computed_anew_from_the_leaves() -> None:
    act(300)
    assert sealing.seal()
    seen = check_log()
    LogEdge.objects.update(hashes=bytes(32))
    act()
    assert sealing.seal()
    check_log(seen)


STEPS = [
    "with the lease",
    "while the tree is staged",
    "with the tree staged",
    "while the newest checkpoint is written",
    "with the newest checkpoint written",
    "while publishing",
    "with the checkpoint published",
]


@pytest.mark.parametrize("step", STEPS)
def test_a_sealer_killed_at_any_step_is_taken_over_and_the_tree_goes_on(step: str, settings: Settings) -> None:
    act(300)
    assert sealing.seal()
    seen = check_log()
    act(5)
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.trail.killed", step, name, str(settings.SUNLOT_LOG)]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert verify_log().faults == []
    with time_machine.travel(clock.now().timestamp() + sealing.LEASE + 0.1):
        assert sealing.seal()
    seen = check_log(seen)  # what it had begun is done, though nothing new waits
    act(2)
    assert sealing.seal()
    check_log(seen)


def test_a_dead_sealer_holds_the_lease_for_less_than_ten_seconds() -> None:
    act()
    with time_machine.travel(1_800_000_000, tick=False) as now:
        assert sealing._take_lease("dead")
        now.shift(7.9)
        assert not sealing.seal()
        now.shift(0.2)
        assert sealing.seal()
    check_log()


def test_a_slow_sealer_that_was_taken_over_finds_its_work_done(monkeypatch: pytest.MonkeyPatch) -> None:
    act(3)
    sign = sealing._sign

    def slowly(ring: keyring.Keyring, staged: sealing.Staged) -> bytes | None:
        monkeypatch.setattr(sealing, "_sign", sign)
        Sealer.objects.update(held_until=0)  # its lease ran out meanwhile
        act(4)
        assert sealing._take_lease("other")
        while sealing._run("other"):
            pass
        sealing._give_back_lease("other")
        return sign(ring, staged)

    monkeypatch.setattr(sealing, "_sign", slowly)
    assert sealing.seal()
    assert not sealing.is_stopped()
    check_log()


def test_a_sealer_that_lost_its_lease_stages_nothing() -> None:
    act(3)
    assert sealing._take_lease("slow")
    Sealer.objects.update(held_until=0)
    assert sealing._take_lease("other")
    assert not sealing._run("slow")
    assert LogLeaf.objects.count() == 0
    sealing._give_back_lease("slow")  # nor does it end the other's lease
    assert not sealing._take_lease("third")
    assert sealing._run("other")
    check_log()


def test_many_at_once_make_one_tree() -> None:
    def work() -> None:
        try:
            for _ in range(5):
                publish()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealing.seal()
    assert check_log()[0] == 20


@pytest.mark.two_writers
def test_a_transaction_held_open_across_a_seal_is_not_lost() -> None:
    written, sealed = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                record(SYSTEM, INTERNAL, "slow", "慢")
                written.set()
                sealed.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(10)
    act(2)  # younger ids, committed before
    assert sealing.seal()
    assert LogLeaf.objects.count() == 2
    sealed.set()
    thread.join()
    assert sealing.seal()
    assert Unsealed.objects.count() == 0
    assert check_log()[0] == 3


# ---- what can't be continued -----------------------------------------------------------------------------------------


def roll_back(size: int) -> None:
    """The database as it was when the log had `size` leaves: what restoring an old backup does."""
    guards.take_down(connection)
    lost = list(LogLeaf.objects.filter(index__gte=size).values_list("event_id", flat=True))
    LogLeaf.objects.filter(index__gte=size).delete()
    LogCheckpoint.objects.filter(size__gt=size).delete()
    with connection.cursor() as cursor:
        for event in lost:
            cursor.execute("DELETE FROM trail_eventdetail WHERE event_id = %s", [event])
            cursor.execute("DELETE FROM trail_event WHERE id = %s", [event])
    Sealer.objects.update(staged_size=size, staged_root=bytes(LogCheckpoint.objects.get(size=size).root))
    LogEdge.objects.all().delete()
    guards.put_up(connection)


def test_a_database_from_an_older_day_stops_the_sealer_and_is_continued_openly() -> None:
    act(3)
    assert sealing.seal()
    act(4)
    assert sealing.seal()
    roll_back(3)
    act(1)
    assert not sealing.seal()
    state = reading.state()
    assert state is not None
    assert "回到了较早的一天" in state.stopped_why
    assert any("回到了较早的一天" in fault for fault in verify_log().faults)
    assert not sealing.seal()
    event = continuing.continue_log(SYSTEM, "磁盘损坏，恢复了昨日的备份")
    assert '"signed":7' in event.entry
    assert not sealing.is_stopped()
    check_log()
    assert [path.name for path in keyring.folder().glob("lost-7-*")] != []
    with pytest.raises(continuing.NothingToContinue):
        continuing.continue_log(SYSTEM, "再来一次")


def test_an_older_day_is_found_even_when_the_log_has_grown_past_it_again() -> None:
    act(3)
    assert sealing.seal()
    act(2)
    assert sealing.seal()
    roll_back(3)
    act(9)
    assert not sealing.seal()
    assert "分叉" in Sealer.objects.get().stopped_why


@pytest.mark.parametrize("name", ["key", "newest"])
def test_without_what_lies_beside_the_database_nothing_is_signed(name: str) -> None:
    act(3)
    assert sealing.seal()
    kept = keyring.folder() / name
    kept.rename(kept.with_name("elsewhere"))
    act()
    assert not sealing.seal()
    assert sealing.is_stopped()
    kept.with_name("elsewhere").rename(kept)
    continuing.continue_log(SYSTEM, "密钥已放回原处")
    check_log()


@pytest.mark.parametrize(
    ("name", "text"),
    [("key", "PRIVATE+KEY+x"), ("newest", "PRIVATE+KEY+x"), ("sm2-key", "PRIVATE+KEY+x"), ("sm2-key", "")],
)
def test_with_a_spoilt_key_or_newest_checkpoint_nothing_is_signed(name: str, text: str) -> None:
    act(3)
    assert sealing.seal()
    path = keyring.folder() / name
    before = path.read_text() if path.exists() else None
    path.write_text(text)
    act()
    assert not sealing.seal()
    told = Sealer.objects.get().stopped_why  # for everybody to read: neither a secret nor a place on the machine
    assert name in told
    assert "PRIVATE" not in told
    assert str(path) not in told
    path.unlink() if before is None else path.write_text(before)
    continuing.continue_log(SYSTEM, "已放回原处")
    check_log()


def test_the_key_is_readable_by_its_owner_alone() -> None:
    publish()
    assert (keyring.folder() / "key").stat().st_mode & 0o077 == 0


def change(statement: str) -> None:
    """What somebody who owns the database can do."""
    guards.take_down(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    guards.put_up(connection)


ATTACKS: dict[str, tuple[str, str]] = {
    "an entry is changed": (
        "UPDATE trail_event SET entry = replace(entry, 'org', 'orG') WHERE id = {second}",
        "第 1 条（留痕 {second}）：条目被改动",
    ),
    "a leaf is dropped": ("DELETE FROM trail_logleaf WHERE leaf_index = 1", "应在日志中，实为缺失"),
    "the last leaf is dropped": ("DELETE FROM trail_logleaf WHERE leaf_index = 299", "日志只有 299 条"),
    "a tile is changed": ("UPDATE trail_logtile SET hashes = {zeros}", "与由条目算出的不同，自第 0 条起"),
    "a checkpoint is changed": ("UPDATE trail_logcheckpoint SET root = {zero}", "的检查点"),
    "a detail is changed": (
        "UPDATE trail_eventdetail SET whole = replace(whole, '试办', '没办') WHERE event_id = {second}",
        "明细被改动",
    ),
    "a detail is dropped": ("DELETE FROM trail_eventdetail WHERE event_id = {second}", "明细不在"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_the_owner_of_the_database_changes_is_found_and_named(name: str) -> None:
    act(300)
    assert sealing.seal()
    statement, words = ATTACKS[name]
    hexes = "decode('{}', 'hex')" if connection.vendor == "postgresql" else "x'{}'"
    second = Event.objects.order_by("pk")[1].pk
    change(statement.format(second=second, zeros=hexes.format("00" * 8192), zero=hexes.format("00" * 32)))
    faults = verify_log().faults
    assert any(words.format(second=second) in fault for fault in faults), faults


def reorder() -> None:
    change("UPDATE trail_logleaf SET leaf_index = 1000 WHERE leaf_index = 1")
    change("UPDATE trail_logleaf SET leaf_index = 1 WHERE leaf_index = 2")
    change("UPDATE trail_logleaf SET leaf_index = 2 WHERE leaf_index = 1000")


def forge_with_hash() -> None:
    """The entry and its leaf hash changed together: only the signed root tells."""
    event = Event.objects.order_by("pk")[1]
    entry = event.entry.replace("org", "orG")
    digest = leaf_hash(entry.encode()).hex()
    hexes = f"decode('{digest}', 'hex')" if connection.vendor == "postgresql" else f"x'{digest}'"
    change(f"UPDATE trail_event SET entry = '{entry}', leaf_hash = {hexes} WHERE id = {event.pk}")  # noqa: S608


@pytest.mark.parametrize("attack", [reorder, forge_with_hash])
def test_a_reordered_or_forged_entry_no_longer_leads_to_the_signed_root(attack: Callable[[], None]) -> None:
    act(300)
    assert sealing.seal()
    for _ in range(3):  # checkpoints after it, of which none is right any more
        act(1)
        assert sealing.seal()
    attack()
    faults = verify_log().faults
    [root] = [fault for fault in faults if "检查点" in fault]
    assert root.startswith("大小为 300 的检查点")
    assert "第 0 条至第 299 条之间有被改动、删去或换位的" in root
    assert any("自第 1 条起" in fault for fault in faults)  # the tile knows which


def test_however_much_was_changed_a_hundred_faults_are_told_and_all_are_counted() -> None:
    act(300)
    assert sealing.seal()
    change("DELETE FROM trail_eventdetail")
    report = verify_log()
    assert (len(report.faults), report.count) == (100, 300)


def test_an_event_changed_before_it_is_sealed_stops_the_sealer() -> None:
    act(2)
    change("UPDATE trail_event SET entry = replace(entry, 'org', 'orG')")
    assert not sealing.seal()
    assert "入链之前被改动" in Sealer.objects.get().stopped_why


def test_an_event_that_was_taken_out_of_the_queue_is_missed() -> None:
    act(2)
    Unsealed.objects.all().delete()
    assert any("不在等待入链之列" in fault for fault in verify_log().faults)


def test_a_public_entry_that_is_hidden_from_the_search_is_missed() -> None:
    act()
    event = publish()
    change(f"DELETE FROM trail_publicentry WHERE event_id = {event.pk}")  # noqa: S608 -- our own names
    assert any("检索不到" in fault for fault in verify_log().faults)


def test_a_waiting_event_whose_detail_was_changed_is_found() -> None:
    act(2)
    change("UPDATE trail_eventdetail SET whole = replace(whole, '试办', '没办')")
    assert any("明细被改动" in fault for fault in verify_log().faults)
