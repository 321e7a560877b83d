"""随机抽查事项清单: the official list of inspection items of one day (notice 乌建局函字〔2019〕223号, part 三（一）)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.paper import Paper
from sunlot.documents.parts import Evidence
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class ListedItem:
    """One line of the list; the number in the first column (序号) is counted."""

    code: str
    name: str
    subject: str
    """抽查主体: the section or department whose item it is."""
    category: str
    """一般检查事项 or 重点检查事项."""
    objects: str
    """检查对象."""
    content: str
    """检查内容, with the sub-items on lines of their own."""
    mode: str
    bases: tuple[str, ...]
    """检查依据, one law each."""
    frequencies: tuple[str, ...] = ()
    """建议比例频次, one risk class each."""
    competences: str = ""
    """检查人员要求; empty: a certificate is enough."""


@dataclass(frozen=True)
class ItemList(Paper):
    """The list of one day."""

    template: ClassVar[str] = "item_list"

    authority: str
    file_number: str
    day: date
    of_day: str
    """The day whose list it is, in words: "2026年11月18日"."""
    items: tuple[ListedItem, ...]
    evidence: Evidence
    narrowed: str = ""
    """What the list was narrowed to, e.g. "科室（单位）：物业科"; empty for the whole list."""

    def paper_title(self) -> str:
        return f"{self.authority}随机抽查事项清单"


def item_list(found: ItemList) -> bytes:
    """The list as PDF, A4 across, its head repeated on every page. Raises TypesettingError."""
    return typeset(found)
