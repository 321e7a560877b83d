"""The sealer: gives waiting events their place in the log and publishes a signed checkpoint over them.

One sealer at a time holds a lease in the database; one that died loses it within ten seconds. Each run goes through
three steps, and whoever comes next goes on where it stopped:

1. stage: in one transaction the waiting events get their indexes, the tiles are stored, size and root are written down.
   Dies before its commit: nothing happened. After: the next run finds the staged tree and signs exactly that.
2. sign: the checkpoint goes into the file `newest` beside the key, and only there. Dies after: the next run finds the
   file already at the staged size with the same root and publishes it. A database that has gone back to an older day
   is found here, before anything is signed: the file knows a larger tree, or another of the same size.
3. publish: the checkpoint goes into the database, where the pages of the log read it.

So no two checkpoints are ever signed of which one does not continue the other: the tree never forks.
"""

import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from django.db import connection, transaction
from django.db.models import Subquery

from sunlot.ledger.checkpoints import Checkpoint, sign_checkpoint
from sunlot.ledger.faults import LedgerError, NotProven
from sunlot.ledger.notes import parse_note
from sunlot.ledger.tiles import WIDTH, Appender, Tile
from sunlot.ledger.tree import EMPTY_ROOT, leaf_hashes
from sunlot.norms import clock

from ..models import Event, LogCheckpoint, LogEdge, LogKey, LogLeaf, LogTile, Sealer, Unsealed
from . import keyring
from .rebuilding import rebuilt_edge

LEASE = 8.0  # seconds; a dead sealer is taken over within ten
BATCH = 10_000  # events sealed under one checkpoint, so that memory stays flat
PATIENCE = 1.0  # seconds that an urgent seal waits for another sealer
_PAUSE = 0.02
_one_in_this_process = threading.Lock()
_log = structlog.stdlib.get_logger("sunlot.log")


class LogStopped(Exception):  # noqa: N818 -- reads as what happened
    """The sealer will not go on: what it finds can't be continued without a fork. `evidence` holds both sides."""

    def __init__(self, why: str, **evidence: object) -> None:
        super().__init__(why)
        self.evidence = evidence


@dataclass(frozen=True)
class Staged:
    """A tree that stands in the database and is to be signed."""

    size: int
    root: bytes


def seal_at_once() -> bool:
    """Seal what waits now, for what must be in the log to count; waits up to a second for another sealer.

    Called after the commit of an urgent event, in its own process: it counts whether or not a worker runs. Returns
    whether a run was made; if not, the worker's next one takes the events.
    """
    until = time.monotonic() + PATIENCE
    while not seal():
        if time.monotonic() >= until or is_stopped():
            return False
        time.sleep(_PAUSE)
    return True


def seal() -> bool:
    """Seal everything that waits. Returns False where another sealer is at work or the log is stopped."""
    if connection.in_atomic_block:
        raise RuntimeError("sealing commits step by step; it can't run inside a transaction")
    holder = secrets.token_hex(16)
    if not _one_in_this_process.acquire(timeout=PATIENCE):
        return False
    try:
        if not _take_lease(holder):
            return False
        try:
            while _run(holder):
                pass
        finally:
            _give_back_lease(holder)
    except LogStopped as stop:
        _stop(stop)
        return False
    finally:
        _one_in_this_process.release()
    return True


def is_stopped() -> bool:
    """Whether the sealer has stopped and waits for the operator."""
    return Sealer.objects.filter(stopped_at__isnull=False).exists()


def _run(holder: str) -> bool:
    """One pass of the three steps; returns whether there may be more to do."""
    if not (Unsealed.objects.exists() or _is_staged()):
        return False
    try:
        ring = keyring.open_keyring(may_make=not LogKey.objects.exists())
        staged = _stage(holder)
        if staged is None:
            return False
        note = _sign(ring, staged)
    except keyring.KeyMissing as missing:
        raise LogStopped(f"日志的签名密钥或最新检查点不在原处，或已损坏：{missing}") from missing
    if note is None:
        return False
    _publish(ring, staged, note)
    return True


# ---- the lease -------------------------------------------------------------------------------------------------------


def _take_lease(holder: str) -> bool:
    """Hold the sealer if it is free or its holder is dead. Only one of two gets it: the update tells who."""
    Sealer.objects.get_or_create(pk=1)
    now = time.time()
    free = Sealer.objects.filter(pk=1, held_until__lt=now, stopped_at__isnull=True)
    return bool(free.update(holder=holder, held_until=now + LEASE))


def _give_back_lease(holder: str) -> None:
    Sealer.objects.filter(pk=1, holder=holder).update(held_until=0)


def _still_holding(holder: str) -> Sealer | None:
    """The sealer's row, locked, for one that still holds it; its time runs anew. None for one that was too slow."""
    sealer = Sealer.objects.select_for_update().get(pk=1)
    if sealer.holder != holder or sealer.stopped_at is not None:
        return None
    sealer.held_until = time.time() + LEASE
    return sealer


# ---- 1. stage --------------------------------------------------------------------------------------------------------


def _is_staged() -> bool:
    staged = Sealer.objects.filter(pk=1).values_list("staged_size", flat=True).first() or 0
    return staged > _published().size


@transaction.atomic
def _stage(holder: str) -> Staged | None:
    """Give waiting events their indexes, or find the tree that an earlier run left staged."""
    sealer = _still_holding(holder)
    if sealer is None:
        return None
    last = _published()
    if sealer.staged_size > last.size:
        return Staged(sealer.staged_size, bytes(sealer.staged_root))
    waiting = _waiting()
    if not waiting:
        return None
    hashes = leaf_hashes(entry.encode() for _, entry, _ in waiting)
    for (event, _, stored), computed in zip(waiting, hashes, strict=True):
        if stored != computed:
            raise LogStopped(f"第 {event} 条留痕在入链之前被改动", event=event, stored=stored.hex())
    appender = _appender(last)
    tiles = appender.append(hashes)
    _store(last.size, [event for event, _, _ in waiting], tiles)
    staged = Staged(appender.size, appender.root())
    sealer.staged_size, sealer.staged_root = staged.size, staged.root
    sealer.save(update_fields=["staged_size", "staged_root", "held_until"])
    return staged


def _published() -> Staged:
    """Size and root of the newest published checkpoint; of the empty tree before the first."""
    found = LogCheckpoint.objects.order_by("-size").values_list("size", "root").first()
    return Staged(found[0], bytes(found[1])) if found else Staged(0, EMPTY_ROOT)


def _waiting() -> list[tuple[int, str, bytes]]:
    """Id, entry and leaf hash of the events that wait, in the order of their ids.

    An id is no order of commitment: a slow transaction's events may come a batch later than younger ones. But an act
    that follows from another always has the larger id, and both may stand in one batch.
    """
    queue = Unsealed.objects.order_by("event_id").values("event_id")
    # From the first on: else PostgreSQL may read every event there is on its way to those that wait. In one statement:
    # between two, an act could be committed that is left out, with another that follows from it and is not.
    rows = Event.objects.filter(pk__gte=Subquery(queue[:1]), pk__in=Unsealed.objects.values("event_id")).order_by("pk")
    return [(event, entry, bytes(leaf)) for event, entry, leaf in rows.values_list("pk", "entry", "leaf_hash")[:BATCH]]


def _appender(last: Staged) -> Appender:
    """The tree to go on from, checked against its signed root; its edge is computed anew from the leaves if need be."""
    edge = {row.level: (row.index, bytes(row.hashes)) for row in LogEdge.objects.all()}

    def fetch(tile: Tile) -> bytes:
        index, hashes = edge.get(tile.level, (-1, b""))
        return hashes if index == tile.index else b""

    try:
        return Appender(last.size, last.root, fetch)
    except LedgerError:
        _log.warning("the log's edge does not lead to its root; computing it from the leaves", size=last.size)
    fresh = rebuilt_edge(last.size)
    try:
        appender = Appender(last.size, last.root, fresh.__getitem__)
    except (NotProven, LedgerError, KeyError) as error:
        raise LogStopped(
            f"数据库中的留痕算不出已签名的根（大小 {last.size}）：{error}", size=last.size, root=last.root.hex()
        ) from error
    _store_edge(list(fresh.items()))
    return appender


def _store(first: int, events: Sequence[int], tiles: Sequence[tuple[Tile, bytes]]) -> None:
    _store_leaves(first, events)
    Unsealed.objects.filter(event_id__in=LogLeaf.objects.filter(index__gte=first).values("event_id")).delete()
    LogTile.objects.bulk_create([LogTile(path=tile.path, hashes=data) for tile, data in tiles if tile.width == WIDTH])
    _store_edge(tiles)


def _store_leaves(first: int, events: Sequence[int]) -> None:
    """The places of the events: what `bulk_create` does, without ten thousand model instances in between."""
    places = range(first, first + len(events))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            rows = "SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
            cursor.execute("INSERT INTO trail_logleaf (leaf_index, event_id) " + rows, [list(places), list(events)])
        else:
            insert = "INSERT INTO trail_logleaf (leaf_index, event_id) VALUES (%s, %s)"
            cursor.executemany(insert, list(zip(places, events, strict=True)))


def _store_edge(tiles: Sequence[tuple[Tile, bytes]]) -> None:
    for tile, data in tiles:
        if tile.width < WIDTH:
            LogEdge.objects.update_or_create(level=tile.level, defaults={"index": tile.index, "hashes": data})


# ---- 2. sign ---------------------------------------------------------------------------------------------------------


def _sign(ring: keyring.Keyring, staged: Staged) -> bytes | None:
    """The signed note of the staged tree, written beside the key before anybody can read it elsewhere.

    None for a sealer that was so slow that another has taken over and gone on.
    """
    with keyring.one_signer():
        newest = keyring.newest_signed(ring.key.verifier)
        if newest is None and LogCheckpoint.objects.exists():
            raise LogStopped("密钥旁边没有最新检查点的记录，不能断定数据库没有回到过去", size=staged.size)
        if newest is not None:
            known = newest.checkpoint
            if (known.size, known.root) == (staged.size, staged.root):
                return newest.note.encode()
            if known.size > staged.size and stands_in_database(known):
                return None
            _require_continuation(known, staged, newest.note.encode())
        note = sign_checkpoint(Checkpoint(ring.key.name, staged.size, staged.root), ring.keys).encode()
        keyring.keep_newest(note)
        return note


def stands_in_database(known: Checkpoint) -> bool:
    """Whether the tree of a signed checkpoint is in the database, published or staged."""
    if LogCheckpoint.objects.filter(size=known.size, root=known.root).exists():
        return True
    return Sealer.objects.filter(pk=1, staged_size=known.size, staged_root=known.root).exists()


def _require_continuation(known: Checkpoint, staged: Staged, note: bytes) -> None:
    """Raise LogStopped unless the staged tree continues the one that was signed last."""
    if known.size >= staged.size:
        raise LogStopped(
            f"已签名的检查点有 {known.size} 条，数据库中只有 {staged.size} 条：数据库回到了较早的一天",
            signed=note.decode(),
            size=staged.size,
            root=staged.root.hex(),
        )
    if not stands_in_database(known):
        raise LogStopped(f"大小为 {known.size} 的已签名检查点不在数据库中：日志会分叉", signed=note.decode())


# ---- 3. publish ------------------------------------------------------------------------------------------------------


@transaction.atomic
def _publish(ring: keyring.Keyring, staged: Staged, note: bytes) -> None:
    """Make the checkpoint readable. Published twice is published once."""
    LogKey.objects.get_or_create(vkey=str(ring.key.verifier), defaults={"since": clock.now()})
    LogCheckpoint.objects.get_or_create(
        size=staged.size,
        defaults={"root": staged.root, "note": parse_note(note).encode().decode(), "signed_at": clock.now()},
    )


def _stop(stop: LogStopped) -> None:
    """Write down why; nothing is sealed any more until the operator has gone through docs/operations.md."""
    _log.error("the log is stopped", why=str(stop))
    Sealer.objects.filter(pk=1).update(
        stopped_at=clock.now(), stopped_why=str(stop), evidence=dict(stop.evidence), held_until=0
    )
