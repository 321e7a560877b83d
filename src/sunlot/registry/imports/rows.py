"""One row of a roster while it is looked at: its cells by field, and what there is to say about them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sunlot.norms.credit_code import Problem
from sunlot.norms.text import looks_like_formula

from ..models import ImportFinding
from .fields import label_of
from .reading import Cell, Cells
from .values import as_written, is_lossy, mending_of, phone_of, text_of

Verdict = ImportFinding.Verdict

NUMBER_FORM = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}", re.ASCII)
"""What the draw protocol takes as an identifier."""

DEMO_SUFFIX = re.compile(r"\s*[（(]演示[）)]$")
"""How files mark what is invented, after the name; the product's own exports do so too."""

_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)")
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """What there is to say about one cell: which, why, what to do about it, and the key of an object it speaks of."""

    row: int
    verdict: str
    column: str
    name: str
    value: str
    what: str
    mend: str
    about: int | None = None


@dataclass(slots=True)
class Row:
    """What all kinds of roster rows have. `status` is new, changed or same once it was compared with the registry."""

    number: int
    name: str = ""
    is_demo: bool = False
    status: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_faulty(self) -> bool:
        return any(finding.verdict == Verdict.FAULT for finding in self.findings)

    @property
    def is_doubtful(self) -> bool:
        """Whether somebody must confirm it before it is taken."""
        return not self.is_faulty and any(finding.verdict == Verdict.WARNING for finding in self.findings)

    def say(self, verdict: str, column: str, value: str, what: str, mend: str = "", about: int | None = None) -> None:
        """Add a finding about the column with this label."""
        name = f"{self.name}（演示）" if self.is_demo else self.name
        self.findings.append(
            Finding(
                self.number,
                verdict,
                column,
                name[:120],
                value[:_SHOWN],
                what[:300],
                mend[:300].removesuffix("。"),
                about,
            )
        )


class Cursor:
    """Reads the cells of one row by field and says into it what is wrong."""

    def __init__(
        self, target: str, row: Row, cells: Cells, columns: Mapping[str, int], behind: Mapping[tuple[int, int], str]
    ) -> None:
        self._target, self.row, self._cells, self._columns, self._behind = target, row, cells, columns, behind

    def raw(self, name: str) -> Cell:
        """The cell of a field as it was read; empty text where the file has no such column."""
        place = self._columns.get(name)
        return self._cells[place] if place is not None and place < len(self._cells) else ""

    def written(self, name: str) -> str:
        """The cell as the spreadsheet shows it; for a cell that is empty to the reader, what stands behind it."""
        shown = as_written(self.raw(name))
        if shown or name not in self._columns:
            return shown
        return self._behind.get((self.row.number, self._columns[name]), "")

    def fault(self, name: str, what: str, mend: str = "") -> None:
        self.row.say(Verdict.FAULT, label_of(self._target, name), self.written(name), what, mend)

    def warn(self, name: str, what: str, mend: str = "") -> None:
        self.row.say(Verdict.WARNING, label_of(self._target, name), self.written(name), what, mend)

    def mended(self, name: str, value: str) -> None:
        """Say that the text was normalised, where it was."""
        what = mending_of(self.raw(name), value)
        if what:
            self.row.say(Verdict.MENDED, label_of(self._target, name), self.written(name), what, "无需处理")

    def problem(self, name: str, found: Problem, more: int, verdict: str) -> None:
        """Say what the rules of a code found; `more` further problems are counted only."""
        what = found.what.removesuffix("。") + (f"，另有 {more} 处" if more else "")
        self.row.say(verdict, label_of(self._target, name), self.written(name), what, found.mend)

    def is_broken(self, name: str) -> bool:
        """Whether the cell is an error or an uncalculated formula; says so."""
        cell = self.raw(name)
        if isinstance(cell, str) and cell and not cell.lstrip().startswith("#"):
            return False  # as nearly all cells are
        value = self.written(name)
        if not as_written(cell) and value.startswith("="):
            self.fault(name, "单元格是没有算出结果的公式", "在 Excel 中打开并保存一次，或直接填写内容")
            return True
        if _ERROR.fullmatch(value.strip()):
            self.fault(name, f"单元格是错误值 {value.strip()}", "在 Excel 中改正公式，或直接填写内容")
            return True
        return False

    def text(self, name: str, limit: int, *, phone: bool = False) -> str:
        """A field as text, normalised; says so, and is a fault where it is broken or longer than `limit` characters."""
        cell = self.raw(name)
        if self.is_broken(name) or cell == "":
            return ""
        value = phone_of(cell) if phone else text_of(cell)
        if len(value) > limit:
            self.fault(name, f"有 {len(value)} 个字，最多 {limit} 个字", "缩短后再上传")
            return ""
        self.mended(name, value)
        return value

    def identifier(self, name: str) -> str:
        """A number of the registry: letters, digits and . _ - only, not a number that lost its last digits."""
        if self.is_broken(name):
            return ""
        if is_lossy(self.raw(name)):
            self.fault(name, "编号在 Excel 中是数值，末几位已丢失", "把该列设为“文本”后重新填写")
            return ""
        value = text_of(self.raw(name)).replace(" ", "")
        if value and not NUMBER_FORM.fullmatch(value):
            self.fault(name, "编号只能用数字、字母和 . _ -，最多 64 位", "没有这样的编号可以留空，由系统编号")
            return ""
        self.mended(name, value)
        return value

    def called(self, name: str, limit: int) -> str:
        """A name: required, and to be confirmed where a spreadsheet would calculate it. 演示 in brackets after it is a mark."""
        if self.is_broken(name):
            return ""
        written = text_of(self.raw(name))
        value = DEMO_SUFFIX.sub("", written)
        self.row.name, self.row.is_demo = value, value != written
        if not value:
            self.fault(name, f"没有填写{label_of(self._target, name)}", "补上后再上传")
        elif len(value) > limit:
            self.fault(name, f"有 {len(value)} 个字，最多 {limit} 个字", "缩短后再上传")
        elif looks_like_formula(value):
            self.warn(name, f"以“{value[0]}”开头，像是公式；将按文字保存", "确是名称的，勾选确认")
        self.mended(name, written)
        return value
