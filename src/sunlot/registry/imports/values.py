"""Cells as people fill them: numbers that should be text, dates in many spellings, letters of a Chinese input method."""

import re
from datetime import date, datetime, time, timedelta

from sunlot.norms import regions
from sunlot.norms.text import half_width, trim

from ..models import RiskClass
from .reading import Cell

EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number; of longer ones the last digits are lost."""

_FULL_WIDTH = str.maketrans({"－": "-", "（": "(", "）": ")", "．": ".", "／": "/", "　": " ", "～": "-", "＋": "+"})
_SPACES = re.compile(r"\s+")
_SPLIT = re.compile(r"[、,，;；/|]+")
_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet; its 29 February 1900 lies before every date used here
_SERIAL = range(20_000, 80_000)  # 1954 to 2119
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_RISK_WORDS = {"低": "A", "一般": "B", "较高": "C", "高": "D"}
_RISK_LETTER = re.compile(r"(?:信用)?(?:风险)?([ABCD])(?:[类级]|级别|类别)?(?:\(.*\))?", re.IGNORECASE)
_RISK_WORD = re.compile(r"(?:信用)?(?:风险)?(低|一般|较高|高)(?:风险)?(?:类|级)?")


def as_written(cell: Cell) -> str:
    """A cell as the spreadsheet shows it: a number of 12 digits and more in scientific notation."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _number(float(cell))
    if isinstance(cell, datetime | date):
        return date_text(cell)
    return str(cell)


def _number(value: float) -> str:
    if abs(value) >= EXACT:
        return f"{value:.10G}"
    return str(int(value)) if value.is_integer() else repr(value)


def date_text(value: date | datetime) -> str:
    """ISO, without the midnight that a spreadsheet adds."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return value.isoformat()


def text_of(cell: Cell) -> str:
    """A cell as text in the registry's form: half-width digits and letters, no white space at its ends, single inside."""
    if isinstance(cell, str):
        return _SPACES.sub(" ", trim(half_width(cell)))
    return as_written(cell)


def phone_of(cell: Cell) -> str:
    """A telephone number with half-width signs."""
    return _SPACES.sub(" ", trim(text_of(cell).translate(_FULL_WIDTH)))


def mending_of(cell: Cell, value: str) -> str:
    """What normalising changed, in words; empty where the text stands as it was written."""
    if not isinstance(cell, str) or cell == value or not value:
        return ""
    said = []
    if any(_is_wide(sign) for sign in set(cell) - set(value)):
        said.append("全角字符已改为半角")
    if trim(cell) != cell:
        said.append("首尾空格已去掉")
    if len(_SPACES.findall(trim(cell))) != len(_SPACES.findall(value)):
        said.append("中间的空格已去掉")
    return "，".join(said) or "已按统一格式整理"


def _is_wide(sign: str) -> bool:
    return half_width(sign) != sign or (sign != "　" and ord(sign) in _FULL_WIDTH)


def is_lossy(cell: Cell) -> bool:
    """Whether a cell is a number so long that the spreadsheet lost its last digits."""
    return isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= EXACT


def date_of(cell: Cell) -> date | None:
    """The day that a cell names: a date, a spreadsheet's day number, or a text like 2027-05-31, 2027年5月31日, 20270531."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float) and cell.is_integer() and int(cell) in _SERIAL:
        return _EPOCH + timedelta(days=int(cell))
    text = trim(half_width(as_written(cell)).translate(_FULL_WIDTH)) if isinstance(cell, str | float | int) else ""
    found = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def risk_of(text: str) -> str | None:
    """A to D, from `A`, `B类`, `C（较高）`, `信用风险高`, `高风险`; None for anything else."""
    plain = half_width(text).translate(_FULL_WIDTH).replace(" ", "")
    letter = _RISK_LETTER.fullmatch(plain)
    if letter:
        return RiskClass(letter[1].upper()).value
    word = _RISK_WORD.fullmatch(plain)
    return _RISK_WORDS[word[1]] if word else None


def words_of(text: str) -> list[str]:
    """`燃气、质量安全；消防` → three words, each once."""
    return list(dict.fromkeys(filter(None, (trim(word) for word in _SPLIT.split(text)))))


def region_of(text: str) -> regions.Region:
    """The district that a cell names. Raises RegionError, whose message says what to write, for the city as a whole too."""
    found = regions.parse_region(text)
    if found.code not in regions.DISTRICTS:
        raise regions.RegionError(f"“{text}”不是区。按对象所在地填写海勃湾区、海南区或乌达区。")
    return found
