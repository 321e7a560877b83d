"""What is done with a notice: sent once for all departments, revoked, opened, confirmed, answered with materials and a
request of avoidance; and the attempts to reach whoever can't be reached.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from sunlot.documents.paper import content
from sunlot.documents.typesetting import typeset
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events, policy, queries
from ..actions.guards import own
from ..evidence import examine, require_size
from ..models import (
    AvoidanceRequest,
    ContactAttempt,
    Evidence,
    Form,
    FormPart,
    NoticeMaterial,
    NoticeMessage,
    PartMember,
    VisitNotice,
)
from . import links, papers, sending
from . import queries as notices
from .papers import Appointment

LINK_DAYS = 30  # after the visit: time to answer, and to rate
MAX_MATERIALS = 30  # files of one notice
MAX_TOTAL = 200 * 2**20  # bytes of them all
MAX_OPEN_REQUESTS = 3  # of avoidance, about one part: a flood would hide the true one

_DONE = (Form.State.REPLACED, Form.State.RECORDED, Form.State.CLOSED)


@dataclass(frozen=True)
class Inspected:
    """Whoever holds the link of a notice, or scanned the code of a visit. Satisfies `trail.events.Actor`."""

    address: str = ""
    person: str = "被检查人"

    organisation_code = "system"
    role_code = "inspected"
    username = ""
    on_behalf_of = ""


@dataclass(frozen=True)
class Sent:
    """A notice with its link, which is told here and never again."""

    notice: VisitNotice
    address: str


@transaction.atomic
def send_notice(viewer: Viewer, form: Form, told: Appointment) -> Sent:
    """Tell the inspected of the visit, once for all departments, also those of other plans that come on the same day.

    Raises NotAllowed for whom it is not, Refused where a notice stands, for a visit that took place or was replaced, and
    for a day that is over or outside of the visit's time.
    """
    forms = _locked(form)
    if not policy.may_notify(viewer, forms[0], forms[0].parts.all()):
        raise NotAllowed("检查告知书由牵头单位、参加部门的经办人或本组检查人员发出。")
    standing = notices.live(forms).first()
    if standing is not None:
        raise Refused("已有检查告知书（一户一次告知）。改时间、地点的，先撤销再发。")
    _require_to_come(forms, told)
    secret = links.new_secret()
    paper = papers.document(viewer.organisation, forms, told)
    notice = VisitNotice.objects.create(
        organisation=viewer.organisation,
        visit_on=told.visit_on,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        place=told.place,
        present="\n".join(told.present),
        recipient=told.recipient,
        phone=told.phone,
        email=told.email,
        paper=files.store(typeset(paper)),
        content=files.store(content(paper)),
        secret_digest=links.digest_of(secret),
        sent_by_id=viewer.user_id,
        sent_at=clock.now(),
        expires_at=_expiry(told),
    )
    notice.forms.set(forms)
    for one in forms:
        record(
            viewer,
            events.NOTICE_SENT,
            f"form:{one.pk}",
            f"发出检查告知书：{told.period}，{len(notices.standing_parts(forms))} 个部门一次告知",
            after={"notice": notice.pk, "day": told.visit_on, "paper": notice.paper_id},
        )
    _settle_scheduled(forms)
    _dispatch_messages(notice, forms, told, secret)
    return Sent(notice, links.address_of(secret))


@transaction.atomic
def resend(viewer: Viewer, notice: VisitNotice) -> Sent:
    """Send the same notice under a new link; the old one ends. Raises as above."""
    locked, forms = _locked_notice(viewer, notice)
    if not locked.is_open(clock.now()):
        raise Refused(f"这份告知书{locked.state_words}，不能再发。")
    secret = links.new_secret()
    locked.secret_digest = links.digest_of(secret)
    locked.save(update_fields=["secret_digest"])
    record(viewer, events.NOTICE_RESENT, f"form:{forms[0].pk}", "重新发送检查告知书，原链接失效")
    _dispatch_messages(locked, forms, appointment_of(locked), secret)
    return Sent(locked, links.address_of(secret))


@transaction.atomic
def revoke(viewer: Viewer, notice: VisitNotice, reason: str) -> VisitNotice:
    """End a notice: its link then says so. Done twice is done once."""
    locked, forms = _locked_notice(viewer, notice)
    if locked.revoked_at is not None:
        return locked
    if not reason.strip():
        raise Refused("写明撤销的原因，被检查人打开链接时会看到。")
    locked.revoked_at, locked.revoked_why = clock.now(), reason.strip()
    locked.save(update_fields=["revoked_at", "revoked_why"])
    for one in forms:
        record(viewer, events.NOTICE_REVOKED, f"form:{one.pk}", f"撤销检查告知书：{locked.revoked_why}")
    Form.objects.filter(pk__in=[one.pk for one in forms], state=Form.State.SCHEDULED).update(
        state=Form.State.DISPATCHED
    )
    return locked


def appointment_of(notice: VisitNotice) -> Appointment:
    """What a notice told."""
    return Appointment(
        notice.visit_on, notice.starts_at, notice.ends_at, notice.place, tuple(notice.present.splitlines()),
        notice.recipient, notice.phone, notice.email,
    )  # fmt: skip


# --- through the link ---------------------------------------------------------------------------------------------


@transaction.atomic
def note_opened(actor: Actor, notice: VisitNotice) -> None:
    """The first opening is noted; later ones are nobody's business."""
    if VisitNotice.objects.filter(pk=notice.pk, opened_at__isnull=True).update(opened_at=clock.now()):
        _record(actor, events.NOTICE_OPENED, notice, "被检查人打开检查告知书")


@transaction.atomic
def confirm(actor: Actor, notice: VisitNotice, name: str, capacity: str) -> VisitNotice:
    """The inspected confirms to have received it; confirmed twice, the first stands."""
    locked = _open_notice(notice)
    if locked.confirmed_at is None:
        locked.confirmed_at, locked.confirmed_by, locked.confirmed_as = clock.now(), name.strip(), capacity.strip()
        locked.opened_at = locked.opened_at or locked.confirmed_at
        locked.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_as", "opened_at"])
        _record(actor, events.NOTICE_CONFIRMED, locked, f"被检查人确认收到检查告知书（{capacity.strip()}）")
    return locked


def hand_in(actor: Actor, notice: VisitNotice, name: str, content: bytes, item: str = "") -> NoticeMaterial:
    """Take a file that the inspected hands in beforehand; the same bytes twice are one. Raises Refused for what is not
    taken: by its bytes, as evidence (evidence.examine), and bounded in size and number.
    """
    require_size(len(content), is_photo=True)
    with tempfile.TemporaryDirectory() as folder:  # before the transaction: a large picture takes a while
        path = Path(folder) / "material"
        path.write_bytes(content)
        found = examine(path, Evidence.Kind.FILE)
    with transaction.atomic():
        locked = _open_notice(notice)
        if any(one.state in _DONE for one in locked.forms.all()):
            raise Refused("检查已经结束，不再收材料。补充的材料直接交给检查人员。")
        known = list(locked.materials.select_related("original"))
        digest = hashlib.sha256(content).hexdigest()
        same = next((one for one in known if one.original_id == digest), None)
        if same is not None:
            return same
        if len(known) >= MAX_MATERIALS or sum(one.original.size for one in known) + len(content) > MAX_TOTAL:
            raise Refused(f"最多提交 {MAX_MATERIALS} 个文件、共 {MAX_TOTAL // 2**20} MB。其余的检查时当面提供。")
        codes = {finding.version.item.code for part in _parts(locked) for finding in part.findings.all()}
        made = NoticeMaterial.objects.create(
            notice=locked,
            original=files.store(content),
            mime=found.mime,
            name=_file_name(name, found.suffix),
            item=item if item in codes else "",
            received_at=clock.now(),
        )
        _record(actor, events.MATERIAL_RECEIVED, locked, f"被检查人提前提交材料：{made.name}", {"digest": digest})
        return made


@transaction.atomic
def ask_avoidance(
    actor: Actor,
    part: FormPart,
    inspector: int,
    reason: str,
    asked_by: str,
    contact: str = "",
    notice: VisitNotice | None = None,
) -> AvoidanceRequest:
    """Ask that an inspector of the part (by key) stay away. Asked twice while it is open is asked once."""
    locked = FormPart.objects.select_for_update(of=("self",)).select_related("form").get(pk=part.pk)
    member = PartMember.objects.filter(part=locked, inspector=inspector).select_related("inspector").first()
    if member is None or locked.state not in notices.EDITABLE:
        raise Refused("这名检查人员不在本次检查中，或检查已经结束。刷新页面后再看。")
    if not reason.strip():
        raise Refused("写明应当回避的理由，例如与检查人员有亲属、债务或其他直接利害关系。")
    asked = AvoidanceRequest.objects.filter(part=locked, state=AvoidanceRequest.State.ASKED)
    known = asked.filter(inspector=inspector).first()
    if known is not None:
        return known
    if asked.count() >= MAX_OPEN_REQUESTS:
        raise Refused("已有几份申请在等决定。有其他情况，直接向检查单位说明。")
    made = AvoidanceRequest.objects.create(
        part=locked,
        inspector=member.inspector,
        notice=notice,
        reason=reason.strip(),
        asked_by=asked_by.strip(),
        contact=contact.strip(),
        asked_at=clock.now(),
    )
    record(
        actor, events.AVOIDANCE_ASKED, locked.thing, f"被检查人申请{member.inspector.name}回避",
        after={"request": made.pk, "by_notice": notice is not None},
    )  # fmt: skip
    return made


# --- the office -----------------------------------------------------------------------------------------------------


@transaction.atomic
def decide_avoidance(viewer: Viewer, request: AvoidanceRequest, granted: bool, decision: str) -> AvoidanceRequest:
    """Grant or refuse, with the reason. A granted one leads to the replacement of the inspector, which the clerk proposes.

    The same decision twice is one; another one after it is refused.
    """
    locked = AvoidanceRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    part = queries.whole(FormPart.objects.filter(pk=locked.part_id)).get()
    if not policy.may_decide_avoidance(viewer, part):
        raise NotAllowed(f"由{part.organisation.name}的负责人决定，检查组成员不能决定。")
    wanted = AvoidanceRequest.State.GRANTED if granted else AvoidanceRequest.State.REFUSED
    if locked.state == wanted:
        return locked
    if locked.state != AvoidanceRequest.State.ASKED:
        raise Refused(f"这份申请已经决定：{locked.get_state_display()}。")
    if not decision.strip():
        raise Refused("写明决定的理由，告知申请人。")
    locked.state, locked.decision = wanted, decision.strip()
    locked.decided_by_id, locked.decided_at = viewer.user_id, clock.now()
    locked.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    record(
        viewer, events.AVOIDANCE_DECIDED, part.thing, f"{locked.get_state_display()}：{locked.decision}",
        after={"request": locked.pk},
    )  # fmt: skip
    return locked


@transaction.atomic
def note_attempt(viewer: Viewer, part: FormPart, attempt: ContactAttempt) -> ContactAttempt:
    """Note an attempt to reach the inspected (`way`, `on`, `letter_number` and `words` are given). One a day and way."""
    locked = own(viewer, part)
    if attempt.on > clock.today():
        raise Refused("日期还没有到。登记已经做过的联系。")
    if attempt.way == ContactAttempt.Way.LETTER and not attempt.letter_number.strip():
        raise Refused("写明专用信函的邮件编号。")
    known = ContactAttempt.objects.filter(part=locked, way=attempt.way, on=attempt.on).first()
    if known is not None:
        return known
    attempt.part, attempt.noted_by_id, attempt.noted_at = locked, viewer.user_id, clock.now()
    attempt.save()
    record(
        viewer, events.CONTACT_ATTEMPTED, locked.thing, f"{attempt.get_way_display()}（{attempt.on.isoformat()}）：{attempt.words}",
        after={"letter": attempt.letter_number},
    )  # fmt: skip
    return attempt


# --- helpers --------------------------------------------------------------------------------------------------------


def _locked(form: Form) -> list[Form]:
    """The forms of the common visit, locked in the order of their keys, the given one first."""
    keys = [one.pk for one in notices.companions(form)] or [form.pk]
    list(Form.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    found = notices.whole(Form.objects.filter(pk__in=keys))
    return sorted(found, key=lambda one: (one.pk != form.pk, one.number))


def _locked_notice(viewer: Viewer, notice: VisitNotice) -> tuple[VisitNotice, list[Form]]:
    locked = VisitNotice.objects.select_for_update().get(pk=notice.pk)
    forms = list(notices.whole(locked.forms.all()))
    if not any(policy.may_notify(viewer, one, one.parts.all()) for one in forms):
        raise NotAllowed("检查告知书由牵头单位、参加部门的经办人或本组检查人员办理。")
    return locked, forms


def _require_to_come(forms: Sequence[Form], told: Appointment) -> None:
    if any(one.state in _DONE for one in forms):
        raise Refused("这次检查已经做完，或因替补终止，不用再告知。")
    if told.visit_on < clock.today():
        raise Refused("检查日期已经过去，另选一天。")
    for one in forms:
        if told.visit_on < one.task.starts_on:
            raise Refused(f"公布的检查时间从 {one.task.starts_on.isoformat()} 开始，不能约在这之前。")


def _expiry(told: Appointment) -> datetime:
    end = datetime.combine(told.visit_on + timedelta(days=LINK_DAYS), told.ends_at)
    return end.replace(tzinfo=clock.SHANGHAI)


def _settle_scheduled(forms: Sequence[Form]) -> None:
    keys = [one.pk for one in forms]
    Form.objects.filter(pk__in=keys, state=Form.State.DISPATCHED).update(state=Form.State.SCHEDULED)


def _dispatch_messages(notice: VisitNotice, forms: Sequence[Form], told: Appointment, secret: str) -> None:
    """Send once the notice is committed: a message about a notice that does not exist would be a lie."""
    address, sender, form = links.address_of(secret), notice.organisation, forms[0]
    about = {"notice": notice.pk, "is_demo": form.object.is_demo}
    wanted = []
    if told.phone:
        text = papers.short_message(form, told, address, sender)
        wanted.append(sending.Message(channel=NoticeMessage.Channel.SMS, to=told.phone, subject="", text=text, **about))  # type: ignore[arg-type]  # as named
    if told.email:
        text = papers.mail_text(form, told, address, sender)
        paper = (f"检查告知书-{form.number}.pdf", files.read(notice.paper_id))
        wanted.append(
            sending.Message(
                channel=NoticeMessage.Channel.EMAIL, to=told.email, subject=f"检查告知书：{form.object.name}", text=text,
                attachment=paper, **about,  # type: ignore[arg-type]  # as named
            )
        )  # fmt: skip
    rows = [(NoticeMessage.objects.create(notice=notice, channel=one.channel, at=clock.now()), one) for one in wanted]
    transaction.on_commit(lambda: _send_all(rows))


def _send_all(rows: Sequence[tuple[NoticeMessage, sending.Message]]) -> None:
    for row, message in rows:
        _send(row, message)


def _send(row: NoticeMessage, message: sending.Message) -> None:
    try:
        sending.send(message)
    except sending.NotSent as fault:
        row.state, row.words = NoticeMessage.State.FAILED, str(fault)[:200]
    else:
        row.state = NoticeMessage.State.SENT
    row.save(update_fields=["state", "words"])


def _open_notice(notice: VisitNotice) -> VisitNotice:
    locked = VisitNotice.objects.select_for_update().get(pk=notice.pk)
    if locked.secret_digest != notice.secret_digest or not locked.is_open(clock.now()):
        raise Refused("这个链接已经失效。")
    return locked


def _parts(notice: VisitNotice) -> list[FormPart]:
    return notices.standing_parts(notices.whole(notice.forms.all()))


def _record(
    actor: Actor, kind: events.EventKind, notice: VisitNotice, words: str, after: dict[str, str] | None = None
) -> None:
    for form in notice.forms.all():
        record(actor, kind, f"form:{form.pk}", words, after=after)


def _file_name(name: str, suffix: str) -> str:
    """The name as it was given, without anything that is no name, ending as its content says."""
    plain = " ".join(
        "".join(sign for sign in name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1] if sign.isprintable()).split()
    )
    stem = plain.rsplit(".", 1)[0] if "." in plain else plain
    return f"{stem[:100] or '材料'}{suffix}"
