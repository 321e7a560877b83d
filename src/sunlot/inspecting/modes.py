"""The four modes of inspection (notice, part 四（三）: 书面、实地、网络监测、委托专业机构), each with what it must say.

A visit may have several; each then says its own. Where somebody goes there, when they came and left and how far away that
was stands with the visit itself.
"""

from collections.abc import Iterable, Mapping

from sunlot.catalogue.models import ItemVersion

from .blanks import Blank, facts

Mode = ItemVersion.Mode

BLANKS: Mapping[str, tuple[Blank, ...]] = {
    Mode.PAPER: (
        Blank("paper_asked", "要求提供的材料", "long", hint="逐项写明，如：2025 年维修资金使用台账、业主大会决议。"),
        Blank("paper_received_on", "收到日期", "day"),
        Blank("paper_complete", "材料是否齐全", "choice", (("yes", "齐全"), ("no", "不齐全"))),
        Blank(
            "paper_missing", "收到哪些、缺哪些", "long", required=False, when=("paper_complete", "no"),
            hint="材料不齐全的必填。",
        ),
    ),
    Mode.ON_SITE: (
        Blank("site_place", "检查地点", required=False, hint="与登记地址不同的写明；到达、离开填检查开始、结束时间。"),
    ),
    Mode.NETWORK: (
        Blank("network_address", "监测的网址或平台", hint="如：https://… 或“某平台，店铺名称”。"),
        Blank("network_at", "监测时间", "minute"),
        Blank("network_method", "监测方法", "long", hint="如：按企业名称检索，逐页查看，截图留存。"),
    ),
    Mode.COMMISSIONED: (
        Blank("body_name", "受委托机构"),
        Blank("body_qualification", "资质和编号", hint="如：检验检测机构资质认定证书 2026050001Z。"),
        Blank("body_commission", "委托事项和委托书编号"),
        Blank("body_report", "报告编号"),
        Blank("body_report_on", "报告日期", "day"),
        Blank("body_conclusion", "报告结论", "long"),
    ),
}  # fmt: skip

ALL: tuple[Blank, ...] = tuple(blank for blanks in BLANKS.values() for blank in blanks)
NAMES = frozenset(blank.name for blank in ALL)

NO_SHOT = "网络核查要附网页截图，加到网页截图里"


def ordered(values: Iterable[str]) -> str:
    """Chosen modes as one text, each once and in the official order; what is no mode is left out."""
    chosen = set(values)
    return ",".join(value for value in Mode.values if value in chosen)


def chosen(mode: str) -> list[str]:
    """The modes of such a text."""
    return [value for value in mode.split(",") if value]


def words(mode: str) -> str:
    """The modes in words: 书面检查、现场检查."""
    return "、".join(Mode(value).label for value in chosen(mode))


def blanks_of(mode: str) -> list[Blank]:
    """The places of the chosen modes."""
    return [blank for value in chosen(mode) for blank in BLANKS[value]]


def told(mode: str, details: Mapping[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Of each chosen mode its name and what was filled in."""
    return [(Mode(value).label, facts(BLANKS[value], details)) for value in chosen(mode)]
