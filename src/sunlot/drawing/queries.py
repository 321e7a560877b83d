"""Reading draws, scoped to the viewer; and what the public may have of one."""

import io
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from sunlot import lottery
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer
from sunlot.planning.models import Participant, Plan
from sunlot.planning.queries import plans_seen

from . import stored
from .logged import log_value
from .models import Attempt, Contributor, Draw
from .outcome import Outcome, outcome, tickets_of
from .rounds import drawn_rounds

__all__ = [
    "Outcome",
    "attempts_concerning",
    "attempts_seen",
    "bundle_bytes",
    "draws_seen",
    "has_rounds_to_come",
    "holds_back",
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


def attempts_concerning(viewer: Viewer) -> "QuerySet[Attempt]":
    """The attempts that the viewer sees, and for clerks and heads those in which a body above theirs takes part: their
    own people are in the teams. Names are for `policy.may_see_names`.
    """
    if not viewer.has(Role.CLERK, Role.HEAD):
        return attempts_seen(viewer)
    codes = viewer.organisation.path.rstrip("/").split("/")
    above = [f"{'/'.join(codes[:depth])}/" for depth in range(1, len(codes) + 1)]
    takes_part = Participant.objects.filter(organisation__path__in=above).values("plan")
    seen = attempts_seen(viewer).order_by().values("pk")
    return with_all(Attempt.objects.filter(Q(pk__in=seen) | Q(draw__round__plan__in=takes_part)))


def draws_seen(viewer: Viewer) -> "QuerySet[Draw]":
    """The draws of which the viewer sees an attempt."""
    seen = attempts_seen(viewer).order_by().values("draw")
    newest = Prefetch("attempts", queryset=with_all(Attempt.objects.order_by("number")))
    return Draw.objects.filter(pk__in=seen).select_related("round__plan__lead").prefetch_related(newest)


def with_all(attempts: "QuerySet[Attempt]") -> "QuerySet[Attempt]":
    """The same attempts with plan, lead, contributors and readings, in a fixed number of queries."""
    return attempts.select_related("draw__round__plan__lead__parent", "draw__supplements", "result").prefetch_related(
        "contributors__organisation",
        "contributors__committed_by",
        "contributors__revealed_by",
        "readings__typed_by",
        "draw__round__plan__windows",
    )


def public_attempts(now: datetime) -> "QuerySet[Attempt]":
    """The attempts that are public at `now`: sealed, and so in the log, whatever became of them; newest first.

    What of them may be shown is another question: see `is_released`.
    """
    return (
        Attempt.objects.filter(notice_digest__isnull=False, sealed_at__lte=now)
        .select_related("draw__round__plan__lead__parent", "result")
        .prefetch_related("contributors__organisation__parent")
        .order_by("-sealed_at", "-pk")
    )


def is_released(attempt: Attempt, now: datetime) -> bool:
    """Whether notice, rosters, numbers, seed and result of an attempt are public at `now`.

    Under an embargo the log has the digests and the value of the dice alone: with the numbers anybody could compute
    the result, for enterprises' credit codes are no secret.
    """
    return attempt.release_at is None or attempt.released_at is not None or now >= attempt.release_at


def holds_back(attempt: Attempt, now: datetime) -> bool:
    """Whether a drawn list is under its embargo at `now`, so that naming one of the drawn would break it."""
    return attempt.drawn_at is not None and not is_released(attempt, now)


def has_rounds_to_come(plan: Plan) -> bool:
    """Whether a round of the plan has no result yet: then the plan is neither drawn nor completed."""
    return len(drawn_rounds([plan.pk]).get(plan.pk, ())) < plan.round_count


def notice_bytes(attempt: Attempt) -> bytes:
    """notice.json of a sealed attempt."""
    return attempt.notice.encode()


def bundle_bytes(attempt: Attempt) -> bytes:
    """The bundle of a drawn attempt as a zip, with log.json once its entries are in the log.

    The same bytes every time after that, but for cosignatures that come. Raises ValueError for one that is not drawn.
    Whether it may be given out is the caller's question (`is_released`).
    """
    out = io.BytesIO()
    lottery.write_zip(
        out, stored.notice_value(attempt), stored.rosters_of(attempt), stored.result_value(attempt), log_value(attempt)
    )
    return out.getvalue()


def record_signatures(attempts: "list[Attempt]") -> dict[int, list[Signature]]:
    """The signatures under the records of these attempts, by attempt, in one query."""
    things = {f"attempt:{attempt.pk}": attempt.pk for attempt in attempts}
    found: dict[int, list[Signature]] = {attempt.pk: [] for attempt in attempts}
    rows = Signature.objects.filter(thing__in=list(things)).select_related("user", "organisation", "entered_by", "file")
    for signature in rows.exclude(state=Signature.State.VOID):
        found[things[signature.thing]].append(signature)
    return found
