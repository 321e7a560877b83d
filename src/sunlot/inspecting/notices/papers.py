"""The notice as a document and as messages: from forms and their parts to plain data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from django.conf import settings

from sunlot.documents.parts import ItemLine, Name, Officer, Party
from sunlot.documents.visit_notice import NoticeItem, VisitNotice
from sunlot.drawing.models import Attempt
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.staff.queries import slots_for

from ..models import Form, FormPart
from . import queries


@dataclass(frozen=True)
class Appointment:
    """When and where, who must be there, and who is told; as a clerk or an inspector fills it in."""

    visit_on: date
    starts_at: time
    ends_at: time
    place: str
    present: tuple[str, ...]
    recipient: str
    phone: str = ""
    email: str = ""

    @property
    def period(self) -> str:
        day = self.visit_on
        return f"{day.year}年{day.month}月{day.day}日 {self.starts_at:%H:%M} 至 {self.ends_at:%H:%M}"


def document(sender: Organisation, forms: Sequence[Form], told: Appointment) -> VisitNotice:
    """The notice for all departments of these forms. Its secret link is not on it: paper is copied."""
    form, parts = forms[0], queries.standing_parts(forms)
    where = form.object
    return VisitNotice(
        authority=settings.SUNLOT_CITY,
        file_number=form.number,
        day=clock.today(),
        address=f"{settings.SUNLOT_PUBLIC_URL}/c/{form.code.number}/",
        slots=slots_for(sender, VisitNotice.name),
        party=Party(
            name=Name(where.name, demo=where.is_demo), number=where.number, address=where.address, person=told.recipient,
            phone=told.phone,
        ),
        task="；".join(dict.fromkeys(one.task.title for one in forms)),
        source="；".join(dict.fromkeys(source_words(one) for one in forms)),
        period=told.period,
        place=told.place,
        mode="；".join(_modes(parts)),
        items=notice_items(parts),
        present=told.present,
        officers=tuple(officers(parts)),
        experts=tuple(
            f"{one.expert.name}（{one.expert.institution.name}）" for form in forms for one in form.experts.all()
        ),
        frequency=queries.frequency_words(queries.entity_standing(form, clock.today(), parts)),
        code="、".join(one.code.number for one in forms),
    )  # fmt: skip


def source_words(form: Form) -> str:
    """Where the visit comes from: the plan and the draw."""
    attempt: Attempt | None = form.task.attempt
    if attempt is None:
        return f"{form.task.get_source_display()}任务 {form.task.number}"
    plan = f"抽查计划 {form.task.plan.number}，" if form.task.plan else ""
    return f"{plan}公开摇号抽取 {attempt.draw.number}"


def _modes(parts: Iterable[FormPart]) -> list[str]:
    labels = (label for part in parts for finding in part.findings.all() for label in finding.version.mode_labels)
    return list(dict.fromkeys(labels)) or ["实地检查"]


def notice_items(parts: Iterable[FormPart]) -> tuple[NoticeItem, ...]:
    """Every item once, with its basis and the materials to have ready."""
    found: dict[str, NoticeItem] = {}
    for part in parts:
        for finding in part.findings.all():
            version = finding.version
            line = ItemLine(
                code=version.item.code, name=version.name, basis="；".join(str(one) for one in version.bases.all())
            )
            materials = tuple(f"{one.name}（{one.note}）" if one.note else one.name for one in version.materials.all())
            found.setdefault(version.item.code, NoticeItem(line=line, materials=materials))
    return tuple(found.values())


def officers(parts: Iterable[FormPart]) -> list[Officer]:
    """The inspectors by department, each once."""
    found: dict[int, Officer] = {}
    for part in parts:
        for member in part.members.all():
            who = member.inspector
            found.setdefault(
                who.pk,
                Officer(
                    name=Name(who.name, demo=who.is_demo), certificate=who.certificate, unit=part.organisation.name
                ),
            )
    return list(found.values())


def short_message(form: Form, told: Appointment, address: str, sender: Organisation) -> str:
    """What a telephone shows: everything else stands behind the link."""
    day = told.visit_on
    return (
        f"【{sender.department.name}】{told.recipient}：将于{day.month}月{day.day}日 {told.starts_at:%H:%M} 到"
        f"{form.object.name}进行行政检查。检查事项、须准备的材料、检查人员和您的权利，请打开 {address} 查看（请勿转发）"
    )


def mail_text(form: Form, told: Appointment, address: str, sender: Organisation) -> str:
    return (
        f"{told.recipient}：\n\n{sender.department.name}将于{told.period}到{told.place}，对{form.object.name}进行行政检查。\n\n"
        f"请打开下面的链接查看检查告知书，并确认收到；可以提前提交材料，认为检查人员应当回避的可以申请回避：\n{address}\n\n"
        "链接只供本单位使用，请勿转发。附件是检查告知书。\n"
    )
