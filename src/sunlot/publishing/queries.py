"""Reading results: what waits to be published, what is public, and until when."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from sunlot.drawing.models import Attempt
from sunlot.drawing.queries import outcome
from sunlot.inspecting import deadlines
from sunlot.inspecting.models import Form, FormPart
from sunlot.inspecting.queries import parts_seen
from sunlot.norms.working_days import Deadline
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer
from sunlot.planning.models import Plan
from sunlot.registry.models import InspectionObject

from .models import Publication


def deadline(part: FormPart) -> Deadline | None:
    """The last day on which the part's result is published in time; None while the check is not completed."""
    return None if part.completed_on is None else deadlines.publication_deadline(part.completed_on)


def published() -> "QuerySet[Publication]":
    """Every publication, newest first, corrections and what they correct alike: both stay visible."""
    return Publication.objects.select_related(
        "part__form__object__region", "part__form__task__plan", "part__organisation"
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


def is_anything_left(plan: Plan) -> bool:
    """Whether the plan has a form that is not closed, a draw without its task, or a drawn object without its form."""
    if Form.objects.filter(task__plan=plan).exclude(state=Form.State.CLOSED).exists():
        return True
    attempts = Attempt.objects.filter(draw__round__plan=plan).exclude(state=Attempt.State.ABORTED)
    if attempts.filter(task__isnull=True).exists():
        return True
    waiting = {number for attempt in attempts for number in outcome(attempt).unassigned}
    dispatched = Form.objects.filter(task__plan=plan, object__in=InspectionObject.objects.filter(number__in=waiting))
    return dispatched.values("object_id").distinct().count() < len(waiting)
