"""The witness: over HTTP, from its file, killed at every step; it never cosigns two trees."""

import http.client
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sunlot import cli
from sunlot.ledger.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from sunlot.ledger.notes import Note
from sunlot.ledger.tree import consistency_proof, leaf_hashes, root_of, tree_root
from sunlot.ledger.witness import AddCheckpoint, Behind, Cosigned, Declined, read_answer
from sunlot.trail.log.witnessing import post
from sunlot.watching.witness import BadState, Witness, WitnessServer, check_state, make_key, read_key
from tests.test_house import ROOT

from .making import KEY, numbered


def note(entries: list[bytes]) -> Note:
    return sign_checkpoint(Checkpoint(KEY.name, len(entries), root_of(entries)), [KEY])


def request(old: int, entries: list[bytes]) -> AddCheckpoint:
    hashes = leaf_hashes(entries)

    def read(level: int, index: int) -> bytes:
        part = entries[index << level : (index + 1) << level]
        return root_of(part)

    assert tree_root(len(entries), read) == root_of(entries)
    assert len(hashes) == len(entries)
    return AddCheckpoint(old, tuple(consistency_proof(old, len(entries), read)), note(entries))


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    key = make_key("jijian.example/witness", tmp_path / "key")
    return Witness(key, [KEY.verifier], tmp_path / "state.json", now=lambda: 1_800_000_000)


@pytest.fixture
def address(witness: Witness) -> Iterator[str]:
    server = WitnessServer(("127.0.0.1", 0), witness)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def ask(address: str, witness: Witness, asked: AddCheckpoint) -> Cosigned | Behind | Declined:
    return read_answer(post(f"{address}/add-checkpoint", asked.encode()), asked.note, [witness.key.verifier])


def test_what_continues_is_cosigned_step_by_step(address: str, witness: Witness) -> None:
    old = 0
    for size in (1, 3, 256, 300):
        asked = request(old, numbered(size))
        found = ask(address, witness, asked)
        assert isinstance(found, Cosigned)
        opened = open_checkpoint(
            asked.note.with_lines([one.line for one in found.signed]), KEY.verifier, [witness.key.verifier]
        )
        assert [one.time for one in opened.cosigned] == [1_800_000_000]
        old = size


def test_a_second_tree_is_not_cosigned_and_kept_as_evidence(address: str, witness: Witness) -> None:
    ask(address, witness, request(0, numbered(5)))
    forked = request(5, numbered(9, start=100))
    found = ask(address, witness, forked)
    assert isinstance(found, Declined)
    assert found.status == 422
    [kept] = witness.state.with_name("state.json.evidence").glob("*/request")
    assert kept.read_bytes() == forked.encode()
    assert isinstance(ask(address, witness, request(5, numbered(9))), Cosigned)


def test_who_asks_from_another_size_is_told_where_the_witness_stands(address: str, witness: Witness) -> None:
    ask(address, witness, request(0, numbered(5)))
    assert ask(address, witness, request(0, numbered(9))) == Behind(5)
    assert ask(address, witness, request(3, numbered(9))) == Behind(5)


def test_an_older_checkpoint_is_not_cosigned_again(address: str, witness: Witness) -> None:
    ask(address, witness, request(0, numbered(5)))
    assert ask(address, witness, request(0, numbered(3))) == Behind(5)


STEPS = {"while the state is written": 0, "with the state written": 5, "with the answer sent": 5}


@pytest.mark.parametrize("step", STEPS)
def test_a_witness_killed_at_any_step_signs_one_tree_only(step: str, witness: Witness, tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(request(0, numbered(5)).encode())
    command = [sys.executable, "-m", "tests.watching.killed", step, str(tmp_path / "key"), str(witness.state)]
    killed = subprocess.run([*command, str(KEY.verifier), str(body)], cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert bool(killed.stdout) == (step == "with the answer sent")  # no cosignature goes out before it is kept
    other = request(0, numbered(7, start=100))
    found = read_answer(witness.add_checkpoint(other.encode()), other.note, [witness.key.verifier])
    assert isinstance(found, Cosigned) if STEPS[step] == 0 else found == Behind(5)
    if STEPS[step]:  # the log asks again and gets its cosignature
        again = AddCheckpoint(5, (), note(numbered(5)))
        assert isinstance(
            read_answer(witness.add_checkpoint(again.encode()), again.note, [witness.key.verifier]), Cosigned
        )


def test_two_requests_at_once_continue_one_tree(address: str, witness: Witness) -> None:
    ask(address, witness, request(0, numbered(3)))
    rivals = [request(3, [*numbered(3), *numbered(2, start=100 * n)]) for n in range(1, 7)]
    found: list[object] = []
    threads = [threading.Thread(target=lambda one=one: found.append(ask(address, witness, one))) for one in rivals]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Cosigned) for one in found) == 1


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Length": "x"}, b"", 411),
        ({"Content-Length": str(2**18 + 1)}, b"", 413),
        ({}, b"", 400),
        ({}, b"old 0\n\nno note", 400),
    ],
)
def test_a_malformed_request_is_refused(headers: dict[str, str], body: bytes, status: int, address: str) -> None:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/add-checkpoint", skip_accept_encoding=True)
    for name, value in ({"Content-Length": str(len(body))} | headers).items():
        connection.putheader(name, value)
    connection.endheaders(body)
    assert connection.getresponse().status == status
    connection.close()


def test_people_see_its_key(address: str, witness: Witness) -> None:
    with urllib.request.urlopen(address) as answer:  # noqa: S310 -- our own server
        assert str(witness.key.verifier) in answer.read().decode()


def test_a_state_that_is_none_is_told_and_nothing_is_signed(address: str, witness: Witness) -> None:
    witness.state.write_text("{")
    with pytest.raises(BadState):
        check_state(witness.state)
    assert post(f"{address}/add-checkpoint", request(0, numbered(3)).encode()).status == 503


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "witness-key"
    arguments = ["log", "witness", "--key", str(path), "--make-key", "jijian.example/witness"]
    assert cli.main(arguments) == 0
    assert capsys.readouterr().out.strip() == str(read_key(path).verifier)
    assert path.stat().st_mode & 0o077 == 0
    assert cli.main(arguments) == 1


def test_a_key_is_never_overwritten_nor_left_half_written(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "witness.key"
    key = make_key("jijian.example/witness", path)
    assert read_key(path) == key
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError, match="never overwritten"):
        make_key("jijian.example/witness", path)
    assert read_key(path) == key
    assert [one.name for one in path.parent.iterdir()] == ["witness.key"]
