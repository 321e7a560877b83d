"""What the draw says on the pages of a plan: what a simulation showed before anybody signed; and what was drawn and not
sent out yet, for plans that would visit the same objects.
"""

from collections.abc import Collection

from sunlot.organisations.viewer import Viewer
from sunlot.planning.models import Plan
from sunlot.planning.panels import plan_panel
from sunlot.planning.together.overlap import Undispatched, drawn_source
from sunlot.registry.panels import Panel

from .finding import sees_names
from .models import Attempt
from .outcome import outcome
from .queries import with_all
from .simulating import page
from .simulating.actions import SIMULATED


@plan_panel
def simulated(viewer: Viewer, plan: Plan, brief: bool) -> Panel | None:
    """The newest simulation in brief, or how to start one; what was once simulated stays to be read."""
    standing = page.standing(viewer, plan)
    if standing.newest is None and (plan.state not in SIMULATED or (brief and not standing.may_start)):
        return None
    context = {**page.context_of(standing), "plan": plan, "brief": brief, "tables": page.summary(standing)}
    return Panel("simulated", "模拟抽取", page.NOTE, "drawing/_simulated.html", context)


@drawn_source
def undispatched(viewer: Viewer, plans: Collection[Plan]) -> dict[int, Undispatched]:
    """The objects drawn by these plans in draws whose tasks have not gone out, by the plan's key; of supplementary draws
    the objects are those of the draw that they supplement.
    """
    drawn = (Attempt.State.DRAWN, Attempt.State.SIGNED, Attempt.State.ARCHIVED)
    waiting = with_all(
        Attempt.objects.filter(
            draw__round__plan__in=[plan.pk for plan in plans],
            draw__supplements__isnull=True,
            state__in=drawn,
            dispatched_at__isnull=True,
        )
    )
    found: dict[int, Undispatched] = {}
    for attempt in waiting:
        key = attempt.draw.round.plan_id
        before = found.get(key, Undispatched(frozenset(), True))
        names = before.may_name and sees_names(viewer, attempt)
        found[key] = Undispatched(before.numbers | set(outcome(attempt).objects), names)
    return found
