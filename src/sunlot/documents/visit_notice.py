"""检查告知书: what the inspected is told at once, before the visit (notice, part 四（三）): items, time, materials, who must be there.

国务院办公厅《关于严格规范涉企行政检查的意见》 (2024) adds the frequency so far against its cap, and the rights.
"""

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
    rows_or_blank,
    shown_name,
)
from sunlot.documents.parts import ItemLine, Officer, Party, Slots
from sunlot.documents.typesetting import typeset
from sunlot.documents.word import letter_docx

RIGHTS = """检查开始前，您可以要求执法检查人员出示执法证件；人员少于两人或者不出示执法证件的，有权拒绝检查。
认为执法检查人员与检查事项有直接利害关系的，有权申请回避。对检查情况有权陈述、申辩。
严禁逐利检查，严禁干扰企业正常生产经营，严禁任性检查，严禁变相检查，严禁运动式检查。发现上述情形的，可以扫描二维码反映。"""
"""The rights where the department has worded none: 行政处罚法 articles 42, 43, 45, 55; “五个严禁” of the opinions of 2024."""


@dataclass(frozen=True, kw_only=True)
class NoticeItem:
    """An item to be inspected, and the materials to have ready for it."""

    line: ItemLine
    materials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class VisitNotice(Letter):
    """All that the notice says."""

    name: ClassVar[str] = "visit_notice"
    title: ClassVar[str] = "行政检查告知书"
    own_words: ClassVar[Slots] = Slots(rights=RIGHTS, closing="请予配合，如实提供有关情况和材料。")

    party: Party
    task: str
    """抽查任务名称."""
    source: str
    """Where the task comes from, e.g. "2026年度抽查计划，2026年11月23日公开摇号抽取（抽取编号 …）"."""
    period: str
    """When, e.g. "2026年12月1日 9:30 至 11:30"."""
    place: str
    mode: str
    """检查方式."""
    items: tuple[NoticeItem, ...]
    present: tuple[str, ...]
    """Who must be there, e.g. ("项目负责人", "财务负责人")."""
    officers: tuple[Officer, ...]
    experts: tuple[str, ...] = ()
    """Experts and assistants, whose number is fixed beforehand."""
    frequency: str = ""
    """e.g. "本年度已接受本机关行政检查 1 次，年度上限 2 次"."""
    code: str = ""
    """检查码, which the inspectors show on arrival."""

    def sheet(self) -> Sheet:
        return Sheet(
            heading=self.slots.heading,
            file_number=self.file_number,
            title=self.title,
            to=self.party.name,
            blocks=(
                *self._opening(),
                Heading("一、检查安排"),
                self._arrangements(),
                Heading("二、检查事项、依据和需要准备的材料"),
                self._items(),
                Heading("三、执法检查人员"),
                self._officers(),
                Heading("四、您的权利"),
                *paragraphs(self.slots.rights),
                *paragraphs(self.slots.closing),
            ),
            signed_by=self.slots.heading,
            day=self.day,
            note=self.slots.contact,
            after_title="签　收",
            after=(Lines(("签收人", "身份", "签收时间", "送达人")),),
        )

    def _opening(self) -> tuple[Block, ...]:
        told = (
            f"根据{or_blank(self.source, 12)}，本机关将对你单位开展行政检查{in_brackets(self.task)}。"
            "现将有关事项一次性告知如下。"
        )
        return (Paragraph(told), party_table(self.party))

    def _arrangements(self) -> Table:
        rows = [("检查时间", self.period), ("检查地点", self.place), ("检查方式", self.mode)]
        rows += [("须到场人员", "、".join(self.present) or "负责人或其授权的人员")]
        rows += [("本年度频次", self.frequency)] if self.frequency else []
        rows += [("检查码", self.code)] if self.code else []
        return Table((), (38, 118), tuple(rows))

    def _items(self) -> Table:
        rows = tuple(
            (str(place), f"{one.line.code} {one.line.name}".strip(), one.line.basis, "；".join(one.materials) or "无")
            for place, one in enumerate(self.items, 1)
        )
        return Table(("序号", "检查事项", "检查依据", "需要准备的材料"), (14, 48, 49, 45), rows_or_blank(rows, 4))

    def _officers(self) -> Table:
        rows = [(shown_name(one.name), one.certificate, one.unit) for one in self.officers]
        rows += [(one, "—", "专家、辅助人员，不行使执法权") for one in self.experts]
        return Table(("姓名", "执法证号", "单位"), (36, 48, 72), rows_or_blank(tuple(rows), 3))


def visit_notice(notice: VisitNotice) -> bytes:
    """The notice as PDF. Raises TypesettingError."""
    return typeset(notice)


def visit_notice_docx(notice: VisitNotice) -> bytes:
    """The notice as Word, for an office to edit."""
    return letter_docx(notice)
