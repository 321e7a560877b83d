"""What a person may see of papers: the signatures under things that it may see."""

from django.db.models import QuerySet

from sunlot.organisations import signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import Viewer


def signatures_seen(viewer: Viewer, pk: int) -> "QuerySet[Signature]":
    """The paper signature `pk`, if its room shows this viewer the thing under which it stands."""
    papers = Signature.objects.filter(pk=pk, file__isnull=False, way=Signature.Way.PAPER)
    seen = signatures.find_things(viewer, papers.values_list("thing", flat=True))
    return papers.filter(thing__in=seen).select_related("file", "entered_by", "confirmed_by")


def waiting(viewer: Viewer) -> list[tuple[Signature, signatures.Thing]]:
    """The papers that somebody else uploaded and that this viewer may compare and confirm, the oldest first."""
    open_ones = list(
        Signature.objects.filter(way=Signature.Way.PAPER, state=Signature.State.UNCONFIRMED)
        .exclude(entered_by=viewer.user_id)
        .order_by("signed_at")
    )
    things = signatures.find_things(viewer, {signature.thing for signature in open_ones})
    return [
        (signature, things[signature.thing])
        for signature in open_ones
        if signature.thing in things and things[signature.thing].may_confirm
    ]
