"""What the rosters say, gathered in one pass over each: all that the notice's rules and the draw have to know.

Inspectors and avoid pairs are kept, for the teams need them; of the objects only counts, and what the drums hold.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from sunlot.lottery.errors import MOST_FAULTS, Fault
from sunlot.lottery.notice import ROSTERS
from sunlot.lottery.rosters import MAX_PARTS, TABLES, Columns, RosterReader
from sunlot.lottery.sources import Part, Rosters

_LISTED = MOST_FAULTS + 1  # strangers and twins kept for telling


class Taker(Protocol):
    """What is given the candidates as they are read, block by block: the drums of a draw, or who keeps them."""

    def put(self, ids: list[bytes], strata: list[bytes], zones: list[bytes], tickets: list[bytes]) -> None: ...


@dataclass(frozen=True)
class Inspector:
    """A row of inspectors.csv; zone ``*`` means any zone."""

    id: str
    department: str
    zone: str


@dataclass
class Facts:
    """What the three rosters hold. `faults` are those of step ``files``."""

    counts: dict[str, int] = field(default_factory=dict)
    digests: dict[str, tuple[str, ...]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    inspectors: list[Inspector] = field(default_factory=list)
    candidates: Counter[str] = field(default_factory=Counter)
    """Candidates of each stratum."""
    tickets: dict[str, set[int]] = field(default_factory=dict)
    """The numbers of tickets that candidates of each stratum hold."""
    zones: Counter[str] = field(default_factory=Counter)
    """Objects in each zone."""
    avoid: dict[bytes, list[str]] = field(default_factory=dict)
    """The inspectors whom an object must not meet, by object id."""
    avoided_zones: dict[str, str] = field(default_factory=dict)
    """The zone of each object of the roster that stands in an avoid pair."""
    unknown_inspectors: list[str] = field(default_factory=list)
    unknown_objects: list[str] = field(default_factory=list)
    inspector_twins: list[tuple[str, str]] = field(default_factory=list)
    object_twins: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of ids that differ in case alone."""

    def shunned(self, identifier: str) -> list[str]:
        """The inspectors whom the object must not meet."""
        return self.avoid.get(identifier.encode(), [])


def survey(
    rosters: Rosters,
    digests: dict[str, tuple[str | None, ...]],
    hash_name: str | None,
    drums: Taker | None = None,
) -> Facts:
    """Read all rosters once, fill the drums on the way, and check each part against its digest.

    `digests` are the parts as the notice names them; an empty tuple leaves that roster's digests unchecked. Every byte
    is read once, so what was checked is what was drawn from.
    """
    facts = Facts()
    readers = {
        name: RosterReader(TABLES[name], _parts(facts, rosters, name), digests.get(name, ()), hash_name)
        for name in ROSTERS
    }
    _read_inspectors(facts, readers["inspectors"].blocks())
    _read_avoid(facts, readers["avoid"].blocks())
    mixed = _read_objects(facts, readers["objects"].blocks(), drums)
    for name in ROSTERS:
        reader = readers[name]
        facts.counts[name] = reader.count
        facts.digests[name] = tuple(reader.found)
        facts.faults += reader.faults
    if mixed and not readers["objects"].faults:
        facts.object_twins = _twins(readers["objects"], readers["objects"].count)
    return facts


def _parts(facts: Facts, rosters: Rosters, name: str) -> tuple[Part, ...]:
    parts = rosters.parts(name)
    if len(parts) > MAX_PARTS:
        facts.faults.append(Fault(f"{name}.csv", "", f"至多 {MAX_PARTS} 个文件", f"{len(parts)} 个"))
        return ()
    return parts


def _read_inspectors(facts: Facts, blocks: Iterator[Columns]) -> None:
    folded: dict[str, str] = {}
    for ids, departments, zones in blocks:
        for row in zip(ids, departments, zones, strict=True):
            inspector = Inspector(*(value.decode() for value in row))
            facts.inspectors.append(inspector)
            twin = folded.setdefault(inspector.id.lower(), inspector.id)
            if twin != inspector.id:
                facts.inspector_twins.append((twin, inspector.id))


def _read_avoid(facts: Facts, blocks: Iterator[Columns]) -> None:
    # All pairs are held, by object: the list is made by people, pair by pair, and --max-size bounds it.
    known = {inspector.id.encode(): inspector.id for inspector in facts.inspectors}
    strangers: dict[str, None] = {}
    for inspectors, objects in blocks:
        for inspector, identifier in zip(inspectors, objects, strict=True):
            name = known.get(inspector)
            if name is None:
                strangers[inspector.decode()] = None
                name = inspector.decode()
            facts.avoid.setdefault(identifier, []).append(name)
    facts.unknown_inspectors = list(strangers)[:_LISTED]


def _read_objects(facts: Facts, blocks: Iterator[Columns], drums: Taker | None) -> bool:
    """Count, and fill the drums. Returns whether the ids hold both capital and small letters."""
    upper = lower = False
    candidates: Counter[bytes] = Counter()
    zone_counts: Counter[bytes] = Counter()
    avoided = facts.avoid.keys()
    for ids, strata, zones, tickets in blocks:
        candidates.update(strata)
        zone_counts.update(zones)
        together = b"".join(ids)
        upper = upper or together.lower() != together
        lower = lower or together.upper() != together
        for stratum, held in set(zip(strata, tickets, strict=True)):
            facts.tickets.setdefault(stratum.decode(), set()).add(int(held))
        if not avoided.isdisjoint(ids):
            for identifier, zone in zip(ids, zones, strict=True):
                if identifier in avoided:
                    facts.avoided_zones[identifier.decode()] = zone.decode()
        if drums is not None:
            drums.put(ids, strata, zones, tickets)
    facts.candidates = Counter({stratum.decode(): count for stratum, count in candidates.items()})
    facts.zones = Counter({zone.decode(): count for zone, count in zone_counts.items()})
    strangers = (name for name in map(bytes.decode, facts.avoid) if name not in facts.avoided_zones)
    facts.unknown_objects = list(islice(strangers, _LISTED))
    return upper and lower


def _twins(reader: RosterReader, count: int) -> list[tuple[str, str]]:
    """Pairs of object ids that differ in case alone, for rosters whose ids hold both capital and small letters.

    Two that differ in case alone may stand far apart in byte order, so neither the last row nor a window finds them,
    and a set of a million ids is what streaming is to avoid. Instead a bit for each folded id's hash (about 64 bits
    an id, never more than 128 MiB), and on a hit the hash is remembered; then one more pass looks at those few ids
    themselves. Rosters of credit codes, all capitals, never come here.
    """
    mask = min(1 << max(16, (count * 64).bit_length()), 1 << 30) - 1
    seen = bytearray((mask >> 3) + 1)
    suspects: set[int] = set()
    for columns in RosterReader(reader.table, reader.parts, (), None).blocks():
        for folded in map(hash, map(bytes.lower, columns[0])):
            slot, bit = (folded & mask) >> 3, 1 << (folded & 7)
            if seen[slot] & bit:
                suspects.add(folded & mask)
            seen[slot] |= bit
    found: list[tuple[str, str]] = []
    first: dict[bytes, str] = {}
    if not suspects:
        return found
    for columns in RosterReader(reader.table, reader.parts, (), None).blocks():
        for identifier in columns[0]:
            folded_id = identifier.lower()
            if hash(folded_id) & mask in suspects:
                twin = first.setdefault(folded_id, identifier.decode())
                if twin != identifier.decode() and len(found) < _LISTED:
                    found.append((twin, identifier.decode()))
    return found
