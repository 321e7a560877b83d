"""log.json: what the transparency log says of a draw. Steps ``log`` and ``order`` of the verification.

Whether the entries really stand in the log is for a `LogReader`, which knows the log's key: signatures are not made
here, for this package has the standard library alone.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, cast

from sunlot.lottery.beacon import Dice, Lottery
from sunlot.lottery.check import MISSING, Checker, join
from sunlot.lottery.errors import Fault, show
from sunlot.lottery.notice import Notice
from sunlot.lottery.text import Instant, instant, is_plain
from sunlot.norms import canonical
from sunlot.norms.canonical import Json

LOG = "log.json"
SEALED, BEACON, REVEALED = "drawing.notice_sealed", "drawing.beacon_read", "drawing.nonce_revealed"
DRAWN, ABORTED = "drawing.drawn", "drawing.aborted"

_MEMBERS = ("checkpoint", "notice", "beacon", "reveals", "result", "aborted")
_ENTRY_MEMBERS = ("v", "time", "type", "subject", "actor", "public", "digest")
_HASH_BYTES = 32
_ACTOR = re.compile(r"org:[^ /]+(?:/[^ /]+)?")  # and plain text
MAX_PROOF = 64
"""Hashes of an inclusion proof: a tree of 2^64 entries has no longer one."""


class OpenLog(Protocol):
    """The tree that a signed checkpoint speaks of."""

    @property
    def size(self) -> int:
        """How many entries it holds."""

    def check_inclusion(self, index: int, entry: bytes, proof: Sequence[bytes]) -> None:
        """Raise ValueError, in plain words, unless `proof` shows `entry` at `index` (RFC 9162, section 2.1.3.2)."""


class LogReader(Protocol):
    """Somebody who knows the log's key."""

    def open(self, checkpoint: str) -> OpenLog:
        """The tree of a checkpoint. Raises ValueError, in plain words, unless the log's key signed it."""


@dataclass(frozen=True)
class LoggedEntry:
    """An entry that is included and says what it should: its index, its time, and its place in log.json."""

    place: str
    index: int
    time: Instant
    time_text: str


@dataclass(frozen=True)
class LoggedDraw:
    """The entries of a draw, as the log gives them."""

    notice: LoggedEntry
    beacon: LoggedEntry | None
    reveals: tuple[LoggedEntry, ...]
    result: LoggedEntry
    aborted: tuple[LoggedEntry, ...]


@dataclass(frozen=True)
class Claims:
    """What the bundle itself says, for comparison: notice, result.json as it stands, and the two digests."""

    notice: Notice
    notice_digest: str
    result: dict[str, object]
    result_digest: str


@dataclass(frozen=True)
class _Expected:
    """What an entry must say."""

    type: str
    attempt: int
    public: Mapping[str, object]


def check_log(data: bytes, reader: LogReader, claims: Claims) -> tuple[LoggedDraw | None, list[Fault]]:
    """Step ``log``. The draw's entries when nothing is wrong, and every fault."""
    checker = Checker(LOG)
    try:
        value = canonical.loads(data)
    except canonical.CanonicalError as error:
        return None, [Fault(LOG, error.place, error.expected, error.found)]
    top = checker.mapping(value, "", _MEMBERS)
    if top is None:
        return None, checker.faults
    tree = _open(checker, reader, top.get("checkpoint", MISSING))
    found = _read_entries(checker, tree, top, claims)
    return (None if checker.count else found), checker.faults


def _open(checker: Checker, reader: LogReader, checkpoint: object) -> OpenLog | None:
    if not isinstance(checkpoint, str):
        checker.fault("checkpoint", "已签名的检查点（文字）", checkpoint)
        return None
    try:
        return reader.open(checkpoint)
    except ValueError as error:
        checker.note("checkpoint", "由所给日志公钥签名的检查点", str(error))
        return None


def _read_entries(checker: Checker, tree: OpenLog | None, top: dict[str, object], claims: Claims) -> LoggedDraw | None:
    """Every entry that log.json must hold, read against what it must say."""

    def read(value: object, place: str, expected: _Expected) -> LoggedEntry | None:
        return _EntryReader(checker, tree, claims.notice.draw, place).read(value, expected)

    notice, attempt, named = claims.notice, claims.notice.attempt, {"notice": claims.notice_digest}
    sealed = read(top.get("notice", MISSING), "notice", _Expected(SEALED, attempt, named))
    beacon = None
    if notice.beacon is not None:
        wanted = _Expected(BEACON, attempt, {**named, "value": claims.result.get("beacon", MISSING)})
        beacon = read(top.get("beacon", MISSING), "beacon", wanted)
    elif top.get("beacon", MISSING) is not None:
        checker.fault("beacon", "null（公告没有要求公共随机数）", top.get("beacon", MISSING))
    reveals = [
        read(value, place, _Expected(REVEALED, attempt, {**named, **public}))
        for (value, place), public in zip(
            _items(checker, top.get("reveals", MISSING), "reveals", len(notice.contributors)),
            _revealed(claims),
            strict=False,
        )
    ]
    drawn = _Expected(DRAWN, attempt, named | {"result": claims.result_digest})
    result = read(top.get("result", MISSING), "result", drawn)
    aborted = [
        read(
            value,
            place,
            _Expected(
                ABORTED,
                number,
                {"notice": one.notice, "contributors": list(one.contributors), "reason": one.reason},
            ),
        )
        for number, ((value, place), one) in enumerate(
            zip(
                _items(checker, top.get("aborted", MISSING), "aborted", len(notice.previous)),
                notice.previous,
                strict=False,
            ),
            start=1,
        )
    ]
    if checker.count or sealed is None or result is None:
        return None
    return LoggedDraw(sealed, beacon, tuple(filter(None, reveals)), result, tuple(filter(None, aborted)))


def _items(checker: Checker, value: object, name: str, count: int) -> Iterator[tuple[object, str]]:
    """The items of an array of `count` with their places; a fault when it has another length."""
    array = checker.array(value, name, f"数组（{count} 项）")
    if array is not None and len(array) != count:
        checker.note(name, f"{count} 项", f"{len(array)} 项")
    return ((item, f"{name}[{at}]") for at, item in enumerate(array or []))


def _revealed(claims: Claims) -> Iterator[dict[str, object]]:
    """What each reveal's entry says beside the notice: under an embargo not the number, which the commitment fixes."""
    given = claims.result.get("reveals")
    rows = given if isinstance(given, list) else []
    for at, contributor in enumerate(claims.notice.contributors):
        row = rows[at] if at < len(rows) else None
        nonce = row.get("nonce", MISSING) if isinstance(row, dict) else MISSING
        yield {"contributor": contributor.id} | ({} if claims.notice.release else {"nonce": nonce})


class _EntryReader:
    """Reads one `{"index", "entry", "proof"}`."""

    def __init__(self, checker: Checker, tree: OpenLog | None, draw: str, place: str) -> None:
        self.checker, self.tree, self.draw, self.place = checker, tree, draw, place

    def read(self, value: object, expected: _Expected) -> LoggedEntry | None:
        """The entry if it is included and says what is expected; else None, and a fault."""
        members = self.checker.mapping(value, self.place, ("index", "entry", "proof"))
        if members is None:
            return None
        before = self.checker.count
        index = self.checker.integer(members.get("index", MISSING), self._at("index"), 0)
        proof = self._proof(members.get("proof", MISSING))
        text = members.get("entry", MISSING)
        if not isinstance(text, str):
            self.checker.fault(self._at("entry"), "条目的规范 JSON（文字）", text)
            return None
        moment = self._entry(text, expected)
        if self.tree is not None and index is not None and proof is not None:
            try:
                self.tree.check_inclusion(index, text.encode(), proof)
            except ValueError as error:
                self.checker.note(self._at("proof"), f"第 {index} 条在检查点的树中的证明", str(error))
        if self.checker.count != before or index is None or moment is None:
            return None
        return LoggedEntry(self.place, index, *moment)

    def _at(self, name: str) -> str:
        return join(self.place, name)

    def _proof(self, value: object) -> list[bytes] | None:
        array = self.checker.array(value, self._at("proof"))
        if array is None:
            return None
        if len(array) > MAX_PROOF:
            self.checker.note(self._at("proof"), f"至多 {MAX_PROOF} 项", f"{len(array)} 项")
            return None
        hashes = [_hash(item) for item in array]
        for at, item in enumerate(hashes):
            if item is None:
                self.checker.fault(f"{self._at('proof')}[{at}]", "32 字节的 base64", array[at])
        return None if None in hashes else [item for item in hashes if item is not None]

    def _entry(self, text: str, expected: _Expected) -> tuple[Instant, str] | None:
        """The entry's time. Everything in it is compared with what it must say."""
        place, checker = self._at("entry"), self.checker
        try:
            value: Json = canonical.loads_canonical(text.encode())
        except canonical.CanonicalError as error:
            checker.note(join(place, error.place) if error.place else place, error.expected, error.found)
            return None
        members = checker.mapping(value, place, _ENTRY_MEMBERS)
        if members is None:
            return None
        subject = f"draw:{self.draw}:{expected.attempt}"
        for name, wanted in (("v", 1), ("type", expected.type), ("subject", subject)):
            self._compare(join(place, name), members.get(name, MISSING), wanted)
        public = checker.mapping(members.get("public", MISSING), join(place, "public"), expected.public)
        for name, wanted_value in expected.public.items() if public is not None else ():
            self._compare(f"{place}.public.{name}", public.get(name, MISSING), wanted_value)  # type: ignore[union-attr]
        actor = members.get("actor", MISSING)
        if not isinstance(actor, str) or not is_plain(actor) or not _ACTOR.fullmatch(actor):
            checker.fault(join(place, "actor"), "单位和角色（如 org:zjj/coordinator）", actor)
        checker.digest(members.get("digest", MISSING), join(place, "digest"))
        time = members.get("time", MISSING)
        moment = checker.time(time, join(place, "time"))
        return None if moment is None else (moment, str(time))

    def _compare(self, place: str, found: object, wanted: object) -> None:
        if not _is_same(found, wanted):
            shown = "result.json 中的值（那里没有）" if wanted is MISSING else show(wanted)
            self.checker.fault(place, shown, found)


def _is_same(found: object, wanted: object) -> bool:
    """Whether two JSON values are there and the same; to Python alone ``[true]`` would equal ``[1]``."""
    if found is MISSING or wanted is MISSING:
        return False
    return canonical.dumps(cast(Json, found)) == canonical.dumps(cast(Json, wanted))


def _hash(value: object) -> bytes | None:
    """The 32 bytes that a base64 text stands for; None for any other text, and for one that is not in its one form."""
    if not isinstance(value, str):
        return None
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if len(data) == _HASH_BYTES and base64.b64encode(data).decode() == value else None


def check_order(logged: LoggedDraw, notice: Notice, reveal_by: str) -> list[Fault]:
    """Step ``order``: notice < dice < every reveal < lottery < result, every abort before the notice, and the times."""
    stages: list[tuple[LoggedEntry, ...]] = [logged.aborted, (logged.notice,)]
    beacon = (logged.beacon,) if logged.beacon is not None else ()
    if isinstance(notice.beacon, Dice):
        stages += [beacon, logged.reveals]
    else:
        stages += [logged.reveals, beacon]
    stages.append((logged.result,))
    faults = _check_indexes([stage for stage in stages if stage])
    deadline = instant(reveal_by)
    for one in logged.reveals:
        if deadline is not None and one.time >= deadline:
            faults.append(Fault(LOG, f"{one.place}.entry.time", f"早于公开期限 {reveal_by}", one.time_text))
    if isinstance(notice.beacon, Lottery) and logged.beacon is not None:
        begins = instant(notice.beacon.not_before)
        if begins is not None and logged.beacon.time < begins:
            expected = f"不早于开奖时间 {notice.beacon.not_before}"
            faults.append(Fault(LOG, "beacon.entry.time", expected, logged.beacon.time_text))
    return faults


def _check_indexes(stages: Sequence[tuple[LoggedEntry, ...]]) -> list[Fault]:
    """Each entry after the last of the stage before its own."""
    faults: list[Fault] = []
    for earlier, later in pairwise(stages):
        last = max(earlier, key=lambda one: one.index)
        faults += [
            Fault(LOG, f"{one.place}.index", f"大于 {last.place} 的 {last.index}", str(one.index))
            for one in later
            if one.index <= last.index
        ]
    return faults
