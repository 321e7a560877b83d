"""随机抽查工作指引、工作细则: the eight parts that the notice prescribes (乌建局函字〔2019〕223号, part 三（三）)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.paper import Paper
from sunlot.documents.parts import Evidence
from sunlot.documents.typesetting import typeset


@dataclass(frozen=True)
class TextBlock:
    """`kind` is heading, paragraph (one line), bullets or numbers (their items)."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class GuidePart:
    """One of the eight parts: its name (抽查项目 …) and its text."""

    name: str
    blocks: tuple[TextBlock, ...]


@dataclass(frozen=True)
class GuideDocument(Paper):
    """A guide in one version."""

    template: ClassVar[str] = "guide"

    authority: str
    file_number: str
    day: date
    title: str
    standing: str
    """e.g. "第 2 版，2026年1月1日起施行" or "草稿，未生效"."""
    facts: tuple[str, ...]
    """Lines under the title: for whom, for which degree of risk, for which items."""
    parts: tuple[GuidePart, ...]
    evidence: Evidence

    def paper_title(self) -> str:
        return self.title


def guide(found: GuideDocument) -> bytes:
    """The guide as PDF. Raises TypesettingError."""
    return typeset(found)
