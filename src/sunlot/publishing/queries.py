"""Reading results: what waits to be published, what is public, and until when."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from sunlot.drawing.models import Attempt
from sunlot.drawing.queries import has_rounds_to_come, holds_back, outcome
from sunlot.drawing.standing import root_of, standing_of
from sunlot.drawing.supplement import waiting_in
from sunlot.inspecting import deadlines
from sunlot.inspecting.models import Form, FormPart
from sunlot.inspecting.queries import parts_seen
from sunlot.norms import clock
from sunlot.norms.working_days import Deadline
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer
from sunlot.planning.models import Plan

from .models import Publication


def deadline(part: FormPart) -> Deadline | None:
    """The last day on which the part's result is published in time; None while the check is not completed."""
    return None if part.completed_on is None else deadlines.publication_deadline(part.completed_on)


def published() -> "QuerySet[Publication]":
    """Every publication, newest first, corrections and what they correct alike: both stay visible."""
    return Publication.objects.select_related(
        "part__form__object__region", "part__form__task__plan", "part__organisation__parent"
    )


def in_force() -> "QuerySet[Publication]":
    """The newest publication of each part: what the results list shows."""
    newer = Publication.objects.filter(part=OuterRef("part"), number__gt=OuterRef("number"))
    return published().filter(~Exists(newer))


def parts_listed(viewer: Viewer) -> "QuerySet[FormPart]":
    """The parts whose result is on its way to the public or there: reviewed, published, corrected."""
    state = FormPart.State
    return parts_seen(viewer).exclude(state=state.OPEN).filter(Q(completed_on__isnull=False))


def to_publish(viewer: Viewer) -> "QuerySet[FormPart]":
    """The reviewed parts that wait for this clerk."""
    if not viewer.has(Role.CLERK):
        return FormPart.objects.none()
    return parts_seen(viewer).filter(state=FormPart.State.DECIDED)


@dataclass(frozen=True)
class Embargo:
    """A list of the drawn that is not public yet."""

    until: date
    drawn: int
    uninspected: int
    """How many of the drawn have a department that has not completed its check."""


def embargo(part: FormPart) -> Embargo | None:
    """What publishing this part's result makes public besides; None where nothing is held back."""
    attempt = part.form.task.attempt
    if attempt is None or attempt.release_at is None or not holds_back(attempt, clock.now()):
        return None
    root = root_of(attempt)
    drawn = outcome(root).drawn_count
    forms = Form.objects.filter(Q(task__attempt=root) | Q(task__attempt__draw__supplements=root))
    parts = FormPart.objects.filter(form=OuterRef("pk")).exclude(state__in=FormPart.ENDED)
    unfinished = parts.filter(completed_on__isnull=True)
    inspected = forms.filter(Exists(parts), ~Exists(unfinished)).values("object").distinct().count()
    return Embargo(attempt.release_at.astimezone(clock.SHANGHAI).date(), drawn, drawn - inspected)


def is_anything_left(plan: Plan) -> bool:
    """Whether the plan has a round to come, a form not finished, a draw (a supplementary one too) without its task, or a
    drawn object that waits for a team.
    """
    if has_rounds_to_come(plan):
        return True
    finished = [*Form.FINISHED, Form.State.REPLACED]
    if Form.objects.filter(task__plan=plan).exclude(state__in=finished).exists():
        return True
    attempts = Attempt.objects.filter(draw__round__plan=plan).exclude(
        state__in=[Attempt.State.ABORTED, Attempt.State.WITHDRAWN]
    )
    if attempts.filter(task__isnull=True).exists():
        return True
    return any(waiting_in(standing_of(attempt)) for attempt in attempts.filter(waiting__gt=0))
