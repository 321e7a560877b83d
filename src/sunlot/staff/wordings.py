"""The kinds of document that a department words in part, and a filled sample of each to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from sunlot.documents.correction_order import CorrectionOrder, Violation
from sunlot.documents.paper import Worded
from sunlot.documents.parts import Field, ItemLine, Name, Officer, Party, Slots
from sunlot.documents.questioning_record import Exchange, QuestioningRecord
from sunlot.documents.result_notice import ResultLine, ResultNotice
from sunlot.documents.site_record import Attendant, NotedItem, SiteRecord
from sunlot.documents.transfer_letter import OTHER_DEPARTMENT, TransferLetter
from sunlot.documents.visit_notice import NoticeItem, VisitNotice
from sunlot.norms import clock
from sunlot.organisations.models import Organisation

_TASK = "物业服务企业联合抽查（示例）"
_PARTY = Party(
    name=Name("示例物业服务有限公司", demo=True), number="91150302MA00000000", address="示例路 1 号", person="示例", phone="0473-0000000"
)  # fmt: skip
_OFFICERS = (
    Officer(name=Name("示例甲", demo=True), certificate="00000000001", unit="示例科"),
    Officer(name=Name("示例乙", demo=True), certificate="00000000002", unit="示例科"),
)
_WHEN = {"began": "9:30", "ended": "11:00", "place": "示例路 1 号"}


@dataclass(frozen=True)
class Kind:
    """A kind of document: its name in Chinese, its class, the slots that it shows, and the rest of a sample."""

    label: str
    document: type[Worded]
    slots: tuple[str, ...]
    sample: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def own_words(self) -> Slots:
        return self.document.own_words

    def preview(self, organisation: Organisation, slots: Slots) -> Worded:
        """The sample with these words, dated today. Its number and its QR code say that it is none."""
        return self.document(
            authority=organisation.department.name,
            file_number="样张",
            day=clock.today(),
            address=f"{settings.SUNLOT_PUBLIC_URL}/",
            slots=slots,
            **self.sample,
        )


_LETTER = ("heading", "rights", "closing", "contact")
_RECORD = ("heading", "rights", "closing")
_LATER = date(2026, 12, 31)

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("检查告知书", VisitNotice, _LETTER, {
            "party": _PARTY, "task": _TASK, "source": "年度抽查工作计划和公开摇号的结果", "period": "某日 9:30 至 11:00",
            "place": "示例路 1 号", "mode": "现场检查", "present": ("项目负责人",), "officers": _OFFICERS,
            "items": (NoticeItem(line=ItemLine(code="WY-01", name="物业服务企业检查", basis="《物业管理条例》第五条"), materials=("物业服务合同",)),),
            "frequency": "本年度已接受本机关行政检查 0 次，年度上限 2 次",
        }),
        Kind("现场检查笔录", SiteRecord, _RECORD, {
            **_WHEN, "party": _PARTY, "task": _TASK, "officers": _OFFICERS, "course": "（检查情况）",
            "attendants": (Attendant(name="示例", standing="项目负责人"),), "items": (NotedItem(item="WY-01 物业服务企业检查", finding="未发现问题"),),
        }),
        Kind("询问笔录", QuestioningRecord, _RECORD, {
            **_WHEN, "matter": _TASK, "officers": _OFFICERS, "asked": (Field("姓名", "示例"), Field("职务", "项目负责人")),
            "exchanges": (Exchange(question="（问题）", answer="（回答）"),),
        }),
        Kind("检查结果告知书", ResultNotice, _LETTER, {
            "party": _PARTY, "task": _TASK, "inspected_at": "于某日在示例路 1 号", "officers": _OFFICERS, "results": ("未发现问题",),
            "lines": (ResultLine(item="WY-01 物业服务企业检查", finding="未发现问题"),), "published": "本结果自检查完成之日起 20 个工作日内向社会公示。",
        }),
        Kind("责令改正通知书", CorrectionOrder, _LETTER, {
            "party": _PARTY, "found_at": "某日在示例路 1 号检查时", "officers": _OFFICERS, "deadline": _LATER,
            "violations": (Violation(fact="（查明的事实）", breached="《物业管理条例》第五十四条", demand="（改正要求）", deadline=_LATER - timedelta(days=16)),),
        }),
        Kind("移送函", TransferLetter, _LETTER, {
            "to": "示例市某某局", "party": _PARTY, "task": _TASK, "facts": "（有关事实）", "grounds": OTHER_DEPARTMENT,
            "basis": "《中华人民共和国行政处罚法》第二十五条", "attachments": ("现场检查笔录 1 份",), "reply_by": _LATER,
        }),
    )
}  # fmt: skip
