"""Reading the log: the newest checkpoint, tiles and entries as C2SP tlog-tiles lays them out, proofs, places of events.

Everything here is public: an entry holds what the public may see of an act (trail.actions).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Subquery

from sunlot.ledger.notes import Note, parse_note, parse_signature_lines
from sunlot.ledger.text import encode_base64
from sunlot.ledger.tiles import WIDTH, Bundle, Tile, TileReader, cut_tile, encode_bundle, encode_tile
from sunlot.ledger.tree import consistency_proof, inclusion_proof

from ..models import EventDetail, LogCheckpoint, LogEdge, LogKey, LogLeaf, LogTile, Sealer, Unsealed


@dataclass(frozen=True)
class LoggedEntry:
    """An entry with its place in the log and the proof that it stands there under a checkpoint of `size`."""

    index: int
    entry: str
    size: int
    proof: tuple[bytes, ...]

    def as_json(self) -> dict[str, object]:
        """As log.json of a bundle writes it (docs/spec/draw-protocol.md)."""
        return {"index": self.index, "entry": self.entry, "proof": [encode_base64(one) for one in self.proof]}


def newest_checkpoint() -> LogCheckpoint | None:
    """The newest published checkpoint; None on an installation that never sealed."""
    return LogCheckpoint.objects.prefetch_related("cosignatures").order_by("-size").first()


def note_of(checkpoint: LogCheckpoint) -> Note:
    """The signed note of a checkpoint, with the lines of the witnesses that have come."""
    note = parse_note(checkpoint.note.encode())
    lines = [line for one in checkpoint.cosignatures.all() for line in parse_signature_lines(one.line)]
    return note.with_lines(lines)


def verifier_key() -> str | None:
    """The present verifier key of the log; None on an installation that never sealed."""
    return LogKey.objects.order_by("-pk").values_list("vkey", flat=True).first()


def state() -> Sealer | None:
    """The sealer's row: whether it has stopped, and why."""
    return Sealer.objects.filter(pk=1).first()


def waiting() -> int:
    """How many events wait for their place."""
    return Unsealed.objects.count()


def waiting_since() -> datetime | None:
    """When the event was written that waits longest for its place; None where nothing waits."""
    first = Unsealed.objects.order_by("event_id").values("event_id")[:1]
    return EventDetail.objects.filter(event_id=Subquery(first)).values_list("at", flat=True).first()


def tile_bytes(tile: Tile, size: int) -> bytes | None:
    """The hashes of a tile, full or partial, of the tree of `size` leaves; None where that tree has no such tile."""
    if (tile.index * WIDTH + tile.width) << (8 * tile.level) > size:
        return None
    full = LogTile.objects.filter(path=Tile(tile.level, tile.index).path).values_list("hashes", flat=True).first()
    if full is not None:
        return cut_tile(bytes(full), tile.width)
    edge = LogEdge.objects.filter(level=tile.level, index=tile.index).values_list("hashes", flat=True).first()
    if edge is not None and len(edge) >= tile.width * 32:
        return cut_tile(bytes(edge), tile.width)
    if tile.level == 0:
        return encode_tile(_leaf_hashes(tile.index * WIDTH, tile.width))
    return None


def _leaf_hashes(first: int, count: int) -> list[bytes]:
    rows = LogLeaf.objects.filter(index__gte=first, index__lt=first + count).order_by("index")
    return [bytes(one) for one in rows.values_list("event__leaf_hash", flat=True)]


def bundle_bytes(bundle: Bundle, size: int) -> bytes | None:
    """An entry bundle of the tree of `size` leaves; None where that tree does not reach so far."""
    if bundle.first + bundle.width > size:
        return None
    rows = LogLeaf.objects.filter(index__gte=bundle.first, index__lt=bundle.first + bundle.width).order_by("index")
    return encode_bundle(entry.encode() for entry in rows.values_list("event__entry", flat=True))


class PublishedTree:
    """The tree of a published checkpoint, for proofs. Every hash is checked against the checkpoint's root on the way."""

    def __init__(self, checkpoint: LogCheckpoint) -> None:
        self.size = checkpoint.size
        self.checkpoint = checkpoint

    @cached_property
    def _reader(self) -> TileReader:
        return TileReader(self.size, bytes(self.checkpoint.root), self._fetch)

    def _fetch(self, tile: Tile) -> bytes:
        return tile_bytes(tile, self.size) or b""

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """The proof that the leaf at `index` is in the tree. Raises `LedgerError` outside it or for a damaged tile."""
        return tuple(inclusion_proof(index, self.size, self._reader))

    def consistency(self, old: int) -> tuple[bytes, ...]:
        """The proof that this tree continues the one of `old` leaves."""
        return tuple(consistency_proof(old, self.size, self._reader))

    def at(self, index: int) -> LoggedEntry:
        """The entry at a place of the tree with its proof. Raises `LedgerError` outside it or for a damaged tile."""
        proof = self.inclusion(index)
        entry = LogLeaf.objects.values_list("event__entry", flat=True).get(index=index)
        return LoggedEntry(index, entry, self.size, proof)

    def entries(self, events: Sequence[int]) -> dict[int, LoggedEntry]:
        """The entries of these events that the tree holds, with their proofs, by event id."""
        rows = LogLeaf.objects.filter(event_id__in=events, index__lt=self.size)
        return {
            event: LoggedEntry(index, entry, self.size, self.inclusion(index))
            for index, event, entry in rows.values_list("index", "event_id", "event__entry")
        }


def published_tree() -> PublishedTree | None:
    """The tree of the newest checkpoint; None before the first."""
    newest = newest_checkpoint()
    return PublishedTree(newest) if newest else None
