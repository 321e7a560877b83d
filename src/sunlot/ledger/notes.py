"""Signed notes (C2SP signed-note): a text, a blank line, and lines with signatures over the text.

    Ognuno sta solo sul cuor della terra

    — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5…

`parse_note` reads the form alone; nothing in a note may be believed before `open_note` has found the signatures of keys
that the caller knows. Lines of other keys are kept and ignored. One note has one spelling: parsing refuses all others.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sunlot.ledger.faults import LedgerError, NotSigned, quoted
from sunlot.ledger.keys import KEY_ID_BYTES, Kind, SigningKey, VerifierKey, check_name, cosignature_time
from sunlot.ledger.text import decode_base64, encode_base64

MAX_NOTE = 1_000_000
"""Bytes of a note that are read, as golang.org/x/mod/sumdb/note has it."""

MAX_SIGNATURES = 100
"""Signature lines of a note, from the same source; C2SP asks that sixteen be read at least."""

_DASH = "— "  # U+2014 and a space
_SUBJECT = "签名文本"
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")


@dataclass(frozen=True)
class SignatureLine:
    """One signature as a note carries it. `str` gives the line without its end."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.signature)}"


@dataclass(frozen=True)
class Note:
    """A text, which ends in a line feed, and the signature lines under it, believed or not."""

    text: str
    signatures: tuple[SignatureLine, ...]

    def __post_init__(self) -> None:
        _check_text(self.text)
        _check_count(len(self.signatures))

    def encode(self) -> bytes:
        """The note as bytes. `parse_note` gives back the same note."""
        return (self.text + "\n" + "".join(f"{line}\n" for line in self.signatures)).encode()

    def with_lines(self, lines: Iterable[SignatureLine]) -> "Note":
        """The note with more signatures at its end, each instead of an earlier one of the same name and key id."""
        kept = {(line.name, line.key_id): line for line in self.signatures}
        for line in lines:
            kept.pop((line.name, line.key_id), None)
            kept[line.name, line.key_id] = line
        return replace(self, signatures=tuple(kept.values()))


@dataclass(frozen=True)
class Signed:
    """A signature that was found true: whose, and at what time where it is a cosignature (seconds since 1970)."""

    key: VerifierKey
    line: SignatureLine
    time: int | None


@dataclass(frozen=True)
class OpenNote:
    """A note whose signatures by known keys are all true, at least one. `unknown` are the lines of other keys."""

    note: Note
    signed: tuple[Signed, ...]
    unknown: tuple[SignatureLine, ...]


def parse_note(data: bytes) -> Note:
    """The note in `data`, no signature checked. Raises `LedgerError` for anything that C2SP signed-note does not allow."""
    if len(data) > MAX_NOTE:
        raise LedgerError(_SUBJECT, "", f"至多 {MAX_NOTE} 字节", f"{len(data)} 字节")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise LedgerError(_SUBJECT, f"第 {error.start + 1} 字节", "UTF-8 编码", "不是") from None
    text, blank, block = whole.rpartition("\n\n")
    if not blank or not block:
        raise LedgerError(_SUBJECT, "", "正文、空行和签名行", "没有空行" if not blank else "空行后没有签名行")
    return Note(text + "\n", parse_signature_lines(block))


def parse_signature_lines(block: str) -> tuple[SignatureLine, ...]:
    """The signature lines of which `block` consists, each with its end. Raises `LedgerError`."""
    if not block.endswith("\n"):
        raise LedgerError(_SUBJECT, "末行", "以换行结束", "没有换行")
    lines = block[:-1].split("\n")
    _check_count(len(lines))
    return tuple(_parse_line(line, f"第 {number} 行签名") for number, line in enumerate(lines, 1))


def open_note(note: Note, keys: Iterable[VerifierKey]) -> OpenNote:
    """Check every signature in a note by one of `keys`.

    Raises `NotSigned` when no line is by one of them or one that claims to be is false (signed-note, “Signatures”: such
    a note should be rejected whole, and is), and `LedgerError` when two different keys share name and key id.
    """
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.id), key) != key:
            raise LedgerError(_SUBJECT, key.name, "名称或编号不同的公钥", f"两个不同的公钥都是 {key.id.hex()}")
    signed, unknown = [], []
    for line in note.signatures:
        by = known.get((line.name, line.key_id))
        if by is None:
            unknown.append(line)
            continue
        if not by.verifies(note.text, line.signature):
            raise NotSigned(_SUBJECT, line.name, f"密钥 {line.key_id.hex()} 的有效签名", "无效的签名")
        time = cosignature_time(line.signature) if by.kind is Kind.COSIGNATURE else None
        signed.append(Signed(by, line, time))
    if not signed:
        names = "、".join(sorted(f"{name} {key_id.hex()}" for name, key_id in known))
        raise NotSigned(_SUBJECT, "", f"由 {names} 签名" if names else "已知密钥的签名", "没有这样的签名")
    return OpenNote(note, tuple(signed), tuple(unknown))


def sign_line(text: str, key: SigningKey, time: int | None = None) -> SignatureLine:
    """A key's signature line under a note's text; `time` for a cosignature and for nothing else. Raises `LedgerError`."""
    _check_text(text)
    return SignatureLine(key.name, key.verifier.id, key.sign(text, time))


def sign_note(text: str, keys: Iterable[SigningKey]) -> Note:
    """A note of `text`, which must end in a line feed, signed by at least one key. Raises `LedgerError`."""
    return Note(text, tuple(sign_line(text, key) for key in keys))


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise LedgerError(_SUBJECT, "正文", "以换行结束", "没有换行")
    if found := _CONTROL.search(text):
        raise LedgerError(_SUBJECT, f"第 {found.start() + 1} 个字符", "换行以外没有控制字符", f"U+{ord(found[0]):04X}")


def _check_count(lines: int) -> None:
    if not 1 <= lines <= MAX_SIGNATURES:
        raise LedgerError(_SUBJECT, "", f"1 至 {MAX_SIGNATURES} 行签名", f"{lines} 行")


def _parse_line(line: str, place: str) -> SignatureLine:
    if not line.startswith(_DASH):
        raise LedgerError(_SUBJECT, place, "以破折号（U+2014）和空格开头", quoted(line))
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not space:
        raise LedgerError(_SUBJECT, place, "名称、空格和签名", quoted(line))
    check_name(name, _SUBJECT, place)
    data = decode_base64(encoded, _SUBJECT, place)
    if len(data) <= KEY_ID_BYTES:
        raise LedgerError(_SUBJECT, place, "4 字节的密钥编号和其后的签名", f"{len(data)} 字节")
    return SignatureLine(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])
