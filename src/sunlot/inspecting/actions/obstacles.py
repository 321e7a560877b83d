"""What an inspector finds on the spot: the object can't be inspected. Replacing it by the rule is for the clerks."""

from datetime import datetime, timedelta
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
from ..models import Evidence, FormPart, Obstacle
from ..records import evidence_of
from .guards import own

REMINDED_FOR = timedelta(days=30)


NO_PHOTO = "拍下能说明不能检查的照片（关闭的大门、门牌、公告等），加到整次检查的照片里，再报告。"


@transaction.atomic
def report_obstacle(
    viewer: Viewer, part: FormPart, cause: str, reason: str, *, found_at: datetime | None = None
) -> Obstacle:
    """Tell the clerks of the lead and of the part's own unit, with the page of the replacement filled in; it stands in the
    form's story. Refused for what was not drawn, without a reason, and without a photo of the visit as a whole.

    `found_at` is when a phone without a network was told of it. The same report twice is one.
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
    known = locked.obstacles.filter(cause=cause, reason=said).first()
    if known is not None:
        return known
    photos = [one for one in evidence_of(locked) if one.kind == Evidence.Kind.PHOTO and one.finding_id is None]
    if not photos:
        raise Refused(NO_PHOTO)
    now = clock.now()
    made = Obstacle.objects.create(
        part=locked, cause=cause, reason=said, photos=[one.original_id for one in photos],
        found_at=min(found_at or now, now), reported_by_id=viewer.user_id, reported_at=now,
    )  # fmt: skip
    plan = attempt.draw.round.plan
    clerks = {one.user_id for unit in (plan.lead, locked.organisation) for one in members_of(unit, Role.CLERK)}
    words = f"检查人员报告“{locked.form.object.name}”不能检查：{label}。核实后按规则替补。"
    key = f"obstacle:{locked.pk}:{cause}:{clock.today().isoformat()}"
    reminders.remind(clerks, key, words[:200], replacement_page(made), now + REMINDED_FOR)
    record(
        viewer,
        events.OBSTACLE,
        f"form:{locked.form_id}",
        f"检查人员报告不能检查：{label}，{said}（照片 {len(photos)} 张）",
        after={"part": locked.pk, "cause": cause, "found_at": clock.iso(made.found_at), "photos": made.photos},
    )
    return made


def replacement_page(obstacle: Obstacle) -> str:
    """Where the object is replaced by the rule, with what was reported filled in; empty for what was not drawn."""
    form = obstacle.part.form
    if form.task.attempt is None:
        return ""
    page = reverse("drawing:replace-object", args=[form.task.attempt.draw.number, form.object.number])
    return f"{page}?{urlencode({'cause': obstacle.cause, 'reason': obstacle.reason})}"
