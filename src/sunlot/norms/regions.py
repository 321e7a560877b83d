"""Administrative regions by GB/T 2260: the codes that Wuhai works with, and the rule of the subtree.

Regions are compared by code, never by name: 海南区 (150303) of Wuhai and 海南省 (460000) share their first word.
"""

import re
from dataclasses import dataclass

from sunlot.norms.text import half_width, trim

CITY = "150300"
"""乌海市."""

STATISTICAL = "150301"
"""市辖区: stands in old and statistical tables only; nothing lies in it."""

_AUTONOMOUS_REGION = "内蒙古自治区"

NAMES = {
    "150000": _AUTONOMOUS_REGION,
    CITY: "乌海市",
    STATISTICAL: "市辖区",
    "150302": "海勃湾区",
    "150303": "海南区",
    "150304": "乌达区",
}
"""Code to name, upper regions first."""

DISTRICTS = tuple(code for code in NAMES if code.startswith("1503") and code > STATISTICAL)
"""The districts in which objects lie."""

# Every way of writing a region that names it beyond doubt; 海南 alone does not.
_BY_NAME = {"150000": "150000", _AUTONOMOUS_REGION: "150000", "内蒙古": "150000"} | {
    prefix + form: code
    for code, name in NAMES.items()
    if code != "150000"
    for prefix in ("", "乌海市", "内蒙古乌海市", f"{_AUTONOMOUS_REGION}乌海市")
    for form in (code, name, name.removesuffix("区").removesuffix("市"))
    if prefix + form != "海南"
}

_CODE = re.compile(r"\d{6}", re.ASCII)
_HAINAN_PROVINCE = re.compile(r"(?:中国)?海南省.*|460\d{3}", re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class Region:
    """A region by code and name, e.g. Region("150303", "海南区")."""

    code: str
    name: str


class RegionError(ValueError):
    """A text that names no region here; its message is for the user and says what to write instead."""


def is_within(code: str, ancestor: str) -> bool:
    """Whether the region `code` is `ancestor` or lies in it: 150302 lies in 150300, that in 150000.

    Only the digits decide, so it holds for every region of GB/T 2260, known here or not.
    Raises ValueError if one of them is not six digits.
    """
    for value in (code, ancestor):
        if not _CODE.fullmatch(value):
            raise ValueError(f"expected a region code of six digits, found {value!r}")
    return code.startswith(_stem(ancestor))


def _stem(code: str) -> str:
    """The digits that all regions of the subtree share: 150000 → 15, 150300 → 1503, 150302 → 150302."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def name_of(code: str) -> str:
    """The region's name, or the code itself where the table has none."""
    return NAMES.get(code, code)


def parse_region(text: str) -> Region:
    """The region that a cell or a form field names, by code (150303) or name (海南区, 乌海市海南区, 海勃湾).

    Raises RegionError for 海南省, for the ambiguous 海南, for 市辖区 and for what is not in the table.
    """
    wanted = re.sub(r"\s", "", half_width(trim(text)))
    if not wanted:
        raise RegionError(f"没有填写辖区。填写{_choices()}之一。")
    if _HAINAN_PROVINCE.fullmatch(wanted):
        raise RegionError(f"“{trim(text)}”是海南省（460000）。乌海市的是“海南区”（150303），请写全称或代码。")
    if wanted == "海南":
        raise RegionError("“海南”可能是海南区，也可能是海南省。请写“海南区”或代码 150303。")
    code = _BY_NAME.get(wanted)
    if code is None:
        raise RegionError(f"没有“{trim(text)}”这个辖区。填写{_choices()}之一。")
    if code == STATISTICAL:
        raise RegionError(f"“{trim(text)}”（150301）只用于统计，不是实际的区。按对象所在地填写{_choices()}之一。")
    return Region(code, NAMES[code])


def _choices() -> str:
    return "、".join(f"{NAMES[code]}（{code}）" for code in DISTRICTS)
