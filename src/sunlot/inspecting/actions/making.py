"""Making forms: a form for each, a part for each department, its members, findings and planned visit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sunlot.catalogue.models import ItemVersion
from sunlot.drawing.models import Attempt
from sunlot.organisations.models import Organisation
from sunlot.planning.models import Plan, PlanItem
from sunlot.registry.models import Expert, InspectionObject, Inspector
from sunlot.visits import actions as visits
from sunlot.visits.models import Visit

from .. import drawn
from ..codes.actions import give_codes
from ..models import Finding, Form, FormExpert, FormPart, PartMember, Task
from ..receiving.actions import send


@dataclass(frozen=True)
class PartToMake:
    """Whose part of a form it is, who inspects, and which items."""

    organisation: Organisation
    inspectors: tuple[Inspector, ...]
    versions: tuple[ItemVersion, ...]


@dataclass(frozen=True)
class FormToMake:
    """A form to be made: its object, its team and its parts."""

    object: InspectionObject
    team: str
    parts: tuple[PartToMake, ...]
    experts: tuple[tuple[str, Expert], ...] = ()


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
    wanted = [
        FormToMake(
            one.object,
            one.team,
            tuple(
                PartToMake(seat.organisation, seat.inspectors, tuple(versions[seat.participant.pk]))
                for seat in one.seats
                if seat.participant.pk in versions
            ),
            one.experts,
        )
        for one, versions in dispatched
    ]
    forms, parts = write_forms(task, wanted)
    return Made(forms, parts, [one for one, versions in fitting if not versions])


def write_forms(task: Task, wanted: Sequence[FormToMake]) -> tuple[list[Form], list[FormPart]]:
    """Write the forms, numbered on from those of the task, their parts with members and findings, and their visits to
    come. A fixed number of queries.
    """
    serial = Form.objects.filter(task=task).count()
    forms = Form.objects.bulk_create(
        Form(number=f"{task.number}-{serial + at:04d}", task=task, object=one.object, team=one.team)
        for at, one in enumerate(wanted, 1)
    )
    give_codes(forms)
    FormExpert.objects.bulk_create(
        FormExpert(form=form, expert=expert, pool=pool, position=position)
        for form, one in zip(forms, wanted, strict=True)
        for position, (pool, expert) in enumerate(one.experts)
    )
    seats = [(form, part) for form, one in zip(forms, wanted, strict=True) for part in one.parts]
    sent = send(task, [seat.organisation for _, seat in seats])
    parts = FormPart.objects.bulk_create(
        FormPart(form=form, organisation=seat.organisation, dispatch=sent[seat.organisation.pk]) for form, seat in seats
    )
    PartMember.objects.bulk_create(
        PartMember(part=part, inspector=inspector, position=position)
        for part, (_, seat) in zip(parts, seats, strict=True)
        for position, inspector in enumerate(seat.inspectors)
    )
    Finding.objects.bulk_create(
        Finding(part=part, version=version, position=position)
        for part, (_, seat) in zip(parts, seats, strict=True)
        for position, version in enumerate(seat.versions)
    )
    visits.plan_visits(
        visits.Planned(
            object=part.form.object,
            organisation=part.organisation,
            source=Visit.Source(task.source),
            thing=part.thing,
            since=task.starts_on,
            until=task.ends_on,
            plan_number=task.plan.number if task.plan else "",
            form=f"form:{part.form_id}",
        )
        for part in parts
    )
    return forms, parts


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
