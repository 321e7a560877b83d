"""Sending the drawn objects out: a task, a form for each object, a part for each department."""

from django.db import transaction

from sunlot.drawing import actions as drawing
from sunlot.drawing import supplement
from sunlot.drawing.models import Attempt
from sunlot.drawing.rounds import window_of
from sunlot.drawing.standing import standing_of
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record
from sunlot.visits.models import Visit

from .. import drawn, events, policy
from ..models import Task
from .closing import close_taken_over, link
from .making import make_forms


@transaction.atomic
def dispatch(viewer: Viewer, attempt: Attempt) -> Task:
    """Make the task of a draw whose record is signed; asked again, or by two at once, there is one.

    Objects without a team are settled first by a supplementary draw, which has a task of its own; where none is possible
    they are left out. The forms of objects that a supplementary draw takes over from a team end with it.
    Raises NotAllowed for others than the lead's clerk, Refused before the record is signed and before all is settled.
    """
    locked = (
        Attempt.objects.select_for_update(of=("self",)).select_related("draw__round__plan__lead").get(pk=attempt.pk)
    )
    plan = locked.draw.round.plan
    if not policy.may_dispatch(viewer, plan):
        raise NotAllowed(f"检查任务由牵头单位（{plan.lead.name}）的经办人派发。")
    earlier = Task.objects.filter(attempt=locked).first()
    if earlier is not None:
        return earlier
    if locked.state not in (Attempt.State.SIGNED, Attempt.State.ARCHIVED):
        raise Refused("抽取记录还没有签署，签署后才能派发检查任务。")
    against = unsettled(locked)
    if against:
        raise Refused(against)
    found = drawn.assignments(locked)
    window = window_of(locked.draw)
    task = Task.objects.create(
        number=locked.draw.number,
        title=locked.draw.title,
        source=Visit.Source.DRAW,
        plan=plan,
        attempt=locked,
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        created_at=clock.now(),
    )
    taken = close_taken_over(viewer, locked, [one.object for one in found.objects])
    made = make_forms(task, found.objects, only=taken.only)
    link(taken.forms, made.forms)
    drawing.mark_dispatched(locked)
    words = f"派发检查任务：{len(made.forms)} 户，{found.teams} 个检查组，{len(made.parts)} 份部门检查"
    if found.unassigned:
        words += f"；{len(found.unassigned)} 户因回避未能分组，无法补充抽取"
    record(
        viewer,
        events.DISPATCHED,
        f"task:{task.pk}",
        words,
        after={
            "draw": locked.draw.number,
            "result": locked.result_digest,
            "forms": len(made.forms),
            "parts": len(made.parts),
            "unassigned": [one.number for one in found.unassigned],
            "without_items": [one.object.number for one in made.without_items],
        },
    )
    return task


def unsettled(attempt: Attempt) -> str:
    """Why the draw's tasks can't go out yet: objects wait for a supplementary draw that can be held; empty where none do."""
    standing = standing_of(attempt)
    if standing.root.pk != attempt.pk:
        return ""
    if standing.under_way is not None:
        return f"补充抽取 {standing.under_way.draw.number} 还没有结果，未分组的对象抽好检查组后再派发。"
    step = supplement.next_step(standing, clock.today())
    if step.waiting is None:
        return ""
    return f"还有 {len(step.waiting.objects)} 户没有检查组，先补充抽取，再派发检查任务。"
