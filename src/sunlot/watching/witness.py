"""A witness: another department's own service that cosigns a log's checkpoints, each only if it continues the last one.

C2SP tlog-witness over HTTP: `POST <prefix>/add-checkpoint`. What was cosigned last is on disk before the cosignature goes
out, so that a witness that was killed, or lost its power, never signs two trees. It needs nothing of Sunlot's but this
room; its key and its state are its own, and should lie on another machine than the log.
"""

import hashlib
import json
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sunlot.ledger.checkpoints import Checkpoint, parse_checkpoint
from sunlot.ledger.faults import LedgerError
from sunlot.ledger.keys import Kind, SigningKey, VerifierKey, parse_signing_key
from sunlot.ledger.notes import parse_note
from sunlot.ledger.witness import MAX_BODY, PLAIN_TYPE, Answer, Refused, cosign, judge

from .files import write_new, write_whole

if sys.platform != "win32":
    import fcntl

TIMEOUT = 30.0  # seconds that a client may take for its request


class BadState(Exception):  # noqa: N818 -- reads as what is wrong
    """The state file is not a witness's, or another witness works with it."""


def make_key(name: str, path: Path) -> SigningKey:
    """A new witness key in a file that only its owner may read. Raises FileExistsError, LedgerError for the name."""
    key = SigningKey(name, Kind.COSIGNATURE, secrets.token_bytes(32))
    try:
        write_new(path, f"{key.export()}\n".encode())
    except FileExistsError:
        raise FileExistsError(f"{path} exists; a key is never overwritten") from None
    return key


def read_key(path: Path) -> SigningKey:
    """The witness key in a file. Raises OSError, LedgerError for one of another kind."""
    key = parse_signing_key(path.read_text(encoding="utf-8").strip())
    if key.kind is not Kind.COSIGNATURE:
        raise LedgerError("见证密钥", key.name, "见证（cosignature）密钥", f"{key.kind.name} 密钥")
    return key


@dataclass
class Witness:
    """Which logs it knows, its key, and what it cosigned last for each. Safe to be asked from several threads."""

    key: SigningKey
    logs: Sequence[VerifierKey]
    state: Path
    now: Callable[[], float] = time.time
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add_checkpoint(self, body: bytes) -> Answer:
        """The answer to a request. One at a time: two must not both continue the same old tree."""
        with self._lock, _alone(self.state):
            latest = _load(self.state)
            judged = judge(body, self._keys, lambda origin: _checkpoint(latest, origin))
            if isinstance(judged, Refused):
                if judged.evidence:
                    self._keep_evidence(body, judged, latest)
                return judged.answer
            latest[judged.checkpoint.origin] = judged.note.encode().decode()
            write_whole(self.state, json.dumps(latest, ensure_ascii=False, indent=1).encode())
            return cosign(judged, [self.key], int(self.now()))

    def _keys(self, origin: str) -> Sequence[VerifierKey]:
        return [key for key in self.logs if key.name == origin]

    def _keep_evidence(self, body: bytes, refused: Refused, latest: dict[str, str]) -> None:
        """What the log signed that does not continue its past, beside what it had signed before."""
        folder = self.state.with_name(f"{self.state.name}.evidence") / hashlib.sha256(body).hexdigest()[:12]
        write_whole(folder / "request", body)
        write_whole(folder / "words.txt", f"{refused.reason}\n".encode())
        write_whole(folder / "latest.json", json.dumps(latest, ensure_ascii=False, indent=1).encode())


def check_state(path: Path) -> None:
    """Raise BadState unless the file is a witness's state or not there yet."""
    _load(path)


def _load(path: Path) -> dict[str, str]:
    """The signed notes that were cosigned last, by origin."""
    try:
        value = json.loads(path.read_bytes())
        for origin, note in value.items():
            if parse_checkpoint(parse_note(note.encode()).text).origin != origin:
                raise ValueError(origin)
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError) as error:
        raise BadState(f"{path} is not the state of a witness: {error}") from error
    return dict(value)


def _checkpoint(latest: dict[str, str], origin: str) -> Checkpoint | None:
    note = latest.get(origin)
    return parse_checkpoint(parse_note(note.encode()).text) if note else None


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Keep other processes away from the state meanwhile; the system frees it when this one dies."""
    if sys.platform == "win32":  # where one process serves
        yield
        return
    state.parent.mkdir(parents=True, exist_ok=True)
    with state.with_name(f"{state.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class _Handler(BaseHTTPRequestHandler):
    """The one address of a witness, and a line for people who look at it in a browser."""

    server: "WitnessServer"
    timeout = TIMEOUT
    server_version = "sunlot-witness"
    sys_version = ""

    def do_POST(self) -> None:
        if self.path.rstrip("/").rpartition("/")[2] != "add-checkpoint":
            self._send(Answer(404, PLAIN_TYPE, b"POST add-checkpoint\n"))
            return
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self._send(Answer(411, PLAIN_TYPE, "应有 Content-Length\n".encode()))
        elif int(length) > MAX_BODY:
            self._send(Answer(413, PLAIN_TYPE, f"至多 {MAX_BODY} 字节\n".encode()))
        else:
            self._send(self._answer(self.rfile.read(int(length))))

    def _answer(self, body: bytes) -> Answer:
        try:
            return self.server.witness.add_checkpoint(body)
        except (BadState, OSError) as error:  # not signed: what can't be kept is not cosigned
            self.log_error("%s", error)
            return Answer(503, PLAIN_TYPE, "见证方的状态文件写不下，没有签名\n".encode())

    def do_GET(self) -> None:
        lines = [
            f"见证公钥 {self.server.witness.key.verifier}",
            *(f"见证日志 {key}" for key in self.server.witness.logs),
        ]
        self._send(Answer(200, PLAIN_TYPE, "".join(f"{line}\n" for line in lines).encode()))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = True


class WitnessServer(ThreadingHTTPServer):
    """Serves a witness at an address until `shutdown`."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        self.witness = witness
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no fault of the witness."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)
