"""Asking for a simulation."""

from django.db import transaction

from sunlot.desk import work
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.planning import policy as planning
from sunlot.planning.models import Plan
from sunlot.planning.queries import windows, with_parts
from sunlot.planning.rounds import next_round
from sunlot.trail.actions import record

from .. import events
from ..models import Simulation
from ..policy import require
from .background import SIMULATE, address_of, digest_of

SEEDS = 500

SIMULATED = (*Plan.UNPUBLISHED, Plan.State.PUBLISHED)
"""The states in which the registries of today say something about what will be drawn."""


@transaction.atomic
def start_simulation(viewer: Viewer, plan: Plan, seeds: int = SEEDS) -> Simulation:
    """Have the draw of a plan tried with `seeds` other seeds in the background; one that runs already is returned as it is.

    Raises NotAllowed for anybody but those who may write the plan, Refused for a plan whose draw is over.
    """
    locked = Plan.objects.select_for_update(of=("self",)).select_related("lead__parent").get(pk=plan.pk)
    who = f"模拟抽取由{locked.lead.name}的经办人、负责人或统筹科室进行。"
    require(viewer, planning.may_write(viewer, locked), who)
    if locked.state not in SIMULATED:
        raise Refused(f"计划{locked.get_state_display()}，不再模拟。")
    running = Simulation.objects.filter(plan=locked, state=Simulation.State.RUNNING).first()
    if running is not None:
        return running
    said = with_parts(Plan.objects.select_related("lead__parent", "revises", "annual_line__annual")).get(pk=locked.pk)
    simulation = Simulation.objects.create(
        plan=locked,
        version=locked.version,
        content_digest=digest_of(said),
        day=max(windows(said)[next_round(said) - 1].draw_day, clock.today()),
        seeds=seeds,
        asked_by_id=viewer.user_id,
        asked_at=clock.now(),
    )
    work.start(
        viewer,
        SIMULATE,
        f"模拟抽取“{locked}”",
        subject=locked.thing,
        address=address_of(locked),
        arguments={"simulation": simulation.pk},
        total=seeds,
    )
    after = {"content": simulation.content_digest, "seeds": seeds}
    record(viewer, events.SIMULATED, locked.thing, f"用 {seeds} 个种子模拟抽取", after=after)
    return simulation
