"""Logs for the tests: entries, hashes in memory, and a whole log as the files that a server would serve."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sunlot.ledger import (
    Appender,
    Checkpoint,
    Kind,
    SigningKey,
    TileFetch,
    bundles_between,
    encode_bundle,
    leaf_hashes,
    sign_checkpoint,
)

ORIGIN = "sunlot.example/wuhai"
LOG_KEY = SigningKey(ORIGIN, Kind.ED25519, b"\x01" * 32)
SM2_KEY = SigningKey(ORIGIN, Kind.SM2, b"\x02" * 32)
WITNESS_KEY = SigningKey("jijian.example/witness", Kind.COSIGNATURE, b"\x03" * 32)
OTHER_WITNESS_KEY = SigningKey("region.example/witness", Kind.COSIGNATURE, b"\x04" * 32)
TIME = 1_795_400_000


def published(name: str) -> dict[str, Any]:
    """A file of published examples; its member `origin` says who published it."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "published" / f"{name}.json").read_text("utf-8"))
    assert found["origin"]
    return found


def entry(number: int) -> bytes:
    """An entry of the usual form and size, always the same for a number."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return json.dumps(
        {"actor": "org:zjj", "digest": digest, "public": {}, "subject": digest[:32],
         "time": f"2026-11-23T09:30:00.{number % 1000:03d}+08:00", "type": "internal", "v": 1},
        separators=(",", ":"),
    ).encode()  # fmt: skip


@cache
def rows(size: int) -> list[list[bytes]]:
    """The hashes of all full subtrees of the tree over the first `size` entries, level by level, made pair by pair."""
    found = [[hashlib.sha256(b"\x00" + entry(number)).digest() for number in range(size)]]
    while len(found[-1]) > 1:
        row = found[-1]
        found.append(
            [hashlib.sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)],
        )
    return found


def reader(size: int) -> Callable[[int, int], bytes]:
    """A hash reader over `rows`."""
    stored = rows(size)
    return lambda level, index: stored[level][index]


class StoredLog:
    """A log that grows in memory as a server's would on disk; `files` are its files by path."""

    def __init__(self, keys: Sequence[SigningKey] = (LOG_KEY,)) -> None:
        self.keys = keys
        self.entries: list[bytes] = []
        self.appender = Appender()
        self.files: dict[str, bytes] = {}
        self.publish()

    def grow(self, entries: Sequence[bytes]) -> list[str]:
        """Append a batch and publish it. Returns the paths written, the checkpoint's aside."""
        old = len(self.entries)
        self.entries += entries
        written = {tile.path: data for tile, data in self.appender.append(leaf_hashes(entries))}
        for bundle in bundles_between(old, len(self.entries)):
            written[bundle.path] = encode_bundle(self.entries[bundle.first : bundle.first + bundle.width])
        self.files |= written
        self.publish()
        return list(written)

    def publish(self) -> None:
        self.files["checkpoint"] = sign_checkpoint(self.checkpoint, self.keys).encode()

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint(ORIGIN, self.appender.size, self.appender.root())

    def fetch(self, path: str) -> bytes:
        return self.files[path]

    @property
    def tiles(self) -> TileFetch:
        return tiles_in(self.files)


def tiles_in(files: Mapping[str, bytes]) -> TileFetch:
    """Tiles from files by their paths."""
    return lambda tile: files[tile.path]


def log_of(size: int) -> StoredLog:
    """A log of the first `size` entries, appended at once."""
    log = StoredLog()
    log.grow([entry(number) for number in range(size)])
    return log


def flipped(data: bytes, bit: int) -> bytes:
    """The bytes with one bit turned."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def every_flip(data: bytes) -> list[bytes]:
    """The bytes with each bit turned in turn."""
    return [flipped(data, bit) for bit in range(8 * len(data))]
