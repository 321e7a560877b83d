"""Reading follow-ups: of parts that the viewer reads, and those handed over to it."""

from django.db.models import Q, QuerySet

from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..models import CorrectionOrder, HandOver
from ..queries import parts_seen

# Who reads what is handed over to its side.
_OFFICE = (Role.CLERK, Role.HEAD, Role.LEADER, Role.UNIT_HEAD, Role.SUPERVISOR, Role.COORDINATOR)

_PART = "part__organisation__parent", "part__form__task", "part__form__object"


def orders_seen(viewer: Viewer) -> "QuerySet[CorrectionOrder]":
    """The orders about parts that the viewer reads in full."""
    found = CorrectionOrder.objects.filter(part__in=parts_seen(viewer).values("pk"))
    return found.select_related(*_PART, "written_by", "signed_by", "closed_by")


def handovers_seen(viewer: Viewer) -> "QuerySet[HandOver]":
    """The same, and those sent to the viewer's own side: what the letter says, not the record."""
    theirs = Q(part__in=parts_seen(viewer).values("pk"))
    sent = [HandOver.State.SENT, HandOver.State.RECEIVED, HandOver.State.CLOSED]
    if viewer.has(*_OFFICE):
        theirs |= Q(receiver__path__startswith=viewer.base.path, state__in=sent)
    return HandOver.objects.filter(theirs).select_related(*_PART, "receiver", "written_by", "signed_by", "closed_by")
