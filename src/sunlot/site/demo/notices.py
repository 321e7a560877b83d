"""Notices of visits to come in the demonstration: one not opened yet, one opened, one confirmed; and codes that were scanned."""

import hashlib
from datetime import time

from sunlot.inspecting import actions as inspecting
from sunlot.inspecting.codes import actions as codes
from sunlot.inspecting.codes import tokens
from sunlot.inspecting.models import Form, FormPart, VisitNotice
from sunlot.inspecting.notices import actions as notices
from sunlot.inspecting.notices.papers import Appointment
from sunlot.norms import clock, working_days
from sunlot.organisations.viewer import Viewer

from .people import Cast

UNSCANNED = 6  # of so many visits one was made without a scanned code, as the supervisor's list shows


def make(cast: Cast) -> None:
    """Send three notices about visits that nobody began."""
    begun = FormPart.objects.filter(began_at__isnull=False).values("form")
    forms = Form.objects.filter(state=Form.State.DISPATCHED, object__is_demo=True, task__plan__isnull=False).exclude(
        pk__in=begun
    )
    for at, form in enumerate(forms.select_related("task__plan__created_by", "object").order_by("-number")[:3]):
        assert form.task.plan is not None  # noqa: S101 -- as asked for
        day = max(working_days.due(clock.today(), 2 + at).day, form.task.starts_on)
        told = Appointment(
            day, time(9 + at, 30), time(11 + at, 0), form.object.address or form.object.name, ("负责人",), "李○（演示）",
            "13800000000", "yanshi@example.invalid",
        )  # fmt: skip
        sent = notices.send_notice(cast[form.task.plan.created_by.username], form, told)
        _answer(sent.notice, at)


def _answer(notice: VisitNotice, at: int) -> None:
    if at > 0:
        notices.note_opened(notices.Inspected(), notice)
    if at > 1:
        notices.confirm(notices.Inspected(), notice, "李○强", "负责人")


def scan(viewer: Viewer, part: FormPart) -> None:
    """The inspected scans the code on the inspector's phone."""
    if part.form_id % UNSCANNED == 0:
        return
    number = hashlib.sha256(f"demo {viewer.username}".encode()).hexdigest()[:32]
    device = inspecting.greet_device(viewer, number, "演示手机")
    code = Form.objects.select_related("code").get(pk=part.form_id).code
    codes.note_scan(notices.Inspected(), code, device, tokens.step_at(clock.now()))
