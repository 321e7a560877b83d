"""Keys of signed notes (C2SP signed-note, sections “Signatures” and “Verifier keys”; C2SP tlog-cosignature).

A key has a name, a kind and its own bytes; the *key id*, the first four bytes of SHA-256(name ‖ 0x0A ‖ kind ‖ public
key), tells it from others of the same name. Two texts carry keys:

- verifier key, public: ``<name>+<key id, 8 hex digits>+<base64(kind ‖ public key)>``;
- signing key, secret: ``PRIVATE+KEY+<name>+<key id>+<base64(kind ‖ secret)>``, as golang.org/x/mod/sumdb/note writes it.

Kinds, with the bytes that identify them:

- ``ED25519``, 0x01: RFC 8032 over the note's text; the log's own signature.
- ``COSIGNATURE``, 0x04: a witness's timestamped Ed25519 signature, cosignature/v1. The signature is a time, 8 bytes,
  and 64 bytes over ``cosignature/v1\\ntime <time>\\n`` and the note's text.
- ``SM2``, 0xff followed by the 19 ASCII bytes ``1.2.156.10197.1.501``: SM2 with SM3 (GB/T 32918) over the note's text
  with the default identity. C2SP leaves 0xff to kinds without a number of their own and asks for a longer identifier
  after it; ours is the object identifier of SM2 with SM3 (GM/T 0006). Forms of key and signature: `sunlot.ledger.sm2`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sunlot.ledger import sm2
from sunlot.ledger.faults import LedgerError, quoted
from sunlot.ledger.text import decode_base64, encode_base64

KEY_ID_BYTES = 4
TIME_BYTES = 8
MAX_TIME = 2**63 - 1
"""The latest time of a cosignature, seconds since 1970 (C2SP tlog-cosignature, “Format”)."""

_ED25519_BYTES = 32
_ED25519_SIGNATURE_BYTES = 64
_PRIVATE = "PRIVATE+KEY+"
_KEY_ID = re.compile(r"[0-9a-f]{8}")


class Kind(Enum):
    """What kind of signature a key makes; the value stands before the key in its text and in its key id."""

    ED25519 = b"\x01"
    COSIGNATURE = b"\x04"
    SM2 = b"\xff1.2.156.10197.1.501"


@dataclass(frozen=True)
class VerifierKey:
    """A public key that may be known to whoever opens a note. `str` gives the verifier key text."""

    name: str
    kind: Kind
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name, "公钥", "名称")
        if self.kind is Kind.SM2:
            if not sm2.is_public(self.public):
                raise LedgerError("公钥", self.name, "SM2 曲线上的点（04 ‖ x ‖ y，65 字节）", _bytes(self.public))
        elif len(self.public) != _ED25519_BYTES:
            raise LedgerError("公钥", self.name, "32 字节的 Ed25519 公钥", _bytes(self.public))

    @cached_property
    def id(self) -> bytes:
        """The key id, four bytes."""
        return sha256(self.name.encode() + b"\n" + self.kind.value + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode_base64(self.kind.value + self.public)}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether `signature`, as it stands in a signature line after the key id, is this key's over a note's `text`."""
        message = text.encode()
        if self.kind is Kind.SM2:
            return sm2.verify(self.public, message, signature)
        if self.kind is Kind.COSIGNATURE:
            time = cosignature_time(signature)
            if time is None:
                return False
            message, signature = _cosigned(message, time), signature[TIME_BYTES:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A secret key. Its `repr` does not show the secret; `export` gives the text that does."""

    name: str
    kind: Kind
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name, "私钥", "名称")
        if self.kind is Kind.SM2:
            if not sm2.is_secret(self.secret):
                raise LedgerError("私钥", self.name, "SM2 私钥（32 字节，1 至 n-2）", _bytes(self.secret))
        elif len(self.secret) != _ED25519_BYTES:
            raise LedgerError("私钥", self.name, "32 字节的 Ed25519 私钥", _bytes(self.secret))

    @cached_property
    def verifier(self) -> VerifierKey:
        """The public key that belongs to this one."""
        if self.kind is Kind.SM2:
            return VerifierKey(self.name, self.kind, sm2.public_key(self.secret))
        return VerifierKey(self.name, self.kind, self._ed25519.public_key().public_bytes_raw())

    def export(self) -> str:
        """The signing key text, secret included."""
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{encode_base64(self.kind.value + self.secret)}"

    def sign(self, text: str, time: int | None = None) -> bytes:
        """The signature over a note's text, as it stands in a signature line after the key id.

        A cosignature needs its `time` (seconds since 1970), the other kinds must not be given one; else `LedgerError`.
        """
        message = text.encode()
        if (time is not None) != (self.kind is Kind.COSIGNATURE):
            raise LedgerError("签名", self.name, "见证签名带时间，其他签名不带", "不带" if time is None else "带")
        if time is not None:
            if not 0 < time <= MAX_TIME:
                raise LedgerError("签名", self.name, "1 至 2^63 - 1 的时间", str(time))
            return time.to_bytes(TIME_BYTES) + self._ed25519.sign(_cosigned(message, time))
        return sm2.sign(self.secret, message) if self.kind is Kind.SM2 else self._ed25519.sign(message)

    @property
    def _ed25519(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.secret)


def parse_verifier_key(text: str) -> VerifierKey:
    """The key of a verifier key text. Raises `LedgerError` for any other spelling of it and for a wrong key id."""
    name, key_id, data = _split(text, "公钥", quoted)
    kind = _kind(data, "公钥", name)
    key = VerifierKey(name, kind, data.removeprefix(kind.value))
    if key.id != key_id:
        raise LedgerError("公钥", name, f"编号 {key.id.hex()}", key_id.hex())
    return key


def parse_signing_key(text: str) -> SigningKey:
    """The key of a signing key text. Raises `LedgerError`, whose message never shows the secret."""
    if not text.startswith(_PRIVATE):
        raise LedgerError("私钥", "", f"以 {_PRIVATE} 开头的一行", "别的开头")
    name, key_id, data = _split(text.removeprefix(_PRIVATE), "私钥", lambda _: "不合规范的一段（从略）")
    kind = _kind(data, "私钥", name)
    key = SigningKey(name, kind, data.removeprefix(kind.value))
    if key.verifier.id != key_id:
        raise LedgerError("私钥", name, f"编号 {key.verifier.id.hex()}", key_id.hex())
    return key


def cosignature_time(signature: bytes) -> int | None:
    """The time of a cosignature, seconds since 1970; None where the bytes have not the form of one."""
    if len(signature) != TIME_BYTES + _ED25519_SIGNATURE_BYTES:
        return None
    time = int.from_bytes(signature[:TIME_BYTES])
    return time if time <= MAX_TIME else None


def check_name(name: str, subject: str, place: str) -> None:
    """Refuse what can't be a key name: empty, with a space, a plus sign or a control character. Raises `LedgerError`."""
    wrong = not name or any(sign.isspace() or sign == "+" or sign < " " for sign in name)
    if wrong or name.encode(errors="replace").decode() != name:
        raise LedgerError(subject, place, "不含空白、加号和控制字符的名称", quoted(name))


def _split(text: str, subject: str, show: Callable[[str], str]) -> tuple[str, bytes, bytes]:
    """Name, key id and the bytes after it (kind and key) of a key text; `show` tells what of the text may be shown."""
    parts = text.split("+", 2)  # base64 may hold plus signs, a name may not
    if len(parts) != 3:
        raise LedgerError(subject, "", "名称、编号和密钥三段，以加号相连", f"{len(parts)} 段")
    name, key_id, data = parts
    check_name(name, subject, "名称")
    if not _KEY_ID.fullmatch(key_id):
        raise LedgerError(subject, name, "8 位小写十六进制的编号", show(key_id))
    try:
        return name, bytes.fromhex(key_id), decode_base64(data, subject, name)
    except LedgerError as error:
        raise LedgerError(subject, name, error.expected, show(data)) from None


def _kind(data: bytes, subject: str, name: str) -> Kind:
    for kind in Kind:
        if data.startswith(kind.value):
            return kind
    known = "、".join(f"0x{kind.value[:1].hex()}（{kind.name}）" for kind in Kind)
    raise LedgerError(subject, name, f"算法 {known}之一", f"0x{data[:1].hex()}" if data else "没有")


def _cosigned(message: bytes, time: int) -> bytes:
    """What a cosignature signs (C2SP tlog-cosignature, “Ed25519 signed message”)."""
    return f"cosignature/v1\ntime {time}\n".encode() + message


def _bytes(data: bytes) -> str:
    return f"{len(data)} 字节的别的内容"
