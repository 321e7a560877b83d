"""Computing the right edge of the tree from the leaves alone, when the stored one is damaged."""

from collections.abc import Iterator
from itertools import islice

from sunlot.ledger.tiles import WIDTH, Appender, Tile, edge_tiles
from sunlot.ledger.tree import EMPTY_ROOT

from ..models import LogLeaf

_CHUNK = 4096


def leaves(size: int, start: int = 0) -> Iterator[bytes]:
    """The stored leaf hashes of the log from `start` on, in order."""
    rows = LogLeaf.objects.filter(index__gte=start, index__lt=size).order_by("index")
    for leaf in rows.values_list("event__leaf_hash", flat=True).iterator(chunk_size=_CHUNK):
        yield bytes(leaf)


def rebuilt_edge(size: int) -> dict[Tile, bytes]:
    """The partial tiles of the tree over the first `size` leaves. What it should lead to is the caller's question."""
    appender = Appender(0, EMPTY_ROOT)
    edge: dict[Tile, bytes] = {}
    stored = leaves(size)
    while chunk := list(islice(stored, _CHUNK)):
        edge.update({tile: data for tile, data in appender.append(chunk) if tile.width < WIDTH})
    return {tile: edge[tile] for tile in edge_tiles(appender.size)}
