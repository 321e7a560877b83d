"""A plan's canonical content in words, line by line: for reading a version and for comparing two."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sunlot.norms import regions

from . import narrowing
from .capping import WITHIN_ONE_DRAW_IN_WORDS
from .models import Plan
from .models.plans import targeting_in_words
from .ratios.text import label_of, ratio_in_words
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
    "narrowing": "对象范围条件",
    "strata": "抽取数或比例",
    "ratios": "比例和频次表",
    "zoning": "组队方式",
    "zones": "检查组",
    "city_staff_roam": "市直人员",
    "inspector_scope": "检查人员范围",
    "experts": "专家",
    "visit_cap": "每人检查户数",
    "caps": "频次上限",
    "draw_at": "抽取时间",
    "period": "检查时间",
    "rounds": "抽取批次",
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
        # plans signed before there were conditions say nothing of them, here and below
        "targeted": targeting_in_words(content["targeted"], content.get("targeted_by", ())),
        "participants": "；".join(_participant(part) for part in content["participants"]),
        "few_participants_reason": content["few_participants_reason"] or "—",
        "items": "；".join(
            f"{part['name']}：{'、'.join(_item(item) for item in part['items']) or '没有'}"
            for part in content["participants"]
            if part["seats"]
        ),
        "kinds": "、".join(kind["name"] for kind in content["kinds"]) or "（未选）",
        "regions": "、".join(region["name"] for region in content["regions"]) or "（未选）",
        "narrowing": "；".join(narrowing.in_words(content["narrowing"])) if content.get("narrowing") else "—",
        "strata": "；".join(_stratum(stratum) for stratum in content["strata"]) or "（未填）",
        "ratios": _ratios(content.get("ratios")),  # plans signed before there were tables say nothing of them
        "zoning": str(Plan.Zoning(content["zoning"]).label),
        "zones": "；".join(f"{regions.name_of(zone['zone'])} {zone['teams']} 组" for zone in content["zones"])
        or "（未填）",
        "city_staff_roam": "由抽取分到各区" if content["city_staff_roam"] else "不分到各区",
        "inspector_scope": content["inspector_scope"] or "—",
        # plans signed before there were seats for experts say nothing of them
        "experts": "、".join(f"{one['name']}，每组 {one['seats']} 人" for one in content.get("experts", [])) or "—",
        "visit_cap": f"每名检查人员每批最多 {content['visit_cap']} 户" if content.get("visit_cap") else "—",
        "caps": _caps(content),
        "draw_at": f"{datetime.fromisoformat(content['draw_at']):%Y-%m-%d %H:%M}",
        "period": f"{content['starts_on']} 至 {content['ends_on']}",
        "rounds": "；".join(rounds_in_words(content)) or "1 批",
        "release_on": content["release_on"] or "抽取后即公开",
    }


def rounds_in_words(content: dict[str, Any]) -> list[str]:
    """The rounds of a plan that has several, one phrase each, and whether one may draw what another drew."""
    found = [
        f"第 {one['round']} 批 {datetime.fromisoformat(one['draw_at']):%Y-%m-%d %H:%M} 抽取，"
        f"{one['starts_on']} 至 {one['ends_on']} 检查"
        for one in content.get("rounds", ())  # plans of one round say nothing of them
    ]
    if found:
        found.append("后批可再抽到前批已抽取的对象" if content["repeats"] else "前批已抽取的对象，后批不再列入")
    return found


def amount(number: int | None, permille: int | None) -> str:
    """20 户 or 40 %."""
    return f"{number} 户" if number is not None else percent_of(permille or 0)


def _annual_line(content: dict[str, Any]) -> str:
    """Versions stored before there were annual plans say nothing of them."""
    line = content.get("annual_line")
    if line is not None:
        return f"{line['annual_plan']} 第 {line['line']} 号“{line['title']}”"
    return f"不在年度计划内：{content['beside_reason']}" if content.get("beside_reason") else "—"


def _caps(content: dict[str, Any]) -> str:
    """Versions stored before there were caps say nothing of them."""
    caps = content.get("caps")
    if caps is None:
        return "—"
    if caps["over_cap"] == "left-out":
        of_one = f"；{WITHIN_ONE_DRAW_IN_WORDS}" if "within_one_draw" in caps else ""
        return f"已达年度频次上限的不列入抽取{of_one}"
    return f"已达年度频次上限的也列入，事由：{caps['name']}；{caps['reason']}"


def _participant(part: dict[str, Any]) -> str:
    reason = f"（{part['seats_reason']}）" if part["seats_reason"] else ""
    skilled = "、".join(f"{one['name']} {one['seats']} 人" for one in part.get("competences", ()))
    sends = f"每组 {part['seats']} 人{reason}" if part["seats"] else "只牵头，不派员"
    return f"{part['name']}，{sends}" + (f"，其中{skilled}" if skilled else "")


def _item(item: dict[str, Any]) -> str:
    return f"{item['code']} {item['name']}（第 {item['version']} 版）"


def _stratum(stratum: dict[str, Any]) -> str:
    label = label_of(stratum["risk_class"], stratum.get("mark", ""))
    said = f"{label} {amount(stratum['number'], stratum['permille'])}，候补 {stratum['reserve']} 户"
    rule = stratum.get("rule")
    if rule is not None:
        said += f"（规则第 {rule['row']} 行 {ratio_in_words(rule['permille'], rule['minimum'], rule['maximum'])}"
        said += f"，调整理由：{stratum['reason']}）" if stratum["reason"] else "）"
    return said


def _ratios(said: dict[str, Any] | None) -> str:
    return f"{said['table']} 第 {said['version']} 版" if said is not None else "—"
