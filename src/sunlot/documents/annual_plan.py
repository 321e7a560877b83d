"""年度“双随机、一公开”抽查工作计划: the table annexed to the notice 乌建局函字〔2019〕223号, its eight columns."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.paper import Paper
from sunlot.documents.parts import Evidence, Signature
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class AnnualLine:
    """One plan of the year; the number in the first column (序号) is counted."""

    name: str
    """抽查计划名称."""
    items: str
    """抽查事项."""
    kind: str
    """抽查类型."""
    objects: str
    """抽查对象范围."""
    draw_date: str
    """抽取日期."""
    quantity: str
    """抽查对象数量或比例."""
    remark: str = ""
    """备注."""
    demo: bool = False


@dataclass(frozen=True)
class AnnualPlan(Paper):
    """The whole year's table."""

    template: ClassVar[str] = "annual_plan"

    authority: str
    file_number: str
    day: date
    year: int
    lines: tuple[AnnualLine, ...]
    signatures: tuple[Signature, ...]
    evidence: Evidence
    version: str = ""
    """e.g. "第 2 版（2026年6月1日调整）"; empty for the first."""

    def paper_title(self) -> str:
        return f"{self.authority}{self.year}年度“双随机、一公开”抽查工作计划"


def annual_plan(plan: AnnualPlan) -> bytes:
    """The table as PDF, A4 across, its head repeated on every page. Raises TypesettingError."""
    return typeset(plan)
