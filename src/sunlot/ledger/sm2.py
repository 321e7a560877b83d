"""SM2 signatures with SM3 over the recommended curve (GB/T 32918.1, .2 and .5), as plain functions of bytes.

Written out because neither hashlib nor cryptography has them. Signing draws no randomness: its nonce follows from
secret and message (RFC 6979, section 3.2), so that the same input always gives the same signature and a weak generator
can't give the secret away. Scalars are multiplied by a ladder of fixed length; this is still Python, and no defence
against somebody who measures on the same machine.

Forms: a secret is 32 bytes; a public key 65, ``0x04 ‖ x ‖ y`` (GB/T 32918.1, section 4.2.9); a signature 64, ``r ‖ s``.
The signer's identity, which SM2 hashes with the message, is the standard's default for those who have not agreed on one.
"""

import hmac
from typing import TypeAlias

from sunlot.norms import sm3

SECRET_BYTES = 32
PUBLIC_BYTES = 65
SIGNATURE_BYTES = 64

SIGNER_ID = b"1234567812345678"
"""The default identity (GM/T 0009-2012, section 10)."""

# GB/T 32918.5, section 2: y² = x³ + ax + b over the integers mod p, with a = p - 3; base point (x, y) of order n.
_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_X = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
_Y = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0

_Point: TypeAlias = tuple[int, int, int]  # Jacobian: (X/Z², Y/Z³); Z = 0 is the point at infinity

_BASE: _Point = (_X, _Y, 1)
_INFINITY: _Point = (1, 1, 0)


def is_secret(secret: bytes) -> bool:
    """Whether the bytes are a secret: 32 of them, a number from 1 to n - 2 (GB/T 32918.1, section 6.1)."""
    return len(secret) == SECRET_BYTES and 1 <= int.from_bytes(secret) <= _N - 2


def is_public(public: bytes) -> bool:
    """Whether the bytes are a public key: a point of the curve (GB/T 32918.1, section 6.2.1). Its order is then n."""
    if len(public) != PUBLIC_BYTES or public[0] != 4:
        return False
    x, y = int.from_bytes(public[1:33]), int.from_bytes(public[33:])
    return x < _P and y < _P and (y * y - (x * x * x + _A * x + _B)) % _P == 0


def public_key(secret: bytes) -> bytes:
    """The public key of a secret for which `is_secret` holds."""
    x, y = _affine(_multiply(int.from_bytes(secret), _BASE))
    return b"\x04" + x.to_bytes(32) + y.to_bytes(32)


def sign(secret: bytes, message: bytes) -> bytes:
    """The signature over a message, always the same for the same input (GB/T 32918.2, section 6.1)."""
    digest = _digest(public_key(secret), message)
    for nonce in _nonces(secret, digest):
        signature = sign_digest(secret, digest, nonce)
        if signature is not None:
            return signature
    raise AssertionError("unreachable: the nonces do not end")


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's over the message (GB/T 32918.2, section 7.1)."""
    return is_public(public) and verify_digest(public, _digest(public, message), signature)


def sign_digest(secret: bytes, digest: bytes, nonce: int) -> bytes | None:
    """Steps A3 to A7 of the signing with a given nonce from 1 to n - 1; None where the standard asks for another."""
    d = int.from_bytes(secret)
    r = (int.from_bytes(digest) + _affine(_multiply(nonce, _BASE))[0]) % _N
    if r == 0 or r + nonce == _N:
        return None
    s = pow(1 + d, -1, _N) * (nonce - r * d) % _N
    return r.to_bytes(32) + s.to_bytes(32) if s else None


def verify_digest(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Steps B1, B2 and B5 to B7 of the verification, for a key for which `is_public` holds."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    t = (r + s) % _N
    if not (1 <= r < _N and 1 <= s < _N) or t == 0:
        return False
    key: _Point = (int.from_bytes(public[1:33]), int.from_bytes(public[33:]), 1)
    point = _add(_multiply(s, _BASE), _multiply(t, key))
    return point[2] != 0 and (int.from_bytes(digest) + _affine(point)[0]) % _N == r


def _digest(public: bytes, message: bytes) -> bytes:
    """e = SM3(Z ‖ M), where Z binds identity, curve and key (GB/T 32918.2, sections 5.5 and 6.1)."""
    curve = b"".join(number.to_bytes(32) for number in (_A, _B, _X, _Y))
    identity = (8 * len(SIGNER_ID)).to_bytes(2) + SIGNER_ID
    return sm3.digest(sm3.digest(identity + curve + public[1:]) + message)


def _nonces(secret: bytes, digest: bytes) -> "_Nonces":
    return _Nonces(secret + (int.from_bytes(digest) % _N).to_bytes(32))


class _Nonces:
    """The candidates for the nonce in the order of RFC 6979, section 3.2, with HMAC-SHA-256."""

    def __init__(self, seed: bytes) -> None:
        self._key, self._value = bytes(32), b"\x01" * 32
        self._stir(b"\x00" + seed)
        self._stir(b"\x01" + seed)

    def __iter__(self) -> "_Nonces":
        return self

    def __next__(self) -> int:
        while True:
            self._value = hmac.digest(self._key, self._value, "sha256")
            candidate = int.from_bytes(self._value)
            self._stir(b"\x00")
            if 1 <= candidate < _N:
                return candidate

    def _stir(self, data: bytes) -> None:
        self._key = hmac.digest(self._key, self._value + data, "sha256")
        self._value = hmac.digest(self._key, self._value, "sha256")


def _multiply(scalar: int, point: _Point) -> _Point:
    """[scalar]point by a Montgomery ladder of 257 bits, whatever the scalar from 0 to n - 1."""
    scalar += _N
    if scalar.bit_length() == 256:
        scalar += _N
    low, high = point, _double(point)
    for bit in range(255, -1, -1):
        if scalar >> bit & 1:
            low, high = _add(low, high), _double(high)
        else:
            low, high = _double(low), _add(low, high)
    return low


def _double(point: _Point) -> _Point:
    x, y, z = point
    zz, yy = z * z % _P, y * y % _P
    beta = x * yy % _P
    alpha = 3 * (x - zz) * (x + zz) % _P
    x3 = (alpha * alpha - 8 * beta) % _P
    return x3, (alpha * (4 * beta - x3) - 8 * yy * yy) % _P, 2 * y * z % _P


def _add(left: _Point, right: _Point) -> _Point:
    x1, y1, z1 = left
    x2, y2, z2 = right
    if z1 == 0:
        return right
    if z2 == 0:
        return left
    zz1, zz2 = z1 * z1 % _P, z2 * z2 % _P
    u1, u2 = x1 * zz2 % _P, x2 * zz1 % _P
    s1, s2 = y1 * zz2 * z2 % _P, y2 * zz1 * z1 % _P
    h, r = (u2 - u1) % _P, (s2 - s1) % _P
    if h == 0:
        return _double(left) if r == 0 else _INFINITY
    hh = h * h % _P
    hhh, v = h * hh % _P, u1 * hh % _P
    x3 = (r * r - hhh - 2 * v) % _P
    return x3, (r * (v - x3) - s1 * hhh) % _P, h * z1 * z2 % _P


def _affine(point: _Point) -> tuple[int, int]:
    x, y, z = point
    inverse = pow(z, -1, _P)
    square = inverse * inverse % _P
    return x * square % _P, y * square * inverse % _P
