"""A log in memory that can also lie: entries, tiles and signed checkpoints as a source gives them."""

from dataclasses import dataclass, field

from sunlot.ledger.checkpoints import Checkpoint, sign_checkpoint
from sunlot.ledger.keys import Kind, SigningKey
from sunlot.ledger.notes import Note
from sunlot.ledger.tiles import Bundle, Tile, encode_bundle, encode_tile, parse_path
from sunlot.ledger.tree import Frontier, leaf_hashes, root_of
from sunlot.norms import canonical
from sunlot.watching.sources import Missing, Unreachable

KEY = SigningKey("log.example/wuhai", Kind.ED25519, bytes(range(32)))


def entry(
    kind: str = "internal", subject: str = "0123", time: str = "2026-11-23T09:30:00.000+08:00", **public: object
) -> bytes:
    """An entry of the log's form."""
    return canonical.dumps(
        {
            "v": 1, "time": time, "type": kind, "subject": subject, "actor": "org:zjj",
            "public": public, "digest": "0" * 64,
        }  # type: ignore[dict-item]
    )  # fmt: skip


def numbered(count: int, start: int = 0) -> list[bytes]:
    """Internal entries, all different."""
    return [entry(subject=f"{number:032x}") for number in range(start, start + count)]


@dataclass
class MadeLog:
    """A source over its entries. `size` is what it has published; `notices` lie beside it; `replaced` files lie."""

    entries: list[bytes] = field(default_factory=list)
    key: SigningKey = KEY
    notices: dict[str, bytes] = field(default_factory=dict)
    replaced: dict[str, bytes | None] = field(default_factory=dict)
    down: bool = False
    asked: list[str] = field(default_factory=list)
    name: str = "made"

    @property
    def note(self) -> Note:
        return sign_checkpoint(Checkpoint(self.key.name, len(self.entries), root_of(self.entries)), [self.key])

    @property
    def vkey(self) -> str:
        return str(self.key.verifier)

    def read(self, path: str, most: int) -> bytes:
        self.asked.append(path)
        if self.down:
            raise Unreachable(path)
        found = self.replaced[path] if path in self.replaced else self._file(path)
        if found is None:
            raise Missing(path)
        assert len(found) <= most
        return found

    def _file(self, path: str) -> bytes | None:
        if path == "checkpoint":
            return self.note.encode()
        if path == "vkey":
            return f"{self.vkey}\n".encode()
        if path.startswith(("../", "draws/")):
            return self.notices.get(path)
        place = parse_path(path)
        if isinstance(place, Bundle):
            part = self.entries[place.first : place.first + place.width]
            return encode_bundle(part) if len(part) == place.width else None
        return self._tile(place)

    def _tile(self, tile: Tile) -> bytes | None:
        rows = Frontier().extend(leaf_hashes(self.entries))
        level = rows[8 * tile.level] if 8 * tile.level < len(rows) else []
        part = level[tile.index * 256 : tile.index * 256 + tile.width]
        return encode_tile(part) if len(part) == tile.width else None
