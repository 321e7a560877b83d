"""Reading requests to merge: those of a plan, those that wait, scoped by the plans that they are about."""

from django.db.models import Q, QuerySet

from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import InspectionObject

from ..models import MergeRequest, Plan
from ..queries import plans_seen


def requests_seen(viewer: Viewer) -> "QuerySet[MergeRequest]":
    """The requests of which the viewer sees the asking or the asked plan, newest first."""
    seen = plans_seen(viewer).order_by().values("pk")
    return MergeRequest.objects.filter(Q(asking__in=seen) | Q(asked__in=seen)).select_related(
        "asking__lead__parent", "asked__lead__parent", "into__lead", "asked_by", "decided_by"
    )


def requests_of(viewer: Viewer, plan: Plan) -> "QuerySet[MergeRequest]":
    """The requests that this plan made or got."""
    return requests_seen(viewer).filter(Q(asking=plan) | Q(asked=plan))


def waiting(viewer: Viewer) -> "QuerySet[MergeRequest]":
    """The requests made to plans of the viewer's side that can still be answered with yes: plans that are to become one
    are both being written.
    """
    open_ = Q(form=MergeRequest.Form.ONE_DAY, day__isnull=False) | Q(
        asking__state__in=Plan.UNPUBLISHED, asked__state__in=Plan.UNPUBLISHED
    )
    return requests_seen(viewer).filter(open_, state=MergeRequest.State.ASKED)


def objects_of(request: MergeRequest) -> "QuerySet[InspectionObject]":
    """The objects of a request for one day, by name."""
    return request.objects_named.select_related("kind", "region").order_by("name", "pk")
