"""现场检查笔录 and 勘验笔录: what the officers saw and did, read and signed on the spot (行政处罚法第五十五条; notice, part 四（三）)."""

from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents.evidence_sheet import Photo
from sunlot.documents.inspection_form import Absence
from sunlot.documents.paper import Worded
from sunlot.documents.parts import Officer, Party, Signature, Slots
from sunlot.documents.typesetting import typeset

RIGHTS = (
    "我们是本机关的执法检查人员，已向你出示执法证件。现依法进行检查，请予配合、如实说明情况。"
    "你认为执法检查人员与检查事项有直接利害关系的，有权申请回避；对检查情况有权陈述、申辩。"
)
CLOSING = "以上笔录经核对无误。"


@dataclass(frozen=True, kw_only=True)
class Attendant:
    """Somebody who was there: a person in charge, an employee, a witness, an expert."""

    name: str
    standing: str
    """e.g. "项目负责人", "见证人，滨河社区居委会工作人员"."""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class NotedItem:
    """What was found for one item."""

    item: str
    finding: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What was measured: the value with its unit, where and how."""

    title: str
    reading: str
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class SiteRecord(Worded):
    """A record of a visit, or with `scene` of the examination of a place."""

    name: ClassVar[str] = "site_record"
    template: ClassVar[str] = "site_record"
    own_words: ClassVar[Slots] = Slots(rights=RIGHTS, closing=CLOSING)

    party: Party
    task: str
    """案由、检查任务."""
    began: str
    """e.g. "2026年12月1日 9:30"."""
    ended: str
    place: str
    officers: tuple[Officer, ...]
    recorder: str = ""
    attendants: tuple[Attendant, ...] = ()
    answer: str = ""
    """What the inspected said about rights and avoidance, e.g. "听清楚了，不申请回避"."""
    course: str
    """检查情况, 勘验经过: each line is a paragraph. Empty leaves ruled lines."""
    items: tuple[NotedItem, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    photos: tuple[Photo, ...] = ()
    """Photographs and sketches; with any of them no room is left for a sketch by hand."""
    attachments: tuple[str, ...] = ()
    """照片、复制件、图."""
    reason: str = ""
    """Of a corrected record: why it was written anew."""
    statement: str = ""
    """What the inspected had to say."""
    absence: Absence | None = None
    scene: bool = False
    """勘验笔录: weather and light, and room for a sketch."""
    weather: str = ""
    """Weather, light, state of the place; of a scene alone."""
    signatures: tuple[Signature, ...] = (
        Signature("被检查人（签字或盖章）"),
        Signature("执法检查人员"),
        Signature("执法检查人员"),
        Signature("记录人"),
    )

    def paper_title(self) -> str:
        return "现场勘验笔录" if self.scene else "现场检查笔录"


def site_record(record: SiteRecord) -> bytes:
    """The record as PDF, with lines to sign at the foot of each page. Raises TypesettingError."""
    return typeset(record)
