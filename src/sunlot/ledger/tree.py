"""The Merkle tree of RFC 9162, section 2.1, over SHA-256: hashes, roots, inclusion and consistency proofs.

A tree is never held whole. Every hash that one needs belongs to a *full subtree*, named by its `Node`, a pair
``(level, index)``: the subtree over the 2^level leaves from number index · 2^level on. The leaf hashes are level 0. Full
subtrees never change when the tree grows, so they can be stored, and a `HashReader` gives them back.

Proofs are made in two steps: `inclusion_nodes` and `consistency_nodes` say by arithmetic alone which subtrees a proof
is made of, so that a caller can fetch them all at once; `inclusion_proof` and `consistency_proof` read and fold them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from typing import TypeAlias

from sunlot.ledger.faults import LedgerError, NotProven
from sunlot.ledger.text import HASH_BYTES, MAX_SIZE

Node: TypeAlias = tuple[int, int]
"""(level, index) of a full subtree."""

HashReader: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of the full subtree (level, index). Only asked for subtrees that lie within the tree."""

LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"

EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves (RFC 9162, section 2.1.1)."""

_CHUNK = 4096  # entries that `root_of` holds at a time


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 ‖ entry)."""
    return sha256(LEAF_PREFIX + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hashes of many leaves, at the cost of little more than the hashing."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(NODE_PREFIX + left + right).digest()


class Frontier:
    """The right edge of a tree that grows: one hash for each bit set in `size`, enough for the root of every later tree.

    Memory is O(log size); a copy is cheap. The class trusts what it is given: a stored edge is checked by comparing
    `root` with a signed checkpoint.
    """

    __slots__ = ("_edge", "size")

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        """A tree of `size` leaves whose `full_subtrees(0, size)` have the hashes `edge`. Raises `LedgerError`."""
        _check_size(size)
        _check_hashes(edge, "右缘")
        nodes = full_subtrees(0, size)
        if len(edge) != len(nodes):
            raise LedgerError("右缘", "", f"{len(nodes)} 个哈希", f"{len(edge)} 个")
        self.size = size
        self._edge = {level: value for (level, _), value in zip(nodes, edge, strict=True)}

    @property
    def edge(self) -> tuple[bytes, ...]:
        """The hashes of `full_subtrees(0, size)`, the largest subtree first."""
        return tuple(self._edge[level] for level in sorted(self._edge, reverse=True))

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return fold(self.edge) if self.size else EMPTY_ROOT

    def copy(self) -> "Frontier":
        """A frontier that grows apart from this one."""
        return Frontier(self.size, self.edge)

    def extend(self, hashes: Sequence[bytes]) -> list[list[bytes]]:
        """Add leaves by their hashes. Returns for each level the hashes of the full subtrees that this completed.

        ``rows[level][i]`` belongs to the node ``(level, (old_size >> level) + i)``; ``rows[0]`` are the leaf hashes
        themselves. A level without a new full subtree ends the list. Raises `LedgerError` for a hash that is none and
        for a tree over `MAX_SIZE`, and has then changed nothing.
        """
        _check_hashes(hashes, "叶哈希")
        _check_size(self.size + len(hashes))
        rows: list[list[bytes]] = []
        row = list(hashes)
        while row:
            level = len(rows)
            rows.append(row)
            waiting = self._edge.pop(level, None)  # the last of an odd number, whose sibling is the first of this row
            if waiting is not None:
                row = [waiting, *row]
            if len(row) % 2:
                self._edge[level] = row[-1]
            row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]
        self.size += len(hashes)
        return rows


def root_of(entries: Iterable[bytes]) -> bytes:
    """The root of the tree over `entries`, read once from the front. Memory does not grow with their number."""
    frontier = Frontier()
    iterator = iter(entries)
    while chunk := leaf_hashes(islice(iterator, _CHUNK)):
        frontier.extend(chunk)
    return frontier.root()


def tree_root(size: int, read: HashReader) -> bytes:
    """The root of the tree over the first `size` leaves, from stored hashes."""
    _check_size(size)
    return fold([read(level, index) for level, index in full_subtrees(0, size)]) if size else EMPTY_ROOT


def full_subtrees(start: int, end: int) -> list[Node]:
    """The full subtrees that the subtree over the leaves `start` … `end` − 1 is made of, from left to right.

    `start` is 0 or the first leaf of a right sibling: a multiple of a power of two that is not less than end − start.
    """
    nodes = []
    rest = end - start
    while rest:
        level = rest.bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
        rest -= 1 << level
    return nodes


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over `full_subtrees` from their hashes, of which there is at least one."""
    value = hashes[-1]
    for left in reversed(hashes[:-1]):
        value = node_hash(left, value)
    return value


def inclusion_nodes(index: int, size: int) -> list[list[Node]]:
    """What the inclusion proof of leaf `index` is made of: for each hash of the proof the full subtrees that give it."""
    if not 0 <= index < size:
        raise LedgerError("包含证明", "", f"0 至 {size - 1} 的条目序号", str(index))
    return list(_siblings(index, 0, size))


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162, section 2.1.3.1: that leaf `index` is in the tree over the first `size` leaves.

    Raises `LedgerError` where there is no such leaf.
    """
    return _read_all(inclusion_nodes(index, size), read)


def consistency_nodes(old: int, size: int) -> list[list[Node]]:
    """What the consistency proof from `old` to `size` leaves is made of, as `inclusion_nodes` does it."""
    if not 0 <= old <= size:
        raise LedgerError("一致性证明", "", f"0 至 {size} 的旧大小", str(old))
    if old in (0, size):
        return []
    # The last full subtree of the old tree; the proof climbs from it to the new root, and names it unless it is the
    # old root itself, which whoever checks has already.
    level = (old & -old).bit_length() - 1
    first = [[(level, (old - 1) >> level)]] if old != 1 << level else []
    return [*first, *_siblings(old - 1, level, size)]


def consistency_proof(old: int, size: int, read: HashReader) -> list[bytes]:
    """PROOF(old, D[size]) of RFC 9162, section 2.1.4.1: that the first `old` leaves of the tree were the whole tree once.

    Empty from nothing to anything and from a tree to itself. Raises `LedgerError` where `old` is larger than `size`.
    """
    return _read_all(consistency_nodes(old, size), read)


def root_from_inclusion(proof: Sequence[bytes], index: int, size: int, leaf: bytes) -> bytes:
    """The root to which an inclusion proof leads (RFC 9162, section 2.1.3.2, steps 1 to 4).

    Raises `LedgerError` where the proof has not the one length that fits index and size.
    """
    subject = "包含证明"
    if not 0 <= index < size:
        raise LedgerError(subject, "", f"0 至 {size - 1} 的条目序号", str(index))
    _check_hashes([leaf], "叶哈希")
    _check_hashes(proof, subject)
    position, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise LedgerError(subject, "", "恰到根为止的哈希", "多余的哈希")
        if position & 1 or position == last:
            value = node_hash(sibling, value)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise LedgerError(subject, "", "直到根为止的哈希", "哈希不足")
    return value


def check_inclusion(proof: Sequence[bytes], index: int, size: int, leaf: bytes, root: bytes) -> None:
    """Check that a leaf hash is number `index` in the tree of `size` leaves with `root` (RFC 9162, section 2.1.3.2).

    Raises `LedgerError` for a proof of the wrong length and `NotProven` for one that leads to another root.
    """
    found = root_from_inclusion(proof, index, size, leaf)
    if found != root:
        raise NotProven("包含证明", f"第 {index} 条", f"根 {root.hex()}", found.hex())


def check_consistency(proof: Sequence[bytes], old: int, size: int, old_root: bytes, root: bytes) -> None:
    """Check that the tree of `old` leaves with `old_root` is the beginning of that of `size` leaves with `root`.

    RFC 9162, section 2.1.4.2. From 0 leaves the proof is empty and the old root that of no leaves; from a tree to itself
    the proof is empty and the roots are the same. Raises `LedgerError` for a proof of the wrong length and `NotProven`
    for roots that it does not lead to.
    """
    subject = "一致性证明"
    if not 0 <= old <= size:
        raise LedgerError(subject, "", f"0 至 {size} 的旧大小", str(old))
    _check_hashes(proof, subject)
    if old in (0, size):
        if proof:
            raise LedgerError(subject, "", "没有哈希", f"{len(proof)} 个")
        expected_old = root if old == size else EMPTY_ROOT
        if old_root != expected_old:
            raise NotProven(subject, f"大小 {old}", f"根 {expected_old.hex()}", old_root.hex())
        return
    found_old, found = _roots_from_consistency(proof, old, size, old_root)
    if found_old != old_root:
        raise NotProven(subject, f"旧大小 {old}", f"根 {old_root.hex()}", found_old.hex())
    if found != root:
        raise NotProven(subject, f"大小 {size}", f"根 {root.hex()}", found.hex())


def _roots_from_consistency(proof: Sequence[bytes], old: int, size: int, old_root: bytes) -> tuple[bytes, bytes]:
    """Steps 2 to 7 of RFC 9162, section 2.1.4.2: the two roots to which the proof leads."""
    subject = "一致性证明"
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        raise LedgerError(subject, "", "直到根为止的哈希", "哈希不足")
    position, last = old - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    value_old = value = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise LedgerError(subject, "", "恰到根为止的哈希", "多余的哈希")
        if position & 1 or position == last:
            value_old = node_hash(sibling, value_old)
            value = node_hash(sibling, value)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise LedgerError(subject, "", "直到根为止的哈希", "哈希不足")
    return value_old, value


def _siblings(leaf: int, level: int, size: int) -> Iterator[list[Node]]:
    """The subtrees beside the way from the full subtree of `level` over `leaf` up to the root of `size` leaves.

    A sibling on the left is always full. One on the right is full, cut off by the end of the tree, or not there at all;
    then the way goes up without it.
    """
    while 1 << level < size:
        sibling = (leaf >> level) ^ 1
        start, end = sibling << level, (sibling + 1) << level
        if end <= size:
            yield [(level, sibling)]
        elif start < size:
            yield full_subtrees(start, size)
        level += 1


def _read_all(parts: Iterable[Sequence[Node]], read: HashReader) -> list[bytes]:
    return [fold([read(level, index) for level, index in nodes]) for nodes in parts]


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise LedgerError("日志树", "大小", "0 至 2^63 - 1", str(size))


def _check_hashes(hashes: Iterable[bytes], subject: str) -> None:
    wrong = set(map(len, hashes)) - {HASH_BYTES}
    if wrong:
        raise LedgerError(subject, "", f"{HASH_BYTES} 字节的哈希", f"{min(wrong)} 字节")
