"""The rows of an item as the text of one spreadsheet cell, and back: what is exported can be imported again.

One row a line: `施工许可证：原件`, `未公示收费标准 → 责令限期改正（7 日内）`, `D 类 100 %，每年 2 次`.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from sunlot.norms.text import half_width, trim

from .models import ItemVersion
from .texts import BasisText, FindingText, FrequencyText, MaterialText, SubItemText
from .vocabulary import FollowUp

T = TypeVar("T")
ARROW = "→"

_LAW = re.compile(r"《(?P<law>[^《》]+(?:〈[^〈〉]+〉[^《》]*)?)》(?P<articles>[^《》]*)")
_FREQUENCY = re.compile(
    r"(?P<risk>[A-Da-d])\s*类?\s*[:：]?\s*(?P<whole>\d{1,3})(?:\.(?P<tenth>\d))?\s*[%％]\s*[,，、]?\s*"
    r"每\s*(?P<years>\d{1,2})?\s*年\s*(?P<times>\d{1,2})\s*次"
)
_FOLLOW_UPS = {label: value for value, label in FollowUp.choices}
_MODES = {label: value for value, label in ItemVersion.Mode.choices}
_MODES |= {"现场": "on-site", "实地核查": "on-site", "书面": "paper", "网络监测": "network", "网络": "network"}
_CATEGORIES = {label: value for value, label in ItemVersion.Category.choices} | {"一般": "general", "重点": "key"}


class NotationError(ValueError):
    """A line that can't be read. The message says which and what was expected, in the user's words."""


def parse_bases(text: str) -> list[BasisText]:
    """The bases that a text lists, one for each article: 《建筑法》第七条、第九条；《…办法》.

    Laws are separated by ； or lines and articles of one law by 、. Raises NotationError for a part that names no law in 《》.
    """
    found: list[BasisText] = []
    for part in _parts(text):
        match = _LAW.fullmatch(part)
        if match is None:
            raise NotationError(f"“{part}”没有写明法律名称，写成《建筑法》第七条、第九条的样子")
        articles = [article.strip() for article in match["articles"].split("、") if article.strip()]
        found += [BasisText(match["law"], article) for article in articles or [""]]
    return found


def parse_sub_items(text: str) -> list[SubItemText]:
    """`名称：检查要领`, one a line."""
    return [SubItemText(name, how) for name, how in map(_pair, _lines(text))]


def parse_materials(text: str) -> list[MaterialText]:
    """`材料：说明`, one a line."""
    return [MaterialText(name, note) for name, note in map(_pair, _lines(text))]


def parse_findings(text: str) -> list[FindingText]:
    """`检查结果 → 后续处理（说明）`, one a line. Without an arrow nothing follows from it."""
    return [_finding(line) for line in _lines(text)]


def _finding(line: str) -> FindingText:
    said, arrow, implied = (trim(part) for part in re.sub(r"->|－>|—>", ARROW, line).rpartition(ARROW))
    if not arrow:
        return FindingText(implied)
    label, _, note = implied.partition("（")
    follow_up = _FOLLOW_UPS.get(trim(label))
    if follow_up is None or not said:
        raise NotationError(f"“{line}”的后续处理不认识，可用：{'、'.join(_FOLLOW_UPS)}")
    return FindingText(said, follow_up, trim(note.removesuffix("）")))


def parse_frequencies(text: str) -> list[FrequencyText]:
    """`D 类 100 %，每年 2 次`, one a line; each class once."""
    found = [_frequency(line) for line in _lines(text)]
    if len({one.risk_class for one in found}) < len(found):
        raise NotationError("同一信用风险类别写了两次比例频次，去掉一行")
    return found


def _frequency(line: str) -> FrequencyText:
    match = _FREQUENCY.fullmatch(half_width(line))
    if match is None:
        raise NotationError(f"“{line}”不是比例和频次，写成“D 类 100 %，每年 2 次”或“A 类 5 %，每 2 年 1 次”的样子")
    permille = int(match["whole"]) * 10 + int(match["tenth"] or 0)
    times, years = int(match["times"]), int(match["years"] or 1)
    if permille > 1000 or not 1 <= times <= 52 or not 1 <= years <= 10:
        raise NotationError(f"“{line}”超出范围：比例不超过 100 %，次数 1 至 52，年数 1 至 10")
    return FrequencyText(match["risk"].upper(), permille, times, years)


def parse_modes(text: str) -> list[str]:
    """现场检查、书面检查 → values of ItemVersion.Mode."""
    return _words(text, _MODES, "检查方式")


def parse_category(text: str) -> str:
    """重点检查事项 or 重点 → a value of ItemVersion.Category."""
    found = _words(text, _CATEGORIES, "类别")
    if len(found) != 1:
        raise NotationError("类别写“一般检查事项”或“重点检查事项”，只写一个")
    return found[0]


def _words(text: str, known: dict[str, str], what: str) -> list[str]:
    found = []
    for word in filter(None, map(trim, re.split(r"[、,，;；/|\s]+", text))):
        if word not in known:
            raise NotationError(f"没有“{word}”这种{what}，可用：{'、'.join(known)}")
        found.append(known[word])
    return list(dict.fromkeys(found))


def written_sub_items(rows: Sequence[SubItemText]) -> str:
    return _written(rows, lambda one: _joined(one.name, one.how))


def written_materials(rows: Sequence[MaterialText]) -> str:
    return _written(rows, lambda one: _joined(one.name, one.note))


def written_findings(rows: Sequence[FindingText]) -> str:
    """The findings as `parse_findings` reads them."""

    def line(one: FindingText) -> str:
        return f"{one.text} {ARROW} {FollowUp(one.follow_up).label}" + (f"（{one.note}）" if one.note else "")

    return _written(rows, line)


def written_frequencies(rows: Sequence[FrequencyText]) -> str:
    return _written(rows, str)


def _written(rows: Sequence[T], line: Callable[[T], str]) -> str:
    return "\n".join(" ".join(line(row).split("\n")) for row in rows)


def _joined(name: str, note: str) -> str:
    return f"{name}：{note}" if note else name


def _lines(text: str) -> list[str]:
    return [line for line in map(trim, text.splitlines()) if line]


def _parts(text: str) -> list[str]:
    return [part for part in map(trim, re.split(r"[；;\n]", text)) if part]


def _pair(line: str) -> tuple[str, str]:
    name, _, note = re.sub(r":", "：", line, count=1).partition("：") if "：" not in line else line.partition("：")
    return trim(name), trim(note)
