"""责令改正通知书: what was found against the law, what to put right and until when (行政处罚法第二十八条)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.letters import (
    Heading,
    Letter,
    Lines,
    Paragraph,
    Sheet,
    Table,
    in_words,
    or_blank,
    paragraphs,
    party_table,
    rows_or_blank,
    shown_name,
)
from sunlot.documents.parts import Officer, Party, Slots
from sunlot.documents.typesetting import typeset
from sunlot.documents.word import letter_docx

BASIS = "《中华人民共和国行政处罚法》第二十八条第一款"
RIGHTS = """你单位有权陈述、申辩。对本通知不服的，可以自收到之日起六十日内依法申请行政复议，或者自收到之日起六个月内依法提起行政诉讼。复议、诉讼期间，除法律另有规定外不停止执行。"""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One fact, the law that it breaks, what is to be done and until when."""

    fact: str
    breached: str
    demand: str
    deadline: date | None = None
    """None is at once (立即改正)."""


@dataclass(frozen=True, kw_only=True)
class CorrectionOrder(Letter):
    """All that it says."""

    name: ClassVar[str] = "correction_order"
    title: ClassVar[str] = "责令改正通知书"
    own_words: ClassVar[Slots] = Slots(rights=RIGHTS, closing="逾期不改正或者改正不符合要求的，本机关将依法处理。")

    party: Party
    found_at: str
    """Where and when it was found, e.g. "2026年12月1日在滨河西路 8 号检查时"."""
    violations: tuple[Violation, ...]
    deadline: date
    """The last day for everything, and for the written report."""
    officers: tuple[Officer, ...]
    basis: str = BASIS
    """The law by which it is ordered."""
    review: str = ""
    """复议机关."""
    court: str = ""
    """受诉的人民法院."""

    def sheet(self) -> Sheet:
        rows = tuple(
            (str(place), one.fact, one.breached, one.demand, in_words(one.deadline) if one.deadline else "立即改正")
            for place, one in enumerate(self.violations, 1)
        )
        remedies = [f"复议机关：{self.review}。"] if self.review else []
        remedies += [f"受诉人民法院：{self.court}。"] if self.court else []
        officers = "；".join(f"{shown_name(one.name)}，执法证号 {one.certificate}" for one in self.officers)
        return Sheet(
            heading=self.slots.heading,
            file_number=self.file_number,
            title=self.title,
            to=self.party.name,
            blocks=(
                Paragraph(f"经查，{or_blank(self.found_at, 12)}，你单位存在下列违法行为："),
                party_table(self.party),
                Table(
                    ("序号", "查明的事实", "违反的规定", "改正要求", "期限"),
                    (14, 44, 36, 35, 27),
                    rows_or_blank(rows, 5),
                ),
                Paragraph(
                    f"依据{or_blank(self.basis, 12)}，现责令你单位按上列要求改正，最迟于{in_words(self.deadline)}前全部改正完毕，"
                    "并在该日前将改正情况书面报告本机关，附改正前后的照片和有关材料。"
                ),
                *paragraphs(self.slots.closing),
                Heading("你单位的权利"),
                *paragraphs(self.slots.rights),
                *paragraphs("".join(remedies)),
                *paragraphs(f"执法检查人员：{officers}" if officers else ""),
            ),
            signed_by=self.slots.heading,
            day=self.day,
            note=self.slots.contact,
            after_title="签　收",
            after=(Lines(("签收人", "身份", "签收时间", "送达人")),),
        )


def correction_order(order: CorrectionOrder) -> bytes:
    """The order as PDF. Raises TypesettingError."""
    return typeset(order)


def correction_order_docx(order: CorrectionOrder) -> bytes:
    """The order as Word, for an office to edit."""
    return letter_docx(order)
