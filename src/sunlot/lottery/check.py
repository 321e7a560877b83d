"""Reading untrusted JSON member by member: each reader gives the value, or a fault and None."""

import re
from collections.abc import Iterable
from heapq import nsmallest

from sunlot.lottery.errors import MOST_FAULTS, Fault, show, visible
from sunlot.lottery.text import Instant, instant, is_digest, is_identifier, is_plain

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class Missing:
    """The value of a member that is not there."""

    def __str__(self) -> str:
        return "没有"


MISSING = Missing()


def _show(value: object) -> str:
    return str(value) if isinstance(value, Missing) else show(value)


def join(place: str, name: str) -> str:
    """The place of member `name` of what stands at `place`."""
    shown = name if _BARE.fullmatch(name) else f"“{visible(name)}”"
    return f"{place}.{shown}" if place else shown


class Checker:
    """Collects the faults of one JSON file, `subject`: all are counted, and no more kept than are ever shown."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.faults: list[Fault] = []
        self.count = 0

    def fault(self, place: str, expected: str, found: object) -> None:
        """Note a fault; `found` is a JSON value or a `Missing`."""
        self.note(place, expected, _show(found))

    def note(self, place: str, expected: str, found: str) -> None:
        """Note a fault whose finding is already in words."""
        self.count += 1
        if len(self.faults) <= MOST_FAULTS:
            self.faults.append(Fault(self.subject, place, expected, found))

    def mapping(self, value: object, place: str, members: Iterable[str] | None = None) -> dict[str, object] | None:
        """An object; with `members`, one that has no others (a missing one is found when it is read)."""
        if not isinstance(value, dict):
            self.fault(place, "对象", value)
            return None
        if members is not None:
            for name in nsmallest(MOST_FAULTS + 1, value.keys() - set(members)):
                self.fault(join(place, name), "没有这个成员", value[name])
        return value

    def array(self, value: object, place: str, expected: str = "数组") -> list[object] | None:
        if not isinstance(value, list):
            self.fault(place, expected, value)
            return None
        return value

    def integer(self, value: object, place: str, low: int, high: int | None = None) -> int | None:
        # A boolean is an int to Python, never to the protocol.
        if isinstance(value, bool) or not isinstance(value, int) or value < low or (high is not None and value > high):
            expected = f"不小于 {low} 的整数" if high is None else f"{low} 至 {high} 的整数"
            self.fault(place, expected, value)
            return None
        return value

    def identifier(self, value: object, place: str) -> str | None:
        if not isinstance(value, str) or not is_identifier(value):
            self.fault(place, "编号（字母、数字开头，只含字母、数字和 . _ -，至多 64 个）", value)
            return None
        return value

    def plain(self, value: object, place: str) -> str | None:
        if not isinstance(value, str) or not is_plain(value):
            self.fault(place, "不空且不含控制字符、零宽字符的文字", value)
            return None
        return value

    def digest(self, value: object, place: str) -> str | None:
        if not isinstance(value, str) or not is_digest(value):
            self.fault(place, "摘要（64 位小写十六进制）", value)
            return None
        return value

    def time(self, value: object, place: str) -> Instant | None:
        moment = instant(value) if isinstance(value, str) else None
        if moment is None:
            self.fault(place, "时间（如 2026-11-23T09:30:00+08:00）", value)
        return moment
