"""移送函: hand a case over, to the enforcement of the own house or to another department (监管衔接; notice, part 四（三）)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sunlot.documents.letters import (
    Heading,
    Letter,
    Lines,
    Paragraph,
    Sheet,
    in_brackets,
    in_words,
    or_blank,
    paragraphs,
    party_table,
)
from sunlot.documents.parts import Name, Party
from sunlot.documents.typesetting import typeset
from sunlot.documents.word import letter_docx

ENFORCEMENT = "涉嫌违法，需要立案查处"
OTHER_DEPARTMENT = "不属于本机关管辖"


@dataclass(frozen=True, kw_only=True)
class TransferLetter(Letter):
    """All that it says."""

    name: ClassVar[str] = "transfer_letter"
    title: ClassVar[str] = "案件线索移送函"

    to: str
    """主送机关: who is to take the case."""
    party: Party
    task: str
    """In which inspection it was found."""
    facts: str
    """What was found; each line is a paragraph."""
    grounds: str
    """ENFORCEMENT, OTHER_DEPARTMENT or other words."""
    basis: str
    """The law by which it is handed over."""
    attachments: tuple[str, ...]
    """Materials that go with it, with copies and pages."""
    reply_by: date | None = None
    """Until when an answer is asked for."""

    def sheet(self) -> Sheet:
        closing = self.slots.closing or (
            f"请依法处理，并于{in_words(self.reply_by)}前将受理和处理情况函告本机关。"
            if self.reply_by
            else "请依法处理，并将受理和处理情况函告本机关。"
        )
        receipt = (
            Paragraph(
                f"{or_blank(self.slots.heading)}：《{self.title}》{in_brackets(self.file_number)}及所附材料收悉，我单位决定：□ 受理　□ 不予受理，理由："
            ),
            Lines(("接收人", "接收日期", "联系电话", "接收单位（印章）")),
        )
        return Sheet(
            heading=self.slots.heading,
            file_number=self.file_number,
            title=self.title,
            to=Name(self.to),
            blocks=(
                Paragraph(
                    f"本机关在{or_blank(self.task, 12)}中，发现下列当事人的行为{or_blank(self.grounds)}，依据{or_blank(self.basis, 12)}，现移送你单位。"
                ),
                party_table(self.party),
                Heading("一、有关事实"),
                *(paragraphs(self.facts) or (Paragraph(or_blank("", 18)),)),
                Heading("二、移送的材料"),
                Paragraph(f"共 {len(self.attachments)} 件，目录附后。" if self.attachments else "无。"),
                *paragraphs(self.slots.rights),
                *paragraphs(closing),
            ),
            attachments=self.attachments,
            signed_by=self.slots.heading,
            day=self.day,
            note=self.slots.contact,
            after_title="回　执",
            after=receipt,
        )


def transfer_letter(letter: TransferLetter) -> bytes:
    """The letter as PDF. Raises TypesettingError."""
    return typeset(letter)


def transfer_letter_docx(letter: TransferLetter) -> bytes:
    """The letter as Word, for an office to edit."""
    return letter_docx(letter)
