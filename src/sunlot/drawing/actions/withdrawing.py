"""Giving up what is not sealed: the number stays used, and an entry of the public log says why nothing follows it.

What is sealed ends in a result or an abort alone (`ending`).
"""

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.planning import actions as planning
from sunlot.planning.models import Plan
from sunlot.trail.actions import record

from .. import events, policy
from ..models import Attempt
from .ending import count_waiting
from .locking import family_locked, locked, move, require_state, subject, thing
from .preparing import HOST_WORDS
from .replacing import public_reason


@transaction.atomic
def withdraw_supplement(viewer: Viewer, attempt: Attempt, reason: str) -> Attempt:
    """Give up a supplementary draw that is prepared and not sealed; its objects wait for the next one.

    Withdrawn twice is withdrawn once. Raises NotAllowed for others than the host, Refused for another draw, once it is
    sealed, and for a reason that may not be public.
    """
    found = family_locked(attempt)
    policy.require(viewer, policy.may_host(viewer, found.draw.round.plan), HOST_WORDS)
    if found.draw.supplements is None:
        raise Refused("这不是补充抽取。计划的抽取随计划撤回。")
    if found.state == Attempt.State.WITHDRAWN:
        return found
    require_state(found, Attempt.State.PREPARING, act="撤回")
    _withdraw(viewer, found, public_reason(reason))
    count_waiting(found)
    return found


@planning.withdrawal_follower
def _with_its_plan(viewer: Viewer, plan: Plan) -> None:
    """A plan is withdrawn with whatever of its draws was prepared."""
    for one in Attempt.objects.filter(draw__round__plan=plan, state=Attempt.State.PREPARING).order_by("pk"):
        _withdraw(viewer, locked(one), "计划已撤回")


def _withdraw(viewer: Viewer, attempt: Attempt, reason: str) -> None:
    move(attempt, Attempt.State.WITHDRAWN)
    attempt.withdrawn_at, attempt.withdrawn_reason = clock.now(), reason
    attempt.save(update_fields=["state", "withdrawn_at", "withdrawn_reason"])
    record(
        viewer,
        events.WITHDRAWN,
        thing(attempt),
        f"撤回未封存的抽取：{reason}",
        subject=subject(attempt),
        public={"reason": reason},
    )
