"""From the checkpoint that was seen last to the newest one, with nothing taken on trust but the log's key."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from sunlot.ledger.checkpoints import Checkpoint, OpenCheckpoint, open_checkpoint
from sunlot.ledger.faults import LedgerError, NotProven
from sunlot.ledger.keys import VerifierKey
from sunlot.ledger.tiles import WIDTH, Bundle, Tile, TileReader, bundles_between, cut_tile, decode_bundle, encode_bundle
from sunlot.ledger.tree import EMPTY_ROOT, check_consistency, consistency_proof

from .sources import MAX_BUNDLE, MAX_TEXT, MAX_TILE, Missing, Source

T = TypeVar("T")


class Broken(Exception):  # noqa: N818 -- reads as what is wrong
    """The log is not what it has signed. `evidence` holds files by name: what convinces others.

    `rule` is what is broken, the same however large the log has grown meanwhile: so one fork is one fault, and not a new
    one with every checkpoint. By default the words themselves.
    """

    def __init__(self, words: str, evidence: dict[str, bytes], rule: str = "") -> None:
        super().__init__(words)
        self.evidence = evidence
        self.rule = rule or words


@dataclass(frozen=True)
class Step:
    """The log grew, provably, from `old` to the checkpoint of `new`; `reader` gives checked hashes of the new tree."""

    source: Source
    old: Checkpoint
    new: OpenCheckpoint
    reader: TileReader = field(repr=False)

    @property
    def checkpoint(self) -> Checkpoint:
        return self.new.checkpoint

    @property
    def note(self) -> bytes:
        """The newest checkpoint's signed note as it came."""
        return self.new.note.encode()

    def bundles(self) -> Iterator[tuple[Bundle, bytes, list[bytes]]]:
        """Each entry bundle that the growth touches: its address, its bytes, its entries, each checked against the root.

        Raises Broken for one that is not what the checkpoint covers, Unreachable.
        """
        for bundle in bundles_between(self.old.size, self.checkpoint.size):
            data = proven({"checkpoint": self.note}, partial(read_bundle, self.source, bundle))
            try:
                yield bundle, data, self.reader.entries(bundle, data)
            except LedgerError as error:
                raise Broken(str(error), {"checkpoint": self.note, _name(bundle.path): data}) from error

    def entries(self) -> Iterator[tuple[int, bytes]]:
        """The new entries with their indexes, in order."""
        for bundle, _, found in self.bundles():
            for index, entry in enumerate(found, bundle.first):
                if index >= self.old.size:
                    yield index, entry

    def tile(self, tile: Tile) -> list[bytes]:
        """The hashes of a tile of the new tree, checked. Raises Broken, Unreachable."""
        return proven({"checkpoint": self.note}, lambda: self.reader.hashes(tile))


def read_key(source: Source) -> str:
    """The verifier key that the log itself names: to be believed on first sight at most. Raises Missing, Unreachable."""
    return source.read("vkey", MAX_TEXT).decode("utf-8", "replace").strip()


def follow(source: Source, key: VerifierKey, known: bytes | None, witnesses: Sequence[VerifierKey] = ()) -> Step:
    """Read the newest checkpoint and prove that it continues the `known` signed note; None has seen nothing yet.

    Signatures of `witnesses` may be missing, but one that is there must be true.

    Raises Broken where it does not: the evidence is both notes, signed by the same key; and for a checkpoint that is none
    or is not signed by the key: the evidence is what came. Raises LedgerError for a `known` note that is not the key's,
    Missing and Unreachable.
    """
    old = open_checkpoint(known, key).checkpoint if known is not None else Checkpoint(key.name, 0, EMPTY_ROOT)
    opened = _open(source.read("checkpoint", MAX_TEXT), key, witnesses)
    new, note = opened.checkpoint, opened.note.encode()
    both = {"older-checkpoint": known, "newer-checkpoint": note} if known is not None else {"checkpoint": note}
    if new.size < old.size:
        raise Broken(f"日志变短了：上次看到 {old.size} 条，现在只有 {new.size} 条", both, "变短")
    if new.size == old.size and new.root != old.root:
        raise Broken(f"两个检查点大小同为 {new.size}，根不同：日志分叉", both, "分叉")
    if new.size == 0 and new.root != EMPTY_ROOT:
        raise Broken("大小为 0 的检查点，根不是空树的根", both)
    reader = proven(both, lambda: TileReader(new.size, new.root, lambda tile: read_tile(source, tile)))
    step = Step(source, old, opened, reader)
    proof = proven(both, lambda: consistency_proof(old.size, new.size, reader))
    try:
        check_consistency(proof, old.size, new.size, old.root, new.root)
    except NotProven as error:
        raise Broken(
            f"新检查点（{new.size} 条）不是上次看到的（{old.size} 条）的延续：日志分叉。{error}", both, "分叉"
        ) from error
    return step


def _open(data: bytes, key: VerifierKey, witnesses: Sequence[VerifierKey]) -> OpenCheckpoint:
    return proven({"checkpoint": data}, lambda: open_checkpoint(data, key, witnesses))


def read_tile(source: Source, tile: Tile) -> bytes:
    """A tile of exactly its width; where the partial one is gone, cut from the full one that took its place."""
    try:
        return source.read(tile.path, MAX_TILE)
    except Missing:
        if tile.width == WIDTH:
            raise
    return cut_tile(source.read(Tile(tile.level, tile.index).path, MAX_TILE), tile.width)


def read_bundle(source: Source, bundle: Bundle) -> bytes:
    """An entry bundle of exactly its width; where the partial one is gone, cut from the full one that took its place."""
    try:
        return source.read(bundle.path, MAX_BUNDLE)
    except Missing:
        if bundle.width == WIDTH:
            raise
    full = Bundle(bundle.index)
    return encode_bundle(decode_bundle(source.read(full.path, MAX_BUNDLE), full)[: bundle.width])


def proven(evidence: dict[str, bytes], read: Callable[[], T]) -> T:
    """What `read` gives; where the log does not serve what its signed checkpoint covers, that is Broken."""
    try:
        return read()
    except Missing as error:
        raise Broken(f"已签名的检查点所管的文件取不到：{error}", evidence) from error
    except LedgerError as error:
        raise Broken(str(error), evidence) from error


def _name(path: str) -> str:
    return path.replace("/", "-")
