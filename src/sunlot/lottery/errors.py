"""What can go wrong with a draw, as values and as one family of exceptions.

A `Fault` is for people: officials and citizens read it through ``verify``. It always says where, what was expected and
what was found, and never carries a character that could disturb a terminal or reorder the line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sunlot.lottery.text import INVISIBLE

MOST_FAULTS = 1000
"""Faults of one step that are told. A hostile file could hold millions; nobody reads on after the first hundred."""

_SHOWN = 80  # a digest fits


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `subject` (a file), `place` in it, what was `expected` there and what was `found`.

    >>> str(Fault("notice.json", "teams[0].count", "1 至 1000 的整数", "true"))
    'notice.json teams[0].count：应为 1 至 1000 的整数，实为 true'
    """

    subject: str
    place: str
    expected: str
    found: str

    def __str__(self) -> str:
        place = f" {self.place}" if self.place else ""
        return f"{visible(self.subject)}{place}：应为{_spaced(self.expected)}，实为{_spaced(self.found)}"


class LotteryError(Exception):
    """The family of every exception that this package raises on purpose."""


class Refused(LotteryError):  # noqa: N818  # reads as what happened
    """Input that the protocol does not allow. `faults` lists all that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class CannotOpen(LotteryError):  # noqa: N818  # reads as what happened
    """A file or folder that cannot be opened, read or written. `path` and `reason` say which and why."""

    def __init__(self, path: object, reason: str) -> None:
        self.path = path
        self.reason = reason
        # A path is shown whole: it was typed by the user, is bounded by the system, and its end names the file.
        super().__init__(f"{visible(str(path), most=None)}：{reason}")


def few(faults: Sequence[Fault]) -> list[Fault]:
    """All faults, or the first `MOST_FAULTS` and a last one that says that there are more."""
    if len(faults) <= MOST_FAULTS:
        return list(faults)
    return [*faults[:MOST_FAULTS], Fault("其余", "", "没有问题", "还有更多问题，从略")]


_REASONS = {
    "FileNotFoundError": "没有这个文件或文件夹",
    "PermissionError": "没有权限",
    "IsADirectoryError": "是文件夹，不是文件",
    "NotADirectoryError": "路径中有一段不是文件夹",
    "FileExistsError": "已经存在",
}


def cannot_open(path: object, error: OSError) -> CannotOpen:
    """The `CannotOpen` that tells an `OSError` about `path` in plain words."""
    return CannotOpen(path, _REASONS.get(type(error).__name__, f"不能读写（{error.strerror or type(error).__name__}）"))


def visible(text: str, most: int | None = _SHOWN) -> str:
    """`text` with every control, invisible and direction character written as an escape, and cut after `most`."""
    if most is not None and len(text) > most:
        text = text[:most] + "…"
    text = INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.encode("utf-8", "backslashreplace").decode()


def show(value: object) -> str:
    """A JSON value as a fault shows it: short, quoted, on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"“{visible(value)}”" if value else "空字符串"
    if isinstance(value, dict):
        return f"对象（{len(value)} 个成员）"
    if isinstance(value, (list, tuple)):
        return f"数组（{len(value)} 项）"
    return visible(str(value))


def show_all(values: Sequence[str], most: int = 8) -> str:
    """Some ids in a row, with the number of those left out."""
    head = "、".join(visible(value) for value in values[:most])
    return head if len(values) <= most else f"{head} 等 {len(values)} 个"


def _spaced(text: str) -> str:
    """Chinese typography: a space between a Chinese character and a letter, digit or sign of ASCII after it."""
    return f" {text}" if text[:1].isascii() else text
