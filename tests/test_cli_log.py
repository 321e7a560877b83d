"""`sunlot log …` against a running installation: what each lie leaves behind, and who finds it.

The owner of the database can take its guards down and change what he likes. What he can't do is sign with a key that lies
elsewhere, or change what others have seen. The tests below do what he can do, and let those others look.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django.live_server_helper import LiveServer

from sunlot import cli
from sunlot.drawing import events as drawing
from sunlot.drawing import stored
from sunlot.drawing.actions.locking import subject, thing
from sunlot.drawing.models import Attempt
from sunlot.ledger.checkpoints import Checkpoint, sign_checkpoint
from sunlot.ledger.tiles import Appender
from sunlot.ledger.tree import leaf_hash, root_of
from sunlot.norms import canonical, clock
from sunlot.organisations.viewer import SYSTEM
from sunlot.trail import files, guards
from sunlot.trail.actions import record
from sunlot.trail.log import keyring, reading
from sunlot.trail.log.rebuilding import leaves
from sunlot.trail.log.sealing import seal
from sunlot.trail.log.verifying import verify_log
from sunlot.trail.models import EventDetail, LogCheckpoint, LogEdge, LogLeaf, LogTile, Sealer
from tests.outside_reader import over_http, read_log

from .cast import build_city
from .drawing.stage import Stage, build_stage
from .test_house import ROOT
from .trail.test_sealing import act, publish, roll_back

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log(live_server: LiveServer) -> str:
    """The address of the log of a running installation."""
    return f"{live_server.url}/log/"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "watch.json"


def watch(log: str, state: Path) -> int:
    return cli.main(["log", "watch", log, "--state", str(state)])


def sql(statement: str, *values: object) -> None:
    """What somebody who owns the database can do: every guard is down meanwhile, and stands again as if nothing had been."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement, values)
            cursor.execute("SET session_replication_role = origin")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, values)
        for _, text in triggers:
            cursor.execute(text)


def sign_again() -> None:
    """What the operator himself can do, who has the key: a new checkpoint over whatever the database holds now."""
    size = LogLeaf.objects.count()
    hashes = [bytes(one) for one in leaves(size)]
    entries = [one.encode() for one in LogLeaf.objects.order_by("index").values_list("event__entry", flat=True)]
    assert [leaf_hash(one) for one in entries] == hashes
    ring = keyring.open_keyring(may_make=False)
    note = sign_checkpoint(Checkpoint(ring.key.name, size, root_of(entries)), ring.keys).encode()
    guards.take_down(connection)
    LogCheckpoint.objects.all().delete()
    LogTile.objects.all().delete()
    LogCheckpoint.objects.create(size=size, root=root_of(entries), note=note.decode(), signed_at=clock.now())
    guards.put_up(connection)
    keyring.keep_newest(note)
    Sealer.objects.update(staged_size=size, staged_root=root_of(entries))
    LogEdge.objects.all().delete()
    for tile, data in Appender().append(hashes):
        if tile.width == 256:
            LogTile.objects.create(path=tile.path, hashes=data)
        else:
            LogEdge.objects.create(level=tile.level, index=tile.index, hashes=data)


# ---- the right log ---------------------------------------------------------------------------------------------------


def test_a_right_log_is_found_right_from_inside_and_outside(
    log: str, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act(300)
    publish()
    seal()
    assert cli.main(["log", "verify"]) == 0
    assert "读了 301 条、301 份明细" in capsys.readouterr().out
    assert cli.main(["log", "key"]) == 0
    key = capsys.readouterr().out.strip()
    assert cli.main(["log", "verify", "--vkey", key]) == 0
    assert cli.main(["log", "watch", log, "--state", str(state), "--vkey", key]) == 0
    act(5)
    seal()
    assert watch(log, state) == 0
    assert "从 301 条到 306 条，全部相符" in capsys.readouterr().out


def test_nothing_is_there_before_the_first_seal(log: str, state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["log", "verify"]) == 0
    assert cli.main(["log", "key"]) == 1
    assert cli.main(["log", "export", str(state)]) == 1
    assert watch(log, state) == 3
    assert not state.exists()


def test_a_server_that_is_down_is_no_fault_of_the_log(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert watch("http://127.0.0.1:9/log/", state) == 3
    assert "读不到" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        [], ["frobnicate"], ["watch", "ftp://x/"], ["watch", "http://127.0.0.1:9/", "--state", "x", "--vkey", "y"],
        ["watch", "http://127.0.0.1:9/", "--state", "x", "--interval", "0"], ["watch", "http://127.0.0.1:9/"],
        ["witness", "--key", "nowhere"], ["proof", "nowhere"],
    ],
)  # fmt: skip
def test_wrong_usage_is_told(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = cli.main(["log", *argv])
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    assert status == (0 if not argv else 2)


def test_watching_needs_no_installation(log: str, state: Path) -> None:
    publish()
    command = [
        sys.executable,
        "-c",
        "import sys; sys.modules['django'] = None; from sunlot.cli import main; sys.exit(main())",
    ]
    found = subprocess.run(
        [*command, "log", "watch", log, "--state", str(state)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert found.returncode == 0, found.stderr
    mirror = subprocess.run(
        [*command, "log", "export", str(state.parent / "mirror"), "--from", log],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert mirror.returncode == 0, mirror.stderr


def test_a_downloaded_proof_is_checked_by_command(log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    act(5)
    publish()
    kept = tmp_path / "proof-5.json"
    kept.write_bytes(over_http(log)("proof?index=5"))
    key = reading.verifier_key() or ""
    assert cli.main(["log", "proof", str(kept), "--vkey", key]) == 0
    assert "第 5 条" in capsys.readouterr().out
    forged = json.loads(kept.read_bytes())
    forged["entry"] = forged["entry"].replace("thing:1", "thing:2")
    kept.write_text(json.dumps(forged))
    assert cli.main(["log", "proof", str(kept), "--vkey", key]) == 1
    kept.write_text("{}")
    assert cli.main(["log", "proof", str(kept), "--vkey", key]) == 1


# ---- the exported log ------------------------------------------------------------------------------------------------


def test_an_exported_log_is_served_by_any_server_and_followed_there(
    mirror: tuple[Path, str], state: Path, log: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, address = mirror
    act(300)
    publish()
    assert cli.main(["log", "export", str(folder)]) == 0
    fetch = over_http(address)
    assert read_log(fetch, fetch("vkey").decode().strip()).size == 301
    assert watch(address, state) == 0
    act(400)
    seal()
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert cli.main(["log", "export", str(folder), "--from", log]) == 0
    assert (folder / "tile/entries/000").stat().st_mtime_ns == before[folder / "tile/entries/000"]
    assert watch(address, state) == 0
    assert read_log(fetch, fetch("vkey").decode().strip()).size == 701
    assert watch(log, state) == 0  # the same log, wherever it is read


def test_a_mirror_holds_the_notices_by_which_a_monitor_judges_the_draws(
    mirror: tuple[Path, str], state: Path, stage: Stage, log: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, address = mirror
    attempt = stage.drawn()
    seal()
    assert cli.main(["log", "export", str(folder)]) == 0
    kept = folder / "draws" / attempt.draw.number / "1" / "notice.json"
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == attempt.notice_digest
    assert watch(address, state) == 0
    assert [one["facts"] is None for one in json.loads(state.read_text())["draws"]["sealed"]] == [False]
    kept.unlink()
    assert cli.main(["log", "export", str(folder), "--from", log]) == 0  # the same, from outside
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == attempt.notice_digest


def test_a_log_that_was_tampered_with_is_not_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    act(300)
    seal()
    folder = tmp_path / "mirror"
    assert cli.main(["log", "export", str(folder)]) == 0
    act(5)
    seal()
    sql(
        "UPDATE trail_event SET entry = replace(entry, 'org:', 'orG:') WHERE id = %s",
        LogLeaf.objects.get(index=302).event_id,
    )
    assert cli.main(["log", "export", str(folder)]) == 1
    assert "第 302 条" in capsys.readouterr().err
    read_log(lambda path: (folder / path).read_bytes(), reading.verifier_key() or "")


# ---- lies ------------------------------------------------------------------------------------------------------------


def forge() -> None:
    """An entry is another one, its leaf hash and the tree with it."""
    event = LogLeaf.objects.get(index=3).event
    entry = event.entry.replace('"v":1', '"v":2')
    sql("UPDATE trail_event SET entry = %s, leaf_hash = %s WHERE id = %s", entry, leaf_hash(entry.encode()), event.pk)


def drop() -> None:
    """An entry is gone and those after it have moved up."""
    sql("DELETE FROM trail_logleaf WHERE leaf_index = 3")
    last = LogLeaf.objects.order_by("-index").values_list("index", flat=True)[0]
    for index in range(4, last + 1):
        sql("UPDATE trail_logleaf SET leaf_index = %s WHERE leaf_index = %s", index - 1, index)


def reorder() -> None:
    """Two entries have changed places."""
    for old, new in ((3, 100_000), (4, 3), (100_000, 4)):
        sql("UPDATE trail_logleaf SET leaf_index = %s WHERE leaf_index = %s", new, old)


LIES: list[Callable[[], None]] = [forge, drop, reorder]


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_in_the_database_is_found_from_inside_and_outside(
    lie: Callable[[], None], log: str, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act(20)
    seal()
    assert watch(log, state) == 0
    lie()
    assert cli.main(["log", "verify"]) == 1
    assert "不符" in capsys.readouterr().err
    assert cli.main(["log", "watch", log, "--state", str(tmp_path / "new.json")]) == 1  # one that never looked before


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_signed_by_the_operator_himself_is_found_by_who_has_looked_before(
    lie: Callable[[], None], log: str, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act(20)
    seal()
    assert watch(log, state) == 0
    lie()
    sign_again()
    act(2)
    assert seal()  # and the log goes on as if nothing had been
    assert cli.main(["log", "watch", log, "--state", str(tmp_path / "new.json")]) == 0  # who never looked can't know
    assert watch(log, state) == 1
    assert "分叉" in capsys.readouterr().err
    kept = sorted(path.name for path in state.with_name("watch.json.evidence").rglob("*checkpoint"))
    assert kept == ["newer-checkpoint", "older-checkpoint"]
    assert watch(log, state) == 1  # until somebody has seen to it


def test_a_database_from_an_older_day_is_found_and_the_honest_way_on_is_in_the_log(
    log: str, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act(3)
    seal()
    act(4)
    seal()
    assert watch(log, state) == 0
    roll_back(3)
    assert watch(log, state) == 1
    assert "变短" in capsys.readouterr().err
    assert cli.main(["log", "verify"]) == 1  # the newest checkpoint that was signed lies beside the key
    assert "回到了较早的一天" in capsys.readouterr().err
    act(1)
    assert not seal()
    assert cli.main(["log", "continue", "--reason", " "]) == 1
    assert cli.main(["log", "continue", "--reason", "磁盘损坏", "--user", "nobody"]) == 1
    build_city()
    assert cli.main(["log", "continue", "--reason", "磁盘损坏，恢复了昨日的备份", "--user", "sysadmin"]) == 0
    assert cli.main(["log", "continue", "--reason", "再来"]) == 1
    assert cli.main(["log", "verify"]) == 0
    assert watch(log, state) == 1  # the new tree is not the old one, and that stays so
    fresh = tmp_path / "new.json"
    assert cli.main(["log", "watch", log, "--state", str(fresh)]) == 0
    entries = read_log(over_http(log), reading.verifier_key() or "").json()
    [restored] = [one for one in entries if one["type"] == "log.restored"]
    assert restored["public"]["signed"] == 7
    assert restored["public"]["held"] == 3
    page = over_http(log)("").decode()
    assert "签过 7 条，数据库里只有前 3 条" in page
    assert "磁盘损坏，恢复了昨日的备份" in page


# ---- lies about a draw -----------------------------------------------------------------------------------------------


@pytest.fixture
def stage() -> Stage:
    return build_stage(build_city())


def test_a_draw_that_keeps_the_rules_is_let_be(stage: Stage, log: str, state: Path) -> None:
    stage.drawn()
    assert watch(log, state) == 0
    assert json.loads(state.read_text())["draws"]["sealed"][0]["facts"]["beacon"] == "dice"  # it read the notice


def test_two_notices_sealed_for_one_attempt_are_found(
    stage: Stage, log: str, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attempt = stage.sealed()
    assert watch(log, state) == 0
    with transaction.atomic():
        again = {"notice": "ab" * 32}
        record(SYSTEM, drawing.NOTICE_SEALED, thing(attempt), "封存公告", subject=subject(attempt), public=again)
    assert watch(log, state) == 1
    assert "封存了两份公告" in capsys.readouterr().err
    assert verify_log().faults == []  # the tree is right; what stands in it is not


def test_an_abort_after_all_reveals_is_found(
    stage: Stage, log: str, state: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = stage.thrown()
    assert watch(log, state) == 0
    # A server that has been meddled with: it takes the last number in, computes, does not like the result, and aborts.
    monkeypatch.setattr("sunlot.drawing.actions.ceremony.settle", lambda found, *_: found)
    stage.reveal(attempt)
    blamed = {"notice": attempt.notice_digest, "contributors": ["yjj"], "reason": "没有公开密数"}
    with transaction.atomic():
        record(SYSTEM, drawing.ABORTED, thing(attempt), "中止", subject=subject(attempt), public=blamed)
    Attempt.objects.filter(pk=attempt.pk).update(state="aborted", aborted_at=clock.now(), abort_reason="x")
    assert watch(log, state) == 1
    assert "各方都按时公开了密数，却被中止" in capsys.readouterr().err
    assert verify_log().faults == []


def test_who_changes_a_drawn_list_and_everything_he_can_reach_is_told_by_three(
    stage: Stage, log: str, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The database administrator's attack: verify, a monitor with an older checkpoint, the bundle downloaded before."""
    attempt = stage.drawn()
    seal()
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(over_http(log.removesuffix("log/"))(f"draws/{attempt.draw.number}/bundle.zip"))
    key = reading.verifier_key() or ""
    assert cli.main(["verify", str(bundle), "--log-key", key]) == 0
    assert watch(log, state) == 0

    change_everything(attempt)
    assert cli.main(["log", "verify"]) == 1
    assert "的检查点" in capsys.readouterr().err
    assert watch(log, state) == 1
    capsys.readouterr()
    assert cli.main(["verify", str(bundle), "--log-key", key]) == 0  # what was proven before stays proven
    now = tmp_path / "now.zip"
    now.write_bytes(over_http(log.removesuffix("log/"))(f"draws/{attempt.draw.number}/bundle.zip"))
    assert now.read_bytes() != bundle.read_bytes()
    assert cli.main(["verify", str(now), "--log-key", key]) == 1


def change_everything(attempt: Attempt) -> None:
    """A favoured enterprise is no longer drawn: result file, its digest in every table, the entries with their hashes, the
    details with their salts' digests, the tiles, the edge and the root. All but the signature."""
    result = stored.result_value(attempt)
    stratum = next(one for one in result["objects"] if one["drawn"] and one["reserve"])  # type: ignore[index, union-attr, call-overload]
    stratum["drawn"][0], stratum["reserve"][0] = stratum["reserve"][0], stratum["drawn"][0]  # type: ignore[index, call-overload]
    changed = canonical.dumps(result)
    file = files.store(changed)
    old, new = str(attempt.result_digest), hashlib.sha256(changed).hexdigest()
    sql("UPDATE drawing_attempt SET result_digest = %s, result_id = %s WHERE id = %s", new, file.pk, attempt.pk)
    for detail in EventDetail.objects.filter(whole__contains=old).select_related("event"):
        whole, entry = detail.whole.replace(old, new), detail.event.entry.replace(old, new)
        digest = hashlib.sha256(bytes(detail.salt) + whole.encode()).hexdigest()
        entry = entry.replace(json.loads(entry)["digest"], digest)
        sql("UPDATE trail_eventdetail SET whole = %s WHERE event_id = %s", whole, detail.pk)
        sql(
            "UPDATE trail_event SET entry = %s, leaf_hash = %s WHERE id = %s",
            entry,
            leaf_hash(entry.encode()),
            detail.pk,
        )
    appender = Appender()
    for tile, data in appender.append(list(leaves(LogLeaf.objects.count()))):
        sql("UPDATE trail_logtile SET hashes = %s WHERE path = %s", data, tile.path)
        sql("UPDATE trail_logedge SET hashes = %s WHERE level = %s", data, tile.level)
    sql("UPDATE trail_logcheckpoint SET root = %s WHERE size = %s", appender.root(), appender.size)
