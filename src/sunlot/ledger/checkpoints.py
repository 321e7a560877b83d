"""Checkpoints (C2SP tlog-checkpoint): a signed note that says how large a log's tree is and what its root is.

    sunlot.example/wuhai
    574
    N7pV6RdCFKKa1RrwX6vkRMWD3kK4bsNVPXyoMZXCJpg=

    — sunlot.example/wuhai AYEavTHa2cRHkIbFs9hjlQ8jot8H1l+y70EqemtiQ9arzkpLld5iP/O3sjW/…

`open_checkpoint` is the only way to one that may be believed: it asks for the log's own signature, and names the
witnesses (C2SP tlog-cosignature) and further keys of the log whose signatures are there too.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sunlot.ledger.faults import LedgerError, NotSigned, quoted
from sunlot.ledger.keys import Kind, SigningKey, VerifierKey
from sunlot.ledger.notes import Note, SignatureLine, Signed, open_note, parse_note, sign_note
from sunlot.ledger.text import HASH_BYTES, MAX_SIZE, decode_base64, decode_size, encode_base64

_SUBJECT = "检查点"


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says: the log's `origin`, the `size` of its tree, the tree's `root`.

    `extensions` are further lines, opaque to us; C2SP advises against them and our own logs have none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE:
            raise LedgerError(_SUBJECT, "第 2 行", "0 至 2^63 - 1 的大小", str(self.size))
        if len(self.root) != HASH_BYTES:
            raise LedgerError(_SUBJECT, "第 3 行", f"{HASH_BYTES} 字节的哈希", f"{len(self.root)} 字节")
        for number, line in ((1, self.origin), *enumerate(self.extensions, 4)):
            if not line or "\n" in line:
                raise LedgerError(_SUBJECT, f"第 {number} 行", "不空的一行", quoted(line))

    @property
    def text(self) -> str:
        """The note text, each line with its end."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class OpenCheckpoint:
    """A checkpoint that the log has signed, the note that carried it, and every signature that was found true."""

    checkpoint: Checkpoint
    note: Note
    signed: tuple[Signed, ...]
    unknown: tuple[SignatureLine, ...]

    @property
    def cosigned(self) -> tuple[Signed, ...]:
        """The signatures by witnesses."""
        return tuple(one for one in self.signed if one.key.kind is Kind.COSIGNATURE)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in a note's text; signatures are not looked at. Raises `LedgerError` (tlog-checkpoint, “Note text”)."""
    if not text.endswith("\n"):
        raise LedgerError(_SUBJECT, "末行", "以换行结束", "没有换行")
    lines = text[:-1].split("\n")
    if len(lines) < 3:
        raise LedgerError(_SUBJECT, "", "至少三行：日志名、大小、根", f"{len(lines)} 行")
    origin, size, root, *extensions = lines
    return Checkpoint(
        origin,
        decode_size(size, _SUBJECT, "第 2 行"),
        decode_base64(root, _SUBJECT, "第 3 行"),
        tuple(extensions),
    )


def sign_checkpoint(checkpoint: Checkpoint, keys: Iterable[SigningKey]) -> Note:
    """The checkpoint as a note signed by the log's keys. Raises `LedgerError` for a key that is not named as the origin.

    A log must never sign two checkpoints of which one does not continue the other: that is for the caller.
    """
    keys = tuple(keys)
    for key in keys:
        if key.name != checkpoint.origin:
            raise LedgerError(_SUBJECT, "签名", f"名为 {checkpoint.origin} 的密钥", quoted(key.name))
    return sign_note(checkpoint.text, keys)


def open_checkpoint(note: Note | bytes, log_key: VerifierKey, others: Iterable[VerifierKey] = ()) -> OpenCheckpoint:
    """The checkpoint of the log that `log_key` belongs to.

    `others` are keys that may have signed too: witnesses, and the log's SM2 key. Their signatures may be missing, but one
    that is there must be true. Raises `NotSigned` where the log's signature is missing or any is false, and `LedgerError`
    for a note or checkpoint of another form, for one of another origin than the log's key has as its name, and for a
    `log_key` that only cosigns.
    """
    if log_key.kind is Kind.COSIGNATURE:
        raise LedgerError(_SUBJECT, "公钥", "日志自己的签名公钥", f"见证公钥 {log_key.name}")
    note = parse_note(note) if isinstance(note, bytes) else note
    opened = open_note(note, (log_key, *others))
    if all(one.key != log_key for one in opened.signed):
        raise NotSigned(_SUBJECT, "签名", f"由 {log_key.name} {log_key.id.hex()} 签名", "没有这样的签名")
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != log_key.name:
        raise LedgerError(_SUBJECT, "第 1 行", f"日志名 {log_key.name}", quoted(checkpoint.origin))
    return OpenCheckpoint(checkpoint, note, opened.signed, opened.unknown)
