"""Making forms of drawn objects: a form for each, a part for each department, its members, findings and planned visit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sunlot.catalogue.models import ItemVersion
from sunlot.drawing.models import Attempt
from sunlot.planning.models import Plan, PlanItem
from sunlot.visits import actions as visits
from sunlot.visits.models import Visit

from .. import drawn
from ..models import Finding, Form, FormExpert, FormPart, PartMember, Task


@dataclass(frozen=True)
class Made:
    """What was made, and the objects to which no item of the plan applies."""

    forms: list[Form]
    parts: list[FormPart]
    without_items: list[drawn.DrawnObject]


def items_by_participant(plan: Plan) -> dict[int, list[tuple[ItemVersion, frozenset[int]]]]:
    """The plan's items of each participant, with the kinds of object that each covers."""
    found: dict[int, list[tuple[ItemVersion, frozenset[int]]]] = {}
    for entry in PlanItem.objects.filter(plan=plan).select_related("version").prefetch_related("version__kinds"):
        kinds = frozenset(kind.pk for kind in entry.version.kinds.all())
        found.setdefault(entry.participant_id, []).append((entry.version, kinds))
    return found


def make_forms(
    task: Task, objects: Sequence[drawn.DrawnObject], *, only: Mapping[int, Collection[int]] | None = None
) -> Made:
    """Make the forms of these objects, numbered on from those of the task.

    `only` gives by an object's key the participants that still need a part; an object that it does not name gets all.
    """
    assert task.plan is not None  # noqa: S101 -- a drawn task has its plan by constraint
    items = items_by_participant(task.plan)
    fitting = [(one, _needed(one, items, only or {})) for one in objects]
    dispatched = [(one, versions) for one, versions in fitting if versions]
    serial = Form.objects.filter(task=task).count()
    forms = Form.objects.bulk_create(
        Form(number=f"{task.number}-{serial + at:04d}", task=task, object=one.object, team=one.team)
        for at, (one, _) in enumerate(dispatched, 1)
    )
    FormExpert.objects.bulk_create(
        FormExpert(form=form, expert=expert, pool=pool, position=position)
        for form, (one, _) in zip(forms, dispatched, strict=True)
        for position, (pool, expert) in enumerate(one.experts)
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
    return Made(forms, parts, [one for one, versions in fitting if not versions])


def _needed(
    one: drawn.DrawnObject,
    items: dict[int, list[tuple[ItemVersion, frozenset[int]]]],
    only: Mapping[int, Collection[int]],
) -> dict[int, list[ItemVersion]]:
    found = drawn.items_for(one, items)
    wanted = only.get(one.object.pk)
    return found if wanted is None else {key: versions for key, versions in found.items() if key in wanted}


def participant_of(part: FormPart, plan: Plan) -> int | None:
    """The key of the participant to which a part's organisation belongs: the deepest in whose subtree it stands."""
    path = part.organisation.path
    above = [one for one in plan.participants.all() if path.startswith(one.organisation.path)]
    return max(above, key=lambda one: len(one.organisation.path)).pk if above else None


def task_of(attempt: Attempt) -> Task | None:
    """The task that an attempt's objects were sent out with; None before."""
    return Task.objects.filter(attempt=attempt).select_related("plan").first()
