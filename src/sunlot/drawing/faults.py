"""Why a notice can't be sealed: every fault in plain words, at the place that the people of the plan know."""

import re
from dataclasses import dataclass

from sunlot.lottery import Fault
from sunlot.organisations.viewer import Refused
from sunlot.planning.ratios.rules import stratum_label

from .freeze import Frozen
from .naming import names_of

_INDEX = re.compile(r"\[(\d+)\]")
_MEMBERS = {
    "title": "计划名称",
    "authority": "单位名称",
    "reveal_by": "公开密数的期限",
    "release": "名单公开日期",
    "contributors": "参与方",
    "previous": "此前的抽取",
    "objects": "对象名册",
    "inspectors": "人员名册",
    "avoid": "回避名册",
    "teams": "检查组",
    "beacon": "公共随机数",
}
_PLAIN = {
    "zone 为 *": "不限区",
    "objects.csv": "对象名册",
    "reveal_by": "公开密数的期限",
    "sealed_at": "封存时间",
}
_FILES = {"objects.csv": "对象名册", "inspectors.csv": "人员名册", "avoid.csv": "回避名册"}


@dataclass(frozen=True)
class NoticeFault:
    """One thing that stands against sealing: where, and what to mend."""

    place: str
    words: str

    def __str__(self) -> str:
        return f"{self.place}：{self.words}"


class NoticeRefused(Refused):
    """A notice that can't be sealed; `faults` lists everything at once."""

    def __init__(self, faults: list[NoticeFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"公告有 {len(faults)} 处问题，没有封存：" + "；".join(map(str, faults)))


def in_words(found: list[Fault], frozen: Frozen) -> list[NoticeFault]:
    """The lottery core's faults with the names of zones, departments and objects in place of indexes and codes."""
    known = names_of()
    regions = known.regions
    names = known.organisations | {pool: known.organisation(pool) for pool in _pools(frozen)}
    return [_in_words(fault, frozen, regions, names) for fault in found]


def _pools(frozen: Frozen) -> set[str]:
    """The departments of the notice's seats."""
    zones = [zone for zone in frozen.teams if isinstance(zone, dict)]
    seats = [seat for zone in zones if isinstance(found := zone.get("seats"), list) for seat in found]
    return {_member(seat, "department") for seat in seats}


def _in_words(fault: Fault, frozen: Frozen, regions: dict[str, str], names: dict[str, str]) -> NoticeFault:
    if fault.subject == "notice.json":
        place = _notice_place(fault.place, frozen, regions, names)
    else:
        place = _roster_place(fault, frozen, names)
    words = f"应为{fault.expected}，实为{fault.found}"
    for code, name in (*regions.items(), *names.items()):
        words = re.sub(rf"(?<![0-9A-Za-z._-]){re.escape(code)}(?![0-9A-Za-z._-])", name, words)
    words = re.sub(r"（(?:teams|objects)\[[^）]*）", "", words)
    for ours, theirs in _PLAIN.items():
        words = words.replace(ours, theirs)
    return NoticeFault(place, re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", words) + "。")


def _notice_place(place: str, frozen: Frozen, regions: dict[str, str], names: dict[str, str]) -> str:
    indexes = [int(found) for found in _INDEX.findall(place)]
    if place.startswith("objects.strata[") and indexes[0] < len(frozen.strata):
        return stratum_label(_member(frozen.strata[indexes[0]], "id"))
    if place.startswith("teams[") and indexes[0] < len(frozen.teams):
        zone = frozen.teams[indexes[0]]
        words = f"{_named(_member(zone, 'zone'), regions)}检查组"
        seats = zone.get("seats") if isinstance(zone, dict) else None
        if len(indexes) > 1 and isinstance(seats, list) and indexes[1] < len(seats):
            words += f" · {_named(_member(seats[indexes[1]], 'department'), names)}"
        return words
    return _MEMBERS.get(re.split(r"[.\[]", place)[0], "公告")


def _roster_place(fault: Fault, frozen: Frozen, names: dict[str, str]) -> str:
    file = _FILES.get(re.sub(r"-\d{4}(?=\.csv$)", "", fault.subject), fault.subject)
    if found := re.match(r"(\S+) 部门", fault.place):
        return f"{file} · {names.get(found[1], found[1])}"
    line = re.match(r"第 (\d+) 行", fault.place)
    if line and file == "对象名册" and 0 <= int(line[1]) - 2 < len(frozen.object_ids):
        return f"{file} · 对象 {frozen.object_ids[int(line[1]) - 2]}"
    return f"{file} · {fault.place}" if fault.place else file


def _member(value: object, name: str) -> str:
    return str(value.get(name, "")) if isinstance(value, dict) else ""


def _named(code: str, names: dict[str, str]) -> str:
    return names.get(code, code)
