"""A log known by its key: what `sunlot verify --log-key` believes, and nothing else.

The two classes have the shape of `sunlot.lottery.LogReader` and `OpenLog`, without importing them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sunlot.ledger.checkpoints import Checkpoint, open_checkpoint
from sunlot.ledger.keys import VerifierKey, parse_verifier_key
from sunlot.ledger.tree import check_inclusion, leaf_hash


@dataclass(frozen=True)
class KnownTree:
    """The tree of a checkpoint whose signature was found true."""

    checkpoint: Checkpoint

    @property
    def size(self) -> int:
        return self.checkpoint.size

    def check_inclusion(self, index: int, entry: bytes, proof: Sequence[bytes]) -> None:
        """Raise `LedgerError` unless the proof shows the entry at the index (RFC 9162, section 2.1.3.2)."""
        check_inclusion(proof, index, self.checkpoint.size, leaf_hash(entry), self.checkpoint.root)


@dataclass(frozen=True)
class KnownLog:
    """A log by its verifier key, which must come from elsewhere than what it is to prove."""

    key: VerifierKey

    @classmethod
    def by_key(cls, text: str) -> "KnownLog":
        """The log of a verifier key `name+keyid+base64`. Raises `LedgerError`."""
        return cls(parse_verifier_key(text))

    def open(self, checkpoint: str) -> KnownTree:
        """The tree that a signed checkpoint speaks of. Raises `LedgerError` unless this log signed it."""
        return KnownTree(open_checkpoint(checkpoint.encode(errors="surrogatepass"), self.key).checkpoint)
