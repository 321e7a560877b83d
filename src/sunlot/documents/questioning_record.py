"""询问笔录: 向当事人、知情人调查了解有关情况 (notice, part 四（三）), question by question, read and signed page by page."""

from dataclasses import dataclass
from typing import ClassVar

from sunlot.documents.paper import Worded
from sunlot.documents.parts import Field, Officer, Signature, Slots
from sunlot.documents.typesetting import typeset

RIGHTS = (
    "我们是本机关的执法检查人员，已向你出示执法证件。现依法向你询问，请如实回答；与本次检查无关的问题，你有权拒绝回答。"
    "你认为我们与本次检查有直接利害关系的，有权申请回避。"
)
CLOSING = "以上笔录我已看过（已向我宣读过），和我说的一致。"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A question and its answer; an empty answer leaves a line."""

    question: str
    answer: str = ""


@dataclass(frozen=True, kw_only=True)
class QuestioningRecord(Worded):
    """The whole questioning."""

    name: ClassVar[str] = "questioning_record"
    template: ClassVar[str] = "questioning_record"
    own_words: ClassVar[Slots] = Slots(rights=RIGHTS, closing=CLOSING)

    matter: str
    """案由、检查任务."""
    began: str
    ended: str
    place: str
    officers: tuple[Officer, ...]
    recorder: str = ""
    asked: tuple[Field, ...]
    """Who is asked: name, sex, number of identity card, unit and post, phone, address, relation to the inspected."""
    answer_to_rights: str = ""
    exchanges: tuple[Exchange, ...]
    read: str = ""
    """How it was read by who was asked, e.g. "已向被询问人宣读"; empty on a record filled in by hand."""
    reason: str = ""
    """Of a corrected record: why it was written anew."""
    statement: str = ""
    """What who was asked says of the record."""
    blank_lines: int = 8
    """Ruled lines after the last answer, for a record that is filled in by hand."""
    signatures: tuple[Signature, ...] = (
        Signature("被询问人"),
        Signature("询问人"),
        Signature("询问人"),
        Signature("记录人"),
    )

    def paper_title(self) -> str:
        return "询问笔录"


def questioning_record(record: QuestioningRecord) -> bytes:
    """The record as PDF, with lines to sign at the foot of each page. Raises TypesettingError."""
    return typeset(record)
