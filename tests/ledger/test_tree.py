"""The tree: published examples, every size and every pair of sizes up to 600, and nothing that is not so accepted."""

import base64
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.ledger import (
    EMPTY_ROOT,
    MAX_SIZE,
    Frontier,
    LedgerError,
    NotProven,
    check_consistency,
    check_inclusion,
    consistency_nodes,
    consistency_proof,
    full_subtrees,
    inclusion_nodes,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    node_hash,
    root_from_inclusion,
    root_of,
    tree_root,
)
from tests.ledger.making import entry, every_flip, flipped, published, reader, rows
from tests.outside_reader import Tree

MOST = 600
EIGHT = published("rfc6962-eight-leaves")
SEVEN = published("rfc9162-seven-leaves")
ARGON = published("argon2020")
HASH = b"\x5a" * 32


def unhex(values: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def unbase(values: Sequence[str]) -> list[bytes]:
    return [base64.b64decode(value, validate=True) for value in values]


@pytest.fixture(scope="module")
def oracle() -> Tree:
    """The first 600 leaves by RFC 6962's recursive definitions, in code that is not ours."""
    return Tree(rows(MOST)[0])


# --- Published examples ----------------------------------------------------------------------------------------------


def stored_eight() -> list[list[bytes]]:
    return Frontier().extend(leaf_hashes(unhex(EIGHT["leaves"])))


def test_the_roots_of_certificate_transparencys_eight_inputs() -> None:
    leaves = unhex(EIGHT["leaves"])
    assert [root_of(leaves[:size]) for size in range(9)] == unhex(EIGHT["roots"])
    assert unhex(EIGHT["roots"])[0] == EMPTY_ROOT


@pytest.mark.parametrize("case", EIGHT["inclusion"], ids=lambda case: f"{case['index']}-in-{case['size']}")
def test_their_inclusion_proofs_are_made_and_hold(case: dict[str, Any]) -> None:
    stored, proof = stored_eight(), unhex(case["proof"])
    leaf, root = leaf_hash(unhex(EIGHT["leaves"])[case["index"]]), unhex(EIGHT["roots"])[case["size"]]
    assert inclusion_proof(case["index"], case["size"], lambda level, index: stored[level][index]) == proof
    check_inclusion(proof, case["index"], case["size"], leaf, root)


@pytest.mark.parametrize("case", EIGHT["consistency"], ids=lambda case: f"{case['old']}-to-{case['size']}")
def test_their_consistency_proofs_are_made_and_hold(case: dict[str, Any]) -> None:
    stored, proof, roots = stored_eight(), unhex(case["proof"]), unhex(EIGHT["roots"])
    assert consistency_proof(case["old"], case["size"], lambda level, index: stored[level][index]) == proof
    check_consistency(proof, case["old"], case["size"], roots[case["old"]], roots[case["size"]])


def test_the_example_of_rfc_9162() -> None:
    leaves = leaf_hashes(f"d{number}".encode() for number in range(7))
    nodes = dict(zip("abcdefj", leaves, strict=True))
    for name, (left, right) in SEVEN["nodes"].items():
        nodes[name] = node_hash(nodes[left], nodes[right])
    stored = Frontier().extend(leaves)

    def read(level: int, index: int) -> bytes:
        return stored[level][index]

    for case in SEVEN["inclusion"]:
        assert inclusion_proof(case["index"], 7, read) == [nodes[name] for name in case["proof"]]
    for case in SEVEN["consistency"]:
        assert consistency_proof(case["old"], 7, read) == [nodes[name] for name in case["proof"]]


def test_proofs_of_a_real_log_of_961_984_013_entries_hold() -> None:
    root = base64.b64decode(ARGON["root"])
    leaf = leaf_hash(base64.b64decode(ARGON["entry"]))
    check_inclusion(unbase(ARGON["inclusion"]), ARGON["index"], ARGON["size"], leaf, root)
    old_root = base64.b64decode(ARGON["old_root"])
    check_consistency(unbase(ARGON["consistency"]), ARGON["old"], ARGON["size"], old_root, root)


# --- Every size and every pair of sizes ------------------------------------------------------------------------------


def test_the_root_of_every_size_is_that_of_the_definition(oracle: Tree) -> None:
    read, frontier = reader(MOST), Frontier()
    for size in range(MOST + 1):
        expected = oracle.mth(0, size)
        assert frontier.root() == tree_root(size, read) == root_of(map(entry, range(size))) == expected, size
        assert frontier.edge == tuple(read(*node) for node in full_subtrees(0, size))
        frontier.extend(rows(MOST)[0][size : size + 1])


def test_every_leaf_is_proven_in_every_size(oracle: Tree) -> None:
    read = reader(MOST)
    for size in range(1, MOST + 1):
        root = oracle.mth(0, size)
        for index in range(size):
            check_inclusion(inclusion_proof(index, size, read), index, size, read(0, index), root)


def test_every_pair_of_sizes_is_proven_consistent(oracle: Tree) -> None:
    read = reader(MOST)
    for size in range(MOST + 1):
        root = oracle.mth(0, size)
        for old in range(size + 1):
            check_consistency(consistency_proof(old, size, read), old, size, oracle.mth(0, old), root)


def test_proofs_are_those_of_the_recursive_definition(oracle: Tree) -> None:
    read = reader(MOST)
    for size in [*range(1, 70), 127, 128, 129, 255, 256, 257, 511, 512, 513, MOST]:
        for number in range(size):
            assert inclusion_proof(number, size, read) == oracle.path(number, 0, size)
            assert consistency_proof(number + 1, size, read) == oracle.subproof(number + 1, 0, size, True)


@given(st.lists(st.integers(0, 40), max_size=30))
def test_a_tree_grown_in_any_batches_is_the_same_tree(batches: list[int]) -> None:
    frontier = Frontier()
    levels: list[list[bytes]] = [[] for _ in rows(MOST)]
    for batch in batches:
        taken = min(batch, MOST - frontier.size)
        for level, row in enumerate(frontier.extend(rows(MOST)[0][frontier.size : frontier.size + taken])):
            levels[level] += row
        frontier = Frontier(frontier.size, frontier.edge)  # as if stopped and started again
    assert levels == [row[: frontier.size >> level] for level, row in enumerate(rows(MOST))]
    assert frontier.root() == tree_root(frontier.size, reader(MOST))


def test_a_copy_grows_apart() -> None:
    frontier = Frontier()
    frontier.extend(rows(MOST)[0][:5])
    other = frontier.copy()
    other.extend(rows(MOST)[0][5:9])
    assert (frontier.size, other.size) == (5, 9)
    assert frontier.root() == tree_root(5, reader(MOST))
    assert other.root() == tree_root(9, reader(MOST))


def test_proofs_reach_to_the_largest_tree() -> None:
    """Only arithmetic: a proof of the last leaf of the largest tree names one subtree for each bit."""
    assert [part for part in inclusion_nodes(MAX_SIZE - 1, MAX_SIZE) if len(part) != 1] == []
    assert len(inclusion_nodes(0, MAX_SIZE)) == 63
    assert len(consistency_nodes(MAX_SIZE - 1, MAX_SIZE)) == 63


# --- Nothing else is accepted ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "size"), [(0, 1), (0, 2), (5, 8), (6, 7), (33, 70), (64, 65), (255, 256), (256, 600)]
)
def test_any_flipped_bit_of_an_inclusion_proof_is_refused(index: int, size: int, oracle: Tree) -> None:
    proof, leaf, root = inclusion_proof(index, size, reader(MOST)), rows(MOST)[0][index], oracle.mth(0, size)
    for wrong in every_flip(leaf):
        with pytest.raises(NotProven):
            check_inclusion(proof, index, size, wrong, root)
    for wrong in every_flip(root):
        with pytest.raises(NotProven):
            check_inclusion(proof, index, size, leaf, wrong)
    for place, value in enumerate(proof):
        for wrong in every_flip(value):
            with pytest.raises(NotProven):
                check_inclusion([*proof[:place], wrong, *proof[place + 1 :]], index, size, leaf, root)


@pytest.mark.parametrize(("old", "size"), [(1, 2), (1, 8), (4, 7), (6, 7), (33, 70), (64, 65), (256, 257), (300, 600)])
def test_any_flipped_bit_of_a_consistency_proof_is_refused(old: int, size: int, oracle: Tree) -> None:
    proof, old_root, root = consistency_proof(old, size, reader(MOST)), oracle.mth(0, old), oracle.mth(0, size)
    for wrong in every_flip(old_root):
        with pytest.raises(NotProven):
            check_consistency(proof, old, size, wrong, root)
    for wrong in every_flip(root):
        with pytest.raises(NotProven):
            check_consistency(proof, old, size, old_root, wrong)
    for place, value in enumerate(proof):
        for wrong in every_flip(value):
            with pytest.raises(NotProven):
                check_consistency([*proof[:place], wrong, *proof[place + 1 :]], old, size, old_root, root)


@given(st.integers(1, MOST), st.data())
def test_an_inclusion_proof_holds_for_no_other_place_or_size_or_length(size: int, data: st.DataObject) -> None:
    read = reader(MOST)
    index = data.draw(st.integers(0, size - 1))
    proof, leaf, root = inclusion_proof(index, size, read), read(0, index), tree_root(size, read)
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index) if size > 1 else st.just(size))
    with pytest.raises(LedgerError):
        check_inclusion(proof, other, size, leaf, root)
    wrong = data.draw(st.sampled_from([[*proof, HASH], [HASH, *proof], proof[:-1], proof[1:], proof[::-1]]))
    if wrong != proof:
        with pytest.raises(LedgerError):
            check_inclusion(wrong, index, size, leaf, root)


@given(st.integers(1, MOST - 1), st.data())
def test_a_consistency_proof_holds_for_no_other_sizes_or_length(old: int, data: st.DataObject) -> None:
    read = reader(MOST)
    size = data.draw(st.integers(old + 1, MOST))
    proof = consistency_proof(old, size, read)
    old_root, root = tree_root(old, read), tree_root(size, read)
    wrong = data.draw(st.sampled_from([[*proof, HASH], [HASH, *proof], proof[:-1], proof[1:], proof[::-1]]))
    if wrong != proof:
        with pytest.raises(LedgerError):
            check_consistency(wrong, old, size, old_root, root)
    with pytest.raises(LedgerError):
        check_consistency(proof, old, size, root, old_root)
    another = data.draw(st.integers(0, size).filter(lambda number: number != old))
    with pytest.raises(LedgerError):
        check_consistency(proof, another, size, old_root, root)


def test_two_trees_that_differ_in_one_old_leaf_are_not_consistent() -> None:
    changed = [*rows(MOST)[0][:99], HASH]
    forked = Frontier().extend(changed)
    frontier = Frontier()
    frontier.extend(changed)
    proof = consistency_proof(50, 100, lambda level, index: forked[level][index])
    check_consistency(proof, 50, 100, tree_root(50, reader(MOST)), frontier.root())
    with pytest.raises(NotProven, match="大小 100：应为根"):
        check_consistency(proof, 50, 100, tree_root(50, reader(MOST)), tree_root(100, reader(MOST)))


# --- Each rule's message ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inclusion_nodes(5, 5), r"^包含证明：应为 0 至 4 的条目序号，实为 5$"),
        (lambda: inclusion_nodes(-1, 5), r"^包含证明：应为 0 至 4 的条目序号，实为 -1$"),
        (lambda: consistency_nodes(6, 5), r"^一致性证明：应为 0 至 5 的旧大小，实为 6$"),
        (lambda: consistency_nodes(-1, 5), r"^一致性证明：应为 0 至 5 的旧大小，实为 -1$"),
        (lambda: root_from_inclusion([], 1, 1, HASH), r"^包含证明：应为 0 至 0 的条目序号，实为 1$"),
        (lambda: root_from_inclusion([], 0, 2, HASH), r"^包含证明：应为直到根为止的哈希，实为哈希不足$"),
        (lambda: root_from_inclusion([HASH], 0, 1, HASH), r"^包含证明：应为恰到根为止的哈希，实为多余的哈希$"),
        (lambda: root_from_inclusion([HASH[:31]], 0, 2, HASH), r"^包含证明：应为 32 字节的哈希，实为 31 字节$"),
        (lambda: root_from_inclusion([], 0, 1, HASH * 2), r"^叶哈希：应为 32 字节的哈希，实为 64 字节$"),
        (lambda: check_inclusion([], 0, 1, HASH, EMPTY_ROOT), rf"^包含证明 第 0 条：应为根 {EMPTY_ROOT.hex()}，实为"),
        (lambda: check_consistency([], 3, 2, HASH, HASH), r"^一致性证明：应为 0 至 2 的旧大小，实为 3$"),
        (lambda: check_consistency([], 2, 3, HASH, HASH), r"^一致性证明：应为直到根为止的哈希，实为哈希不足$"),
        (lambda: check_consistency([], 3, 4, HASH, HASH), r"^一致性证明：应为直到根为止的哈希，实为哈希不足$"),
        (
            lambda: check_consistency([HASH] * 9, 3, 4, HASH, HASH),
            r"^一致性证明：应为恰到根为止的哈希，实为多余的哈希$",
        ),
        (lambda: check_consistency([b""], 2, 3, HASH, HASH), r"^一致性证明：应为 32 字节的哈希，实为 0 字节$"),
        (lambda: check_consistency([HASH], 2, 2, HASH, HASH), r"^一致性证明：应为没有哈希，实为 1 个$"),
        (lambda: check_consistency([HASH], 0, 2, EMPTY_ROOT, HASH), r"^一致性证明：应为没有哈希，实为 1 个$"),
        (lambda: check_consistency([], 2, 2, EMPTY_ROOT, HASH), rf"^一致性证明 大小 2：应为根 {HASH.hex()}，实为 e3b0"),
        (lambda: check_consistency([], 0, 2, HASH, HASH), rf"^一致性证明 大小 0：应为根 {EMPTY_ROOT.hex()}，实为 5a5a"),
        (lambda: check_consistency([HASH] * 3, 3, 4, EMPTY_ROOT, HASH), r"^一致性证明 旧大小 3：应为根 e3b0"),
        (lambda: Frontier(-1), r"^日志树 大小：应为 0 至 2\^63 - 1，实为 -1$"),
        (lambda: Frontier(2**63), r"^日志树 大小：应为 0 至 2\^63 - 1，实为 9223372036854775808$"),
        (lambda: tree_root(2**63, reader(MOST)), r"^日志树 大小：应为 0 至 2\^63 - 1，实为"),
        (lambda: Frontier(3, [HASH]), r"^右缘：应为 2 个哈希，实为 1 个$"),
        (lambda: Frontier(1, [b"x"]), r"^右缘：应为 32 字节的哈希，实为 1 字节$"),
    ],
)
def test_what_is_refused_says_what_was_expected_and_found(call: Any, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        call()


def test_a_refused_batch_changes_nothing() -> None:
    frontier = Frontier()
    frontier.extend(rows(MOST)[0][:7])
    before = (frontier.size, frontier.edge)
    with pytest.raises(LedgerError, match=r"^叶哈希：应为 32 字节的哈希，实为 33 字节$"):
        frontier.extend([HASH, HASH + b"x"])
    assert (frontier.size, frontier.edge) == before
    full = Frontier(MAX_SIZE, [HASH] * 63)
    with pytest.raises(LedgerError, match=r"^日志树 大小：应为"):
        full.extend([HASH])
    assert full.size == MAX_SIZE


def test_the_prefix_keeps_a_leaf_from_passing_as_a_node() -> None:
    left, right = rows(MOST)[0][:2]
    assert leaf_hash(left + right) != node_hash(left, right)
    assert flipped(left, 0) != left
