"""Tiles and bundles: paths, what a growth writes, strict reading, and a reader that trusts no file."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.ledger import (
    EMPTY_ROOT,
    MAX_ENTRY,
    Appender,
    Bundle,
    LedgerError,
    NotProven,
    Tile,
    TileReader,
    bundles_between,
    consistency_nodes,
    consistency_proof,
    cut_tile,
    decode_bundle,
    decode_tile,
    edge_tiles,
    encode_bundle,
    encode_tile,
    full_subtrees,
    inclusion_nodes,
    inclusion_proof,
    leaf_hashes,
    parse_path,
    tile_of,
    tiles_between,
    tiles_for,
    tree_root,
)
from tests.ledger.making import StoredLog, entry, flipped, log_of, reader, rows, tiles_in

EDGES = [0, 1, 2, 255, 256, 257, 511, 512, 513, 600]
LARGE = 65_536 + 2 * 256 + 3
"""Leaves of a tree with three levels of tiles."""


# --- Paths -----------------------------------------------------------------------------------------------------------

PATHS = [
    # C2SP tlog-tiles, “Merkle Tree”: index 1234067; golang.org/x/mod, sumdb/tlog/tlog_test.go, its height left out
    ("tile/0/x001/x234/067", Tile(0, 1_234_067)),
    ("tile/0/001", Tile(0, 1)),
    ("tile/0/001.p/5", Tile(0, 1, 5)),
    ("tile/5/x123/x456/078", Tile(5, 123_456_078)),
    ("tile/5/x123/x456/078.p/2", Tile(5, 123_456_078, 2)),
    ("tile/0/x003/x057/500", Tile(0, 3_057_500)),
    ("tile/entries/x003/x057/500", Bundle(3_057_500)),
    # the ends of each part
    ("tile/0/000", Tile(0, 0)),
    ("tile/63/999.p/255", Tile(63, 999, 255)),
    ("tile/entries/x001/000.p/1", Bundle(1000, 1)),
    ("tile/1/x009/x223/x372/x036/x854/x775/807", Tile(1, 2**63 - 1)),
]


@pytest.mark.parametrize(("path", "place"), PATHS)
def test_a_path_names_its_file_and_the_file_its_path(path: str, place: Tile | Bundle) -> None:
    assert place.path == path
    assert parse_path(path) == place


@given(st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_every_address_survives_its_path(level: int, index: int, width: int) -> None:
    assert parse_path(Tile(level, index, width).path) == Tile(level, index, width)
    assert parse_path(Bundle(index, width).path) == Bundle(index, width)


@pytest.mark.parametrize(
    "path",
    [
        "", "tile", "tile/0", "tile/0/", "checkpoint", "tile/0/00", "tile/0/0000", "tile/0/1", "tile/0/001/", "/tile/0/001",
        "tile/00/001", "tile/-1/001", "tile/+1/001", "tile/64/001", "tile/100/001", "tile/x/001", "tile/data/001", "tile//001",
        "tile/0/x001", "tile/0/001/002", "tile/0/x001/x002", "tile/0/x000/001", "tile/0/x1/001", "tile/0/X001/002",
        "tile/3/5/123/456/078", "tile/3/-1/123/456/078", "tile/5/123/456/078", "tile/0/001.p", "tile/0/001.p/", "tile/0/001.p/0",
        "tile/0/001.p/256", "tile/0/001.p/05", "tile/0/001.p/-5", "tile/0/001.p/5/", "tile/0/001.p/1000", "tile/0/001.P/5",
        "tile/0/001\n", "tile/0/\u0661\u0661\u0661", "tile/\u0661/001", "tile/0/../001", "tile/entries/x000/001", "tile/Entries/001",
        "tile/1/x009/x223/x372/x036/x854/x775/808", "tile/0/x001/x000/x000/x000/x000/x000/x000/000", "tile/0/001?", "tile/0/ 01",
    ],
)  # fmt: skip
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(
        LedgerError, match=r"^路径：应为 tile/<层或 entries>/<序号>\[\.p/<宽>\]（C2SP tlog-tiles），实为"
    ):
        parse_path(path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Tile(64, 0), r"^哈希块 层：应为 0 至 63，实为 64$"),
        (lambda: Tile(-1, 0), r"^哈希块 层：应为 0 至 63，实为 -1$"),
        (lambda: Tile(0, -1), r"^哈希块 序号：应为 0 至 2\^63 - 1，实为 -1$"),
        (lambda: Tile(0, 0, 0), r"^哈希块 宽：应为 1 至 256，实为 0$"),
        (lambda: Tile(0, 0, 257), r"^哈希块 宽：应为 1 至 256，实为 257$"),
        (lambda: Bundle(2**63), r"^条目包 序号：应为 0 至 2\^63 - 1，实为 9223372036854775808$"),
        (lambda: Bundle(0, 0), r"^条目包 宽：应为 1 至 256，实为 0$"),
    ],
)
def test_an_address_that_cannot_be_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        make()


# --- What a growth writes --------------------------------------------------------------------------------------------


def test_the_tiles_of_70000_leaves_are_those_of_the_specification() -> None:
    """C2SP tlog-tiles, “Partial Tiles”."""
    tiles = list(tiles_between(0, 70_000))
    assert [tile for tile in tiles if tile.level == 0 and tile.width == 256] == [Tile(0, n) for n in range(273)]
    assert [tile for tile in tiles if tile.level > 0 or tile.width < 256] == [
        Tile(0, 273, 112), Tile(1, 0), Tile(1, 1, 17), Tile(2, 0, 1),
    ]  # fmt: skip
    assert list(tiles_between(0, 256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert edge_tiles(70_000) == [Tile(2, 0, 1), Tile(1, 1, 17), Tile(0, 273, 112)]


@pytest.mark.parametrize("old", EDGES)
@pytest.mark.parametrize("size", EDGES)
def test_a_growth_writes_what_was_not_there_before(old: int, size: int) -> None:
    expected = set(tiles_between(0, size)) - set(tiles_between(0, old)) if size > old else set()
    assert set(tiles_between(old, size)) == expected
    bundles = set(bundles_between(0, size)) - set(bundles_between(0, old)) if size > old else set()
    assert set(bundles_between(old, size)) == bundles


@given(st.lists(st.integers(0, 300), max_size=12))
def test_an_appender_writes_exactly_those_tiles_with_the_trees_hashes(batches: list[int]) -> None:
    appender, read, stored = Appender(), reader(3600), {}
    for batch in batches:
        old = appender.size
        written = appender.append(rows(3600)[0][old : old + batch])
        assert [tile for tile, _ in written] == list(tiles_between(old, appender.size))
        for tile, data in written:
            first = tile.index * 256
            assert data == b"".join(read(8 * tile.level, first + place) for place in range(tile.width))
        stored |= dict(written)
        appender = Appender(appender.size, appender.root(), stored.__getitem__)  # as if stopped and started again
    assert appender.root() == tree_root(appender.size, read)


def test_a_log_of_three_levels_is_the_same_at_once_and_in_steps() -> None:
    at_once, in_steps = log_of(LARGE), StoredLog()
    for size in (255, 256, 257, 65_535, 65_536, 65_537, LARGE):
        in_steps.grow([entry(number) for number in range(in_steps.appender.size, size)])
    assert set(at_once.files) <= set(in_steps.files)
    assert {path: in_steps.files[path] for path in at_once.files} == at_once.files
    assert at_once.appender.root() == tree_root(LARGE, reader(LARGE))
    tile_reader = TileReader(LARGE, at_once.appender.root(), at_once.tiles)
    for index in (0, 255, 256, 65_535, 65_536, LARGE - 1):
        assert inclusion_proof(index, LARGE, tile_reader) == inclusion_proof(index, LARGE, reader(LARGE))
    for old in (1, 256, 65_535, 65_536, 65_537, LARGE - 1):
        assert consistency_proof(old, LARGE, tile_reader) == consistency_proof(old, LARGE, reader(LARGE))


def test_an_appender_does_not_go_on_from_tiles_that_do_not_fit_the_root() -> None:
    log = log_of(300)
    with pytest.raises(
        NotProven, match=rf"^日志树 大小 300：应为根 {EMPTY_ROOT.hex()}，实为 {log.appender.root().hex()}$"
    ):
        Appender(300, EMPTY_ROOT, log.tiles)
    for path in ("tile/0/001.p/44", "tile/1/000.p/1"):
        for bit in range(0, 8 * len(log.files[path]), 37):
            changed = log.files | {path: flipped(log.files[path], bit)}
            with pytest.raises(NotProven):
                Appender(300, log.appender.root(), tiles_in(changed))
    with pytest.raises(LedgerError, match=r"^日志树 大小 300：应为取得哈希块的办法，实为没有$"):
        Appender(300, log.appender.root())
    with pytest.raises(LedgerError, match=r"^哈希块 tile/1/000\.p/1：应为 32 字节，实为 33 字节$"):
        Appender(300, log.appender.root(), lambda tile: log.files[tile.path] + b"x")


def test_a_batch_that_an_appender_refuses_changes_nothing() -> None:
    appender = Appender()
    appender.append(rows(600)[0][:300])
    root = appender.root()
    with pytest.raises(LedgerError):
        appender.append([b"short"])
    assert (appender.size, appender.root()) == (300, root)
    assert dict(appender.append(rows(600)[0][300:301]))[Tile(0, 1, 45)] == encode_tile(rows(600)[0][256:301])


# --- Reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", EDGES[1:])
def test_every_hash_of_the_tree_is_read_from_tiles(size: int) -> None:
    log = log_of(size)
    tile_reader = TileReader(size, log.appender.root(), log.tiles)
    for level, row in enumerate(rows(size)):
        assert [tile_reader(level, index) for index in range(len(row))] == row
    for tile in tiles_between(0, size):
        assert encode_tile(tile_reader.hashes(tile)) == log.files[tile.path]
    entries = []
    for bundle in bundles_between(0, size):
        entries += tile_reader.entries(bundle, log.files[bundle.path])
    assert entries == log.entries


def test_an_empty_log_has_a_root_and_nothing_else() -> None:
    log = StoredLog()
    tile_reader = TileReader(0, EMPTY_ROOT, log.tiles)
    with pytest.raises(LedgerError, match=r"^日志树 第 0 层第 0 个：应为大小 0 以内的完整子树，实为树外$"):
        tile_reader(0, 0)
    with pytest.raises(NotProven, match=r"^日志树 大小 0：应为根"):
        TileReader(0, b"\x00" * 32, log.tiles)


def test_any_flipped_bit_of_any_tile_is_found() -> None:
    size = 600
    log = log_of(size)
    for tile in tiles_between(0, size):
        data = log.files[tile.path]
        for bit in range(tile.index % 7, 8 * len(data), 61):
            changed = log.files | {tile.path: flipped(data, bit)}
            with pytest.raises(NotProven):
                TileReader(size, log.appender.root(), tiles_in(changed)).hashes(tile)


def test_any_flipped_bit_of_any_bundle_is_found() -> None:
    size = 300
    log = log_of(size)
    tile_reader = TileReader(size, log.appender.root(), log.tiles)
    for bundle in bundles_between(0, size):
        data = log.files[bundle.path]
        for bit in range(0, 8 * len(data), 193):
            with pytest.raises(LedgerError):
                tile_reader.entries(bundle, flipped(data, bit))


def test_the_first_entry_that_differs_is_named() -> None:
    log = log_of(300)
    tile_reader = TileReader(300, log.appender.root(), log.tiles)
    changed = [*log.entries[256:260], b"{}", *log.entries[261:299], b"{}"]
    with pytest.raises(NotProven, match=r"^条目 第 260 条：应为叶哈希 [0-9a-f]{64}，实为 [0-9a-f]{64}$"):
        tile_reader.entries(Bundle(1, 44), encode_bundle(changed))


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda tiles: tiles(0, 300), r"^日志树 第 0 层第 300 个：应为大小 300 以内的完整子树，实为树外$"),
        (lambda tiles: tiles(2, 75), r"^日志树 第 2 层第 75 个：应为"),
        (lambda tiles: tiles(-1, 0), r"^日志树 第 -1 层第 0 个：应为"),
        (lambda tiles: tiles(0, -1), r"^日志树 第 0 层第 -1 个：应为"),
        (lambda tiles: tiles.hashes(Tile(0, 1, 43)), r"^哈希块 tile/0/001\.p/43：应为大小 300 的树的哈希块，实为不是$"),
        (lambda tiles: tiles.hashes(Tile(0, 1)), r"^哈希块 tile/0/001：应为大小 300 的树的哈希块，实为不是$"),
        (lambda tiles: tiles.hashes(Tile(0, 2, 1)), r"^日志树 第 0 层第 512 个：应为"),
        (lambda tiles: tiles.entries(Bundle(0), b""), r"^条目包 tile/entries/000：应为 256 条，实为 0 条$"),
    ],
)
def test_what_is_outside_the_tree_is_refused(read: Callable[[TileReader], object], message: str) -> None:
    log = log_of(300)
    with pytest.raises(LedgerError, match=message):
        read(TileReader(300, log.appender.root(), log.tiles))


def test_the_reader_asks_for_the_named_tiles_alone_and_remembers_them() -> None:
    log, asked = log_of(LARGE), []

    def fetch(tile: Tile) -> bytes:
        asked.append(tile)
        return log.files[tile.path]

    nodes = [node for part in inclusion_nodes(70, LARGE) + consistency_nodes(300, LARGE) for node in part]
    tile_reader = TileReader(LARGE, log.appender.root(), fetch)
    for _ in range(2):
        inclusion_proof(70, LARGE, tile_reader)
        consistency_proof(300, LARGE, tile_reader)
    assert len(asked) == len(set(asked))
    assert set(asked) == tiles_for(nodes, LARGE)


def test_the_reader_forgets_what_it_was_not_to_keep() -> None:
    log, asked = log_of(256 * 5), []

    def fetch(tile: Tile) -> bytes:
        asked.append(tile)
        return log.files[tile.path]

    tile_reader = TileReader(256 * 5, log.appender.root(), fetch, keep=2)
    for index in (0, 256, 0, 512, 0, 256):
        assert tile_reader(0, index) == rows(256 * 5)[0][index]
    assert [tile.index for tile in asked if tile.level == 0] == [0, 1, 2, 1]


@given(st.integers(1, 70_000), st.data())
def test_a_subtree_outside_any_tile_is_refused_and_every_other_lies_in_one(size: int, data: st.DataObject) -> None:
    level = data.draw(st.integers(0, size.bit_length() - 1))
    index = data.draw(st.integers(0, (size >> level) - 1))
    tile = tile_of((level, index), size)
    assert tile in set(tiles_between(0, size))
    assert tile.level == level // 8
    with pytest.raises(LedgerError):
        tile_of((level, size >> level), size)


def test_the_partial_tiles_hold_the_subtrees_of_the_root() -> None:
    for size in [*EDGES[1:], LARGE]:
        assert [tile_of(node, size) in edge_tiles(size) for node in full_subtrees(0, size)].count(False) == 0


# --- Encodings -------------------------------------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_entries_survive_their_bundle(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), Bundle(0, len(entries))) == entries


@given(st.binary(max_size=2000), st.integers(1, 256))
def test_whatever_is_read_as_a_bundle_is_written_the_same(data: bytes, width: int) -> None:
    try:
        entries = decode_bundle(data, Bundle(0, width))
    except LedgerError:
        return
    assert encode_bundle(entries) == data


def test_an_entry_may_be_empty_and_may_be_as_long_as_two_bytes_count() -> None:
    entries = [b"", b"x" * MAX_ENTRY]
    assert encode_bundle(entries)[:4] == b"\x00\x00\xff\xff"
    assert decode_bundle(encode_bundle(entries), Bundle(7, 2)) == entries


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=256), st.data())
def test_hashes_survive_their_tile_and_its_cut(hashes: list[bytes], data: st.DataObject) -> None:
    assert decode_tile(encode_tile(hashes), Tile(3, 9, len(hashes))) == hashes
    width = data.draw(st.integers(1, len(hashes)))
    assert decode_tile(cut_tile(encode_tile(hashes), width), Tile(3, 9, width)) == hashes[:width]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: encode_bundle([b"", b"x" * 65_536]), r"^条目包 第 1 条：应为至多 65535 字节，实为 65536 字节$"),
        (
            lambda: decode_bundle(b"\x00", Bundle(0, 1)),
            r"^条目包 tile/entries/000\.p/1 第 0 条：应为 2 字节的长度，实为 1 字节$",
        ),
        (
            lambda: decode_bundle(b"\x00\x02x", Bundle(0, 1)),
            r"^条目包 tile/entries/000\.p/1 第 0 条：应为 2 字节，实为 1 字节$",
        ),
        (lambda: decode_bundle(b"\x00\x00\x00\x05ab", Bundle(0, 2)), r"^条目包 .* 第 1 条：应为 5 字节，实为 2 字节$"),
        (lambda: decode_bundle(b"\x00\x00", Bundle(0, 2)), r"^条目包 tile/entries/000\.p/2：应为 2 条，实为 1 条$"),
        (lambda: decode_bundle(b"", Bundle(0, 1)), r"^条目包 tile/entries/000\.p/1：应为 1 条，实为 0 条$"),
        (
            lambda: decode_bundle(b"\x00\x00\x00", Bundle(0, 1)),
            r"^条目包 tile/entries/000\.p/1：应为 1 条，实为其后还有内容$",
        ),
        (lambda: decode_tile(b"x" * 31, Tile(0, 0, 1)), r"^哈希块 tile/0/000\.p/1：应为 32 字节，实为 31 字节$"),
        (lambda: decode_tile(b"x" * 64, Tile(0, 0, 1)), r"^哈希块 tile/0/000\.p/1：应为 32 字节，实为 64 字节$"),
        (lambda: decode_tile(b"x" * 8160, Tile(0, 0)), r"^哈希块 tile/0/000：应为 8192 字节，实为 8160 字节$"),
    ],
)
def test_each_rule_of_the_files_is_refused_in_its_words(call: Any, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        call()


def test_leaf_hashes_of_a_batch_are_the_trees_lowest_level() -> None:
    assert leaf_hashes(entry(number) for number in range(600)) == rows(600)[0]
