"""One sample of each document that is digested itself: as an ordinary day fills it, at its longest, and empty. All invented."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

from sunlot.documents.case_file import CaseFile, FiledPaper, case_file
from sunlot.documents.case_sheet import CaseSheet, SheetRow, SheetTable, case_sheet
from sunlot.documents.copied_materials import CopiedMaterials, Material, copied_materials
from sunlot.documents.correction_order import CorrectionOrder, Violation, correction_order
from sunlot.documents.evidence_sheet import Copy, EvidenceSheet, Photo, evidence_sheet
from sunlot.documents.extension_form import ExtensionForm, extension_form
from sunlot.documents.inspection_approval import InspectionApproval, inspection_approval
from sunlot.documents.paper import Record
from sunlot.documents.parts import Field, Image, ItemLine, Name, Officer, Party, Signature, Slots
from sunlot.documents.questioning_record import Exchange, QuestioningRecord, questioning_record
from sunlot.documents.result_notice import ResultLine, ResultNotice, result_notice
from sunlot.documents.rosters import (
    InspectorRoster,
    ListedInspector,
    ListedObject,
    ObjectRoster,
    inspector_roster,
    object_roster,
)
from sunlot.documents.sampling_record import Sample, SamplingRecord, sampling_record
from sunlot.documents.service_receipt import Served, ServiceReceipt, service_receipt
from sunlot.documents.site_record import Attendant, Measurement, NotedItem, SiteRecord, site_record
from sunlot.documents.transfer_letter import OTHER_DEPARTMENT, TransferLetter, transfer_letter
from sunlot.documents.visit_notice import NoticeItem, VisitNotice, visit_notice

DAY = date(2026, 11, 18)
COMMON: dict[str, Any] = {
    "authority": "乌海市住房和城乡建设局",
    "day": DAY,
    "address": "https://sunlot.example/verify/?digest={digest}",
}
WORDED = {**COMMON, "slots": Slots(contact="联系人：陈静静，电话 0473-2000001")}
TASK = "三区部门联合抽查"
LONG = "内蒙古自治区乌海市海勃湾区滨河新区𠮷祥如意㐂悦物业服务与房屋租赁经纪管理（集团）股份有限公司第三十二分公司滨河花园项目部甲乙"
"""A name of 60 signs, two of them rare."""
PARTY = Party(
    name=Name("滨河第一物业服务有限公司", demo=True),
    number="91150302MA00000001",
    address="海勃湾区滨河西路 8 号",
    person="张三",
    phone="0473-2000000",
)
OFFICERS = (
    Officer(name=Name("陈静静"), certificate="15030200123", unit="市住房和城乡建设局物业科"),
    Officer(name=Name("王伟"), certificate="15030200456", unit="市住房和城乡建设局物业科"),
)
ITEMS = (
    ItemLine(code="WY-01", name="物业服务企业检查", basis="《物业管理条例》第五条、第三十五条"),
    ItemLine(code="WY-02", name="住宅专项维修资金交存使用检查", basis="《物业管理条例》第五十三条、第六十条"),
)
ASKED = (
    Field("姓名", "张三"),
    Field("性别", "男"),
    Field("工作单位和职务", "滨河第一物业服务有限公司项目负责人"),
    Field("与被检查单位的关系", "员工"),
)


def picture(width: int = 64, height: int = 48, shade: int = 0) -> Image:
    """A small PNG, another for each shade."""
    rows = b"".join(b"\0" + bytes((x * 4 + shade) % 256 for x in range(width)) for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return Image(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def number(kind: str) -> str:
    return f"乌建{kind}字〔2026〕17号"


SAMPLES: dict[str, tuple[Any, Record]] = {
    record.name + ("_scene" if getattr(record, "scene", False) else ""): (function, record)
    for function, record in (
        (inspection_approval, InspectionApproval(
            **COMMON, file_number="SP-2026-017", task=TASK, source="2026年度抽查工作计划，2026年11月23日公开摇号抽取",
            parties=(PARTY,), items=ITEMS, mode="现场检查", period="2026年12月1日 9:30 至 11:30", place="滨河西路 8 号",
            officers=OFFICERS, experts=("李专家（燃气）",), joint="市市场监督管理局", frequency="已检查 1 次，年度上限 2 次",
        )),
        (visit_notice, VisitNotice(
            **WORDED, file_number=number("检告"), party=PARTY, task=TASK, source="2026年度抽查工作计划和2026年11月23日公开摇号的结果",
            period="2026年12月1日 9:30 至 11:30", place="海勃湾区滨河西路 8 号", mode="现场检查",
            items=tuple(NoticeItem(line=line, materials=("物业服务合同", "收费公示照片")) for line in ITEMS),
            present=("项目负责人", "财务负责人"), officers=OFFICERS, experts=("李专家（燃气）",),
            frequency="本年度已接受本机关行政检查 1 次，年度上限 2 次", code="JC-8F3K-22",
        )),
        (site_record, SiteRecord(
            **WORDED, file_number="BL-2026-017", party=PARTY, task=TASK, began="2026年12月1日 9:30", ended="11:20",
            place="滨河花园小区", officers=OFFICERS, recorder="王伟", answer="听清楚了，不申请回避。",
            attendants=(Attendant(name="张三", standing="项目负责人", phone="0473-2000000"),),
            course="检查人员查看了小区公示栏和收费台账。\n公示栏内没有 2026 年第三季度共用部位经营收益。",
            items=(NotedItem(item="WY-03 物业共用部位经营收益检查", finding="发现问题", note="第三季度收益未公布"),),
            attachments=("照片 2 张", "收费台账复制件 3 页"), statement="无异议。",
        )),
        (site_record, SiteRecord(
            **WORDED, file_number="KY-2026-003", party=PARTY, task=TASK, began="2026年12月1日 14:00", ended="15:00",
            place="滨河花园 3 号楼地下车库", officers=OFFICERS, course="自东向西勘验。", scene=True, weather="晴，室内照明",
            measurements=(Measurement(title="车位净宽", reading="2.3 m", where="12 号车位，卷尺"),), reason="漏记测量值",
            photos=(Photo(image=picture(), shows="示意图", taken_at="2026年12月1日 14:20", taken_by="王伟"),),
        )),
        (questioning_record, QuestioningRecord(
            **WORDED, file_number="XW-2026-017", matter=TASK, began="2026年12月1日 10:00", ended="10:40", place="项目部办公室",
            officers=OFFICERS, recorder="王伟", asked=ASKED, answer_to_rights="听清楚了，不申请回避。", blank_lines=2, read="已向被询问人宣读", statement="记录属实。", reason="问答漏记一处",
            exchanges=(Exchange(question="你负责什么工作？", answer="负责小区日常管理。"), Exchange(question="为何未公布收益？", answer="经办人离职，没有交接。")),
        )),
        (result_notice, ResultNotice(
            **WORDED, file_number=number("检结"), party=PARTY, task=TASK, inspected_at="于2026年12月1日在滨河西路 8 号", officers=OFFICERS,
            results=("发现问题已责令改正",), lines=(ResultLine(item="WY-03 物业共用部位经营收益检查", finding="发现问题", note="第三季度收益未公布"),),
            summary="共检查 3 项，发现问题 1 项。", follow_up="已发出责令改正通知书，限2026年12月15日前改正。",
            published="本结果自检查完成之日起 20 个工作日内（2026年12月29日前）向社会公示。",
        )),
        (correction_order, CorrectionOrder(
            **WORDED, file_number=number("责改"), party=PARTY, found_at="2026年12月1日在滨河西路 8 号检查时", deadline=date(2026, 12, 31),
            violations=(
                Violation(fact="未公布第三季度共用部位经营收益", breached="《物业管理条例》第五十四条", demand="公布第三季度收益及支出", deadline=date(2026, 12, 15)),
                Violation(fact="消防通道堆放杂物", breached="《消防法》第二十八条", demand="清理通道"),
            ),
            officers=OFFICERS, review="乌海市人民政府", court="乌海市海勃湾区人民法院",
        )),
        (service_receipt, ServiceReceipt(
            **COMMON, file_number="HZ-2026-017", matter=TASK, receiver=PARTY.name, place="滨河西路 8 号", ways=("直接送达",),
            documents=(Served(title="责令改正通知书", number=number("责改"), copies=1),), servers=("陈静静", "王伟"), filled_by="王伟",
        )),
        (transfer_letter, TransferLetter(
            **WORDED, file_number=number("移"), to="乌海市市场监督管理局", party=PARTY, task=TASK, grounds=OTHER_DEPARTMENT,
            facts="当事人停车收费未明码标价。\n检查当日收费牌无价格。", basis="《中华人民共和国行政处罚法》第二十五条",
            attachments=("现场检查笔录 1 份 2 页", "照片 2 张"), reply_by=date(2026, 12, 31),
        )),
        (extension_form, ExtensionForm(
            **COMMON, file_number="YQ-2026-002", task=TASK, form_number="150300-2026-2853-017", party=PARTY, department="市住房和城乡建设局物业科",
            officers=OFFICERS, due=date(2026, 12, 29), asked_until=date(2027, 1, 13), days="10 个工作日",
            reason="维修资金账目须由银行配合核对。", done="现场检查已完成，银行流水调取中。",
        )),
        (object_roster, ObjectRoster(
            **COMMON, file_number="MC-DX-20261118", of_day="2026年11月18日", narrowed="类别：物业服务企业",
            objects=(ListedObject(name=PARTY.name, number=PARTY.number, kind="物业服务企业", region="海勃湾区", address=PARTY.address, risk="A", state="在册"),),
        )),
        (inspector_roster, InspectorRoster(
            **COMMON, file_number="MC-RY-20261118", of_day="2026年11月18日",
            inspectors=(ListedInspector(name=Name("陈静静"), unit="物业科", post="科员", certificate="15030200123", valid_until="2029-06-30", fields="物业、房产", visits=12, state="在岗"),),
        )),
        (case_file, CaseFile(
            **COMMON, file_number="AJ-2026-017", title=f"滨河第一物业服务有限公司“{TASK}”", party=PARTY.name, task=TASK,
            opened="2026年11月18日", closed="2026年12月29日", sheets=12, filed_by="王伟", fonds="0042", catalogue="7", volume="17",
            papers=(FiledPaper(title="行政检查告知书", number=number("检告"), issuer="市住房和城乡建设局", day="2026-11-18", pages="1—3"),),
        )),
        (case_sheet, CaseSheet(
            **COMMON, file_number="AJ-2026-017", title="日志证明", subtitle="乌海市住房和城乡建设局物业科", note="以上条目可在日志查到。",
            facts=(Field("检查表", "JC-2026-017"), Field("检查任务", TASK)),
            tables=(SheetTable(title="留痕", heads=("时间", "事项", "摘要"), shares=(2, 4, 3), mono=(2,), rows=(SheetRow(("2026年12月1日 9:30", "提交检查记录", "0" * 64)),)),),
            signatures=(Signature("检查人员1", "陈静静", "2026年12月1日 11:30"),),
        )),
        (evidence_sheet, EvidenceSheet(
            **COMMON, file_number="ZJ-2026-017", party=PARTY, task=TASK, officers=OFFICERS,
            photos=(Photo(image=picture(), shows="公示栏", taken_at="2026年12月1日 9:41", place="3 号楼大厅", taken_by="王伟"),),
            copies=(Copy(title="2026 年收费台账", pages=3, source="项目部财务室", proves="收益未公布", digest="0" * 64),),
        )),
        (copied_materials, CopiedMaterials(
            **COMMON, file_number="FZ-2026-004", party=PARTY, task=TASK, given_by="张三（项目经理）", taken_at="2026年12月1日 10:00", place="项目部", officers=OFFICERS,
            materials=(Material(title="2026 年收费台账", copies="1", pages="12", source="项目部财务室", remark="第 3 页有涂改"),), scans=("台账.pdf，摘要 " + "0" * 64,),
        )),
        (sampling_record, SamplingRecord(
            **COMMON, file_number="CY-2026-004", party=PARTY, task=TASK, basis="GB 50204 附录", method="随机抽取", taken_at="2026年12月1日 10:00", place="项目工地", officers=OFFICERS,
            samples=(Sample(title="热轧带肋钢筋", model="HRB400 Φ16", batch="2026-10-03", base="60 吨", quantity="2 根", seal="封条 0017"),), institution="乌海市建设工程检测中心",
        )),
    )
}  # fmt: skip


Change = Callable[[str, str], str]
"""From the name of a field and its text to another text."""

_NO_TEXT = {"address", "digest", "original", "drawing"}  # an address of ours, digests
_SHORT = {
    "code",
    "number",
    "certificate",
    "phone",
    "began",
    "ended",
    "day",
    "pages",
    "taken_at",
    "valid_until",
    "risk",
    "state",
}
_PROSE = {
    "course",
    "facts",
    "reason",
    "done",
    "note",
    "statement",
    "summary",
    "follow_up",
    "answer",
    "rights",
    "closing",
    "demand",
}
_FEW = {
    "tables": 2,
    "heads": 3,
    "shares": 3,
    "mono": 1,
    "cells": 3,
    "signatures": 4,
    "opinions": 3,
    "ways": 6,
    "results": 4,
    "officers": 4,
    "asked": 8,
    "photos": 30,
    "materials": 2,
    "violations": 12,
    "attendants": 6,
    "present": 6,
    "experts": 6,
    "exchanges": 20,
    "documents": 12,
    "attachments": 12,
    "samples": 12,
}


def with_texts(record: Record, text: Callable[[], str]) -> Any:
    """The record with every text in it replaced, wherever it stands; days, numbers, digests and pictures stay."""
    return _walk(record, "", lambda field, old: text(), lambda field, old: old)


def emptiest(record: Record) -> Any:
    """The record with every text empty and every list without anything in it; who is to sign or to say something stays."""
    empty = _walk(record, "", lambda field, old: "", lambda field, old: ())
    kept = {one.name: getattr(record, one.name) for one in fields(record) if one.name in ("signatures", "opinions")}
    return replace(empty, **kept)


def longest(record: Record) -> Any:
    """As long as the field knows it: forty of each list (thirty pictures), names of 60 signs, prose of six times that."""

    def text(field: str, old: str) -> str:
        return old if field in _SHORT else f"{LONG}。" * 6 if field in _PROSE else LONG

    def many(field: str, old: tuple[Any, ...]) -> tuple[Any, ...]:
        return (old * 40)[: _FEW.get(field, 40)]

    grown = _walk(record, "", text, many)
    if isinstance(grown, EvidenceSheet | SiteRecord):
        photos = tuple(replace(one, image=picture(shade=n)) for n, one in enumerate(grown.photos))
        grown = replace(grown, photos=photos)
    return grown


def _walk(value: Any, field: str, text: Change, many: Callable[[str, tuple[Any, ...]], tuple[Any, ...]]) -> Any:
    if isinstance(value, str):
        return value if field in _NO_TEXT else text(field, value)
    if isinstance(value, tuple):
        return tuple(_walk(part, field, text, many) for part in many(field, value))
    if is_dataclass(value) and not isinstance(value, Image):
        inner = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        party = isinstance(value, Party)
        return replace(  # type: ignore[type-var]
            value,
            **{
                name: _walk(part, name if name != "address" or not party else "seat", text, many)
                for name, part in inner.items()
            },
        )
    return value
