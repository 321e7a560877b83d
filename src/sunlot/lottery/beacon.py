"""The beacon: a value from outside that nobody here can choose. Rule 9 of the notice, and the form of its value."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sunlot.lottery.check import MISSING, Checker
from sunlot.lottery.errors import Fault, show
from sunlot.lottery.text import Instant

MIN_ROLLS = 20
MAX_ROLLS = 1000
MAX_POOL = 99
MIN_OUTCOMES = 10**7

_DICE = re.compile(r"[1-6]*")
_TWO_DIGITS = re.compile(r"[0-9]{2}")


@dataclass(frozen=True)
class Dice:
    """`rolls` throws of a die: as many digits 1–6 in the order thrown, from left to right."""

    rolls: int


@dataclass(frozen=True)
class Lottery:
    """A public lottery: of each of `pools`, (how many, of how many) numbers; they first exist at `not_before`."""

    name: str
    issue: str
    pools: tuple[tuple[int, int], ...]
    not_before: str


Beacon: TypeAlias = Dice | Lottery | None


def read_beacon(checker: Checker, value: object, reveal_by: Instant | None) -> Beacon:
    """The beacon of a notice (rule 9). Faults go to `checker`; what comes back then is of no use."""
    if value is None:
        return None
    beacon = checker.mapping(value, "beacon")
    if beacon is None:
        return None
    kind = beacon.get("kind", MISSING)
    if kind == "dice":
        checker.mapping(beacon, "beacon", ("kind", "rolls"))
        rolls = checker.integer(beacon.get("rolls", MISSING), "beacon.rolls", MIN_ROLLS, MAX_ROLLS)
        return None if rolls is None else Dice(rolls)
    if kind == "lottery":
        return _read_lottery(checker, beacon, reveal_by)
    checker.fault("beacon.kind", "“dice”或“lottery”", kind)
    return None


def _read_lottery(checker: Checker, beacon: Mapping[str, object], reveal_by: Instant | None) -> Lottery | None:
    checker.mapping(beacon, "beacon", ("kind", "name", "issue", "pools", "not_before"))
    name = checker.plain(beacon.get("name", MISSING), "beacon.name")
    issue = checker.plain(beacon.get("issue", MISSING), "beacon.issue")
    pools = _read_pools(checker, beacon.get("pools", MISSING))
    not_before = beacon.get("not_before", MISSING)
    moment = checker.time(not_before, "beacon.not_before")
    if moment is not None and reveal_by is not None and moment < reveal_by:
        checker.fault("beacon.not_before", "不早于 reveal_by 的时间", not_before)
    if name is None or issue is None or pools is None or moment is None:
        return None
    return Lottery(name, issue, pools, str(not_before))


def _read_pools(checker: Checker, value: object) -> tuple[tuple[int, int], ...] | None:
    pools = checker.array(value, "beacon.pools")
    if pools is None:
        return None
    read: list[tuple[int, int]] = []
    before = checker.count
    for index, pool in enumerate(pools):
        place = f"beacon.pools[{index}]"
        pair = checker.array(pool, place, "两个整数：取几个、共几个")
        if pair is None:
            continue
        if len(pair) != 2:
            checker.fault(place, "两个整数：取几个、共几个", pair)
            continue
        whole = checker.integer(pair[1], f"{place}[1]", 1, MAX_POOL)
        taken = checker.integer(pair[0], f"{place}[0]", 1, MAX_POOL if whole is None else whole)
        if taken is not None and whole is not None:
            read.append((taken, whole))
    if checker.count > before:
        return None
    outcomes = 1
    for taken, whole in read:
        outcomes *= math.comb(whole, taken)
        if outcomes >= MIN_OUTCOMES:
            return tuple(read)
    checker.note("beacon.pools", "合计不少于 10000000 种可能", f"{outcomes} 种")
    return None


def check_beacon(beacon: Beacon, value: object) -> list[Fault]:
    """What is wrong with a beacon's value, the member `beacon` of result.json; an empty list when nothing is.

    `value` is None when there is none. It has to be there exactly when the notice asks for one.
    """
    problem = _problem(beacon, value)
    return [Fault("result.json", "beacon", *problem)] if problem else []


def _problem(beacon: Beacon, value: object) -> tuple[str, str] | None:
    if beacon is None:
        return None if value is None else ("null（公告不用信标）", show(value))
    wanted = f"{beacon.rolls} 位骰子点数" if isinstance(beacon, Dice) else f"{beacon.name}第 {beacon.issue} 期的号码"
    if not isinstance(value, str):
        return wanted, show(value)
    if isinstance(beacon, Dice):
        return _dice_problem(beacon, value)
    return _lottery_problem(beacon, value)


def _dice_problem(dice: Dice, value: str) -> tuple[str, str] | None:
    if not _DICE.fullmatch(value):
        return f"{dice.rolls} 位骰子点数，每位 1 至 6", show(value)
    if len(value) != dice.rolls:
        return f"{dice.rolls} 位骰子点数", f"{len(value)} 位"
    return None


def _lottery_problem(lottery: Lottery, value: str) -> tuple[str, str] | None:
    total = sum(taken for taken, _ in lottery.pools)
    numbers = value.split("-", total)
    if len(numbers) != total or not all(_TWO_DIGITS.fullmatch(number) for number in numbers):
        return f"{total} 个两位数的号码，以 - 相连", show(value)
    for index, (taken, whole) in enumerate(lottery.pools):
        chosen, numbers = numbers[:taken], numbers[taken:]
        for before, number in zip(["00", *chosen], chosen, strict=False):
            if not 1 <= int(number) <= whole:
                return f"第 {index + 1} 池的号码在 01 至 {whole:02d} 之间", number
            if number <= before:
                return f"第 {index + 1} 池的号码严格递增", f"{before} 之后是 {number}"
    return None
