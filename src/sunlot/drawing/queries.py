"""Reading draws, scoped to the viewer; and what the public may have of one."""

import io
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from sunlot import lottery
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer
from sunlot.planning.queries import plans_seen

from . import stored
from .models import Attempt, Contributor, Draw
from .outcome import Outcome, outcome, tickets_of

__all__ = [
    "Outcome",
    "attempts_seen",
    "bundle_bytes",
    "draws_seen",
    "is_released",
    "notice_bytes",
    "outcome",
    "public_attempts",
    "record_signatures",
    "tickets_of",
]

_BLIND = ADMINISTRATORS | {Role.INSPECTOR, Role.EXPERT, Role.COMMISSIONED}


def attempts_seen(viewer: Viewer) -> "QuerySet[Attempt]":
    """The attempts of the plans that the viewer sees, and those to which its own organisation contributes."""
    if viewer.role in _BLIND:
        return Attempt.objects.none()
    contributes = Contributor.objects.filter(organisation__in=[viewer.organisation.pk, viewer.base.pk]).values(
        "attempt"
    )
    plans = plans_seen(viewer).order_by().values("pk")
    return with_all(Attempt.objects.filter(Q(draw__round__plan__in=plans) | Q(pk__in=contributes)))


def draws_seen(viewer: Viewer) -> "QuerySet[Draw]":
    """The draws of which the viewer sees an attempt."""
    seen = attempts_seen(viewer).order_by().values("draw")
    newest = Prefetch("attempts", queryset=with_all(Attempt.objects.order_by("number")))
    return Draw.objects.filter(pk__in=seen).select_related("round__plan__lead").prefetch_related(newest)


def with_all(attempts: "QuerySet[Attempt]") -> "QuerySet[Attempt]":
    """The same attempts with plan, lead, contributors and readings, in a fixed number of queries."""
    return attempts.select_related("draw__round__plan__lead__parent", "result").prefetch_related(
        "contributors__organisation", "contributors__committed_by", "contributors__revealed_by", "readings__typed_by"
    )


def public_attempts(now: datetime) -> "QuerySet[Attempt]":
    """The attempts that are public at `now`: sealed, and so in the log, whatever became of them; newest first.

    What of them may be shown is another question: see `is_released`.
    """
    return (
        Attempt.objects.filter(notice_digest__isnull=False, sealed_at__lte=now)
        .select_related("draw__round__plan__lead__parent", "result")
        .prefetch_related("contributors__organisation")
        .order_by("-sealed_at", "-pk")
    )


def is_released(attempt: Attempt, now: datetime) -> bool:
    """Whether notice, rosters, numbers, seed and result of an attempt are public at `now`.

    Under an embargo the log has the digests and the value of the dice alone: with the numbers anybody could compute
    the result, for enterprises' credit codes are no secret.
    """
    return attempt.release_at is None or attempt.released_at is not None or now >= attempt.release_at


def notice_bytes(attempt: Attempt) -> bytes:
    """notice.json of a sealed attempt."""
    return attempt.notice.encode()


def bundle_bytes(attempt: Attempt) -> bytes:
    """The bundle of a drawn attempt as a zip, the same bytes every time. Raises ValueError for one that is not drawn.

    Whether it may be given out is the caller's question (`is_released`).
    """
    out = io.BytesIO()
    lottery.write_zip(out, stored.notice_value(attempt), stored.rosters_of(attempt), stored.result_value(attempt))
    return out.getvalue()


def record_signatures(attempts: "list[Attempt]") -> dict[int, list[Signature]]:
    """The signatures under the records of these attempts, by attempt, in one query."""
    things = {f"attempt:{attempt.pk}": attempt.pk for attempt in attempts}
    found: dict[int, list[Signature]] = {attempt.pk: [] for attempt in attempts}
    rows = Signature.objects.filter(thing__in=list(things)).select_related("user", "organisation", "entered_by", "file")
    for signature in rows.exclude(state=Signature.State.VOID):
        found[things[signature.thing]].append(signature)
    return found
