"""A form stands where its parts stand."""

from django.db import transaction

from sunlot.organisations.viewer import Viewer
from sunlot.trail.actions import record

from .. import events
from ..models import Form, FormPart

Part = FormPart.State


def wait_to_be_filed(form_id: int) -> None:
    """A filed form that something is added to waits to be filed again: its file holds what there was then.

    Called inside the action that adds it; the lock lets a filing that is just ending see it, or end before.
    """
    form = Form.objects.select_for_update().get(pk=form_id)
    if form.state == Form.State.FILED:
        form.state = Form.State.CLOSED
        form.save(update_fields=["state"])


@transaction.atomic
def settle(viewer: Viewer, form_id: int) -> Form:
    """Move a form to the state that follows from its parts; the caller holds the lock of the part that changed.

    Closed once every part is published; recorded once every part is submitted; inspecting from the first entry on.
    Parts that were replaced do not count; who replaces the last one says that the form is replaced.
    """
    form = Form.objects.select_for_update().get(pk=form_id)
    if (
        form.state == Form.State.FILED
    ):  # a correction of what is public leaves it filed; filing anew is an act of its own
        return form
    standing = FormPart.objects.filter(form=form).exclude(state__in=FormPart.ENDED)
    parts = list(standing.values_list("state", "saved_at"))
    if not parts:
        return form
    states = {state for state, _ in parts}
    if states <= {Part.PUBLISHED, Part.CORRECTED}:
        wanted = Form.State.CLOSED
    elif not states & {Part.OPEN, Part.RETURNED}:
        wanted = Form.State.RECORDED
    elif states != {Part.OPEN} or any(saved for _, saved in parts):
        wanted = Form.State.INSPECTING
    else:
        return form
    if form.state == wanted:
        return form
    form.state = wanted
    form.save(update_fields=["state"])
    if wanted == Form.State.CLOSED:
        record(viewer, events.FORM_CLOSED, f"form:{form.pk}", f"检查表 {form.number} 各部门部分均已公示，完成")
    return form
