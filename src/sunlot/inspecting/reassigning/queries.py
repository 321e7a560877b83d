"""Reading what was handed on: for both units, the lead, and on the form's page for everybody who sees the form."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer

from ..models import FormPart, Reassignment, Task
from ..queries import parts_seen
from . import policy

State = Reassignment.State
_OUTSIDE = ADMINISTRATORS | {Role.EXPERT, Role.COMMISSIONED}


def reassignments_seen(viewer: Viewer) -> "QuerySet[Reassignment]":
    """Those of parts that the viewer reads, those to its own side, and those of plans that it leads."""
    if viewer.role in _OUTSIDE:
        return Reassignment.objects.none()
    scope = Q(Exists(parts_seen(viewer).filter(Q(pk=OuterRef("part")) | Q(pk=OuterRef("taken")))))
    if viewer.role != Role.INSPECTOR:
        base = viewer.base.path
        scope |= Q(to__path__startswith=base) | Q(part__form__task__plan__lead__path__startswith=base)
        if viewer.organisation.is_section:
            scope |= Q(to=viewer.organisation.parent_id)
    return whole(Reassignment.objects.filter(scope))


def whole(found: "QuerySet[Reassignment]") -> "QuerySet[Reassignment]":
    """With all that their pages show."""
    return found.select_related(
        "part__form__task__plan__lead", "part__form__object__kind", "part__form__object__region",
        "part__organisation__parent", "to__parent", "asked_by", "decided_by", "answered_by", "taken__form", "event__leaf",
    )  # fmt: skip


@dataclass(frozen=True)
class Panel:
    """What a part's place on its form's page says of handing on."""

    came: Reassignment | None
    went: Reassignment | None
    open: Reassignment | None
    back: Reassignment | None
    told: tuple[Reassignment, ...]
    """Those of the part whose whole story the viewer reads."""
    may_ask: bool


def panels(viewer: Viewer, parts: Iterable[FormPart]) -> dict[int, Panel]:
    """By the part's key. Of what is asked for and not accepted only who reads the part is told. One query."""
    listed = {part.pk: part for part in parts}
    rows = list(whole(Reassignment.objects.filter(Q(part__in=listed) | Q(taken__in=listed))).order_by("asked_at", "pk"))
    readable = {one.pk for one in reassignments_seen(viewer).filter(pk__in=[row.pk for row in rows])} if rows else set()
    return {pk: _panel(viewer, part, rows, readable) for pk, part in listed.items()}


def _panel(viewer: Viewer, part: FormPart, rows: list[Reassignment], readable: set[int]) -> Panel:
    own = [one for one in rows if one.part_id == part.pk]
    told = [one for one in own if one.pk in readable]
    waiting = next((one for one in told if one.is_open), None)
    last = told[-1] if told else None
    sent_back = last is not None and last.state in (State.RETURNED, State.DECLINED)
    still = part.state == FormPart.State.OPEN
    return Panel(
        came=next((one for one in rows if one.taken_id == part.pk), None),
        went=next((one for one in own if one.state == State.ACCEPTED), None),
        open=waiting if still else None,
        back=last if sent_back and still else None,
        told=tuple(told),
        may_ask=still and waiting is None and policy.may_ask(viewer, part),
    )


def of_task(viewer: Viewer, task: Task) -> "QuerySet[Reassignment]":
    """Those of a task that the viewer sees, the newest first."""
    return reassignments_seen(viewer).filter(part__form__task=task).order_by("-asked_at", "-pk")


def to_decide(viewer: Viewer) -> list[Reassignment]:
    """Those that wait for this head: to hand on, or to take."""
    waiting = reassignments_seen(viewer).filter(state__in=Reassignment.OPEN, part__state=FormPart.State.OPEN)
    return [one for one in waiting.order_by("asked_at", "pk") if is_mine(viewer, one)]


def is_mine(viewer: Viewer, found: Reassignment) -> bool:
    """Whether the next step is this person's."""
    if found.state == State.ASKED:
        return policy.may_decide(viewer, found)
    return found.state == State.APPROVED and policy.may_take(viewer, found)


def sent_back_to(viewer: Viewer) -> "QuerySet[Reassignment]":
    """What this clerk asked for and got back, while the part is still open and nothing newer was asked."""
    newer = Reassignment.objects.filter(part=OuterRef("part"), pk__gt=OuterRef("pk"))
    mine = reassignments_seen(viewer).filter(asked_by=viewer.user_id, state__in=[State.RETURNED, State.DECLINED])
    return mine.filter(~Exists(newer), part__state=FormPart.State.OPEN).order_by("asked_at", "pk")
