"""A plan's canonical content in words, line by line: for reading a version and for comparing two."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sunlot.norms import regions
from sunlot.registry.models import RiskClass

from .models import Plan
from .words import percent_of

LABELS = {
    "title": "抽查任务名称",
    "lead": "牵头科室（单位）",
    "annual_line": "年度计划项目",
    "targeted": "抽查类别",
    "participants": "参与部门",
    "few_participants_reason": "参与部门少于三个的理由",
    "items": "抽查事项",
    "kinds": "对象类别",
    "regions": "对象所在区",
    "strata": "抽取数或比例",
    "zoning": "组队方式",
    "zones": "检查组",
    "city_staff_roam": "市直人员",
    "inspector_scope": "检查人员范围",
    "experts": "专家",
    "draw_at": "抽取时间",
    "period": "检查时间",
    "release_on": "名单公开",
}


@dataclass(frozen=True)
class Line:
    """One field of a version; `before` is what the version compared with says, where that differs."""

    label: str
    text: str
    before: str = ""
    changed: bool = False


def lines(content: dict[str, Any], against: dict[str, Any] | None = None) -> list[Line]:
    """Every field of a version in the form's order, with the other version's text where it differs."""
    now = texts(content)
    before = texts(against) if against is not None else now
    return [Line(LABELS[key], now[key], before[key], now[key] != before[key]) for key in LABELS]


def texts(content: dict[str, Any]) -> dict[str, str]:
    """The fields in words, by their names."""
    names = {part["organisation"]: part["name"] for part in content["participants"]}
    return {
        "title": content["title"] or "（未填）",
        "lead": names[content["lead"]],
        "annual_line": _annual_line(content),
        "targeted": "定向" if content["targeted"] else "不定向",
        "participants": "；".join(_participant(part) for part in content["participants"]),
        "few_participants_reason": content["few_participants_reason"] or "—",
        "items": "；".join(
            f"{part['name']}：{'、'.join(_item(item) for item in part['items']) or '没有'}"
            for part in content["participants"]
            if part["seats"]
        ),
        "kinds": "、".join(kind["name"] for kind in content["kinds"]) or "（未选）",
        "regions": "、".join(region["name"] for region in content["regions"]) or "（未选）",
        "strata": "；".join(_stratum(stratum) for stratum in content["strata"]) or "（未填）",
        "zoning": str(Plan.Zoning(content["zoning"]).label),
        "zones": "；".join(f"{regions.name_of(zone['zone'])} {zone['teams']} 组" for zone in content["zones"])
        or "（未填）",
        "city_staff_roam": "由抽取分到各区" if content["city_staff_roam"] else "不分到各区",
        "inspector_scope": content["inspector_scope"] or "—",
        # plans signed before there were seats for experts say nothing of them
        "experts": "、".join(f"{one['name']}，每组 {one['seats']} 人" for one in content.get("experts", [])) or "—",
        "draw_at": f"{datetime.fromisoformat(content['draw_at']):%Y-%m-%d %H:%M}",
        "period": f"{content['starts_on']} 至 {content['ends_on']}",
        "release_on": content["release_on"] or "抽取后即公开",
    }


def amount(number: int | None, permille: int | None) -> str:
    """20 户 or 40 %."""
    return f"{number} 户" if number is not None else percent_of(permille or 0)


def _annual_line(content: dict[str, Any]) -> str:
    """Versions stored before there were annual plans say nothing of them."""
    line = content.get("annual_line")
    if line is not None:
        return f"{line['annual_plan']} 第 {line['line']} 号“{line['title']}”"
    return f"不在年度计划内：{content['beside_reason']}" if content.get("beside_reason") else "—"


def _participant(part: dict[str, Any]) -> str:
    reason = f"（{part['seats_reason']}）" if part["seats_reason"] else ""
    sends = f"每组 {part['seats']} 人{reason}" if part["seats"] else "只牵头，不派员"
    return f"{part['name']}，{sends}"


def _item(item: dict[str, Any]) -> str:
    return f"{item['code']} {item['name']}（第 {item['version']} 版）"


def _stratum(stratum: dict[str, Any]) -> str:
    label = RiskClass(stratum["risk_class"]).label
    return f"{stratum['risk_class']} {label} {amount(stratum['number'], stratum['permille'])}，候补 {stratum['reserve']} 户"
