"""Logs made by the ledger, read by a reader that shares no code with it; and every lie in a file found by it."""

from dataclasses import replace

import pytest

from sunlot.ledger import (
    WIDTH,
    Kind,
    consistency_proof,
    inclusion_proof,
    parse_note,
    sign_checkpoint,
    sign_note,
)
from sunlot.ledger.notes import sign_line
from tests.ledger.making import (
    LOG_KEY,
    ORIGIN,
    OTHER_WITNESS_KEY,
    SM2_KEY,
    TIME,
    WITNESS_KEY,
    StoredLog,
    entry,
    flipped,
    log_of,
    reader,
)
from tests.outside_reader import Fetch, Wrong, read_log

VKEY = str(LOG_KEY.verifier)
WITNESSES = (str(WITNESS_KEY.verifier), str(OTHER_WITNESS_KEY.verifier))


def fetch_from(files: dict[str, bytes]) -> Fetch:
    return lambda path: files[path]


@pytest.mark.parametrize("size", [0, 1, 2, WIDTH - 1, WIDTH, WIDTH + 1, 2 * WIDTH, 1000])
def test_a_log_of_ours_is_right_to_a_stranger(size: int) -> None:
    ours = log_of(size)
    theirs = read_log(ours.fetch, VKEY)
    assert (theirs.origin, theirs.size, theirs.root) == (ORIGIN, size, ours.appender.root())
    assert theirs.entries == ours.entries
    for index in range(0, size, 97):
        assert theirs.inclusion(index) == inclusion_proof(index, size, reader(1000))
    for old in range(1, size + 1, 83):
        assert theirs.consistency(old) == consistency_proof(old, size, reader(1000))


def test_a_log_with_tiles_on_three_levels_is_right_to_a_stranger() -> None:
    size = WIDTH * WIDTH + WIDTH + 1
    ours = log_of(size)
    assert read_log(ours.fetch, VKEY).root == ours.appender.root()
    assert {path.split("/")[1] for path in ours.files if path != "checkpoint"} == {"0", "1", "2", "entries"}


def test_a_log_that_grows_is_one_log_to_a_stranger() -> None:
    ours, checkpoints = StoredLog(), []
    for batch in (1, 3, 251, 1, 1, 300, 0, 256, 7):
        ours.grow([entry(len(ours.entries) + number) for number in range(batch)])
        checkpoints.append(ours.files["checkpoint"])
        theirs = read_log(ours.fetch, VKEY)
        for older in checkpoints:
            theirs.continues(older, VKEY)
    assert theirs.json()[819]["v"] == 1


def test_signatures_of_other_kinds_do_not_disturb_a_stranger() -> None:
    ours = log_of(300)
    note = sign_checkpoint(ours.checkpoint, [LOG_KEY, SM2_KEY])
    note = note.with_lines(sign_line(note.text, key, TIME) for key in (WITNESS_KEY, OTHER_WITNESS_KEY))
    theirs = read_log(fetch_from(ours.files | {"checkpoint": note.encode()}), VKEY, WITNESSES)
    assert theirs.cosigned == {WITNESS_KEY.name: [TIME], OTHER_WITNESS_KEY.name: [TIME]}
    spoilt = replace(WITNESS_KEY, secret=b"\x0e" * 32).sign(note.text, TIME)
    lines = [replace(line, signature=spoilt) if line.name == WITNESS_KEY.name else line for line in note.signatures]
    with pytest.raises(Wrong, match=r"^the signature of jijian\.example/witness is false$"):
        read_log(
            fetch_from(ours.files | {"checkpoint": replace(note, signatures=tuple(lines)).encode()}), VKEY, WITNESSES
        )


def test_a_stranger_finds_a_change_in_any_file() -> None:
    ours = log_of(600)
    for path, data in ours.files.items():
        bits = range(0, 8 * len(data), 8 * len(data) // 40 + 1)
        for bit in bits:
            changed = ours.files | {path: flipped(data, bit)}
            with pytest.raises((Wrong, ValueError)):
                read_log(fetch_from(changed), VKEY)
        for wrong in (b"", data[:-1], data + data[-32:]):
            with pytest.raises((Wrong, ValueError)):
                read_log(fetch_from(ours.files | {path: wrong}), VKEY)


def test_a_stranger_finds_what_the_operator_signed_anew() -> None:
    """Whoever holds the key can make a new log that is right in itself; an older checkpoint tells."""
    honest = log_of(300)
    older = honest.files["checkpoint"]
    honest.grow([entry(number) for number in range(300, 400)])
    read_log(honest.fetch, VKEY).continues(older, VKEY)
    for number, change in enumerate(("forged", "dropped", "reordered", "rolled back")):
        entries = list(honest.entries)
        if change == "forged":
            entries[17] = b"{}"
        elif change == "dropped":
            del entries[17]
        elif change == "reordered":
            entries[17], entries[18] = entries[18], entries[17]
        else:
            del entries[299:]
        liar = StoredLog()
        liar.grow(entries)
        theirs = read_log(liar.fetch, VKEY)
        with pytest.raises(
            Wrong, match=r"the log had 300 entries and now has 299|the first 300 entries are not what they were"
        ):
            theirs.continues(older, VKEY)
        assert theirs.size == [400, 399, 400, 299][number]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda log: sign_checkpoint(log.checkpoint, [SM2_KEY]), "the checkpoint is not signed by the log"),
        (
            lambda log: sign_note(replace(log.checkpoint, origin="else").text, [LOG_KEY]),
            "the checkpoint is of another log",
        ),
        (
            lambda log: sign_note(log.checkpoint.text.replace("300", "0300"), [LOG_KEY]),
            "the size is not written as it must be",
        ),
        (
            lambda log: sign_checkpoint(replace(log.checkpoint, root=b"\x00" * 32), [LOG_KEY]),
            "the root does not follow",
        ),
    ],
)
def test_a_stranger_takes_no_other_checkpoint(spoil, message: str) -> None:  # type: ignore[no-untyped-def]
    log = log_of(300)
    with pytest.raises(Wrong, match=message):
        read_log(fetch_from(log.files | {"checkpoint": spoil(log).encode()}), VKEY)


def test_a_stranger_knows_a_key_by_its_id() -> None:
    log = log_of(1)
    name, _, key = VKEY.split("+", 2)
    with pytest.raises(Wrong, match=r"^the key id of sunlot\.example/wuhai is not that of its key$"):
        read_log(log.fetch, f"{name}+00000000+{key}")
    assert parse_note(log.files["checkpoint"]).signatures[0].key_id == LOG_KEY.verifier.id
    assert replace(LOG_KEY, kind=Kind.COSIGNATURE).verifier.id != LOG_KEY.verifier.id
