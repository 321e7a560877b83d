"""The document of a record that was written here, with its data and signatures in it."""

from collections.abc import Callable, Mapping, Sequence

from sunlot.documents.copied_materials import CopiedMaterials, Material
from sunlot.documents.evidence_sheet import Photo
from sunlot.documents.paper import Record
from sunlot.documents.parts import Field, Image, Officer
from sunlot.documents.parts import Signature as Place
from sunlot.documents.questioning_record import Exchange, QuestioningRecord
from sunlot.documents.sampling_record import Sample, SamplingRecord
from sunlot.documents.site_record import Absence, Attendant, Measurement, SiteRecord
from sunlot.organisations.models import Signature
from sunlot.staff.queries import slots_for
from sunlot.trail import files

from .. import queries
from ..blanks import Blank
from ..issuing import Frame, moment, picture_of
from ..models import Evidence, WrittenRecord
from .kinds import KINDS

Kind = WrittenRecord.Kind


def paper_of(found: WrittenRecord, given: Sequence[Signature], frame: Frame) -> Record:
    """The document as it stands: who has not signed has a line for the hand."""
    return _MAKERS[Kind(found.kind)](found, given, frame)


def _words(found: WrittenRecord) -> dict[str, str]:
    """Every place in words; empty where nothing was written."""
    return {one.name: one.words(found.texts.get(one.name, "")) for one in KINDS[found.kind].places}


def _rows(found: WrittenRecord) -> list[dict[str, str]]:
    columns: tuple[Blank, ...] = KINDS[found.kind].columns
    return [{one.name: one.words(text) for one, text in zip(columns, row, strict=True)} for row in found.rows]


def _officers(found: WrittenRecord, frame: Frame) -> tuple[Officer, ...]:
    team = zip(frame.part.members.all(), frame.officers, strict=True)
    return tuple(officer for member, officer in team if member.inspector.number in found.officers)


def _signatures(
    found: WrittenRecord, given: Sequence[Signature], frame: Frame, officer: str, *, person: str = ""
) -> tuple[Place, ...]:
    """The other side first, then the inspectors who made it; `officer` and `person` are what they are called there."""
    standing = {one.capacity: one for one in queries.standing(given, found.digest)} if found.digest else {}
    signer = KINDS[found.kind].signer
    places = [_place(person or signer, standing.get(signer), note=_absence_words(found))]
    for member in frame.part.members.all():
        if member.inspector.number in found.officers:
            signed = standing.get(queries.capacity_of(member))
            places.append(_place(officer, signed, note="" if signed else member.inspector.name))
    return tuple(places)


def _place(role: str, signed: Signature | None, *, note: str = "") -> Place:
    if signed is None:
        return Place(role, note=note)
    drawing = ""
    if signed.way == Signature.Way.HAND and signed.file_id is not None:
        drawing = files.read(signed.file_id).decode()
    paper = signed.way == Signature.Way.PAPER
    checked = "已核对" if signed.state == Signature.State.SIGNED else "待核对"
    return Place(
        role,
        signed.name,
        moment(signed.signed_at),
        note=f"在纸上签字，扫描件{checked}" if paper else "",
        drawing=drawing,
    )


def _absence_words(found: WrittenRecord) -> str:
    return f"未签字：{found.absence_reason}；见证人 {found.witness}" if found.absence_reason else ""


def _reason(found: WrittenRecord) -> str:
    return f"第 {found.edition} 版，{found.reason}" if found.corrects_id else ""


def _shown(found: WrittenRecord, frame: Frame) -> list[Evidence]:
    return [one for one in frame.part.evidence.all() if one.original_id in found.shown]


def _questioning(found: WrittenRecord, given: Sequence[Signature], frame: Frame) -> Record:
    said = _words(found)
    asked = (
        Field("姓名", said["asked_name"]), Field("身份", said["asked_capacity"]),
        Field("工作单位和职务", said["asked_unit"]), Field("身份证号码", said["asked_id"], mono=True),
        Field("联系电话", said["asked_phone"]),
    )  # fmt: skip
    return QuestioningRecord(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        slots=slots_for(frame.part.organisation, "questioning_record"),
        matter=frame.part.form.task.title,
        began=said["began_at"],
        ended=said["ended_at"],
        place=said["place"],
        officers=_officers(found, frame),
        recorder=said["writer"],
        asked=asked,
        answer_to_rights=said["rights_answer"],
        exchanges=tuple(Exchange(question=row["question"], answer=row["answer"]) for row in _rows(found)),
        reason=_reason(found),
        read=said["read"],
        statement=said["statement"],
        blank_lines=0,
        signatures=_signatures(found, given, frame, "询问人"),
    )


def _copies(found: WrittenRecord, given: Sequence[Signature], frame: Frame) -> Record:
    said = _words(found)
    capacity = f"（{said['given_capacity']}）" if said["given_capacity"] else ""
    return CopiedMaterials(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        party=frame.party,
        task=frame.part.form.task.title,
        given_by=said["given_by"] + capacity,
        taken_at=said["taken_at"],
        place=said["place"],
        officers=_officers(found, frame),
        materials=tuple(Material(**row) for row in _rows(found)),
        scans=tuple(f"{one.caption or one.name}，摘要 {one.original_id}" for one in _shown(found, frame)),
        reason=_reason(found),
        signatures=_signatures(found, given, frame, "执法检查人员", person="提供人（与原件核对无误）"),
    )


def _sampling(found: WrittenRecord, given: Sequence[Signature], frame: Frame) -> Record:
    said = _words(found)
    return SamplingRecord(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        party=frame.party,
        task=frame.part.form.task.title,
        basis=said["basis"],
        method=said["method"],
        taken_at=said["taken_at"],
        place=said["place"],
        officers=_officers(found, frame),
        samples=tuple(Sample(**row) for row in _rows(found)),
        institution=said["institution"],
        kept=said["kept"],
        reason=_reason(found),
        remark=said["remark"],
        signatures=_signatures(found, given, frame, "执法检查人员", person="被抽样单位（签字或盖章）"),
    )


def _scene(found: WrittenRecord, given: Sequence[Signature], frame: Frame) -> Record:
    said, shown = _words(found), _shown(found, frame)
    pictures = [(one, picture) for one in shown if (picture := picture_of(one))]
    pictured = {one.pk for one, _ in pictures}
    absence = Absence(found.absence_reason, found.witness, "") if found.absence_reason else None
    return SiteRecord(
        **frame.common,  # type: ignore[arg-type]  # as every record has them
        slots=slots_for(frame.part.organisation, "site_record"),
        party=frame.party,
        task=frame.part.form.task.title,
        began=said["began_at"],
        ended=said["ended_at"],
        place=said["place"],
        officers=_officers(found, frame),
        recorder=said["writer"],
        attendants=(Attendant(name=said["attendants"], standing="在场"),) if said["attendants"] else (),
        answer=said["told"],
        course=said["course"],
        measurements=tuple(
            Measurement(title=row["name"], reading=f"{row['value']} {row['unit']}".strip(), where=row["where"])
            for row in _rows(found)
        ),
        photos=tuple(
            Photo(
                image=Image(picture),
                shows=one.caption or "勘验现场",
                taken_at=f"{moment(one.taken_at or one.received_at)}（{one.source_words}）",
                taken_by=one.added_by.name,
                original=one.original_id,
            )
            for one, picture in pictures
        ),
        attachments=tuple(one.caption or one.name for one in shown if one.pk not in pictured),
        reason=_reason(found),
        statement=said["statement"],
        absence=absence,
        scene=True,
        weather=said["weather"],
        signatures=_signatures(found, given, frame, "执法检查人员", person="被检查人（签字或盖章）"),
    )


_MAKERS: Mapping[Kind, Callable[[WrittenRecord, Sequence[Signature], Frame], Record]] = {
    Kind.QUESTIONING: _questioning,
    Kind.COPIES: _copies,
    Kind.SAMPLING: _sampling,
    Kind.SCENE: _scene,
}
