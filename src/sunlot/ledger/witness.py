"""Witnesses (C2SP tlog-witness, v1.0.0): the pure part of asking for cosignatures and of giving them.

A log sends its new checkpoint, with the proof that it continues the last one that the witness has signed, as the body of
``POST <prefix>/add-checkpoint``; the witness answers with its signature lines or with a status that says why not.

The log's side: `AddCheckpoint(…).encode()`, then `read_answer`. The witness's side, in one transaction for each log, since
two requests at once must not both continue the same old size: `judge` with what was last signed; where that gives
`Accepted`, store the checkpoint; then `cosign`. Nothing here opens a connection, reads a clock or keeps state.

From the later drafts of the document come a trusted key's false signature as 403 and a size of 0 with another root than
that of no leaves as 422; both only refuse what v1.0.0 leaves open.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sunlot.ledger.checkpoints import Checkpoint, parse_checkpoint
from sunlot.ledger.faults import LedgerError, NotProven, NotSigned, quoted, visible
from sunlot.ledger.keys import Kind, SigningKey, VerifierKey
from sunlot.ledger.notes import Note, Signed, open_note, parse_note, parse_signature_lines, sign_line
from sunlot.ledger.text import HASH_BYTES, MAX_SIZE, decode_base64, decode_size, encode_base64
from sunlot.ledger.tree import EMPTY_ROOT, check_consistency

MAX_PROOF = 63
"""Proof lines of a request (tlog-witness, “add-checkpoint”)."""

MAX_BODY = 2**18
"""Bytes of a request body that a witness reads; sixteen of the largest known signatures need half."""

SIZE_TYPE = "text/x.tlog.size"
PLAIN_TYPE = "text/plain; charset=utf-8"

_SUBJECT = "见证请求"


@dataclass(frozen=True)
class AddCheckpoint:
    """A request: the size that the witness is thought to have signed last, the proof from there, the new checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    def __post_init__(self) -> None:
        if not 0 <= self.old_size <= MAX_SIZE:
            raise LedgerError(_SUBJECT, "第 1 行", "0 至 2^63 - 1 的旧大小", str(self.old_size))
        if len(self.proof) > MAX_PROOF:
            raise LedgerError(_SUBJECT, "", f"至多 {MAX_PROOF} 行证明", f"{len(self.proof)} 行")
        for number, value in enumerate(self.proof, 2):
            if len(value) != HASH_BYTES:
                raise LedgerError(_SUBJECT, f"第 {number} 行", f"{HASH_BYTES} 字节的哈希", f"{len(value)} 字节")

    def encode(self) -> bytes:
        """The request body."""
        lines = [f"old {self.old_size}", *map(encode_base64, self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.note.encode()


@dataclass(frozen=True)
class Answer:
    """What a witness answers over HTTP."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Accepted:
    """The witness may sign: store `checkpoint` as the log's latest first, in the same transaction, then `cosign`."""

    checkpoint: Checkpoint
    note: Note


@dataclass(frozen=True)
class Refused:
    """The witness must not sign. `evidence` is true where the log itself has signed what does not continue its past, or
    came without proof that it does: worth keeping."""

    answer: Answer
    reason: str
    evidence: bool = False


@dataclass(frozen=True)
class Cosigned:
    """The witness has signed: the lines to put under the checkpoint, each checked."""

    signed: tuple[Signed, ...]


@dataclass(frozen=True)
class Behind:
    """The witness has last signed the checkpoint of another size: prove from there and ask again."""

    size: int


@dataclass(frozen=True)
class Declined:
    """The witness does not sign, for a reason that asking again does not mend at once."""

    status: int
    reason: str


def parse_request(body: bytes) -> AddCheckpoint:
    """The request in a body. Raises `LedgerError` for any other form, its note's included: the status is 400."""
    if len(body) > MAX_BODY:
        raise LedgerError(_SUBJECT, "", f"至多 {MAX_BODY} 字节", f"{len(body)} 字节")
    head, blank, note = body.partition(b"\n\n")
    if not blank:
        raise LedgerError(_SUBJECT, "", "证明、空行和检查点", "没有空行")
    first, *proof = head.decode("utf-8", "backslashreplace").split("\n")
    if not first.startswith("old "):
        raise LedgerError(_SUBJECT, "第 1 行", "old 和旧大小", quoted(first))
    old_size = decode_size(first.removeprefix("old "), _SUBJECT, "第 1 行")
    hashes = tuple(decode_base64(line, _SUBJECT, f"第 {number} 行") for number, line in enumerate(proof, 2))
    return AddCheckpoint(old_size, hashes, parse_note(note))


def judge(
    body: bytes,
    logs: Callable[[str], Sequence[VerifierKey]],
    latest: Callable[[str], Checkpoint | None],
) -> Accepted | Refused:
    """Whether a witness may sign what a request body asks it to.

    `logs` gives the keys that the witness trusts for an origin, none for a log that it does not know; `latest` the
    checkpoint of that log that it signed last. The checks are those of tlog-witness, “add-checkpoint”, in its order.
    """
    read = _read(body, logs)
    if isinstance(read, Refused):
        return read
    request, checkpoint = read
    known = latest(checkpoint.origin)
    return _weigh(request, checkpoint, *((known.size, known.root) if known else (0, EMPTY_ROOT)))


def cosign(accepted: Accepted, keys: Iterable[SigningKey], time: int) -> Answer:
    """The answer to an accepted request: the cosignature of each of the witness's keys at `time`, seconds since 1970.

    Raises `LedgerError` for a key of another kind, and for one that has the log's own name.
    """
    lines = []
    for key in keys:
        if key.kind is not Kind.COSIGNATURE or key.name == accepted.checkpoint.origin:
            raise LedgerError("见证签名", key.name, "见证方自己的见证密钥", f"{key.kind.name} 密钥 {key.name}")
        lines.append(sign_line(accepted.note.text, key, time))
    return Answer(200, PLAIN_TYPE, "".join(f"{line}\n" for line in lines).encode())


def read_answer(answer: Answer, note: Note, keys: Iterable[VerifierKey]) -> Cosigned | Behind | Declined:
    """What a witness's answer to the request with `note` says; `keys` are the witness's as the log knows them.

    Lines of other keys are ignored. Raises `LedgerError` for an answer of another form, and `NotSigned` for a 200 without
    a valid cosignature of the witness.
    """
    if answer.status == 200:
        try:
            lines = parse_signature_lines(answer.body.decode())
        except UnicodeDecodeError:
            raise LedgerError("见证应答", "", "UTF-8 编码", "不是") from None
        cosigners = tuple(key for key in keys if key.kind is Kind.COSIGNATURE)
        return Cosigned(open_note(Note(note.text, lines), cosigners).signed)
    text = answer.body.decode("utf-8", "backslashreplace")
    if answer.status == 409 and answer.content_type == SIZE_TYPE:
        if not text.endswith("\n"):
            raise LedgerError("见证应答", "", "以换行结束的大小", quoted(text))
        return Behind(decode_size(text[:-1], "见证应答", "第 1 行"))
    return Declined(answer.status, visible(text.strip(), 200))


def _read(body: bytes, logs: Callable[[str], Sequence[VerifierKey]]) -> tuple[AddCheckpoint, Checkpoint] | Refused:
    """The request and its checkpoint, signed by the log, or why not."""
    try:
        request = parse_request(body)
        origin = request.note.text.partition("\n")[0]
        keys = logs(origin)
        if not keys:
            return _refused(404, f"不认识的日志：{quoted(origin)}")
        open_note(request.note, keys)
        return request, parse_checkpoint(request.note.text)
    except NotSigned as error:
        return _refused(403, str(error))
    except LedgerError as error:
        return _refused(400, str(error))


def _weigh(request: AddCheckpoint, checkpoint: Checkpoint, size: int, root: bytes) -> Accepted | Refused:
    """Whether a checkpoint that the log has signed continues the one of `size` and `root`."""
    if request.old_size > checkpoint.size:
        return _refused(400, f"旧大小 {request.old_size} 大于检查点的大小 {checkpoint.size}")
    if request.old_size != size:
        return Refused(Answer(409, SIZE_TYPE, f"{size}\n".encode()), f"上次见证的大小是 {size}")
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        return _refused(422, "大小为 0 的检查点，根不是空树的根", evidence=True)
    if checkpoint.size == size and checkpoint.root != root:
        return _refused(409, f"大小同为 {size}，根与上次见证的不同", evidence=True)
    try:
        check_consistency(request.proof, size, checkpoint.size, root, checkpoint.root)
    except LedgerError as error:
        return _refused(422, str(error), evidence=isinstance(error, NotProven))
    return Accepted(checkpoint, request.note)


def _refused(status: int, reason: str, *, evidence: bool = False) -> Refused:
    return Refused(Answer(status, PLAIN_TYPE, f"{reason}\n".encode()), reason, evidence)
