"""A reader of transparency logs written from the standards alone, to hold `sunlot.ledger` and a running log to them.

It shares no code with Sunlot: standard library and `cryptography` for Ed25519, nothing else; RFC 6962 section 2.1 for
the tree, by its recursive definitions; C2SP signed-note, tlog-checkpoint, tlog-tiles and tlog-cosignature for the files.
It takes a whole log into memory and is slow on purpose: what it says should be plain from reading it.

    log = read_log(over_http("https://host/log/"), verifier_key)
    log.entries, log.root_of(size), log.inclusion(index), log.consistency(old)
"""

import base64
import hashlib
import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Fetch = Callable[[str], bytes]
"""Gives the file at a path below the log's prefix, such as `checkpoint` or `tile/0/000.p/5`."""


class Wrong(Exception):  # noqa: N818  # reads as what is the case
    """The log is not what the standards and its own signed checkpoint say that it must be."""


def over_http(prefix: str) -> Fetch:
    """A `Fetch` from a server; `prefix` ends in a slash."""

    def fetch(path: str) -> bytes:
        with urllib.request.urlopen(prefix + path, timeout=30) as answer:  # noqa: S310  # a test names the server
            body: bytes = answer.read()
            return body

    return fetch


# --- RFC 6962, section 2.1 -------------------------------------------------------------------------------------------


@dataclass
class Tree:
    """A tree over leaf hashes; MTH, PATH and PROOF as RFC 6962 defines them."""

    leaves: list[bytes]
    _known: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def mth(self, start: int, end: int) -> bytes:
        """MTH(D[start:end])."""
        if start == end:
            return hashlib.sha256().digest()
        if end - start == 1:
            return self.leaves[start]
        if (start, end) not in self._known:
            middle = start + _largest_power_below(end - start)
            both = self.mth(start, middle) + self.mth(middle, end)
            self._known[start, end] = hashlib.sha256(b"\x01" + both).digest()
        return self._known[start, end]

    def path(self, m: int, start: int, end: int) -> list[bytes]:
        """PATH(m, D[start:end])."""
        if end - start == 1:
            return []
        k = _largest_power_below(end - start)
        if m < k:
            return [*self.path(m, start, start + k), self.mth(start + k, end)]
        return [*self.path(m - k, start + k, end), self.mth(start, start + k)]

    def subproof(self, m: int, start: int, end: int, whole: bool) -> list[bytes]:
        """SUBPROOF(m, D[start:end], whole)."""
        if m == end - start:
            return [] if whole else [self.mth(start, end)]
        k = _largest_power_below(end - start)
        if m <= k:
            return [*self.subproof(m, start, start + k, whole), self.mth(start + k, end)]
        return [*self.subproof(m - k, start + k, end, False), self.mth(start, start + k)]


def _largest_power_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


# --- Signed notes ----------------------------------------------------------------------------------------------------


def _verifier(vkey: str) -> tuple[str, bytes, int, Ed25519PublicKey]:
    """(name, key id, kind, public key) of a verifier key line."""
    name, key_id, key = vkey.split("+", 2)
    typed = base64.b64decode(key, validate=True)
    if hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4].hex() != key_id:
        raise Wrong(f"the key id of {name} is not that of its key")
    return name, bytes.fromhex(key_id), typed[0], Ed25519PublicKey.from_public_bytes(typed[1:])


def _signed_by(note: bytes, vkey: str) -> list[int | None]:
    """The times of the signatures of a key on a note, None for an untimed one; every line that names the key must be true."""
    text, _, block = note.decode().rpartition("\n\n")
    if not block.endswith("\n"):
        raise Wrong("the note does not end its last line")
    name, key_id, kind, public = _verifier(vkey)
    found: list[int | None] = []
    for line in block.splitlines():
        dash, line_name, blob = line.split(" ")
        raw = base64.b64decode(blob, validate=True)
        if dash != "\u2014" or line_name != name or raw[:4] != key_id:
            continue
        message, signature, time = f"{text}\n".encode(), raw[4:], None
        if kind == 0x04:
            time, signature = int.from_bytes(raw[4:12], "big"), raw[12:]
            message = f"cosignature/v1\ntime {time}\n".encode() + message
        try:
            public.verify(signature, message)
        except InvalidSignature:
            raise Wrong(f"the signature of {name} is false") from None
        found.append(time)
    return found


def read_checkpoint(note: bytes, vkey: str) -> tuple[str, int, bytes]:
    """(origin, size, root) of a checkpoint that the key has signed."""
    if not _signed_by(note, vkey):
        raise Wrong("the checkpoint is not signed by the log")
    origin, size, root, *_ = note.decode().rpartition("\n\n")[0].split("\n")
    if origin != vkey.split("+", 1)[0]:
        raise Wrong(f"the checkpoint is of another log: {origin}")
    if str(int(size)) != size:
        raise Wrong(f"the size is not written as it must be: {size}")
    return origin, int(size), base64.b64decode(root, validate=True)


# --- The log ---------------------------------------------------------------------------------------------------------


@dataclass
class Log:
    """A whole log that was found right: every file of it agrees with the signed checkpoint."""

    origin: str
    size: int
    root: bytes
    entries: list[bytes]
    cosigned: dict[str, list[int | None]]
    tree: Tree

    def root_of(self, size: int) -> bytes:
        """The root when the log had `size` entries."""
        return self.tree.mth(0, size)

    def inclusion(self, index: int) -> list[bytes]:
        """The inclusion proof of an entry."""
        return self.tree.path(index, 0, self.size)

    def consistency(self, old: int) -> list[bytes]:
        """The consistency proof from an older size, of at least one entry."""
        return self.tree.subproof(old, 0, self.size, True)

    def continues(self, older: bytes, vkey: str) -> None:
        """Raise `Wrong` unless this log begins with the whole log of an older checkpoint."""
        _, size, root = read_checkpoint(older, vkey)
        if size > self.size:
            raise Wrong(f"the log had {size} entries and now has {self.size}")
        if self.root_of(size) != root:
            raise Wrong(f"the first {size} entries are not what they were")

    def json(self) -> list[Any]:
        """The entries as JSON values."""
        return [json.loads(entry) for entry in self.entries]


def _path(kind: str, n: int, width: int) -> str:
    parts = [f"{n % 1000:03d}"]
    while n >= 1000:
        n //= 1000
        parts.insert(0, f"x{n % 1000:03d}")
    return f"tile/{kind}/" + "/".join(parts) + ("" if width == 256 else f".p/{width}")


def _files(kind: str, count: int) -> list[tuple[str, int]]:
    """(path, width) of the files that hold `count` hashes or entries."""
    full = [(_path(kind, n, 256), 256) for n in range(count // 256)]
    return full + ([(_path(kind, count // 256, count % 256), count % 256)] if count % 256 else [])


def _entries(data: bytes, path: str) -> list[bytes]:
    found = []
    while data:
        length = int.from_bytes(data[:2], "big")
        if len(data) < 2 + length:
            raise Wrong(f"{path} ends within an entry")
        found.append(data[2 : 2 + length])
        data = data[2 + length :]
    return found


def read_log(fetch: Fetch, vkey: str, witnesses: tuple[str, ...] = ()) -> Log:
    """Take a whole log and check it. Raises `Wrong`, or whatever `fetch` raises, unless everything is right.

    1. The checkpoint is signed by the log's key; signatures of the given witnesses are true where there are any.
    2. Every entry bundle that the size demands is there and holds as many entries as it should.
    3. Every tile that the size demands is there, of its width, and holds the hashes that follow from the entries.
    4. The root that follows from the entries is the checkpoint's.
    """
    note = fetch("checkpoint")
    origin, size, root = read_checkpoint(note, vkey)
    cosigned = {witness.split("+")[0]: _signed_by(note, witness) for witness in witnesses}

    entries: list[bytes] = []
    for path, width in _files("entries", size):
        found = _entries(fetch(path), path)
        if len(found) != width:
            raise Wrong(f"{path} holds {len(found)} entries")
        entries += found

    tree = Tree([hashlib.sha256(b"\x00" + entry).digest() for entry in entries])
    level, span = 0, 1
    while size // span:
        at = 0
        for path, width in _files(str(level), size // span):
            expected = b"".join(tree.mth(n * span, (n + 1) * span) for n in range(at, at + width))
            if fetch(path) != expected:
                raise Wrong(f"{path} does not follow from the entries")
            at += width
        level, span = level + 1, span * 256

    if tree.mth(0, size) != root:
        raise Wrong("the root does not follow from the entries")
    return Log(origin, size, root, entries, cosigned, tree)
