"""The monitor from look to look: what it keeps, what it tells, and the evidence that it leaves."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from sunlot.ledger.keys import Kind, SigningKey, parse_verifier_key
from sunlot.ledger.known import KnownLog
from sunlot.ledger.notes import sign_line
from sunlot.ledger.text import decode_base64
from sunlot.watching import commands, monitor
from sunlot.watching.monitor import BadState, Look, State, load, look
from sunlot.watching.sources import Unreachable

from .making import KEY, MadeLog, entry, numbered
from .test_draws import DRAW, START, at, digest, notice

NOW = START + timedelta(hours=2)


def once(log: MadeLog, path: Path) -> Look:
    """A look as from cron: the state comes from the file."""
    state = load(path) or State(log.vkey)
    return look(log, state, path, NOW)


def drawing(kind: str, minutes: float, **public: object) -> bytes:
    return entry(f"drawing.{kind}", f"draw:{DRAW}:1", at(minutes), notice=digest(notice()), **public)


def watch_made(log: MadeLog, argv: list[str]) -> int:
    """`sunlot log watch` of a made log."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "source_named", lambda _: log)
        return commands.watch(["made", *argv])


CEREMONY = [
    drawing("notice_sealed", 0),
    drawing("beacon_read", 5, value="1" * 20),
    drawing("nonce_revealed", 10, contributor="a", nonce="0" * 64),
    drawing("nonce_revealed", 11, contributor="b", nonce="1" * 64),
]
BESIDE = {f"../draws/{DRAW}/1/notice.json": notice()}


def test_it_reads_what_is_new_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    log = MadeLog(numbered(300))
    assert once(log, path) == Look(0, 300, (), (), ())
    log.entries += numbered(400, start=300)
    log.asked.clear()
    assert once(log, path) == Look(300, 700, (), (), ())
    assert "tile/entries/000" not in log.asked
    state = load(path)
    assert state is not None
    assert state.checkpoint == log.note.encode().decode()


def test_a_fork_is_told_at_every_look_and_both_notes_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    first = MadeLog(numbered(5))
    once(first, path)
    forked = MadeLog([*numbered(4), entry(subject="forged"), *numbered(3)])
    signed = forked.note.encode()
    for _ in range(3):
        once(forked, path)
        state = load(path)
        assert state is not None
        assert len(state.open_faults) == 1
        assert state.checkpoint == first.note.encode().decode()
        forked.entries += numbered(2, start=100)  # it grows on, and stays one fault
    [fault] = state.faults
    assert "分叉" in fault.words
    kept = {Path(name).name: Path(name).read_bytes() for name in fault.evidence}
    assert kept == {"older-checkpoint": first.note.encode(), "newer-checkpoint": signed}
    known = KnownLog(KEY.verifier)
    assert known.open(kept["older-checkpoint"].decode()).size < known.open(kept["newer-checkpoint"].decode()).size


def test_a_fork_can_not_be_acknowledged_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "watch.json"
    once(MadeLog(numbered(5)), path)
    forked = MadeLog([*numbered(4), entry(subject="forged"), *numbered(3)])
    argv = ["--state", str(path)]
    for extra, status in (([], 1), (["--acknowledge"], 0), ([], 1), (["--acknowledge"], 0), ([], 1)):
        assert watch_made(forked, [*argv, *extra]) == status
        said = capsys.readouterr()
        assert "全部相符" not in said.out
        assert ("换一个 --state 文件" in said.err) == (status == 1)
    assert watch_made(forked, ["--state", str(tmp_path / "new.json")]) == 0


def test_a_running_monitor_goes_on_when_the_log_can_not_be_read_and_ends_at_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = MadeLog(numbered(5), down=True)
    turns = iter([lambda: setattr(log, "down", False), lambda: None, lambda: log.entries.__delitem__(4)])
    monkeypatch.setattr("time.sleep", lambda _: next(turns)())
    assert watch_made(log, ["--state", str(tmp_path / "watch.json"), "--interval", "9"]) == 1
    said = capsys.readouterr()
    assert "读不到" in said.err
    assert "从 0 条到 5 条，全部相符" in said.out
    assert "变短" in said.err


def test_evidence_that_is_withheld_is_a_fault_of_the_log(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    log = MadeLog([*CEREMONY, *numbered(300)], notices=BESIDE)
    once(log, path)
    log.entries.append(drawing("notice_sealed", 12))
    log.replaced["tile/entries/000"] = None
    [fault] = once(log, path).new_faults
    assert "取不到" in fault.words


def test_a_fault_stays_until_somebody_has_acknowledged_it(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    log = MadeLog([*CEREMONY, drawing("notice_sealed", 12)], notices=BESIDE)
    assert len(once(log, path).new_faults) == 1
    assert once(log, path).new_faults == ()
    state = load(path)
    assert state is not None
    assert len(state.open_faults) == 1
    state.faults[0].acknowledged = True
    monitor.save(path, state)
    log.entries += numbered(1)
    assert once(log, path).new_faults == ()
    state = load(path)
    assert state is not None
    assert state.open_faults == []


def test_the_entries_that_break_a_rule_are_kept_with_their_proofs(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    log = MadeLog([*numbered(300), *CEREMONY, drawing("aborted", 61, contributors=["b"], reason="x")], notices=BESIDE)
    [fault] = once(log, path).new_faults
    assert "却被中止" in fault.words
    kept = json.loads(Path(fault.evidence[0]).read_bytes())
    tree = KnownLog(parse_verifier_key(log.vkey)).open(kept["checkpoint"])
    assert [one["index"] for one in kept["entries"]] == [300, 302, 303, 304]
    for one in kept["entries"]:
        proof = [decode_base64(text, "", "") for text in one["proof"]]
        tree.check_inclusion(one["index"], one["entry"].encode(), proof)


def test_a_log_that_can_not_be_read_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    log = MadeLog(numbered(5))
    once(log, path)
    before = path.read_bytes()
    log.down = True
    with pytest.raises(Unreachable):
        once(log, path)
    assert path.read_bytes() == before


def test_a_checkpoint_that_is_not_signed_is_kept_as_evidence(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    log = MadeLog(numbered(5))
    once(log, path)
    log.replaced["checkpoint"] = log.note.encode().replace(b"5\n", b"6\n", 1)
    [fault] = once(log, path).new_faults
    assert "签名" in fault.words
    assert Path(fault.evidence[0]).read_bytes() == log.replaced["checkpoint"]


def test_a_notice_under_an_embargo_is_asked_for_again(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    log = MadeLog([*CEREMONY, drawing("aborted", 61, contributors=["c"], reason="x")])
    assert once(log, path).new_faults == ()
    log.notices = BESIDE
    assert "却被中止" in once(log, path).new_faults[0].words


def test_a_number_that_is_skipped_is_remarked_upon(tmp_path: Path) -> None:
    log = MadeLog([entry("drawing.notice_sealed", "draw:150300-2026-0002:1", at(0), notice="0" * 64)])
    assert once(log, tmp_path / "watch.json").remarks == ("抽取编号 150300-2026-0001 还没有出现在日志里",)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": "sunlot-watch/1"}', '{"format": "sunlot-watch/1", "vkey": "x"}']
)
def test_a_file_that_is_no_state_is_refused_and_left(text: str, tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    path.write_text(text)
    with pytest.raises(BadState):
        load(path)
    assert path.read_text() == text


def test_a_cosignature_is_told_when_it_was_checked_and_a_false_one_is_a_fault(tmp_path: Path) -> None:
    witness = SigningKey("jijian.example/witness", Kind.COSIGNATURE, bytes(range(32)))
    log = MadeLog(numbered(5))
    right = log.note.with_lines([sign_line(log.note.text, witness, 1_800_000_000)]).encode()
    false = log.note.with_lines([sign_line("another\n", witness, 1_800_000_000)]).encode()
    known = [witness.verifier]
    for number, (note, keys, names, faults) in enumerate(
        [(right, known, (witness.name,), 0), (right, [], (), 0), (false, known, (), 1), (false, [], (), 0)]
    ):
        log.replaced["checkpoint"] = note
        found = look(log, State(log.vkey), tmp_path / f"{number}.json", NOW, keys)
        assert (found.cosigned, len(found.new_faults)) == (names, faults)
