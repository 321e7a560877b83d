"""The log as a folder of static files, for any web server: `checkpoint`, `vkey`, `tile/…`, exactly as the log serves them,
and with them the public notice files of its draws, by which a monitor of the mirror judges the draws.

Run again it adds what is new. Every file is written whole or not at all, and the checkpoint last: whoever reads meanwhile
finds under every checkpoint all that it covers.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sunlot.ledger.keys import VerifierKey
from sunlot.ledger.tiles import WIDTH, Bundle, Tile, edge_tiles, encode_tile, tiles_between

from .files import write_whole
from .following import Step, follow
from .notices import keep_notices
from .sources import Source


@dataclass(frozen=True)
class Mirrored:
    """What a run did: how large the mirror was and is, how many files it wrote, how many notices are missing."""

    old: int
    size: int
    files: int
    missing: int


def mirror(source: Source, key: VerifierKey, folder: Path) -> Mirrored:
    """Bring the mirror in `folder` up to the log's newest checkpoint, everything checked on the way.

    A mirror is never taken to a log that does not continue it. Raises Broken, LedgerError, Missing, Unreachable, OSError;
    and ValueError for a folder that holds the mirror of another key. What was there stays right in every case.
    """
    kept = folder / "vkey"
    if kept.exists() and kept.read_text(encoding="utf-8").strip() != str(key):
        raise ValueError(f"{folder} mirrors another log: its vkey is not {key}")
    known = _read(folder / "checkpoint")
    step = follow(source, key, known)
    written = 0
    for path, data in _new_files(step):
        write_whole(folder / path, data)
        written += 1
    if not kept.exists():
        write_whole(kept, f"{key}\n".encode())
    if step.note != known:
        write_whole(folder / "checkpoint", step.note)
    _remove_outgrown(folder, step)
    notices, missing = keep_notices(source, folder, step.checkpoint.size)
    return Mirrored(step.old.size, step.checkpoint.size, written + notices, missing)


def _new_files(step: Step) -> Iterator[tuple[str, bytes]]:
    for bundle, data, _ in step.bundles():
        yield bundle.path, data
    for tile in tiles_between(step.old.size, step.checkpoint.size):
        yield tile.path, encode_tile(step.tile(tile))


def _remove_outgrown(folder: Path, step: Step) -> None:
    """The partial forms of what is full by now: who still wants one, under an older checkpoint, cuts it from the full."""
    old, size = step.old.size, step.checkpoint.size
    places: list[Tile | Bundle] = [*edge_tiles(old), Bundle(old // WIDTH)]
    for place in places:
        level = place.level if isinstance(place, Tile) else 0
        if (place.index + 1) * WIDTH << 8 * level <= size:
            full = replace(place, width=WIDTH)
            shutil.rmtree(folder / f"{full.path}.p", ignore_errors=True)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
