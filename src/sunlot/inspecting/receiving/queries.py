"""Reading dispatches: what waits for whose receipt, and who has confirmed and who has not."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from sunlot.norms import clock, working_days
from sunlot.norms.working_days import Deadline
from sunlot.organisations.models import Membership
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer

from ..deadlines import receipt_deadline
from ..models import Dispatch, Form, FormPart, Task
from ..queries import forms_seen

SHOWN = 50
"""Forms of a task shown on its page; the list has the others."""

_OUTSIDE = ADMINISTRATORS | {Role.EXPERT, Role.COMMISSIONED}
_OFFICE = (Role.CLERK, Role.HEAD)


def tasks_seen(viewer: Viewer) -> "QuerySet[Task]":
    """The tasks of which the viewer sees a form, and those of plans that it leads."""
    if viewer.role in _OUTSIDE:
        return Task.objects.none()
    seen = Exists(forms_seen(viewer).filter(task=OuterRef("pk")))
    tasks = Task.objects.select_related("plan__lead__parent", "request__organisation", "attempt__draw")
    return tasks.filter(seen)


def dispatches_seen(viewer: Viewer) -> "QuerySet[Dispatch]":
    """Who sent what on: those to the viewer's own side, and all of plans that it leads or watches over. The parts of each
    that stand are counted (`parts_count`).
    """
    if viewer.role in _OUTSIDE or viewer.role == Role.INSPECTOR:
        return Dispatch.objects.none()
    scope = Q(organisation__path__startswith=viewer.base.path) | Q(task__plan__lead__path__startswith=viewer.base.path)
    if viewer.organisation.is_section:
        scope |= Q(organisation=viewer.organisation.parent_id) | Q(task__plan__lead=viewer.organisation.parent_id)
    standing = Count("parts", filter=~Q(parts__state__in=FormPart.ENDED))
    found = Dispatch.objects.filter(scope).annotate(parts_count=standing)
    return found.select_related("organisation__parent", "received_by", "task__plan__lead")


def receivable(viewer: Viewer) -> "QuerySet[Dispatch]":
    """The dispatches that it is this person's to confirm: those to its own unit, of a section also those to the
    department as a whole, and those to units below that have no office in the system.
    """
    if not viewer.has(*_OFFICE):
        return Dispatch.objects.none()
    own = viewer.organisation
    office = Membership.objects.held().filter(role__in=_OFFICE, user__is_active=True)
    without = ~Exists(office.filter(organisation=OuterRef("organisation")))
    scope = Q(organisation=own) | (Q(organisation__path__startswith=own.path) & Q(without))
    if own.is_section:
        scope |= Q(organisation=own.parent_id)
    return Dispatch.objects.filter(scope)


def open_ones(dispatches: "QuerySet[Dispatch]") -> "QuerySet[Dispatch]":
    """Those not confirmed, of which anything still stands."""
    standing = FormPart.objects.filter(dispatch=OuterRef("pk")).exclude(state__in=FormPart.ENDED)
    return dispatches.filter(Exists(standing), received_at__isnull=True)


@dataclass(frozen=True)
class Line:
    """A dispatch as the task's page shows it."""

    dispatch: Dispatch
    parts: int
    due: Deadline

    @property
    def is_open(self) -> bool:
        return self.dispatch.received_at is None and self.parts > 0

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due.day < clock.today()

    @property
    def days_late(self) -> int:
        """Working days since the term ended."""
        return working_days.count(self.due.day, clock.today()).days if self.is_late else 0


def line_of(dispatch: Dispatch) -> Line:
    """With its term. Needs `dispatches_seen`."""
    sent_on = dispatch.sent_at.astimezone(clock.SHANGHAI).date()
    return Line(dispatch, getattr(dispatch, "parts_count", 0), receipt_deadline(sent_on))


def lines(viewer: Viewer, task: Task) -> list[Line]:
    """The task's dispatches as far as the viewer sees them, in the order of the units."""
    return [line_of(one) for one in dispatches_seen(viewer).filter(task=task)]


def waiting(viewer: Viewer) -> list[Line]:
    """What waits for this person's receipt, the oldest first."""
    mine = open_ones(receivable(viewer)).order_by().values("pk")
    return [line_of(one) for one in dispatches_seen(viewer).filter(pk__in=mine).order_by("sent_at", "pk")]


def overdue_of_lead(viewer: Viewer) -> list[Line]:
    """What this clerk's unit has sent out and somebody has not confirmed in time, the oldest first."""
    if not viewer.has(Role.CLERK):
        return []
    own = viewer.organisation
    led = Q(task__plan__lead=own)
    if own.is_section:
        led |= Q(task__plan__lead=own.parent_id)
    sent = open_ones(Dispatch.objects.filter(led)).order_by().values("pk")
    found = dispatches_seen(viewer).filter(pk__in=sent).order_by("sent_at", "pk")
    return [line for line in map(line_of, found) if line.is_late]


def term_words() -> str:
    """The term in words."""
    return f"派发后 {settings.SUNLOT_RECEIPT_DAYS} 个工作日内"


def own_forms(viewer: Viewer, task: Task) -> "QuerySet[Form]":
    """The task's forms that the viewer sees."""
    return forms_seen(viewer).filter(task=task)
