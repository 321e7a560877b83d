"""The SM3 hash (GB/T 32905-2016): OpenSSL's where this Python has it, else the standard written out.

`new` gives an object with ``update``, ``digest``, ``hexdigest`` as hashlib's do; `digest` hashes bytes at once.
"""

import hashlib
from typing import Protocol

_IV = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
_MASK = 0xFFFFFFFF
_BLOCK = 64


class Hash(Protocol):
    """What this module and hashlib have in common."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...

    def hexdigest(self) -> str: ...


def _rotate(word: int, bits: int) -> int:
    bits %= 32
    return (word << bits | word >> (32 - bits)) & _MASK


# T_j of section 5.4.3 (rounds 0–15, 16–63), already rotated by j.
_CONSTANTS = tuple(_rotate(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64))


def _expand(block: bytes) -> list[int]:
    """Section 5.3.2: the 68 words W of a block of 64 bytes."""
    words = [int.from_bytes(block[at : at + 4]) for at in range(0, _BLOCK, 4)]
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _rotate(words[j - 3], 15)
        permuted = mixed ^ _rotate(mixed, 15) ^ _rotate(mixed, 23)
        words.append(permuted ^ _rotate(words[j - 13], 7) ^ words[j - 6])
    return words


def _compress(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    """Section 5.3.3: the compression function CF."""
    words = _expand(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        turned = _rotate(a, 12)
        ss1 = _rotate((turned + e + _CONSTANTS[j]) & _MASK, 7)
        ff, gg = (a ^ b ^ c, e ^ f ^ g) if j < 16 else (a & b | a & c | b & c, e & f | ~e & g)
        tt1 = (ff + d + (ss1 ^ turned) + (words[j] ^ words[j + 4])) & _MASK
        tt2 = (gg + h + ss1 + words[j]) & _MASK
        a, b, c, d = tt1, a, _rotate(b, 9), c
        e, f, g, h = tt2 ^ _rotate(tt2, 9) ^ _rotate(tt2, 17), e, _rotate(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))


class PureSM3:
    """SM3 in Python alone, a thousand times slower than OpenSSL's; for machines whose OpenSSL leaves it out."""

    def __init__(self, data: bytes = b"") -> None:
        self._state: tuple[int, ...] = _IV
        self._rest = b""
        self._length = 0
        self.update(data)

    def update(self, data: bytes, /) -> None:
        self._length += len(data)
        data = self._rest + data
        whole = len(data) - len(data) % _BLOCK
        for at in range(0, whole, _BLOCK):
            self._state = _compress(self._state, data[at : at + _BLOCK])
        self._rest = data[whole:]

    def digest(self) -> bytes:
        # Section 5.2: a one bit, zeros, and the length in bits, to a multiple of 64 bytes.
        zeros = -(self._length + 9) % _BLOCK
        tail = self._rest + b"\x80" + bytes(zeros) + (self._length * 8).to_bytes(8)
        state = self._state
        for at in range(0, len(tail), _BLOCK):
            state = _compress(state, tail[at : at + _BLOCK])
        return b"".join(word.to_bytes(4) for word in state)

    def hexdigest(self) -> str:
        return self.digest().hex()


def openssl_has_sm3() -> bool:
    """Whether hashlib can make SM3 here. A distribution may list the name and still refuse it (FIPS mode)."""
    try:
        hashlib.new("sm3")
    except ValueError:
        return False
    return True


def new(data: bytes = b"") -> Hash:
    """A running SM3 hash over `data`."""
    return hashlib.new("sm3", data) if openssl_has_sm3() else PureSM3(data)


def digest(data: bytes) -> bytes:
    """The 32 bytes of SM3 over `data`."""
    return new(data).digest()
