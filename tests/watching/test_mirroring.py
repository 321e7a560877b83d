"""The log as a folder: exactly the log's files, added to, never taken to another tree."""

from pathlib import Path

import pytest

from sunlot.ledger.keys import Kind, SigningKey
from sunlot.watching import mirroring
from sunlot.watching.following import Broken
from sunlot.watching.mirroring import mirror
from sunlot.watching.sources import FolderSource, Missing
from tests.outside_reader import read_log

from .making import KEY, MadeLog, entry, numbered
from .test_draws import DRAW, digest, notice


def fetch(folder: Path) -> object:
    return lambda path: (folder / path).read_bytes()


def check(folder: Path, log: MadeLog) -> None:
    found = read_log(fetch(folder), log.vkey)  # type: ignore[arg-type]
    assert found.entries == log.entries


@pytest.mark.parametrize("sizes", [(1,), (255, 256, 257), (300, 513, 600), (256 * 3, 256 * 3 + 1)])
def test_a_mirror_grows_with_its_log_and_is_whole_after_every_run(sizes: tuple[int, ...], tmp_path: Path) -> None:
    before = 0
    for size in sizes:
        log = MadeLog(numbered(size))
        done = mirror(log, KEY.verifier, tmp_path)
        assert (done.old, done.size) == (before, size)
        check(tmp_path, log)
        before = size
    assert mirror(log, KEY.verifier, tmp_path).files == 0


def test_partial_files_go_when_the_full_one_is_there(tmp_path: Path) -> None:
    mirror(MadeLog(numbered(200)), KEY.verifier, tmp_path)
    mirror(MadeLog(numbered(210)), KEY.verifier, tmp_path)
    assert (tmp_path / "tile/0/000.p/200").exists()  # somebody may be reading under the older checkpoint
    mirror(MadeLog(numbered(300)), KEY.verifier, tmp_path)
    assert not (tmp_path / "tile/0/000.p").exists()
    assert not (tmp_path / "tile/entries/000.p").exists()


def test_a_second_tree_is_not_mirrored(tmp_path: Path) -> None:
    log = MadeLog(numbered(5))
    mirror(log, KEY.verifier, tmp_path)
    with pytest.raises(Broken, match="分叉"):
        mirror(MadeLog(numbered(9, start=100)), KEY.verifier, tmp_path)
    check(tmp_path, log)


def test_a_folder_of_another_log_is_left_alone(tmp_path: Path) -> None:
    mirror(MadeLog(numbered(5)), KEY.verifier, tmp_path)
    other = SigningKey("other.example", Kind.ED25519, bytes(32))
    with pytest.raises(ValueError, match="another log"):
        mirror(MadeLog(numbered(5), key=other), other.verifier, tmp_path)


@pytest.mark.parametrize("after", [0, 1, 3, 5])
def test_a_run_that_is_cut_short_leaves_the_old_mirror_whole(
    after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = MadeLog(numbered(300))
    mirror(first, KEY.verifier, tmp_path)
    written = 0
    write_whole = mirroring.write_whole

    def dies(path: Path, data: bytes) -> None:
        nonlocal written
        if written == after:
            raise KeyboardInterrupt
        written += 1
        write_whole(path, data)

    monkeypatch.setattr(mirroring, "write_whole", dies)
    with pytest.raises(KeyboardInterrupt):
        mirror(MadeLog(numbered(800)), KEY.verifier, tmp_path)
    check(tmp_path, first)
    monkeypatch.undo()
    mirror(MadeLog(numbered(800)), KEY.verifier, tmp_path)
    check(tmp_path, MadeLog(numbered(800)))


def test_a_mirror_can_be_mirrored(tmp_path: Path) -> None:
    log = MadeLog(numbered(300))
    mirror(log, KEY.verifier, tmp_path / "one")
    mirror(FolderSource(tmp_path / "one"), KEY.verifier, tmp_path / "two")
    check(tmp_path / "two", log)


def sealed(draw: str, digest: str) -> bytes:
    return entry("drawing.notice_sealed", f"draw:{draw}:1", notice=digest)


def test_notice_files_are_kept_as_they_become_public_and_only_if_they_are_what_was_sealed(tmp_path: Path) -> None:
    first, second = notice(), notice(draw="150300-2026-0002")
    log = MadeLog([*numbered(255), sealed(DRAW, digest(first)), sealed("150300-2026-0002", digest(second))])
    kept = tmp_path / f"draws/{DRAW}/1/notice.json"
    assert mirror(log, KEY.verifier, tmp_path).missing == 2
    log.notices = {f"../draws/{DRAW}/1/notice.json": second}  # not the one that was sealed
    assert mirror(log, KEY.verifier, tmp_path).missing == 2
    log.notices = {f"../draws/{DRAW}/1/notice.json": first}
    assert mirror(log, KEY.verifier, tmp_path).missing == 1
    assert kept.read_bytes() == first
    (tmp_path / "draws/notices.json").write_text("not ours")  # what is not there is read again from the log's own files
    log.notices["../draws/150300-2026-0002/1/notice.json"] = second
    assert mirror(log, KEY.verifier, tmp_path).missing == 0
    log.asked.clear()
    assert mirror(log, KEY.verifier, tmp_path).files == 0
    assert [path for path in log.asked if "draws" in path] == []
    mirror(FolderSource(tmp_path), KEY.verifier, tmp_path / "second")
    assert (tmp_path / f"second/draws/{DRAW}/1/notice.json").read_bytes() == first


def test_an_entry_can_not_make_a_mirror_write_outside_its_folder(tmp_path: Path) -> None:
    log = MadeLog([sealed("../../x", digest(notice())), sealed("a/../../y", digest(notice()))])
    log.notices = {f"../draws/{name}/1/notice.json": notice() for name in ("../../x", "a/../../y")}
    mirror(log, KEY.verifier, tmp_path / "mirror")
    assert [path.name for path in tmp_path.rglob("notice.json")] == []


def test_a_folder_gives_nothing_from_outside_itself(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    source = FolderSource(tmp_path / "log")
    for path in ("../secret", "/etc/hostname", "tile/../../secret"):
        with pytest.raises(Missing):
            source.read(path, 100)
