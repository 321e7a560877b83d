"""The 执法检查表 as the paper form: from a form and its readable parts to the document's plain data."""

from collections import Counter
from collections.abc import Sequence

from django.conf import settings

from sunlot.documents import inspection_form as sheet
from sunlot.documents.parts import Evidence, Field, Name
from sunlot.documents.parts import Signature as SignatureField
from sunlot.norms import clock
from sunlot.organisations.models import Signature
from sunlot.trail import files

from . import modes, queries
from .codes import queries as codes
from .models import Category, Finding, Form, FormPart
from .presenting import PartView, SignatureLine
from .records import digest_of, evidence_of, said


def form_pdf(form: Form, parts: Sequence[PartView]) -> bytes:
    """The printed form with these parts. An unfinished part prints with room to write by hand."""
    return sheet.inspection_form(document(form, parts))


def document(form: Form, parts: Sequence[PartView]) -> sheet.InspectionForm:
    """What is printed. The digest at its end is the one part's, or of several the SHA-256 over theirs in order."""
    digests = [one.digest for one in parts]
    digest = digests[0] if len(digests) == 1 else digest_of("".join(digests).encode())
    return sheet.InspectionForm(
        authority=settings.SUNLOT_CITY,
        file_number=form.number,
        day=clock.today(),
        task=form.task.title,
        object_name=Name(form.object.name, demo=form.object.is_demo),
        facts=_facts(form, parts),
        departments=tuple(_department(one) for one in parts),
        categories=tuple(Category.labels),
        findings=tuple(label for value, label in Finding.Answer.choices if value),
        inspected=_inspected(parts),
        absence=_absence(parts),
        evidence=Evidence(digest=digest, address=f"{settings.SUNLOT_PUBLIC_URL}/results/"),
    )


def _facts(form: Form, parts: Sequence[PartView]) -> tuple[Field, ...]:
    every = modes.ordered(mode for one in parts for mode in modes.chosen(one.part.mode))
    began = [one.part.began_at for one in parts if one.part.began_at]
    ended = [one.part.ended_at for one in parts if one.part.ended_at]
    span = ""
    if began and ended:
        first, last = (moment.astimezone(clock.SHANGHAI) for moment in (min(began), max(ended)))
        until = f"{last:%H:%M}" if first.date() == last.date() else f"{last.month}月{last.day}日 {last:%H:%M}"
        span = f"{first.year}年{first.month}月{first.day}日 {first:%H:%M} 至 {until}"
    return (
        Field("对象编号", form.object.number, mono=True),
        Field("对象类别", form.object.kind.name),
        Field("地址", form.object.address),
        Field("检查组", form.team_label),
        Field("检查方式", modes.words(every)),
        Field("检查时间", span),
        *_scanned(form, parts),
        *_replaced(form),
        *_handed(parts),
    )


def _scanned(form: Form, parts: Sequence[PartView]) -> list[Field]:
    """When the inspectors came and left by the scans; that none was made is said once a department has submitted."""
    every = [one.part for one in parts]
    times = codes.times_of(form, every)
    return [Field("检查码", times.words)] if times.entered_at or codes.is_uncoded(form, every, times) else []


def _replaced(form: Form) -> list[Field]:
    """What became of the form after the draw: a paper that no longer counts says so itself."""
    found = []
    if form.replaced_at is not None:
        day = form.replaced_at.astimezone(clock.SHANGHAI)
        ended = "终止，不再检查" if form.state == Form.State.REPLACED else "部分终止"
        then = f"。接替的检查表 {form.replaced_by.number}" if form.replaced_by else ""
        found.append(Field("替补", f"{day.year}年{day.month}月{day.day}日{ended}：{form.replaced_why}{then}"))
    found += [Field("接替", f"检查表 {one.number}：{one.replaced_why}") for one in form.replaces.all()]
    return found


def _handed(parts: Sequence[PartView]) -> list[Field]:
    """Which part came from another unit, why, and by whom it is inspected then."""
    taken = [one.part.taken_from for one in parts if hasattr(one.part, "taken_from")]
    return [
        Field(
            "指派",
            f"{one.part.organisation.full_name}的部分由{one.to.full_name}检查：{one.reason}；检查人员为{one.get_by_display()}"
            + (f"：{one.naming_reason}" if one.naming_reason else ""),
        )
        for one in taken
    ]


def _department(one: PartView) -> sheet.FormDepartment:
    part = one.part
    return sheet.FormDepartment(
        name=part.organisation.name,
        inspectors=tuple(
            sheet.FormInspector(
                name=Name(member.inspector.name, demo=member.inspector.is_demo),
                certificate=member.inspector.certificate,
            )
            for member in part.members.all()
        ),
        items=tuple(_item(finding) for finding in part.findings.all()),
        ways=tuple(
            Field(mode, "；".join(f"{label}：{said}" for label, said in told))
            for mode, told in modes.told(part.mode, part.mode_details)
            if told
        ),
        results=tuple(part.category_labels),
        summary="　".join(filter(None, [part.remark, *_added(part)])),
        signatures=tuple(_member(line) for line in one.members),
    )


def _added(part: FormPart) -> list[str]:
    """What the paper says of how the record came about: entered from paper, with so many files, for which reason anew."""
    counts = Counter(one.get_kind_display() for one in evidence_of(part))
    words = [f"{kind} {count} 个" for kind, count in counts.items()]
    found = ["检查时填写纸质表，后补录。"] if part.from_paper else []
    return [*found, f"附{'、'.join(words)}，逐个摘要列入记录摘要。"] if words else found


def _item(finding: Finding) -> sheet.FormItem:
    version = finding.version
    return sheet.FormItem(
        code=version.item.code,
        name=version.name,
        content=version.content,
        basis="；".join(str(basis) for basis in version.bases.all()),
        method="、".join(version.mode_labels),
        finding=finding.get_answer_display() if finding.answer else "",
        note="；".join(said(finding)),
    )


def _member(line: SignatureLine) -> SignatureField:
    signed = line.signature
    return SignatureField(
        role=line.capacity, name=line.name if signed else "", signed_at=_when(signed), note="" if signed else line.name
    )


def _inspected(parts: Sequence[PartView]) -> SignatureField:
    found = [one.inspected for one in parts if one.inspected is not None]
    names = list(dict.fromkeys(signature.name for signature in found))
    newest = found[-1] if found else None
    return SignatureField(
        role=f"{queries.INSPECTED}（签字或盖章）",
        name="、".join(names),
        signed_at=_when(newest),
        drawing=_drawing(newest),
    )


def _drawing(signature: Signature | None) -> str:
    """What the inspected wrote on the screen, as SVG; empty where it was signed otherwise."""
    if signature is None or signature.way != Signature.Way.HAND or signature.file_id is None:
        return ""
    return files.read(signature.file_id).decode()


def _absence(parts: Sequence[PartView]) -> sheet.Absence | None:
    part = next((one.part for one in parts if one.part.absence_reason), None)
    return sheet.Absence(part.absence_reason, part.witness, part.witness_is) if part else None


def _when(signature: Signature | None) -> str:
    if signature is None:
        return ""
    local = signature.signed_at.astimezone(clock.SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
