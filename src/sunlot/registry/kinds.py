"""What each kind of inspection object has of its own, declared once: form, import, filters and pages read it from here.

An attribute that several kinds share is one attribute. Its value is kept in `InspectionObject.attributes` under its name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from sunlot.catalogue.models import ObjectKind


class Type(Enum):
    """How a value is entered, kept (JSON) and compared."""

    TEXT = "text"
    NUMBER = "number"  # kept as int or float
    WHOLE = "whole"  # kept as int
    DATE = "date"  # kept as ISO 8601
    CHOICE = "choice"  # kept as its own Chinese word


@dataclass(frozen=True)
class Attribute:
    """A fact of its own kind. `minimum` and `maximum` bound numbers; `heads` are further column heads of rosters."""

    name: str
    label: str
    type: Type
    unit: str = ""
    choices: tuple[str, ...] = ()
    minimum: float = 0
    maximum: float = 1e9
    heads: tuple[str, ...] = ()

    @property
    def titled(self) -> str:
        """The label with its unit: `建筑面积（平方米）`."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label

    def shown(self, value: Any) -> str:
        """A kept value as people read it: `12 500 平方米`."""
        if value in (None, ""):
            return ""
        if self.type in (Type.NUMBER, Type.WHOLE):
            is_year = self.name == "built_year"
            figure = str(value) if is_year else f"{value:,}".replace(",", "\u2009")
            return f"{figure} {self.unit}".strip()
        return str(value)


_GRADES = ("特级", "一级", "二级", "三级", "综合", "甲级", "乙级", "丙级", "不分等级")

_ALL = (
    Attribute("founded", "成立日期", Type.DATE, heads=("注册日期", "设立日期")),
    Attribute("capital", "注册资本", Type.NUMBER, "万元", heads=("注册资金", "注册资本金")),
    Attribute("business", "经营范围", Type.TEXT, heads=("业务范围", "经营项目")),
    Attribute("staff", "从业人数", Type.WHOLE, "人", maximum=1e6, heads=("员工人数", "职工人数")),
    Attribute("grade", "资质等级", Type.CHOICE, choices=_GRADES, heads=("资质", "企业资质等级")),
    Attribute("floor_area", "建筑面积", Type.NUMBER, "平方米", heads=("总建筑面积", "工程规模")),
    Attribute("cost", "工程造价", Type.NUMBER, "万元", heads=("合同价", "合同价格", "工程总造价", "总投资")),
    Attribute("stage", "形象进度", Type.CHOICE,
              choices=("未开工", "基础施工", "主体施工", "装饰装修", "竣工验收", "停工"), heads=("施工阶段", "工程进度")),
    Attribute("planned_end", "计划竣工日期", Type.DATE, heads=("合同竣工日期", "竣工日期")),
    Attribute("cranes", "起重机械", Type.WHOLE, "台", maximum=1e5, heads=("起重机械台数", "塔吊台数")),
    Attribute("managed_area", "在管面积", Type.NUMBER, "万平方米", heads=("管理面积", "物业管理面积")),
    Attribute("projects", "在管项目", Type.WHOLE, "个", maximum=1e5, heads=("在管项目数", "服务项目数")),
    Attribute("households", "户数", Type.WHOLE, "户", maximum=1e7, heads=("总户数", "住户数")),
    Attribute("built_year", "建成年份", Type.WHOLE, minimum=1900, maximum=2100, heads=("建成年代", "竣工年份")),
    Attribute("lifts", "电梯", Type.WHOLE, "台", maximum=1e5, heads=("电梯台数", "电梯数量")),
    Attribute("term_ends", "任期届满日期", Type.DATE, heads=("届满日期", "任期截止")),
    Attribute("gas", "气源", Type.CHOICE, choices=("天然气", "液化石油气", "人工煤气", "其他"), heads=("燃气种类", "气种")),
    Attribute("users", "用户数", Type.WHOLE, "户", maximum=1e8, heads=("供应户数", "用气户数", "供热户数", "供水户数")),
    Attribute("storage", "储罐容积", Type.NUMBER, "立方米", heads=("储气能力", "储罐总容积")),
    Attribute("fuel", "热源类型", Type.CHOICE,
              choices=("热电联产", "燃煤锅炉", "燃气锅炉", "电锅炉", "工业余热", "其他"), heads=("热源", "热源形式")),
    Attribute("heated_area", "供热面积", Type.NUMBER, "万平方米", heads=("供暖面积",)),
    Attribute("heat_output", "供热能力", Type.NUMBER, "兆瓦", heads=("热源能力", "装机容量")),
    Attribute("capacity", "设计能力", Type.NUMBER, "万吨/日", heads=("处理能力", "设计处理能力", "供水能力")),
    Attribute("discharge", "排水量", Type.NUMBER, "立方米/日", heads=("日排水量",)),
    Attribute("drainage", "排水户类型", Type.CHOICE,
              choices=("餐饮", "洗车", "洗涤", "医疗", "工业", "建筑施工", "其他"), heads=("排水类型",)),
    Attribute("tank", "水箱容积", Type.NUMBER, "立方米", heads=("蓄水池容积",)),
    Attribute("cleaned", "最近清洗消毒日期", Type.DATE, heads=("清洗日期", "最近清洗日期")),
)  # fmt: skip

ATTRIBUTES: Mapping[str, Attribute] = {one.name: one for one in _ALL}

_OF_ENTITIES = ("founded", "capital", "business", "staff")
_WITH_GRADE = (*_OF_ENTITIES, "grade")

_OF_KIND: Mapping[str, Sequence[str]] = {
    "site": ("floor_area", "cost", "stage", "planned_end", "cranes"),
    **dict.fromkeys(
        ("contractor", "general-contractor", "subcontractor", "supervision", "survey", "design", "drawing-review",
         "cost-consultant", "testing", "real-estate", "appraiser", "crane-installer", "tender-agency"),
        _WITH_GRADE,
    ),
    "crane-lessor": (*_OF_ENTITIES, "cranes"),
    "property": (*_OF_ENTITIES, "managed_area", "projects"),
    "residential-area": ("floor_area", "households", "built_year", "lifts"),
    "owners-committee": ("households", "term_ends"),
    "gas": (*_OF_ENTITIES, "gas", "users"),
    "gas-station": ("gas", "storage"),
    "heating": (*_OF_ENTITIES, "fuel", "heated_area", "users"),
    "heat-source": ("fuel", "heat_output", "heated_area"),
    "drainage": ("drainage", "discharge"),
    "sewage-plant": ("capacity",),
    "water-supply": (*_OF_ENTITIES, "capacity", "users"),
    "secondary-water": ("households", "tank", "cleaned"),
}  # fmt: skip


def attributes_of(kind: ObjectKind) -> tuple[Attribute, ...]:
    """What objects of this kind have of their own; of a kind not named here, what its nature has."""
    default = _OF_ENTITIES if kind.nature == ObjectKind.Nature.ENTITY else ()
    return tuple(ATTRIBUTES[name] for name in _OF_KIND.get(kind.code, default))


class UnfitValueError(ValueError):
    """A value that an attribute can't have. `what` is wrong, `mend` says what to do."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}。{mend}。")
        self.what, self.mend = what, mend


TEXT_LIMIT = 500


def kept(attribute: Attribute, value: Any) -> Any:
    """A typed value as it is kept, None for nothing. Raises UnfitValueError.

    Takes text, numbers and dates; what a text of a number or a date may look like is the caller's reading.
    """
    if value is None or value == "":
        return None
    if attribute.type is Type.DATE:
        return value.isoformat() if isinstance(value, date) else str(value)
    if attribute.type in (Type.NUMBER, Type.WHOLE):
        return _number(attribute, value)
    text = str(value)
    if attribute.type is Type.CHOICE and text not in attribute.choices:
        raise UnfitValueError(f"“{text}”不是{attribute.label}", f"填写{'、'.join(attribute.choices)}之一")
    if len(text) > TEXT_LIMIT:
        raise UnfitValueError(f"有 {len(text)} 个字，最多 {TEXT_LIMIT} 个字", "缩短后再填写")
    return text


def _number(attribute: Attribute, value: Any) -> int | float:
    try:
        number = float(value)
    except ValueError:
        raise UnfitValueError(f"“{value}”不是数字", f"{attribute.titled}只填数字，不带单位") from None
    if not attribute.minimum <= number <= attribute.maximum:
        bounds = f"{attribute.minimum:g} 至 {attribute.maximum:,.0f}"
        raise UnfitValueError(f"{number:g} 超出范围", f"{attribute.titled}在 {bounds} 之间")
    if number.is_integer():
        return int(number)
    if attribute.type is Type.WHOLE:
        raise UnfitValueError(f"{number:g} 不是整数", f"{attribute.titled}填整数")
    return round(number, 4)


def only_of(kind: ObjectKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those values that objects of this kind have."""
    names: Iterable[str] = (one.name for one in attributes_of(kind))
    return {name: values[name] for name in names if values.get(name) not in (None, "")}


def in_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """`建筑面积 （空） → 12 500 平方米` for each attribute that differs."""
    names = [name for name in ATTRIBUTES if before.get(name) != after.get(name)]
    return [
        f"{ATTRIBUTES[name].label} {ATTRIBUTES[name].shown(before.get(name)) or '（空）'}"
        f" → {ATTRIBUTES[name].shown(after.get(name)) or '（空）'}"
        for name in names
    ]
