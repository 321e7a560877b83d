"""检查结果告知书: what was found and what follows, told to the inspected (the step 反馈); published within 20 working days (notice, part 四（四）)."""

from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents.letters import (
    Block,
    Heading,
    Letter,
    Lines,
    Paragraph,
    Sheet,
    Table,
    in_brackets,
    or_blank,
    paragraphs,
    party_table,
    shown_name,
)
from sunlot.documents.parts import Officer, Party, Slots
from sunlot.documents.typesetting import typeset

RIGHTS = "对本检查结果有异议的，可以自收到本告知书之日起向本机关书面提出，并附有关证据；本机关核实后书面答复，确有错误的予以更正并重新公示。"


@dataclass(frozen=True, kw_only=True)
class ResultLine:
    """What was found for one item."""

    item: str
    finding: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ResultNotice(Letter):
    """All that it says."""

    name: ClassVar[str] = "result_notice"
    title: ClassVar[str] = "行政检查结果告知书"
    own_words: ClassVar[Slots] = Slots(rights=RIGHTS)

    party: Party
    task: str
    inspected_at: str
    """When and where, e.g. "2026年12月1日在滨河西路 8 号"."""
    officers: tuple[Officer, ...]
    results: tuple[str, ...]
    """The categories of the result."""
    lines: tuple[ResultLine, ...]
    summary: str = ""
    """检查情况."""
    follow_up: str = ""
    """后续处理."""
    published: str = ""
    """When and where it is published, e.g. "自检查完成之日起 20 个工作日内（2026年12月29日前）公示于 …"."""

    def sheet(self) -> Sheet:
        officers = "、".join(f"{shown_name(one.name)}（{one.certificate}）" for one in self.officers)
        opening = f"本机关执法检查人员{or_blank(officers)}{or_blank(self.inspected_at)}对你单位进行了行政检查{in_brackets(self.task)}。现将检查结果告知如下。"
        rows = tuple((str(place), one.item, one.finding, one.note or "—") for place, one in enumerate(self.lines, 1))
        found: tuple[Block, ...] = (
            (Table(("序号", "检查事项", "检查情况", "说明"), (14, 61, 32, 49), rows),) if rows else ()
        )
        return Sheet(
            heading=self.slots.heading,
            file_number=self.file_number,
            title=self.title,
            to=self.party.name,
            blocks=(
                Paragraph(opening),
                party_table(self.party),
                Heading("一、检查结果"),
                Paragraph(or_blank("；".join(self.results), 20)),
                *found,
                *paragraphs(self.summary),
                Heading("二、后续处理"),
                *(paragraphs(self.follow_up) or (Paragraph("无须整改，本次检查终结。"),)),
                Heading("三、结果公示与异议"),
                *paragraphs(self.published),
                *paragraphs(self.slots.rights),
                *paragraphs(self.slots.closing),
            ),
            signed_by=self.slots.heading,
            day=self.day,
            note=self.slots.contact,
            after_title="签　收",
            after=(Lines(("签收人", "身份", "签收时间", "送达人")),),
        )


def result_notice(notice: ResultNotice) -> bytes:
    """The notice as PDF. Raises TypesettingError."""
    return typeset(notice)
