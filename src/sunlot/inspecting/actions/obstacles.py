"""What an inspector finds on the spot: the object can't be inspected. Replacing it by the rule is for the clerks."""

from datetime import timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse

from sunlot.desk import reminders
from sunlot.drawing.models import Replacement
from sunlot.norms import clock
from sunlot.organisations.queries import members_of
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record

from .. import events
from ..models import FormPart
from .guards import own

REMINDED_FOR = timedelta(days=30)


@transaction.atomic
def report_obstacle(viewer: Viewer, part: FormPart, cause: str, reason: str) -> str:
    """Tell the clerks of the lead and of the part's own unit, with the page of the replacement filled in; it stands in the
    form's story. Returns that page's address. Refused for what was not drawn, and without a reason.
    """
    locked = own(viewer, part)
    attempt = locked.form.task.attempt
    if attempt is None:
        raise Refused("这次检查不是抽取产生的，没有候补。不能检查的，请本单位经办人处理。")
    if cause not in {one.value for one in Replacement.OBJECT_CAUSES}:
        raise Refused("选不能检查的事由。")
    if not reason.strip():
        raise Refused("写明不能检查的具体情况。")
    label, said = Replacement.Cause(cause).label, reason.strip()
    page = reverse("drawing:replace-object", args=[attempt.draw.number, locked.form.object.number])
    address = f"{page}?{urlencode({'cause': cause, 'reason': said})}"
    plan = attempt.draw.round.plan
    clerks = {one.user_id for unit in (plan.lead, locked.organisation) for one in members_of(unit, Role.CLERK)}
    words = f"检查人员报告“{locked.form.object.name}”不能检查：{label}。核实后按规则替补。"
    key = f"obstacle:{locked.pk}:{cause}:{clock.today().isoformat()}"
    reminders.remind(clerks, key, words[:200], address, clock.now() + REMINDED_FOR)
    record(
        viewer,
        events.OBSTACLE,
        f"form:{locked.form_id}",
        f"检查人员报告不能检查：{label}，{said}",
        after={"part": locked.pk, "cause": cause},
    )
    return address
