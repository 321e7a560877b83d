"""The draws' rules of the protocol, held against the log's entries as they come (docs/spec/draw-protocol.md).

What the log alone shows: at most one sealed notice for a draw and attempt, one beacon and one result for a notice, one
reveal for a contributor; nothing about a notice that was never sealed or has ended; nothing sealed that was withdrawn,
nor the other way round; no abort that names somebody whose number is there, or names nobody though the beacon is there; an attempt only after the abort of the one before it.

What needs the notice file, which is public unless an embargo holds it back: who contributes and until when. With it also:
no abort when all revealed in time, none too early, none that names other than those who are missing; no result without
every reveal in time. Until it can be had these questions stay open, and are asked again at every look.

What needs time: every sealed notice ends in a result or an abort, by a day after the protocol's own term, or, while the
notice can't be had, within `PATIENCE`; no gap in the draw numbers of an authority and year, once the number after the gap
has been in the log for `PATIENCE` (draws are numbered when they are prepared, and may be sealed in another order).
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sunlot.norms import canonical, clock, sm3

PATIENCE = timedelta(days=60)
GRACE = timedelta(days=1)
NUMBERS_WITHIN = timedelta(days=7)  # of the lottery's not_before (docs/spec/draw-protocol.md, Commit and reveal)

SUBJECT = re.compile(r"draw:([^:]+):([1-9][0-9]{0,5})")
"""What an entry of a draw is about: its number and attempt."""

_NUMBER = re.compile(r"(.+)-(\d{4})-(\d{4,})")


@dataclass(frozen=True)
class Violation:
    """A rule that the log breaks: in words, and the entries that show it by their indexes."""

    words: str
    entries: tuple[int, ...]


@dataclass
class Facts:
    """What a notice file says that the log does not."""

    contributors: list[str]
    reveal_by: str
    beacon: str | None
    not_before: str | None

    @property
    def due(self) -> datetime:
        """When, at the latest, the attempt ends by the protocol."""
        if self.not_before is not None:
            return clock.parse(self.not_before) + NUMBERS_WITHIN
        return clock.parse(self.reveal_by)


@dataclass
class Mark:
    """An entry: where it stands, and when it says that it was."""

    index: int
    time: str


@dataclass
class Sealed:
    """A sealed notice and what followed, as far as the log has it."""

    draw: str
    attempt: int
    notice: str
    at: Mark
    beacon: Mark | None = None
    reveals: dict[str, Mark] = field(default_factory=dict)
    result: str | None = None
    ended: Mark | None = None
    blamed: list[str] | None = None
    facts: Facts | None = None
    told_overdue: bool = False
    told_alone: bool = False

    @property
    def name(self) -> str:
        return f"抽取 {self.draw} 第 {self.attempt} 次"

    @property
    def is_aborted(self) -> bool:
        return self.ended is not None and self.result is None

    def missing(self, facts: Facts) -> list[str]:
        """The contributors without a reveal in time."""
        return [one for one in facts.contributors if one not in self.reveals or not _before(self.reveals[one], facts)]


def _before(mark: Mark, facts: Facts) -> bool:
    return clock.parse(mark.time) < clock.parse(facts.reveal_by)


class Draws:
    """Every draw of a log, entry by entry. `to_json` and `from_json` keep it from one look to the next."""

    def __init__(self) -> None:
        self._sealed: dict[str, Sealed] = {}  # by notice digest
        self._attempts: dict[str, str] = {}  # "draw:attempt" to the digest of its first notice
        self._numbers: dict[str, Mark] = {}  # every draw number that the log names
        self._told_gaps: list[str] = []
        self._withdrawn: dict[str, Mark] = {}  # "draw:attempt" that was given up before it was sealed

    def add(self, index: int, entry: bytes) -> list[Violation]:
        """Take the next entry in. Returns the rules that it breaks."""
        try:
            said = json.loads(entry)
            kind, subject = said["type"], said["subject"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return [Violation(f"第 {index} 条不是日志规定的条目", (index,))]
        if not isinstance(subject, str) or not (subject.startswith("draw:") or str(kind).startswith("drawing.")):
            return []
        found = SUBJECT.fullmatch(subject)
        try:
            value = canonical.loads(entry)
            at = Mark(index, clock.iso(clock.parse(said["time"])))
            public = {str(name): member for name, member in said["public"].items()}
            if found is None or canonical.dumps(value) != entry:
                raise ValueError
        except (ValueError, TypeError, AttributeError, KeyError):
            return [Violation(f"第 {index} 条不是抽取规程规定的条目", (index,))]
        self._numbers.setdefault(found[1], at)
        return [*self._take(kind, found[1], int(found[2]), public, at)]

    def _take(self, kind: str, draw: str, attempt: int, public: dict[str, Any], at: Mark) -> Iterator[Violation]:
        if kind == "drawing.notice_sealed":
            yield from self._seal(draw, attempt, str(public.get("notice")), at)
            return
        if kind == "drawing.replaced":
            yield from self._replaced(draw, attempt, public, at)
            return
        if kind == "drawing.withdrawn":
            yield from self._withdraw(draw, attempt, at)
            return
        follow: dict[str, Callable[[Sealed, dict[str, Any], Mark], Iterator[Violation]]] = {
            "drawing.beacon_read": _beacon,
            "drawing.nonce_revealed": _reveal,
            "drawing.drawn": _drawn,
            "drawing.aborted": _aborted,
            "drawing.released": _released,
        }
        if kind not in follow:
            return
        sealed = self._sealed.get(str(public.get("notice")))
        if sealed is None or (sealed.draw, sealed.attempt) != (draw, attempt):
            yield Violation(f"第 {at.index} 条（{kind}）：抽取 {draw} 第 {attempt} 次没有封存过这份公告", (at.index,))
            return
        yield from follow[kind](sealed, public, at)

    def _seal(self, draw: str, attempt: int, notice: str, at: Mark) -> Iterator[Violation]:
        place = f"{draw}:{attempt}"
        if place in self._attempts:
            first = self._sealed[self._attempts[place]]
            yield Violation(
                f"{first.name}封存了两份公告：第 {first.at.index} 条和第 {at.index} 条", (first.at.index, at.index)
            )
            return
        if notice in self._sealed:
            first = self._sealed[notice]
            yield Violation(
                f"同一份公告封存了两次：{first.name}和抽取 {draw} 第 {attempt} 次", (first.at.index, at.index)
            )
            return
        if place in self._withdrawn:
            gone = self._withdrawn[place]
            words = f"抽取 {draw} 第 {attempt} 次已经撤回，又封存公告：第 {gone.index} 条和第 {at.index} 条"
            yield Violation(words, (gone.index, at.index))
        self._attempts[place] = notice
        self._sealed[notice] = Sealed(draw, attempt, notice, at)
        if attempt > 1:
            before = self._sealed.get(self._attempts.get(f"{draw}:{attempt - 1}", ""))
            if before is None or not before.is_aborted:
                shown = (before.at.index, at.index) if before else (at.index,)
                yield Violation(f"抽取 {draw} 第 {attempt} 次封存时，第 {attempt - 1} 次没有中止", shown)

    def _withdraw(self, draw: str, attempt: int, at: Mark) -> Iterator[Violation]:
        place = f"{draw}:{attempt}"
        if place in self._attempts:
            first = self._sealed[self._attempts[place]]
            words = f"{first.name}封存之后又撤回：第 {first.at.index} 条和第 {at.index} 条"
            yield Violation(words, (first.at.index, at.index))
        self._withdrawn.setdefault(place, at)

    def _replaced(self, draw: str, attempt: int, public: dict[str, Any], at: Mark) -> Iterator[Violation]:
        sealed = self._sealed.get(self._attempts.get(f"{draw}:{attempt}", ""))
        if sealed is None or sealed.result is None or sealed.result != public.get("result"):
            yield Violation(f"第 {at.index} 条替换所说的结果，不是抽取 {draw} 第 {attempt} 次的结果", (at.index,))

    # ---- notice files ------------------------------------------------------------------------------------------------

    def wanted(self) -> list[tuple[str, int, str]]:
        """Draw, attempt and digest of the notices whose files have not been seen."""
        return [(one.draw, one.attempt, one.notice) for one in self._sealed.values() if one.facts is None]

    def learn(self, digest: str, notice: bytes) -> list[Violation]:
        """Take in the file of a sealed notice. Returns what is wrong now that more is known."""
        sealed = self._sealed[digest]
        facts = read_notice(digest, notice)
        if facts is None:
            return [Violation(f"{sealed.name}：公布的公告文件不是封存的那一份（摘要 {digest}）", (sealed.at.index,))]
        sealed.facts = facts
        return [*_judge_end(sealed, facts)] if sealed.ended else []

    def judge_without_notice(self) -> list[Violation]:
        """What the log alone shows of the aborts whose notices can't be had; each is told once."""
        found: list[Violation] = []
        for sealed in self._sealed.values():
            if sealed.is_aborted and sealed.facts is None and not sealed.told_alone:
                sealed.told_alone = True
                found += _judge_alone(sealed)
        return found

    # ---- time --------------------------------------------------------------------------------------------------------

    def overdue(self, now: datetime) -> list[Violation]:
        """The rules that are broken by waiting: each is told once."""
        found = []
        for sealed in self._sealed.values():
            due = sealed.facts.due + GRACE if sealed.facts else clock.parse(sealed.at.time) + PATIENCE
            if sealed.ended is None and not sealed.told_overdue and now > due:
                sealed.told_overdue = True
                found.append(Violation(f"{sealed.name}封存之后没有结果，也没有中止，已过期限", (sealed.at.index,)))
        for missing, after in self.gaps():
            if missing not in self._told_gaps and now > clock.parse(after.time) + PATIENCE:
                self._told_gaps.append(missing)
                found.append(Violation(f"抽取编号缺号：没有 {missing}", (after.index,)))
        return found

    def gaps(self) -> Iterator[tuple[str, Mark]]:
        """Draw numbers that the log skips, each with the entry of the next number after it."""
        series: dict[tuple[str, str], dict[int, Mark]] = {}
        for number, mark in self._numbers.items():
            found = _NUMBER.fullmatch(number)
            if found:
                series.setdefault((found[1], found[2]), {})[int(found[3])] = mark
        for (authority, year), serials in series.items():
            expected = 1
            for serial in sorted(serials):
                for skipped in range(expected, min(serial, expected + 100)):  # a wild number does not fill the page
                    yield f"{authority}-{year}-{skipped:04d}", serials[serial]
                expected = serial + 1

    def open(self) -> list[Sealed]:
        """The sealed notices that have not ended."""
        return [one for one in self._sealed.values() if one.ended is None]

    def __len__(self) -> int:
        return len(self._sealed)

    # ---- keeping -----------------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        numbers = {number: asdict(mark) for number, mark in self._numbers.items()}
        sealed = [asdict(one) for one in self._sealed.values()]
        withdrawn = {place: asdict(mark) for place, mark in self._withdrawn.items()}
        return {"numbers": numbers, "sealed": sealed, "told_gaps": self._told_gaps, "withdrawn": withdrawn}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Draws":
        """What `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        draws = cls()
        draws._numbers = {number: Mark(**mark) for number, mark in value["numbers"].items()}
        draws._told_gaps = list(value["told_gaps"])
        draws._withdrawn = {place: Mark(**mark) for place, mark in value.get("withdrawn", {}).items()}
        for one in value["sealed"]:
            sealed = Sealed(
                **{
                    **one,
                    "at": Mark(**one["at"]),
                    "beacon": one["beacon"] and Mark(**one["beacon"]),
                    "reveals": {name: Mark(**mark) for name, mark in one["reveals"].items()},
                    "ended": one["ended"] and Mark(**one["ended"]),
                    "facts": one["facts"] and Facts(**one["facts"]),
                }
            )
            draws._sealed[sealed.notice] = sealed
            draws._attempts[f"{sealed.draw}:{sealed.attempt}"] = sealed.notice
        return draws


def read_notice(digest: str, notice: bytes) -> Facts | None:
    """What the file of a notice says; None unless it is the canonical notice of this digest."""
    try:
        said: Any = canonical.loads(notice)
        hashed = {"sha256": lambda: hashlib.sha256(notice).hexdigest(), "sm3": lambda: sm3.digest(notice).hex()}[
            said["hash"]
        ]()
        beacon = said["beacon"]
        facts = Facts(
            contributors=[str(one["id"]) for one in said["contributors"]],
            reveal_by=clock.iso(clock.parse(said["reveal_by"])),
            beacon=str(beacon["kind"]) if beacon else None,
            not_before=clock.iso(clock.parse(beacon["not_before"])) if beacon and beacon["kind"] == "lottery" else None,
        )
        return facts if hashed == digest and canonical.dumps(said) == notice else None
    except (ValueError, TypeError, KeyError):
        return None


# ---- one rule each, by kind of entry ---------------------------------------------------------------------------------


def _beacon(sealed: Sealed, public: dict[str, Any], at: Mark) -> Iterator[Violation]:
    if sealed.beacon is not None:
        yield Violation(
            f"{sealed.name}有两个公共随机数：第 {sealed.beacon.index} 条和第 {at.index} 条",
            (sealed.beacon.index, at.index),
        )
    elif sealed.ended is not None:
        yield _after_the_end(sealed, "公共随机数", at)
    else:
        sealed.beacon = at


def _reveal(sealed: Sealed, public: dict[str, Any], at: Mark) -> Iterator[Violation]:
    name = str(public.get("contributor"))
    first = sealed.reveals.get(name)
    if first is not None:
        yield Violation(
            f"{sealed.name}：{name} 公开了两次密数，第 {first.index} 条和第 {at.index} 条", (first.index, at.index)
        )
    elif sealed.ended is not None:
        yield _after_the_end(sealed, f"{name} 的密数", at)
    else:
        sealed.reveals[name] = at


def _drawn(sealed: Sealed, public: dict[str, Any], at: Mark) -> Iterator[Violation]:
    if sealed.ended is not None:
        words = "有两个结果" if sealed.result is not None else "中止之后又有结果"
        yield Violation(
            f"{sealed.name}{words}：第 {sealed.ended.index} 条和第 {at.index} 条", (sealed.ended.index, at.index)
        )
        return
    sealed.ended, sealed.result = at, str(public.get("result"))
    if sealed.facts:
        yield from _judge_end(sealed, sealed.facts)


def _aborted(sealed: Sealed, public: dict[str, Any], at: Mark) -> Iterator[Violation]:
    if sealed.ended is not None:
        words = "已有结果，又被中止" if sealed.result is not None else "中止了两次"
        yield Violation(
            f"{sealed.name}{words}：第 {sealed.ended.index} 条和第 {at.index} 条", (sealed.ended.index, at.index)
        )
        return
    blamed = public.get("contributors")
    sealed.ended, sealed.blamed = at, [str(one) for one in blamed] if isinstance(blamed, list) else []
    if sealed.facts:
        yield from _judge_end(sealed, sealed.facts)


def _released(sealed: Sealed, public: dict[str, Any], at: Mark) -> Iterator[Violation]:
    if sealed.result is None or sealed.result != public.get("result"):
        yield Violation(f"{sealed.name}公开的名单不是抽取的结果：第 {at.index} 条", (at.index,))


def _after_the_end(sealed: Sealed, what: str, at: Mark) -> Violation:
    ended = sealed.ended.index if sealed.ended else at.index
    return Violation(f"{sealed.name}已在第 {ended} 条结束，第 {at.index} 条又有{what}", (ended, at.index))


def _judge_end(sealed: Sealed, facts: Facts) -> Iterator[Violation]:
    """What the notice shows of a result or an abort."""
    at = sealed.ended
    if at is None:
        return
    missing = sealed.missing(facts)
    if sealed.result is not None:
        if missing:
            yield Violation(
                f"{sealed.name}有结果，但 {'、'.join(missing)} 没有按时公开密数", (sealed.at.index, at.index)
            )
        if (facts.beacon is not None) != (sealed.beacon is not None):
            words = "没有公共随机数" if facts.beacon else "有公告没有说的公共随机数"
            yield Violation(f"{sealed.name}有结果，但{words}", (sealed.at.index, at.index))
        yield from _judge_order(sealed, facts)
        return
    yield from _judge_abort(sealed, facts, missing, at)


def _judge_alone(sealed: Sealed) -> Iterator[Violation]:
    """What is wrong with an abort whatever its notice says."""
    at = sealed.ended
    if at is None:
        return
    for name in sealed.blamed or []:
        if name in sealed.reveals:  # a late reveal is none, but the server takes no late one in
            mark = sealed.reveals[name]
            words = f"{sealed.name}的中止归咎于 {name}，而它的密数在第 {mark.index} 条"
            yield Violation(words, (mark.index, at.index))
    if sealed.beacon is not None and not sealed.blamed:
        words = f"{sealed.name}的公共随机数在第 {sealed.beacon.index} 条，中止却没有写明谁没有公开密数"
        yield Violation(words, (sealed.beacon.index, at.index))


def _judge_order(sealed: Sealed, facts: Facts) -> Iterator[Violation]:
    """Dice before every reveal; the lottery's numbers after every reveal, and not before they exist."""
    beacon, reveals = sealed.beacon, [mark.index for mark in sealed.reveals.values()]
    if beacon is None or not reveals:
        return
    if facts.beacon == "dice" and beacon.index > min(reveals):
        yield Violation(f"{sealed.name}先有密数，后有骰子", (min(reveals), beacon.index))
    if facts.beacon == "lottery" and beacon.index < max(reveals):
        yield Violation(f"{sealed.name}先有开奖号码，后有密数", (beacon.index, max(reveals)))
    if facts.not_before is not None and clock.parse(beacon.time) < clock.parse(facts.not_before):
        yield Violation(f"{sealed.name}的开奖号码早于开奖时间", (beacon.index,))


def _judge_abort(sealed: Sealed, facts: Facts, missing: list[str], at: Mark) -> Iterator[Violation]:
    """An abort only, and then always: dice not logged or a reveal missing at `reveal_by`, or no numbers within seven days."""
    shown = (sealed.at.index, *sorted(mark.index for mark in sealed.reveals.values()), at.index)
    blamed, time = sealed.blamed or [], clock.parse(at.time)
    no_dice = facts.beacon == "dice" and (sealed.beacon is None or not _before(sealed.beacon, facts))
    if no_dice:
        wanted: list[str] = []
    elif missing:
        wanted = missing
    elif facts.beacon == "lottery" and sealed.beacon is None:
        if time < facts.due:
            yield Violation(f"{sealed.name}各方都按时公开了密数，等待开奖号码的期限未到就被中止", shown)
        wanted = []
    else:
        yield Violation(f"{sealed.name}各方都按时公开了密数，却被中止", shown)
        return
    if time < clock.parse(facts.reveal_by):
        yield Violation(f"{sealed.name}在公开密数的期限之前被中止", shown)
    if sorted(blamed) != sorted(wanted):
        yield Violation(
            f"{sealed.name}的中止应写明 {'、'.join(wanted) or '无人'} 没有公开密数，实为 {'、'.join(blamed) or '无人'}",
            shown,
        )
