"""The transparency log (留痕) as mathematics and formats. The specification is docs/spec/transparency-log.md.

Standard library, `sunlot.norms` and, for Ed25519, `cryptography` alone; no database, no clock, no network, no random
numbers: everything comes as an argument. The formats are not ours, so that existing tools read our logs and we theirs:
RFC 9162 for the tree, C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles and tlog-witness for the rest.
The names below are the public ones; the modules behind them may change.

The tree (`tree`)
    `leaf_hash(entry)`, `leaf_hashes(entries)`, `root_of(entries)`: a root from a stream, in constant memory.
    `Frontier(size, edge)`: the right edge alone; `extend(hashes)` grows it, `root()` gives the root at each size.
    `inclusion_proof(index, size, read)`, `consistency_proof(old, size, read)`: proofs, from a `HashReader`;
    `inclusion_nodes`, `consistency_nodes`: what they will read. `check_inclusion`, `check_consistency`: proofs checked.

The files (`tiles`)
    `Tile`, `Bundle`, `parse_path`: addresses and paths; `tiles_between`, `bundles_between`: what a growth writes.
    `Appender(size, root, fetch)`: grows a stored log, `append(hashes)` gives the tiles to write.
    `TileReader(size, root, fetch)`: a `HashReader` over tiles that nobody trusts; `entries(bundle, data)`: entries
    checked. `tiles_for(nodes, size)`: the tiles that it will ask for. `encode_bundle`, `decode_bundle`, `cut_tile`.

Signatures (`keys`, `notes`, `checkpoints`)
    `SigningKey`, `VerifierKey`, `Kind`; `parse_signing_key`, `parse_verifier_key`: their texts.
    `Note`, `parse_note`, `open_note`, `sign_note`: signed notes.
    `Checkpoint`, `sign_checkpoint`, `open_checkpoint`: the only way to a checkpoint that may be believed.

Witnesses (`witness`)
    `AddCheckpoint`, `read_answer`: the log's side. `judge`, `cosign`: the witness's.

Errors: everything raised on purpose is a `LedgerError` (a `ValueError`): `NotSigned` for signatures, `NotProven` for
hashes that do not lead to the root they claim, else a form that the standards do not allow.
"""

from sunlot.ledger.checkpoints import Checkpoint, OpenCheckpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from sunlot.ledger.faults import LedgerError, NotProven, NotSigned
from sunlot.ledger.keys import Kind, SigningKey, VerifierKey, parse_signing_key, parse_verifier_key
from sunlot.ledger.notes import Note, OpenNote, SignatureLine, Signed, open_note, parse_note, sign_note
from sunlot.ledger.text import MAX_SIZE
from sunlot.ledger.tiles import (
    MAX_ENTRY,
    WIDTH,
    Appender,
    Bundle,
    Tile,
    TileFetch,
    TileReader,
    bundles_between,
    cut_tile,
    decode_bundle,
    decode_tile,
    edge_tiles,
    encode_bundle,
    encode_tile,
    parse_path,
    tile_of,
    tiles_between,
    tiles_for,
)
from sunlot.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    HashReader,
    Node,
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
from sunlot.ledger.witness import (
    Accepted,
    AddCheckpoint,
    Answer,
    Behind,
    Cosigned,
    Declined,
    Refused,
    cosign,
    judge,
    parse_request,
    read_answer,
)

__all__ = [
    "EMPTY_ROOT", "MAX_ENTRY", "MAX_SIZE", "WIDTH", "Accepted", "AddCheckpoint", "Answer", "Appender", "Behind", "Bundle",
    "Checkpoint", "Cosigned", "Declined", "Frontier", "HashReader", "Kind", "LedgerError", "Node", "NotProven", "NotSigned",
    "Note", "OpenCheckpoint", "OpenNote", "Refused", "SignatureLine", "Signed", "SigningKey", "Tile", "TileFetch",
    "TileReader", "VerifierKey", "bundles_between", "check_consistency", "check_inclusion", "consistency_nodes",
    "consistency_proof", "cosign", "cut_tile", "decode_bundle", "decode_tile", "edge_tiles", "encode_bundle", "encode_tile",
    "full_subtrees", "inclusion_nodes", "inclusion_proof", "judge", "leaf_hash", "leaf_hashes", "node_hash",
    "open_checkpoint", "open_note", "parse_checkpoint", "parse_note", "parse_path", "parse_request", "parse_signing_key",
    "parse_verifier_key", "read_answer", "root_from_inclusion", "root_of", "sign_checkpoint", "sign_note", "tile_of",
    "tiles_between", "tiles_for", "tree_root",
]  # fmt: skip
