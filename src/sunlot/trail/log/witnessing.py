"""Asking witnesses for cosignatures (C2SP tlog-witness): after publication, never before it, and nothing waits for them.

A witness is another department's service with a key of its own (`sunlot log witness`). Its cosignature is kept only if it
is true; a witness that does not answer is asked again after a pause that doubles each time.
"""

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import transaction

from sunlot.ledger.faults import LedgerError
from sunlot.ledger.keys import Kind, VerifierKey, parse_verifier_key
from sunlot.ledger.notes import parse_note
from sunlot.ledger.witness import MAX_BODY, PLAIN_TYPE, AddCheckpoint, Answer, Behind, Cosigned, read_answer
from sunlot.norms import clock

from ..models import LogCheckpoint, LogCosignature
from .reading import PublishedTree, newest_checkpoint

TIMEOUT = 10.0  # seconds for an answer
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0  # seconds before a witness that failed is asked again
TURNS = 3  # a witness may be further back or further on than we know; then it says so and is asked again
_log = structlog.stdlib.get_logger("sunlot.log.witness")


@dataclass(frozen=True)
class Witness:
    """A witness as the setting names it."""

    url: str
    key: VerifierKey


Send = Callable[[str, bytes], Answer]
"""Posts a body to an address and gives the answer. Raises OSError where there is none."""


def parse_witnesses(text: str) -> list[Witness]:
    """The witnesses of `SUNLOT_WITNESSES`: `url=vkey` each, with spaces or line ends between them. Raises ValueError."""
    found = []
    for one in text.split():
        url, equals, vkey = one.partition("=")
        parts = urllib.parse.urlsplit(url)
        if not equals or parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"expected url=vkey, found {one!r}")
        key = parse_verifier_key(vkey)
        if key.kind is not Kind.COSIGNATURE:
            raise ValueError(
                f"{key.name}: expected a witness's key (sunlot log witness --make-key), found the key of a log"
            )
        found.append(Witness(url.rstrip("/"), key))
    names = [one.key.name for one in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"two witnesses are named {'、'.join(sorted(twice))}")
    return found


@dataclass
class _Pause:
    until: float = 0.0
    length: float = FIRST_PAUSE


@dataclass
class Asking:
    """Asks each witness for the newest checkpoint; keeps in mind whom to leave alone for a while."""

    send: Send
    now: Callable[[], float] = time.monotonic
    pauses: dict[str, _Pause] = field(default_factory=dict)

    def ask_all(self, witnesses: Iterable[Witness]) -> int:
        """Ask everybody who has not cosigned the newest checkpoint; returns how many cosignatures came."""
        newest = newest_checkpoint()
        if newest is None:
            return 0
        have = {one.witness for one in newest.cosignatures.all()}
        return sum(self._ask(one, newest) for one in witnesses if one.key.name not in have)

    def _ask(self, witness: Witness, newest: LogCheckpoint) -> bool:
        pause = self.pauses.setdefault(witness.key.name, _Pause())
        if self.now() < pause.until:
            return False
        try:
            why = _ask_witness(witness, newest, self.send)
        except (OSError, http.client.HTTPException, LedgerError) as error:
            why = str(error)
        if why is None:
            self.pauses.pop(witness.key.name)
            return True
        _log.warning(
            "a witness did not cosign", witness=witness.key.name, size=newest.size, why=why, again_in=pause.length
        )
        pause.until, pause.length = self.now() + pause.length, min(2 * pause.length, LONGEST_PAUSE)
        return False


def _ask_witness(witness: Witness, newest: LogCheckpoint, send: Send) -> str | None:
    """Ask one witness, from where it stands; returns why it did not cosign, or None."""
    note, tree = parse_note(newest.note.encode()), PublishedTree(newest)
    known = LogCosignature.objects.filter(witness=witness.key.name).order_by("-checkpoint_id")
    old = known.values_list("checkpoint_id", flat=True).first() or 0
    for _ in range(TURNS):
        body = AddCheckpoint(old, tree.consistency(old), note).encode()
        found = read_answer(send(f"{witness.url}/add-checkpoint", body), note, [witness.key])
        if isinstance(found, Cosigned):
            _store(newest, witness, "".join(f"{one.line}\n" for one in found.signed))
            return None
        if not isinstance(found, Behind):
            return f"{found.status} {found.reason}"
        if found.size > newest.size:
            return f"it has cosigned {found.size} entries of this log, of which there are {newest.size} here"
        old = found.size
    return "it names another size each time"


@transaction.atomic
def _store(checkpoint: LogCheckpoint, witness: Witness, lines: str) -> None:
    """Keep a cosignature; two workers that got one each keep the first."""
    LogCosignature.objects.get_or_create(
        checkpoint=checkpoint, witness=witness.key.name, defaults={"line": lines, "received_at": clock.now()}
    )


def configured() -> list[Witness]:
    """The witnesses of the setting; none where it is malformed, which `sunlot check` tells."""
    try:
        return parse_witnesses(settings.SUNLOT_WITNESSES)
    except ValueError:
        return []


def post(url: str, body: bytes) -> Answer:
    """Send a request to a witness over HTTP. Raises OSError, HTTPException."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": PLAIN_TYPE})  # noqa: S310 -- checked by parse_witnesses
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 -- as above
            return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read(MAX_BODY))
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers.get("Content-Type", ""), refused.read(MAX_BODY))
