"""The documents of a part (检查文书), from what its record says: one function for each, plain data out.

What the record does not know is left empty, and the document leaves room to write it in by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from sunlot.documents.copied_materials import CopiedMaterials
from sunlot.documents.correction_order import CorrectionOrder
from sunlot.documents.evidence_sheet import Copy, EvidenceSheet, Photo
from sunlot.documents.extension_form import OPINIONS, ExtensionForm
from sunlot.documents.paper import Record
from sunlot.documents.parts import Field, Image, Name, Officer, Opinion, Party
from sunlot.documents.questioning_record import QuestioningRecord
from sunlot.documents.result_notice import ResultLine, ResultNotice
from sunlot.documents.sampling_record import SamplingRecord
from sunlot.documents.service_receipt import Served, ServiceReceipt
from sunlot.documents.site_record import Absence as AbsenceField
from sunlot.documents.site_record import NotedItem, SiteRecord
from sunlot.documents.transfer_letter import TransferLetter
from sunlot.norms import clock, working_days
from sunlot.organisations.models import Signature
from sunlot.staff.queries import slots_for
from sunlot.trail import files

from . import deadlines
from .models import Evidence, Extension, Finding, FormPart
from .records import evidence_of, said
from .special.papers import party_of

_PICTURES = ("image/jpeg", "image/png")


@dataclass(frozen=True)
class Kind:
    """A kind of document: its name, the letters in its number, how it is made, and whether it needs a submitted record."""

    label: str
    letters: str
    build: Callable[["Frame"], Record]
    after_record: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Frame:
    """What every document of a part bears. `part` comes with what `queries.whole` loads."""

    part: FormPart
    number: str
    day: date
    earlier: tuple[Served, ...] = ()

    @property
    def common(self) -> dict[str, object]:
        return {
            "authority": self.part.organisation.full_name,
            "file_number": self.number,
            "day": self.day,
            "address": verification_address(),
        }

    @property
    def party(self) -> Party:
        return party_of(self.part.form.object)

    @property
    def officers(self) -> tuple[Officer, ...]:
        unit = self.part.organisation.name
        return tuple(
            Officer(
                name=Name(one.inspector.name, demo=one.inspector.is_demo),
                certificate=one.inspector.certificate,
                unit=unit,
            )
            for one in self.part.members.all()
        )


def verification_address() -> str:
    """Where the QR code of a document leads; `{digest}` stands for its digest."""
    return f"{settings.SUNLOT_PUBLIC_URL}/verify/document/{{digest}}/"


def moment(value: datetime | None) -> str:
    """A time in words; empty where there is none."""
    if value is None:
        return ""
    local = value.astimezone(clock.SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def _label(finding: Finding) -> str:
    return f"{finding.version.item.code} {finding.version.name}"


def _site_record(frame: Frame) -> Record:
    part = frame.part
    absence = AbsenceField(part.absence_reason, part.witness, part.witness_is) if part.absence_reason else None
    return SiteRecord(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        slots=slots_for(part.organisation, "site_record"),
        party=frame.party,
        task=part.form.task.title,
        began=moment(part.began_at),
        ended=moment(part.ended_at),
        place=part.form.object.address,
        officers=frame.officers,
        recorder=part.recorded_by.name if part.recorded_by else "",
        course=part.remark,
        items=tuple(
            NotedItem(
                item=_label(one), finding=one.get_answer_display() if one.answer else "", note="；".join(said(one))
            )
            for one in part.findings.all()
        ),
        attachments=tuple(one.caption or one.name for one in evidence_of(part)),
        absence=absence,
    )


def _questioning(frame: Frame) -> Record:
    asked = ("姓名", "性别", "身份证号码", "工作单位和职务", "联系电话", "住址", "与被检查人的关系")
    return QuestioningRecord(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        slots=slots_for(frame.part.organisation, "questioning_record"),
        matter=frame.part.form.task.title,
        began="",
        ended="",
        place="",
        officers=frame.officers,
        asked=tuple(Field(label, "") for label in asked),
        exchanges=(),
    )


def _sampling(frame: Frame) -> Record:
    return SamplingRecord(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        party=frame.party, task=frame.part.form.task.title, place=frame.part.form.object.address,
        officers=frame.officers, samples=(),
    )  # fmt: skip


def _copies(frame: Frame) -> Record:
    return CopiedMaterials(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        party=frame.party, task=frame.part.form.task.title, officers=frame.officers,
    )  # fmt: skip


def _scene(frame: Frame) -> Record:
    return SiteRecord(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        slots=slots_for(frame.part.organisation, "site_record"), party=frame.party, task=frame.part.form.task.title,
        began="", ended="", place=frame.part.form.object.address, officers=frame.officers, course="", scene=True,
    )  # fmt: skip


def evidence_sheet(frame: Frame) -> EvidenceSheet:
    """证据材料清单: the photos, and the files that are none."""
    shown = evidence_of(frame.part)
    photos = [(one, picture) for one in shown if (picture := picture_of(one))]
    pictured = {one.pk for one, _ in photos}
    return EvidenceSheet(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        party=frame.party,
        task=frame.part.form.task.title,
        photos=tuple(
            Photo(
                image=Image(picture),
                shows=one.caption or (_label(one.finding) if one.finding else "检查现场"),
                taken_at=f"{moment(one.taken_at or one.received_at)}（{one.source_words}）",
                place=f"{one.latitude}，{one.longitude}" if one.latitude is not None else "",
                taken_by=one.added_by.name,
                original=one.original_id,
            )
            for one, picture in photos
        ),
        copies=tuple(
            Copy(
                title=one.caption or one.name, pages=1, source=one.get_kind_display(), digest=one.original_id,
                proves=_label(one.finding) if one.finding else "",
            )
            for one in shown
            if one.pk not in pictured
        ),
        officers=frame.officers,
    )  # fmt: skip


def printable(one: Evidence) -> str | None:
    """The digest of the copy of a photo that can be printed; None for anything else."""
    return one.clean_copy_id or (one.original_id if one.mime in _PICTURES else None)


def picture_of(one: Evidence) -> bytes:
    """The copy of a photo that can be printed; empty for anything else."""
    key = printable(one)
    return files.read(key) if key else b""


def _result_notice(frame: Frame) -> Record:
    part = frame.part
    due = deadlines.publication_deadline(part.completed_on) if part.completed_on else None
    until = f"自检查完成之日起 20 个工作日内（{due.day.year}年{due.day.month}月{due.day.day}日前）" if due else ""
    place = f"，{part.form.object.address}" if part.form.object.address else ""
    return ResultNotice(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        slots=slots_for(part.organisation, "result_notice"),
        party=frame.party,
        task=part.form.task.title,
        inspected_at=f"于{moment(part.began_at)}{place}" if part.began_at else "",
        officers=frame.officers,
        results=tuple(part.category_labels),
        lines=tuple(
            ResultLine(
                item=_label(one), finding=one.get_answer_display() if one.answer else "", note="；".join(said(one))
            )
            for one in part.findings.all()
        ),
        published=f"检查结果{until}公示于 {settings.SUNLOT_PUBLIC_URL}/results/ 。对结果有异议的，可以书面提出。",
    )


def _receipt(frame: Frame) -> Record:
    return ServiceReceipt(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        matter=frame.part.form.task.title,
        receiver=frame.party.name,
        documents=frame.earlier,
        place=frame.part.form.object.address,
        servers=tuple(one.name.text for one in frame.officers),
    )


def _extension(frame: Frame) -> Record:
    part = frame.part
    answered = sum(bool(one.answer) for one in part.findings.all())
    so_far = f"已检查 {answered} 项，共 {len(part.findings.all())} 项。" if answered else ""
    asked = part.extensions.exclude(state=Extension.State.WITHDRAWN).select_related("asked_by").last()
    earlier = list(part.extensions.filter(state=Extension.State.APPROVED))
    return ExtensionForm(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        task=part.form.task.title,
        form_number=part.form.number,
        party=frame.party,
        department=part.organisation.name,
        officers=frame.officers,
        due=asked.due if asked else part.inspect_by,
        asked_until=asked.until if asked else part.inspect_by,
        days=f"{working_days.count(asked.due, asked.until).days} 个工作日" if asked else "",
        reason=asked.reason if asked else "",
        done=(asked.done if asked else "") or so_far,
        earlier="；".join(
            f"{one.due.isoformat()} 延至 {one.until.isoformat()}"
            for one in earlier
            if asked is None or one.pk != asked.pk
        ),
        opinions=_opinions(asked) if asked else OPINIONS,
    )


def _opinions(asked: Extension) -> tuple[Opinion, ...]:
    """What who asked and the unit's head said in the system; before that, lines for the hand."""
    first = Opinion(
        role="承办人意见", text="拟延期办理，请审批。", name=asked.asked_by.name, given_at=moment(asked.asked_at)
    )
    signed = Signature.objects.filter(thing=asked.thing, digest=asked.digest, state=Signature.State.SIGNED).first()
    if signed is None:
        return first, Opinion(role="单位负责人\n审批意见")
    words = signed.comment or "同意延期。"
    return first, Opinion(role="单位负责人\n审批意见", text=words, name=signed.name, given_at=moment(signed.signed_at))


KINDS: dict[str, Kind] = {
    "site_record": Kind("现场检查笔录", "BL", _site_record, hint="写入检查时间、事项、情况说明和附件"),
    "questioning_record": Kind("询问笔录", "XW", _questioning, hint="空白，现场手写；在系统里写的见“笔录和清单”"),
    "copied_materials": Kind("复制（提取）材料清单", "FZ", _copies, hint="空白，现场手写；在系统里写的见“笔录和清单”"),
    "sampling_record": Kind("抽样取证记录", "CY", _sampling, hint="空白，现场手写；在系统里写的见“笔录和清单”"),
    "scene_record": Kind("现场勘验笔录", "KY", _scene, hint="空白，现场手写；在系统里写的见“笔录和清单”"),
    "evidence_sheet": Kind("证据材料清单", "ZJ", evidence_sheet, hint="照片和复制的材料"),
    "extension_form": Kind("延期审批表", "YQ", _extension, hint="按延期申请填写；没有申请的，延到哪一天和理由手写"),
    "result_notice": Kind("检查结果告知书", "JG", _result_notice, after_record=True, hint="提交检查记录以后"),
    "service_receipt": Kind("送达回证", "SD", _receipt, hint="列出这一部分已出具的文书"),
}
"""Every document that a part's page can give out, in the order of the way."""

LETTERS = {CorrectionOrder.name: "责令改正通知书", TransferLetter.name: "移送函"}
"""Those that go out with their signature alone (`followups`)."""


def label_of(kind: str) -> str:
    """What a kind of issued document is called."""
    return KINDS[kind].label if kind in KINDS else LETTERS[kind]
