"""The log as static files (C2SP tlog-tiles): tiles of hashes and bundles of entries, and the tree grown and read by them.

A *tile* holds 256 neighbouring hashes of full subtrees, at level 0 the leaf hashes, at level 1 the roots of the tiles of
level 0, and so on: the hash ``(8 · level, 256 · index + i)`` of `sunlot.ledger.tree` is number i of ``Tile(level, index)``.
The last tile of each level is *partial* unless the tree fills it. A *bundle* holds the entries under a tile of level 0.

Full tiles and bundles never change. A partial one, by its width, does not either: ``000.p/5`` is always the first five.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sunlot.ledger.faults import LedgerError, NotProven, quoted
from sunlot.ledger.text import HASH_BYTES, MAX_SIZE
from sunlot.ledger.tree import EMPTY_ROOT, Frontier, Node, leaf_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
"""Hashes in a full tile, entries in a full bundle."""

MAX_ENTRY = 2**16 - 1
"""Bytes of an entry: its length stands in two bytes before it."""

_MAX_LEVEL = 63
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?")


@dataclass(frozen=True, order=True)
class Tile:
    """The address of a tile: its level (0 … 63), its index in the level, and its width, 256 when full."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= _MAX_LEVEL:
            raise LedgerError("哈希块", "层", f"0 至 {_MAX_LEVEL}", str(self.level))
        _check_place("哈希块", self.index, self.width)

    @property
    def path(self) -> str:
        """The path below the log's prefix, such as ``tile/0/x001/x234/067`` or ``tile/1/000.p/17``."""
        return _path(str(self.level), self.index, self.width)


@dataclass(frozen=True, order=True)
class Bundle:
    """The address of an entry bundle: that of the tile of level 0 whose entries it holds."""

    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        _check_place("条目包", self.index, self.width)

    @property
    def path(self) -> str:
        """The path below the log's prefix, such as ``tile/entries/000.p/5``."""
        return _path("entries", self.index, self.width)

    @property
    def first(self) -> int:
        """The number of its first entry in the log."""
        return self.index * WIDTH


TileFetch: TypeAlias = Callable[[Tile], bytes]
"""Gives the bytes of a tile of exactly the given width. One that has only the full tile left cuts it (`cut_tile`)."""


def parse_path(path: str) -> Tile | Bundle:
    """The tile or bundle that a path below the log's prefix names. Each has one path; `LedgerError` for any other text."""
    found = _PATH.fullmatch(path)
    if found:
        level, digits, width = found.groups()
        index = int(digits.replace("/", "").replace("x", ""))
        wide = WIDTH if width is None else int(width)
        if index <= MAX_SIZE and 1 <= wide <= WIDTH and (level == "entries" or int(level) <= _MAX_LEVEL):
            place = Bundle(index, wide) if level == "entries" else Tile(int(level), index, wide)
            if place.path == path:
                return place
    raise LedgerError("路径", "", "tile/<层或 entries>/<序号>[.p/<宽>]（C2SP tlog-tiles）", quoted(path))


def tiles_between(old: int, size: int) -> Iterator[Tile]:
    """The tiles that a log writes when it grows from `old` to `size` leaves, level by level; with `old` 0, all it has.

    Each is new or wider than before; the partial tiles of the old size that are not in it stay as they are.
    """
    for level in range(_MAX_LEVEL + 1):
        before, after = old >> HEIGHT * level, size >> HEIGHT * level
        if after == 0:
            return
        for index, width in _grown(before, after):
            yield Tile(level, index, width)


def bundles_between(old: int, size: int) -> Iterator[Bundle]:
    """The entry bundles that a log writes when it grows from `old` to `size` leaves."""
    for index, width in _grown(old, size):
        yield Bundle(index, width)


def edge_tiles(size: int) -> list[Tile]:
    """The partial tiles of a tree, the highest level first: they hold the hashes of `full_subtrees(0, size)`."""
    levels = range(_MAX_LEVEL, -1, -1)
    counts = ((level, size >> HEIGHT * level) for level in levels)
    return [Tile(level, count // WIDTH, count % WIDTH) for level, count in counts if count % WIDTH]


def tile_of(node: Node, size: int) -> Tile:
    """The tile of a tree of `size` leaves from which a full subtree's hash follows. Raises `LedgerError` outside the tree."""
    level, index = node
    if level < 0 or index < 0 or (index + 1) << level > size:
        raise LedgerError("日志树", f"第 {level} 层第 {index} 个", f"大小 {size} 以内的完整子树", "树外")
    tile_level, inner = divmod(level, HEIGHT)
    tile_index = (index << inner) // WIDTH
    return Tile(tile_level, tile_index, min(WIDTH, (size >> HEIGHT * tile_level) - tile_index * WIDTH))


def tiles_for(nodes: Iterable[Node], size: int) -> set[Tile]:
    """Every tile that a `TileReader` of the tree asks for on its way to these nodes: to fetch them all at once."""
    found = set(edge_tiles(size))
    for node in nodes:
        tile = tile_of(node, size)
        while tile not in found:
            found.add(tile)
            tile = tile_of(_root_node(tile), size)  # a full tile; its root stands in a tile of the next level
    return found


def encode_tile(hashes: Sequence[bytes]) -> bytes:
    """A tile's bytes: its hashes one after the other."""
    return b"".join(hashes)


def decode_tile(data: bytes, tile: Tile) -> list[bytes]:
    """The hashes of a tile, not yet checked against any root. Raises `LedgerError` for a wrong length."""
    if len(data) != tile.width * HASH_BYTES:
        raise LedgerError("哈希块", tile.path, f"{tile.width * HASH_BYTES} 字节", f"{len(data)} 字节")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def cut_tile(data: bytes, width: int) -> bytes:
    """The partial tile of `width` hashes from a tile at least as wide."""
    return data[: width * HASH_BYTES]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """A bundle's bytes: each entry after its length, two bytes, big-endian. Raises `LedgerError` over `MAX_ENTRY`."""
    parts = []
    for number, entry in enumerate(entries):
        if len(entry) > MAX_ENTRY:
            raise LedgerError("条目包", f"第 {number} 条", f"至多 {MAX_ENTRY} 字节", f"{len(entry)} 字节")
        parts += [len(entry).to_bytes(2), entry]
    return b"".join(parts)


def decode_bundle(data: bytes, bundle: Bundle) -> list[bytes]:
    """The entries of a bundle, not yet checked against any hash. Raises `LedgerError` unless it holds exactly its width."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        place = f"{bundle.path} 第 {len(entries)} 条"
        if len(entries) == bundle.width:
            raise LedgerError("条目包", bundle.path, f"{bundle.width} 条", "其后还有内容")
        start = at + 2
        if start > len(data):
            raise LedgerError("条目包", place, "2 字节的长度", "1 字节")
        at = start + int.from_bytes(data[at:start])
        if at > len(data):
            raise LedgerError("条目包", place, f"{at - start} 字节", f"{len(data) - start} 字节")
        entries.append(data[start:at])
    if len(entries) != bundle.width:
        raise LedgerError("条目包", bundle.path, f"{bundle.width} 条", f"{len(entries)} 条")
    return entries


class Appender:
    """A stored log that grows: gives the tiles to write for each batch of leaves, with memory for its right edge alone."""

    def __init__(self, size: int = 0, root: bytes = EMPTY_ROOT, fetch: TileFetch | None = None) -> None:
        """Go on from the stored log of `size` leaves, whose `edge_tiles` `fetch` gives.

        Raises `NotProven` unless they lead to `root`, which the caller takes from a signed checkpoint; and `LedgerError`
        for a tile of the wrong length.
        """
        self._partial = {tile.level: hashes for tile, hashes in _read_edge(size, root, fetch)}
        self._frontier = Frontier(size, _edge_hashes(self._partial))

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._frontier.size

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return self._frontier.root()

    def append(self, hashes: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Add leaves by their hashes. Returns exactly the tiles of `tiles_between`, each with its bytes.

        Raises `LedgerError` for a hash that is none, and has then changed nothing.
        """
        old = self.size
        rows = self._frontier.extend(hashes)
        written: list[tuple[Tile, bytes]] = []
        for level, row in enumerate(rows[::HEIGHT]):
            first = (old >> HEIGHT * level) // WIDTH
            known = [*self._partial.pop(level, ()), *row]
            for at in range(0, len(known), WIDTH):
                part = known[at : at + WIDTH]
                written.append((Tile(level, first + at // WIDTH, len(part)), encode_tile(part)))
                if len(part) < WIDTH:
                    self._partial[level] = part
        return written


class TileReader:
    """A `HashReader` over tiles that are not trusted: every hash it gives follows from the root it was made with.

    A full tile is checked against its hash in the tile above it, that one in the same way, and the partial tiles at the
    right edge together against the root. The last `keep` full tiles are remembered.
    """

    def __init__(self, size: int, root: bytes, fetch: TileFetch, keep: int = 64) -> None:
        """Read the tree of `size` leaves with `root`, both from a signed checkpoint.

        Fetches the `edge_tiles`; raises `NotProven` unless they lead to the root, `LedgerError` for a wrong length.
        """
        self.size = size
        self._fetch = fetch
        self._keep = keep
        self._edge = {tile: _rows(hashes) for tile, hashes in _read_edge(size, root, fetch)}
        self._full: OrderedDict[Tile, list[list[bytes]]] = OrderedDict()

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of a full subtree. Raises `LedgerError` outside the tree, `NotProven` where a tile was changed."""
        tile = tile_of((level, index), self.size)
        inner = level % HEIGHT
        return self._tile(tile)[inner][index - (tile.index * WIDTH >> inner)]

    def hashes(self, tile: Tile) -> list[bytes]:
        """All hashes of a tile of this tree. Raises as a call does."""
        if tile_of((tile.level * HEIGHT, tile.index * WIDTH), self.size) != tile:
            raise LedgerError("哈希块", tile.path, f"大小 {self.size} 的树的哈希块", "不是")
        return self._tile(tile)[0]

    def entries(self, bundle: Bundle, data: bytes) -> list[bytes]:
        """The entries of a bundle, each checked against its leaf hash. Raises `NotProven` naming the first that differs."""
        entries = decode_bundle(data, bundle)
        expected = self.hashes(Tile(0, bundle.index, bundle.width))
        for number, (entry, wanted) in enumerate(zip(entries, expected, strict=True), bundle.first):
            found = leaf_hash(entry)
            if found != wanted:
                raise NotProven("条目", f"第 {number} 条", f"叶哈希 {wanted.hex()}", found.hex())
        return entries

    def _tile(self, tile: Tile) -> list[list[bytes]]:
        rows = self._edge.get(tile) or self._full.get(tile)
        if rows is None:
            rows = _rows(decode_tile(self._fetch(tile), tile))
            wanted, found = self(*_root_node(tile)), rows[HEIGHT][0]
            if found != wanted:
                raise NotProven("哈希块", tile.path, f"根 {wanted.hex()}", found.hex())
            self._full[tile] = rows
            if len(self._full) > self._keep:
                self._full.popitem(last=False)
        elif tile in self._full:
            self._full.move_to_end(tile)
        return rows


def _root_node(tile: Tile) -> Node:
    return (tile.level + 1) * HEIGHT, tile.index


def _rows(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The hashes of all full subtrees within a tile, level by level."""
    return Frontier().extend(hashes)


def _read_edge(size: int, root: bytes, fetch: TileFetch | None) -> list[tuple[Tile, list[bytes]]]:
    """The partial tiles of a tree, the highest first, checked against its root."""
    tiles = edge_tiles(size)
    if tiles and fetch is None:
        raise LedgerError("日志树", f"大小 {size}", "取得哈希块的办法", "没有")
    read = [(tile, decode_tile(fetch(tile), tile)) for tile in tiles] if fetch else []
    found = Frontier(size, _edge_hashes({tile.level: hashes for tile, hashes in read})).root()
    if found != root:
        raise NotProven("日志树", f"大小 {size}", f"根 {root.hex()}", found.hex())
    return read


def _edge_hashes(partial: dict[int, list[bytes]]) -> list[bytes]:
    """The hashes of `full_subtrees(0, size)` from the partial tiles by level."""
    found: list[bytes] = []
    for level in sorted(partial, reverse=True):
        frontier = Frontier()
        frontier.extend(partial[level])
        found += frontier.edge
    return found


def _grown(before: int, after: int) -> Iterator[tuple[int, int]]:
    """Index and width of each tile of a level that changes when the level goes from `before` to `after` hashes."""
    if after > before:
        for index in range(before // WIDTH, (after - 1) // WIDTH + 1):
            yield index, min(WIDTH, after - index * WIDTH)


def _path(level: str, index: int, width: int) -> str:
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join(["tile", level, *(f"x{part}" for part in parts[:-1]), parts[-1]])
    return path if width == WIDTH else f"{path}.p/{width}"


def _check_place(subject: str, index: int, width: int) -> None:
    if not 0 <= index <= MAX_SIZE:
        raise LedgerError(subject, "序号", "0 至 2^63 - 1", str(index))
    if not 1 <= width <= WIDTH:
        raise LedgerError(subject, "宽", f"1 至 {WIDTH}", str(width))
