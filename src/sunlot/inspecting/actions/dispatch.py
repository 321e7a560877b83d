"""Sending the drawn objects out: a task, a form for each object, a part for each department."""

from django.db import transaction

from sunlot.catalogue.models import ItemVersion
from sunlot.drawing.models import Attempt
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.planning.models import Plan, PlanItem
from sunlot.trail.actions import record
from sunlot.visits import actions as visits
from sunlot.visits.models import Visit

from .. import drawn, events, policy
from ..models import Finding, Form, FormPart, PartMember, Task


@transaction.atomic
def dispatch(viewer: Viewer, attempt: Attempt) -> Task:
    """Make the task of a draw whose record is signed; asked again, or by two at once, there is one.

    Unassigned objects are not dispatched: they wait for a supplementary draw, which has a task of its own.
    Raises NotAllowed for others than the lead's clerk, Refused before the record is signed.
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
    found = drawn.assignments(locked)
    task = Task.objects.create(
        number=locked.draw.number,
        title=plan.title,
        source=Visit.Source.DRAW,
        plan=plan,
        attempt=locked,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        created_at=clock.now(),
    )
    parts, without_items = _make_forms(task, found)
    words = (
        f"派发检查任务：{len(found.objects) - len(without_items)} 户，{found.teams} 个检查组，{len(parts)} 份部门检查"
    )
    if found.unassigned:
        words += f"；{len(found.unassigned)} 户因回避未能分组，待补充抽取"
    record(
        viewer,
        events.DISPATCHED,
        f"task:{task.pk}",
        words,
        after={
            "draw": locked.draw.number,
            "result": locked.result_digest,
            "forms": len(found.objects) - len(without_items),
            "parts": len(parts),
            "unassigned": [one.number for one in found.unassigned],
            "without_items": [one.object.number for one in without_items],
        },
    )
    return task


def items_by_participant(plan: Plan) -> dict[int, list[tuple[ItemVersion, frozenset[int]]]]:
    """The plan's items of each participant, with the kinds of object that each covers."""
    found: dict[int, list[tuple[ItemVersion, frozenset[int]]]] = {}
    for entry in PlanItem.objects.filter(plan=plan).select_related("version").prefetch_related("version__kinds"):
        kinds = frozenset(kind.pk for kind in entry.version.kinds.all())
        found.setdefault(entry.participant_id, []).append((entry.version, kinds))
    return found


def _make_forms(task: Task, found: drawn.Assignments) -> tuple[list[FormPart], list[drawn.DrawnObject]]:
    """The forms, parts, members, findings and planned visits; also the objects to which no item of the plan applies."""
    assert task.plan is not None  # noqa: S101 -- a drawn task has its plan by constraint
    items = items_by_participant(task.plan)
    fitting = [(one, drawn.items_for(one, items)) for one in found.objects]
    dispatched = [(one, versions) for one, versions in fitting if versions]
    forms = Form.objects.bulk_create(
        Form(number=f"{task.number}-{serial:04d}", task=task, object=one.object, team=one.team)
        for serial, (one, _) in enumerate(dispatched, 1)
    )
    seats = [
        (form, seat, versions[seat.participant.pk])
        for form, (one, versions) in zip(forms, dispatched, strict=True)
        for seat in one.seats
        if seat.participant.pk in versions
    ]
    parts = FormPart.objects.bulk_create(FormPart(form=form, organisation=seat.organisation) for form, seat, _ in seats)
    PartMember.objects.bulk_create(
        PartMember(part=part, inspector=inspector, position=position)
        for part, (_, seat, _) in zip(parts, seats, strict=True)
        for position, inspector in enumerate(seat.inspectors)
    )
    Finding.objects.bulk_create(
        Finding(part=part, version=version, position=position)
        for part, (_, _, versions) in zip(parts, seats, strict=True)
        for position, version in enumerate(versions)
    )
    visits.plan_visits(
        visits.Planned(
            object=part.form.object,
            organisation=part.organisation,
            source=Visit.Source.DRAW,
            thing=part.thing,
            until=task.ends_on,
            plan_number=task.plan.number,
        )
        for part in parts
    )
    return parts, [one for one, versions in fitting if not versions]
