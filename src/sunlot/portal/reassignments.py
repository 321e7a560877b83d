"""What the public may have of parts that were handed on to another unit (指派): between whom, why, and how their inspectors
came to them. Shown where the draw's lists are, and never a person.
"""

from django.db.models import Q, QuerySet

from sunlot.drawing.models import Attempt
from sunlot.inspecting.models import Reassignment


def public_reassignments(attempt: Attempt) -> "QuerySet[Reassignment]":
    """Those of the draw's forms that were accepted, in the order of their log entries."""
    family = Q(part__form__task__attempt=attempt) | Q(part__form__task__attempt__draw__supplements=attempt)
    found = Reassignment.objects.filter(family, state=Reassignment.State.ACCEPTED).order_by("event_id")
    return found.select_related("part__form__object", "part__organisation__parent", "to__parent", "event__leaf")
