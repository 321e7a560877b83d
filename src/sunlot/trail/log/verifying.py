"""`sunlot log verify`: the whole log read again from the database, with nothing taken on trust.

What it finds is what somebody who can write to the database, but has not the key, can't hide: an entry that was
changed, dropped or reordered, a detail that is no longer what was written, a checkpoint over another tree, a database
from an older day.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sunlot.ledger.checkpoints import open_checkpoint
from sunlot.ledger.faults import LedgerError
from sunlot.ledger.keys import VerifierKey, parse_verifier_key
from sunlot.ledger.text import HASH_BYTES
from sunlot.ledger.tiles import WIDTH, Appender, Tile
from sunlot.ledger.tree import EMPTY_ROOT, leaf_hashes
from sunlot.norms import canonical

from ..models import Erasure, Event, LogCheckpoint, LogKey, LogLeaf, LogTile, Unsealed
from . import keyring
from .sealing import stands_in_database

_CHUNK = 4096  # leaves held at a time
_CHECKPOINTS = 500  # checkpoints held at a time
MOST_TOLD = 100  # faults in words
_INTERNAL = '"type":"internal","v":1}'  # how the canonical entry of an internal event ends
_COLUMNS = ("pk", "entry", "leaf_hash", "detail__whole", "detail__salt", "named__type", "named__subject")
_Row = tuple[int, str, bytes, str | None, bytes | None, str | None, str | None, int | None]  # and the index, if any


@dataclass
class LogReport:
    """What verifying found. `size` leaves were read; up to `proven` of them stand under a checkpoint that is right.

    `faults` are in plain words, the first difference first, MOST_TOLD of them at most; `count` is how many there are.
    """

    size: int = 0
    details: int = 0
    checkpoints: int = 0
    proven: int = 0
    faults: list[str] = field(default_factory=list)
    count: int = 0
    roots_differ: bool = False

    def tell(self, fault: str) -> None:
        """Note a fault: memory stays flat however much was changed."""
        self.count += 1
        if len(self.faults) < MOST_TOLD:
            self.faults.append(fault)

    @property
    def is_sound(self) -> bool:
        return not self.faults


def verify_log(vkey: str | None = None) -> LogReport:
    """Read every leaf in order, rebuild the tree, and compare with tiles, checkpoints and details.

    `vkey` is the log's key as somebody outside knows it; by default the one that the database names. Memory is flat.
    """
    report = LogReport()
    key = _key(vkey, report)
    appender, checkpoints = Appender(0, EMPTY_ROOT), _checkpoints()
    awaited = next(checkpoints, None)
    for first, rows in _leaves(report):
        hashes = leaf_hashes([row[1].encode() for row in rows])
        _compare_leaves(report, first, rows, hashes)
        _compare_details(report, rows)
        _compare_listed(report, rows)
        tiles: list[tuple[Tile, bytes]] = []
        at = 0
        while at < len(hashes):  # a checkpoint may end in the middle of what was read
            end = len(hashes) if awaited is None else min(len(hashes), at + awaited.size - appender.size)
            tiles += appender.append(hashes[at:end])
            at = end
            while awaited is not None and awaited.size <= appender.size:
                _compare_checkpoint(report, appender, awaited, key)
                awaited = next(checkpoints, None)
        _compare_tiles(report, {tile: data for tile, data in tiles if tile.width == WIDTH})
    report.size = appender.size
    while awaited is not None:
        report.tell(f"大小为 {awaited.size} 的检查点：日志只有 {appender.size} 条")
        awaited = next(checkpoints, None)
    _compare_waiting(report)
    _compare_signed(report, key)
    return report


def _key(vkey: str | None, report: LogReport) -> VerifierKey | None:
    text = vkey or LogKey.objects.order_by("-pk").values_list("vkey", flat=True).first()
    if text is None:
        return None
    try:
        return parse_verifier_key(text)
    except LedgerError as error:
        report.tell(str(error))
        return None


def _checkpoints() -> Iterator[LogCheckpoint]:
    """Every checkpoint by size, some at a time."""
    last = -1
    while found := list(LogCheckpoint.objects.filter(size__gt=last).order_by("size")[:_CHECKPOINTS]):
        yield from found
        last = found[-1].size


def _fetch(rows: "QuerySet[Any, Any]") -> list[Any]:
    """The rows of a query as the database gives them: a million pass through here, and need no conversion."""
    with connection.cursor() as cursor:
        cursor.execute(*rows.query.sql_with_params())
        return cursor.fetchall()


def _leaves(report: LogReport) -> Iterator[tuple[int, list[_Row]]]:
    """Runs of leaves without a gap: the index of the first, and what `_COLUMNS` names of each."""
    end = LogLeaf.objects.order_by("-index").values_list("index", flat=True).first()
    for first in range(0, 0 if end is None else end + 1, _CHUNK):
        found = LogLeaf.objects.filter(index__gte=first, index__lt=first + _CHUNK).order_by("index")
        rows = _fetch(found.values_list(*(f"event__{name}" for name in _COLUMNS), "index"))
        if [row[-1] for row in rows] != list(range(first, first + len(rows))):
            wrong = next(at for at, row in enumerate(rows, first) if row[-1] != at)
            report.tell(f"第 {wrong} 条：应在日志中，实为缺失（其后是第 {rows[wrong - first][-1]} 条）")
            return
        yield first, rows
        if first + len(rows) < min(first + _CHUNK, (end or 0) + 1):
            report.tell(f"第 {first + len(rows)} 条：应在日志中，实为缺失")
            return


def _compare_leaves(report: LogReport, first: int, rows: Sequence[_Row], hashes: list[bytes]) -> None:
    stored = [bytes(row[2]) for row in rows]
    if stored == hashes:
        return
    at = next(at for at, (one, other) in enumerate(zip(stored, hashes, strict=True)) if one != other)
    report.tell(
        f"第 {first + at} 条（留痕 {rows[at][0]}）：条目被改动，叶哈希应为 {stored[at].hex()}，实为 {hashes[at].hex()}"
    )


def _compare_tiles(report: LogReport, tiles: dict[Tile, bytes]) -> None:
    stored = dict(LogTile.objects.filter(path__in=[tile.path for tile in tiles]).values_list("path", "hashes"))
    for tile, data in tiles.items():
        if tile.path not in stored:
            report.tell(f"{tile.path}：缺失")
        elif (found := bytes(stored[tile.path])) != data:
            words = f"{tile.path}：与由条目算出的不同"
            report.tell(f"{words}，自第 {_first_difference(tile, found, data)} 条起" if tile.level == 0 else words)


def _first_difference(tile: Tile, stored: bytes, computed: bytes) -> int:
    """The index of the first leaf of which a tile of level 0 says something else than the entries."""
    places = range(0, len(computed), HASH_BYTES)
    differ = (at for at in places if stored[at : at + HASH_BYTES] != computed[at : at + HASH_BYTES])
    return tile.index * WIDTH + next(differ, 0) // HASH_BYTES


def _compare_checkpoint(report: LogReport, tree: Appender, stored: LogCheckpoint, key: VerifierKey | None) -> None:
    report.checkpoints += 1
    computed, root = tree.root(), bytes(stored.root)
    if root == computed:
        report.proven = tree.size
    elif not report.roots_differ:  # after the first, every later one must differ too
        report.roots_differ = True
        report.tell(
            f"大小为 {tree.size} 的检查点：根应为 {root.hex()}，由条目算出 {computed.hex()}；"
            f"第 {report.proven} 条至第 {tree.size - 1} 条之间有被改动、删去或换位的"
        )
    if key is None:
        return
    try:
        signed = open_checkpoint(stored.note.encode(), key).checkpoint
    except LedgerError as error:
        report.tell(f"大小为 {tree.size} 的检查点：{error}")
        return
    if (signed.size, signed.root) != (stored.size, root):
        report.tell(f"大小为 {tree.size} 的检查点：签名的是大小 {signed.size}、根 {signed.root.hex()}")


def _compare_details(report: LogReport, rows: Sequence[_Row]) -> None:
    """Every whole event is the one that its entry's digest speaks of, or its erasure is recorded."""
    sha256, missing = hashlib.sha256, []
    for row in rows:
        whole, salt = row[3], row[4]
        if whole is None or salt is None:
            missing.append(row[0])
            continue
        found = sha256(bytes(salt) + whole.encode()).hexdigest()
        if f'"digest":"{found}"' not in row[1]:  # the entry is canonical JSON, and checked against its leaf
            report.tell(f"留痕 {row[0]} 的明细被改动：摘要应为 {_digest(row[1])}，实为 {found}")
    report.details += len(rows) - len(missing)
    if missing:
        erased = set(Erasure.objects.filter(event_id__in=missing).values_list("event_id", flat=True))
        gone = [event for event in missing if event not in erased]
        for event in gone:
            report.tell(f"留痕 {event} 的明细不在，也没有清除的记录")


def _compare_signed(report: LogReport, key: VerifierKey | None) -> None:
    """The newest checkpoint that was ever signed is in the database: else that has gone back to an older day.

    It lies beside the signing key. Where that is not, as on a machine that verifies a copy, nothing can be said.
    """
    try:
        newest = keyring.newest_signed(key) if key else None
    except keyring.KeyMissing as spoilt:
        report.tell(str(spoilt))
        return
    if newest is not None and not stands_in_database(newest.checkpoint):
        size = newest.checkpoint.size
        report.tell(f"已签名的最新检查点（{size} 条）不在数据库中：数据库回到了较早的一天，或签过另一棵树")


def _digest(entry: str) -> object:
    value = canonical.loads(entry.encode())
    return value.get("digest") if isinstance(value, dict) else None


def _compare_waiting(report: LogReport) -> None:
    """Every event has its place or waits for it, unchanged."""
    waiting = Event.objects.filter(leaf__isnull=True).order_by("pk")
    lost = waiting.exclude(pk__in=Unsealed.objects.values("event_id")).values_list("pk", flat=True).first()
    if lost is not None:
        report.tell(f"留痕 {lost} 既不在日志中，也不在等待入链之列")
    last = -1
    while rows := list(waiting.filter(pk__gt=last).values_list(*_COLUMNS, "leaf__index")[:_CHUNK]):
        for (event, entry, stored, *_), computed in zip(
            rows, leaf_hashes(row[1].encode() for row in rows), strict=True
        ):
            if bytes(stored) != computed or not entry:
                report.tell(f"留痕 {event} 在入链之前被改动")
        _compare_details(report, rows)
        _compare_listed(report, rows)
        last = rows[-1][0]


def _compare_listed(report: LogReport, rows: Sequence[_Row]) -> None:
    """Every public event is on the list that the search reads, under its own name, and no internal one is."""
    named = [row for row in rows if row[5] is not None or not row[1].endswith(_INTERNAL)]
    for event, entry, *_, kind, subject, _ in named:
        value = canonical.loads(entry.encode())
        said = (value.get("type"), value.get("subject")) if isinstance(value, dict) else None
        if kind is None or said != (kind, subject):
            report.tell(f"公开的留痕 {event} 检索不到，或列在别的名下：应为 {said}，实为 {(kind, subject)}")
            return
