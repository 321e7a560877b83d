"""The two spellings that the log's text formats share, each with exactly one way to write a value."""

import base64
import binascii
import re

from sunlot.ledger.faults import LedgerError, quoted

MAX_SIZE = 2**63 - 1
"""Leaves that a tree may have: what other implementations keep in a signed 64-bit integer (and a database in a bigint)."""

HASH_BYTES = 32

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str, subject: str, place: str) -> bytes:
    """The bytes of standard base64. Refuses foreign characters, missing padding and stray bits in the last character
    (RFC 4648, section 3.5), so that no two texts give the same bytes. Raises `LedgerError` at `subject`, `place`."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        data = None
    if data is None or encode_base64(data) != text:
        raise LedgerError(subject, place, "规范的 base64（RFC 4648 第 4 节）", quoted(text))
    return data


def decode_size(text: str, subject: str, place: str) -> int:
    """A tree size in decimal: no sign, no leading zero, at most `MAX_SIZE`. Raises `LedgerError`."""
    if not _DECIMAL.fullmatch(text) or (size := int(text)) > MAX_SIZE:
        raise LedgerError(subject, place, "小于 2^63、没有正负号和前导零的十进制整数", quoted(text))
    return size
