"""Hashes, commitments, the seed, keys and tickets: the sections *Commit and reveal* and *Seed, keys, tickets*.

Every function takes the notice's `hash` by name (``sha256`` or ``sm3``); anyone can follow each with a hash calculator.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeAlias

from sunlot.norms import sm3

HASHES = ("sha256", "sm3")
KEY_DIGITS = 32

Digest: TypeAlias = Callable[[bytes], bytes]


def hash_function(hash_name: str) -> Callable[[bytes], sm3.Hash]:
    """The function that gives a hash over some bytes, to be fed with more or read."""
    return hashlib.sha256 if hash_name == "sha256" else sm3.new


def new_hash(hash_name: str) -> sm3.Hash:
    """A running hash, for files that are read in pieces."""
    return hash_function(hash_name)(b"")


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def digest_function(hash_name: str) -> Digest:
    """The function from bytes to their 32 bytes of digest."""
    return _sha256 if hash_name == "sha256" else sm3.digest


def hex_digest(hash_name: str, data: bytes) -> str:
    """H(data) of the protocol: 64 lowercase hex digits."""
    return digest_function(hash_name)(data).hex()


def commitment(draw: str, attempt: int, contributor: str, nonce: str, hash_name: str = "sha256") -> str:
    """The digest that a contributor puts into the notice for its secret `nonce` (64 lowercase hex digits)."""
    return hex_digest(hash_name, f"sunlot-draw/1 commit\n{draw}/{attempt}\n{contributor}\n{nonce}\n".encode())


def seed(hash_name: str, notice_digest: str, nonces: Iterable[tuple[str, str]], beacon: str | None) -> str:
    """The seed of a draw; `nonces` are pairs (contributor, nonce) in the notice's order."""
    revealed = "".join(f"{contributor}={nonce}\n" for contributor, nonce in nonces)
    return hex_digest(hash_name, f"sunlot-draw/1 seed\n{notice_digest}\n{revealed}beacon={beacon or ''}\n".encode())


def key(hash_name: str, seed: str, purpose: str, name: str) -> str:
    """key(p, s) of the protocol: 32 hex digits that stand before an id when its ticket is made."""
    return hex_digest(hash_name, f"sunlot-draw/1 key\n{seed}\n{purpose}\n{name}\n".encode())[:KEY_DIGITS]


def ball(key: str, identifier: str, number: int) -> str:
    """The text that is hashed for ball `number` (from 1) of an id."""
    return f"{key}{identifier}" if number == 1 else f"{key}{identifier}#{number}"


def ticket(hash_name: str, key: str, identifier: str, tickets: int = 1) -> str:
    """ticket(k, x, n) of the protocol: the smallest digest among the id's `tickets` balls."""
    digest = digest_function(hash_name)
    return smallest(digest, ball(key, identifier, 1).encode(), tickets).hex()


def smallest(digest: Digest, first: bytes, tickets: int) -> bytes:
    """The smallest digest of the balls `first`, `first`#2 … `first`#n, as bytes (they order as their hex does)."""
    return min([digest(first), *(digest(b"%b#%d" % (first, n)) for n in range(2, tickets + 1))])


def order_by_ticket(hash_name: str, key: str, identifiers: Iterable[str]) -> list[str]:
    """The ids in the order of (ticket, id)."""
    digest = digest_function(hash_name)
    return [i for _, i in sorted((digest(f"{key}{identifier}".encode()), identifier) for identifier in identifiers)]
