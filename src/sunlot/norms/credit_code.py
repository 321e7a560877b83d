"""The unified social credit code (统一社会信用代码) of GB 32100-2015 and the organisation code of GB 11714-1997 in it.

18 characters: registering department (1), kind of body (1), region by GB/T 2260 (6), organisation code (8 and its
check character), check character. A wrong form is a fault. A wrong check character is only a warning, because codes
that break the rule are in force.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sunlot.norms.text import half_width

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015 table 2: a character's value is its place; I, O, S, V, Z are left out."""

_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997, 4.2
_ORGANISATION_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# GB 32100-2015 table 1 with amendment 1: the kinds of body that each registering department knows.
# 54 and 55 are the codes that civil affairs gives to residents' and villagers' committees.
_KINDS = {
    "1": "1239", "2": "19", "3": "123459", "4": "19", "5": "123459", "6": "129", "7": "129", "8": "19",
    "9": "123", "A": "19", "N": "1239", "Y": "1",
}  # fmt: skip

_MISREAD = {"I": "1", "O": "0", "S": "5", "V": "U 或 Y", "Z": "2"}
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d*)?E\+?\d+", re.ASCII)
_SPREADSHEET_NUMBER = re.compile(r"\d{16,}\.0*", re.ASCII)
_GAPS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")

_AS_TEXT = "在原表中选中整列，右键“设置单元格格式”，选“文本”，再按营业执照重新填写；只改格式，丢失的数字不会回来。"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a code, for the person who can mend it."""

    what: str
    """What is wrong and where, e.g. "只有 16 位，应为 18 位。"."""
    mend: str
    """What to do, e.g. "按营业执照补全。"."""

    def __str__(self) -> str:
        return f"{self.what}{self.mend}"


@dataclass(frozen=True)
class Checked:
    """What `check` found."""

    code: str
    """The code as it would be stored (`normalise`)."""
    mended: bool
    """Whether `code` differs from what was given: full-width or lower-case letters, gaps."""
    faults: tuple[Problem, ...] = ()
    """Wrong form: the code can't be taken."""
    warnings: tuple[Problem, ...] = ()
    """Wrong check characters: the code may be taken once somebody has compared it with the licence."""

    @property
    def usable(self) -> bool:
        """No fault, perhaps a warning."""
        return not self.faults


def normalise(text: str) -> str:
    """`text` in the form of a code: half-width, upper case, without the white space that groups or trails it, and
    without the apostrophe with which a spreadsheet marks text.
    """
    return _GAPS.sub("", half_width(text)).lstrip("'‘’`").upper()


def check(text: str) -> Checked:
    """Everything that is wrong with a code as somebody typed or pasted it; never raises."""
    code = normalise(text)
    faults = tuple(_faults(code))
    warnings = () if faults else tuple(_warnings(code))
    return Checked(code=code, mended=code != text, faults=faults, warnings=warnings)


def make(region: str, body: str, department_and_kind: str = "91") -> str:
    """The valid code with both check characters of the region's six digits and the eight characters `body` of an
    organisation code; `department_and_kind` "91" is an enterprise, "92" self-employed, "93" a farmers' cooperative.

    Raises ValueError if the parts have the wrong form.
    """
    if len(region) != 6 or len(body) != 8 or len(department_and_kind) != 2:
        raise ValueError(f"expected 2, 6 and 8 characters, found {department_and_kind!r}, {region!r}, {body!r}")
    start = f"{department_and_kind}{region}{body}"
    wrong = [str(fault) for fault in _faults(start.ljust(LENGTH, "0"))]
    if wrong:
        raise ValueError(f"no code can be made of {start!r}: {' '.join(wrong)}")
    whole = start + organisation_check(body)
    return whole + final_check(whole)


def organisation_check(body: str) -> str:
    """The check character of an organisation code's eight characters (GB 11714-1997)."""
    total = sum(
        _ORGANISATION_VALUES.index(sign) * weight for sign, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X"[(11 - total % 11) % 11]


def final_check(first_17: str) -> str:
    """The 18th character that follows from the first 17 (GB 32100-2015)."""
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(first_17, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def _faults(code: str) -> Iterator[Problem]:
    """What is wrong with the form of a normalised code. A number in a spreadsheet's clothes hides the rest."""
    if not code:
        yield Problem("没有填写统一社会信用代码。", "按营业执照填写 18 位代码。")
    elif _SCIENTIFIC.fullmatch(code):
        yield Problem(f"“{code}”是电子表格的科学计数法，后几位数字已经丢失，无法还原。", _AS_TEXT)
    elif _SPREADSHEET_NUMBER.fullmatch(code):
        yield Problem(f"“{code}”在电子表格中是数值，第 15 位以后的数字已经丢失，无法还原。", _AS_TEXT)
    else:
        yield from _wrong_length(code)
        yield from _wrong_signs(code)
        if len(code) == LENGTH:
            yield from _wrong_parts(code)


def _wrong_length(code: str) -> Iterator[Problem]:
    if len(code) < LENGTH:
        hint = "这可能是旧的注册号，" if len(code) == 15 and code.isdecimal() else ""
        yield Problem(f"只有 {len(code)} 位，应为 18 位。", f"{hint}按营业执照补全。")
    elif len(code) > LENGTH:
        yield Problem(f"有 {len(code)} 位，应为 18 位。", "按营业执照去掉多出的字符。")


def _wrong_signs(code: str) -> Iterator[Problem]:
    for place, sign in enumerate(code, start=1):
        if sign in _MISREAD:
            yield Problem(
                f"第 {place} 位是字母“{sign}”，代码不用 I、O、S、V、Z。", f"可能应为 {_MISREAD[sign]}，按营业执照改正。"
            )
        elif sign not in ALPHABET:
            yield Problem(f"第 {place} 位“{sign}”不是数字或大写字母。", "按营业执照改正。")


def _wrong_parts(code: str) -> Iterator[Problem]:
    department, kind, region = code[0], code[1], code[2:8]
    if department in ALPHABET and department not in _KINDS:
        yield Problem(f"第 1 位“{department}”不是登记管理部门的代码。", "企业、个体工商户以 9 开头，按营业执照改正。")
    elif department in _KINDS and kind in ALPHABET and kind not in _KINDS[department]:
        yield Problem(
            f"第 2 位“{kind}”不是这个登记管理部门的机构类别。", "企业为 91，个体工商户为 92，按营业执照改正。"
        )
    if not (region.isascii() and region.isdecimal()):
        yield Problem(f"第 3 至 8 位“{region}”应为登记机关的 6 位行政区划数字。", "按营业执照改正。")


def _warnings(code: str) -> Iterator[Problem]:
    """Which check characters of a well-formed code are wrong."""
    mend = "请与营业执照逐位核对；确实一致的，可以确认后保留。"
    if code.isdecimal() and code.endswith("000"):
        mend = "末尾是 000，可能是电子表格把它当作数值，丢了后三位。" + mend
    body, given = code[8:16], code[16]
    right = organisation_check(body)
    if given != right:
        yield Problem(f"组织机构代码的校验码（第 17 位）是“{given}”，按前 8 位算应为“{right}”。", mend)
    right = final_check(code[:17])
    if code[17] != right:
        yield Problem(f"校验码（第 18 位）是“{code[17]}”，按前 17 位算应为“{right}”。", mend)
