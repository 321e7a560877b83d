"""The log asks its witnesses after publication: true cosignatures are kept and shown, and nothing waits for any other."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings as Settings
from django.test import Client

from sunlot.ledger.checkpoints import open_checkpoint
from sunlot.ledger.keys import parse_verifier_key
from sunlot.ledger.witness import PLAIN_TYPE, SIZE_TYPE, Answer
from sunlot.trail.checks import witnesses_are_readable
from sunlot.trail.log import reading
from sunlot.trail.log.sealing import seal
from sunlot.trail.log.witnessing import FIRST_PAUSE, Asking, Witness, parse_witnesses, post
from sunlot.trail.models import LogCosignature
from sunlot.watching import witness as service
from tests.outside_reader import read_checkpoint, read_log

from .test_sealing import act, fetch, key, publish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[service.Witness, Witness]]:
    """A witness of another department at its address: the service, and how the log knows it."""
    publish()
    own = service.make_key("jijian.example/witness", tmp_path / "witness-key")
    behind = service.Witness(own, [key()], tmp_path / "witness-state.json")
    server = service.WitnessServer(("127.0.0.1", 0), behind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield behind, Witness(f"http://127.0.0.1:{server.server_address[1]}", own.verifier)
    server.shutdown()
    server.server_close()


def test_a_cosignature_comes_and_stands_under_the_checkpoint(
    served: tuple[service.Witness, Witness], client: Client
) -> None:
    _, known = served
    asking = Asking(post)
    for count in (300, 5):
        act(count)
        seal()
        assert asking.ask_all([known]) == 1
        assert asking.ask_all([known]) == 0  # has it already
    newest = reading.newest_checkpoint()
    assert newest is not None
    opened = open_checkpoint(reading.note_of(newest), key(), [known.key])
    assert [one.key for one in opened.cosigned] == [known.key]
    assert "jijian.example/witness" in client.get("/log/").content.decode()
    log = read_log(fetch, str(key()), (str(known.key),))
    assert len(log.cosigned["jijian.example/witness"]) == 1


def test_a_witness_that_stands_elsewhere_is_asked_again_from_there(
    served: tuple[service.Witness, Witness],
) -> None:
    behind, known = served
    assert Asking(post).ask_all([known]) == 1
    act(4)
    seal()
    body: list[bytes] = []

    def send(url: str, sent: bytes) -> Answer:
        body.append(sent)
        return post(url, sent)

    behind.state.unlink()  # it has forgotten
    assert Asking(send).ask_all([known]) == 1
    assert [one.split(b"\n")[0] for one in body] == [b"old 1", b"old 0"]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, PLAIN_TYPE, b"broken\n"),
        Answer(200, PLAIN_TYPE, b"nonsense"),
        Answer(200, PLAIN_TYPE, "— jijian.example/witness AAAAAAAA\n".encode()),
        Answer(409, SIZE_TYPE, b"1000000\n"),
        Answer(409, SIZE_TYPE, b"x\n"),
        None,
    ],
)
def test_whatever_a_witness_answers_the_log_goes_on_and_asks_again_later(
    answer: Answer | None, served: tuple[service.Witness, Witness]
) -> None:
    asked = []

    def send(url: str, body: bytes) -> Answer:
        asked.append(url)
        if answer is None:
            raise ConnectionRefusedError("nobody there")
        return answer

    clock = Clock()
    asking = Asking(send, now=clock)
    assert asking.ask_all([served[1]]) == 0
    assert asking.ask_all([served[1]]) == 0
    assert len(asked) == 1
    clock.now += FIRST_PAUSE
    asking.ask_all([served[1]])
    assert len(asked) == 2
    clock.now += FIRST_PAUSE  # the second pause is twice as long
    asking.ask_all([served[1]])
    assert len(asked) == 2
    assert LogCosignature.objects.count() == 0
    publish()  # and publication has its checkpoint meanwhile
    newest = reading.newest_checkpoint()
    assert newest is not None
    assert read_checkpoint(reading.note_of(newest).encode(), str(key()))[1] == newest.size


def test_one_witness_that_is_down_keeps_no_other_from_cosigning(
    served: tuple[service.Witness, Witness], tmp_path: Path
) -> None:
    down = Witness("http://127.0.0.1:9", service.make_key("other.example/witness", tmp_path / "other").verifier)
    assert Asking(post).ask_all([down, served[1]]) == 1


def test_the_setting_is_read_strictly(tmp_path: Path, settings: Settings) -> None:
    vkey = str(service.make_key("jijian.example/witness", tmp_path / "k").verifier)
    assert parse_witnesses(f" https://a.example/w={vkey}\n") == [
        Witness("https://a.example/w", parse_verifier_key(vkey))
    ]
    assert parse_witnesses("") == []
    publish()
    for text in (
        vkey,
        f"ftp://a={vkey}",
        "https://a.example/=x",
        f"https://a.example/={key()}",
        f"http://a={vkey} http://b={vkey}",
    ):
        settings.SUNLOT_WITNESSES = text
        assert [error.id for error in witnesses_are_readable()] == ["trail.E002"]
    settings.SUNLOT_WITNESSES = f"http://a={vkey}"
    assert witnesses_are_readable() == []
