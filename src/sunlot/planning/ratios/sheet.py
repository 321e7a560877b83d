"""A table of ratios as a spreadsheet, out and in; what goes out comes in again the same."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from sunlot.documents import spreadsheets
from sunlot.norms.text import half_width, trim
from sunlot.organisations.viewer import Refused
from sunlot.registry.imports.reading import read
from sunlot.registry.models import CreditMark, RiskClass

from ..models import RatioVersion
from .forms import MAX_ROWS, PREFIX, Subjects
from .rules import bearing
from .text import label_of, subject_in_words, text_of

HEADS = ("适用于", "信用风险", "信用标记", "比例（%）", "最低（%）", "最高（%）", "每年次数", "签数")
FIELDS = ("subject", "risk_class", "mark", "percent", "minimum", "maximum", "times", "tickets")
_NUMBERS = frozenset({"percent", "minimum", "maximum", "times", "tickets"})
_COLUMNS = tuple(
    spreadsheets.Column(head, 26 if name == "subject" else 22 if name == "mark" else 12, number=name in _NUMBERS)
    for head, name in zip(HEADS, FIELDS, strict=True)
)


def xlsx(version: RatioVersion) -> bytes:
    """A version as xlsx, one row a row."""
    return spreadsheets.xlsx(_COLUMNS, [_cells(row) for row in text_of(version).rows], sheet="比例和频次")


def _cells(row: Any) -> list[Any]:
    ratios = [None if one is None else one / 10 for one in (row.permille, row.minimum, row.maximum)]
    mark = bearing(CreditMark.Kind(row.mark)) if row.mark else ""
    return [subject_in_words(row), label_of(row.risk_class, ""), mark, *ratios, row.times, row.tickets]


def rows_of(content: bytes, subjects: Subjects) -> QueryDict:
    """The rows of an upload as the form's own data, to be judged there: what reads as nothing that can be chosen stays as
    it is written, and is a fault at its row. Raises Refused for what is no such table.
    """
    table = read(content, None, lambda cells: sum(trim(cell) in HEADS for cell in cells))
    places = {name: table.heads.index(head) for head, name in zip(HEADS, FIELDS, strict=True) if head in table.heads}
    if "risk_class" not in places or "percent" not in places:
        raise Refused("表中没有“信用风险”和“比例（%）”两列。下载在用的表，在它上面修改。")
    if len(table.rows) > MAX_ROWS:
        raise Refused(f"表中有 {len(table.rows)} 行，最多 {MAX_ROWS} 行。")
    data = QueryDict(mutable=True)
    for at, (_, cells) in enumerate(table.rows):
        for name, value in _read(cells, places, subjects).items():
            data[f"{PREFIX}-{at}-{name}"] = value
    data[f"{PREFIX}-TOTAL_FORMS"], data[f"{PREFIX}-INITIAL_FORMS"] = str(len(table.rows)), "0"
    return data


def _read(cells: Any, places: Mapping[str, int], subjects: Subjects) -> dict[str, str]:
    said = {name: _text(cells[place]) if place < len(cells) else "" for name, place in places.items()}
    said["subject"] = subjects.choice_called(said.get("subject", ""))
    risk = half_width(said["risk_class"]).upper()
    said["risk_class"] = risk[:1] if risk[:1] in RiskClass.values else said["risk_class"]
    marks = {name: kind.value for kind in CreditMark.Kind for name in (kind.label, bearing(kind), kind.value)}
    mark = said.get("mark", "")
    said["mark"] = "" if mark in ("", "—", "没有标记") else marks.get(mark, mark)
    return said


def _text(cell: Any) -> str:
    """A cell as it is typed: 60 for 60.0."""
    if isinstance(cell, float):
        return f"{cell:g}"
    return trim(str(cell)).removesuffix("%").strip()
