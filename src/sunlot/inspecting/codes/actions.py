"""What is done with codes: made with the forms, scanned, and complained of; and the answers of 纪检."""

from collections.abc import Iterable
from datetime import datetime

from django.core import signing
from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events, queries
from ..models import CodeScan, Complaint, FieldDevice, Form, VisitCode

PASS_SALT = "sunlot.visit-pass/1"  # noqa: S105 -- a salt, no secret
PASS_DAYS = 30  # after a scan: time to complain and to rate
MAX_OPEN_COMPLAINTS = 20  # of one visit


def give_codes(forms: Iterable[Form]) -> None:
    """Give each form its code; one that has one keeps it. Called by the act that makes or approves the forms."""
    now = clock.now()
    VisitCode.objects.bulk_create((VisitCode(form=form, made_at=now) for form in forms), ignore_conflicts=True)


@transaction.atomic
def note_scan(actor: Actor, code: VisitCode, device: FieldDevice, step: int) -> bool:
    """Note that a valid code was opened; returns whether these 30 seconds are noted for the first time. The first scan of
    a visit is its entry.
    """
    locked = VisitCode.objects.select_for_update().get(pk=code.pk)
    is_first = not locked.scans.exists()
    _, is_new = CodeScan.objects.get_or_create(code=locked, device=device, step=step, defaults={"at": clock.now()})
    if is_first:
        record(
            actor, events.CODE_SCANNED, f"form:{locked.form_id}", f"首次扫码，记为进入时间（{device.user.name}出示）"
        )
    return is_new


def pass_of(form: Form, moment: datetime) -> str:
    """What lets whoever scanned a valid code come back without scanning: signed, for this visit, kept nowhere."""
    return signing.dumps([form.pk, int(moment.timestamp())], salt=PASS_SALT)


def read_pass(text: str) -> tuple[int, int] | None:
    """The form's key and when it was scanned (seconds of the epoch); None for what we did not sign, or too old."""
    try:
        form, at = signing.loads(text, salt=PASS_SALT, max_age=PASS_DAYS * 86400)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(form), int(at)


@transaction.atomic
def complain(actor: Actor, form: Form, words: str, contact: str) -> Complaint:
    """Take a complaint. The trail says that there is one, not what it says: the inspecting department reads the trail."""
    if not words.strip():
        raise Refused("写明要反映的情况。")
    Form.objects.select_for_update().get(pk=form.pk)
    waiting = Complaint.objects.filter(form=form, state=Complaint.State.RECEIVED)
    known = waiting.filter(words=words.strip(), contact=contact.strip()).first()
    if known is not None:
        return known
    if waiting.count() >= MAX_OPEN_COMPLAINTS:
        raise Refused("这次检查已有很多反映在等处理。紧急情况请拨打 12345。")
    made = Complaint.objects.create(form=form, words=words.strip(), contact=contact.strip(), received_at=clock.now())
    record(actor, events.COMPLAINT_RECEIVED, f"complaint:{made.pk}", "收到对一次检查的反映")
    return made


@transaction.atomic
def answer(viewer: Viewer, complaint: Complaint, words: str) -> Complaint:
    """Say what became of a complaint. Raises NotAllowed for everybody but a supervisor who sees the form."""
    locked = Complaint.objects.select_for_update().get(pk=complaint.pk)
    if not viewer.has(Role.SUPERVISOR) or not queries.forms_seen(viewer).filter(pk=locked.form_id).exists():
        raise NotAllowed("对检查的反映由纪检监督处理。")
    if locked.state == Complaint.State.ANSWERED:
        raise Refused("这件反映已经处理过了。")
    if not words.strip():
        raise Refused("写明处理情况。")
    locked.state, locked.answer = Complaint.State.ANSWERED, words.strip()
    locked.answered_by_id, locked.answered_at = viewer.user_id, clock.now()
    locked.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    record(viewer, events.COMPLAINT_ANSWERED, f"complaint:{locked.pk}", "处理对一次检查的反映")
    return locked
