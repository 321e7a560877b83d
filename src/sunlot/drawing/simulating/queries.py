"""Reading simulations, scoped to the viewer: who sees a plan sees its simulations."""

from django.db.models import QuerySet

from sunlot.organisations.viewer import Viewer
from sunlot.planning.models import Plan
from sunlot.planning.queries import plans_seen
from sunlot.planning.rounds import next_round

from ..models import Simulation
from .background import digest_of


def simulations_seen(viewer: Viewer) -> "QuerySet[Simulation]":
    """The simulations of the plans that the viewer sees, newest first."""
    plans = plans_seen(viewer).order_by().values("pk")
    return Simulation.objects.filter(plan__in=plans).select_related("asked_by", "plan__lead")


def newest_of(plan: Plan) -> Simulation | None:
    """The newest simulation with figures of a plan that the viewer was let to see."""
    done = Simulation.objects.filter(plan=plan, state=Simulation.State.DONE)
    return done.select_related("asked_by").first()


def is_stale(simulation: Simulation, plan: Plan) -> bool:
    """Whether the plan says something else by now, or another of its rounds is next; `plan` comes with its parts."""
    return digest_of(plan) != simulation.content_digest or simulation.figures.get("round", 1) != next_round(plan)
