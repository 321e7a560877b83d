"""What the pages say of a plan's simulations: the newest figures, whether they still hold, and who may simulate again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sunlot.desk.models import Job
from sunlot.desk.work import job_of, may_stop, shown
from sunlot.organisations.viewer import Viewer
from sunlot.planning import policy as planning
from sunlot.planning.models import Plan

from ..models import Simulation
from . import tables
from .actions import SEEDS, SIMULATED
from .background import SIMULATE
from .queries import is_stale

NOTE = "模拟不会也不能选定真正的种子：种子在封存名单之后产生。"


@dataclass(frozen=True)
class Standing:
    """The newest simulation and the newest with figures (mostly the same), and the job while it lives."""

    newest: Simulation | None
    done: Simulation | None
    stale: bool
    job: Job | None
    may_start: bool
    may_stop: bool


def standing(viewer: Viewer, plan: Plan) -> Standing:
    """Where the simulations of a plan stand; two queries at most where none runs. The plan comes with its parts."""
    runs = Simulation.objects.filter(plan=plan).select_related("asked_by")
    newest = runs.first()
    done = newest
    if newest is not None and newest.state != Simulation.State.DONE:
        done = runs.filter(state=Simulation.State.DONE).first()
    running = newest is not None and newest.state == Simulation.State.RUNNING
    job = job_of(plan.thing, SIMULATE) if running else None
    return Standing(
        newest=newest,
        done=done,
        stale=done is not None and is_stale(done, plan),
        job=job,
        may_start=not running and plan.state in SIMULATED and planning.may_write(viewer, plan),
        may_stop=job is not None and job.is_live and may_stop(viewer, job),
    )


def context_of(found: Standing) -> dict[str, Any]:
    """The standing for a template."""
    return {
        "newest": found.newest,
        "simulation": found.done,
        "stale": found.stale,
        "job": found.job,
        "may_start": found.may_start,
        "may_stop": found.may_stop,
        "seeds": SEEDS,
        "note": NOTE,
    }


def seen(viewer: Viewer, plan: Plan) -> dict[str, Any]:
    """For the page on which the result stands: whoever sees it need not be reminded of its job any more."""
    return shown(viewer, job_of(plan.thing, SIMULATE))


def summary(found: Standing) -> list[tables.Table]:
    """What a plan's own page shows of the figures: how they fall on the districts."""
    return tables.coverage(found.done.figures)[:1] if found.done is not None else []


@dataclass(frozen=True)
class Part:
    """A part of the page: its heading and its tables."""

    key: str
    title: str
    tables: list[tables.Table]


def parts(figures: Mapping[str, Any], day: date) -> list[Part]:
    """All tables in the order of the page; what is infeasible comes first."""
    found = [
        Part("infeasible", "不可行之处", tables.infeasible(figures)),
        Part("coverage", "抽中的对象怎样分布", [*tables.rounds(figures), *tables.coverage(figures)]),
        Part("enterprises", "对企业的影响", [*tables.year(figures, day.year), *tables.enterprises(figures)]),
        Part("people", "检查组和检查人员的负担", tables.people(figures)),
    ]
    return [part for part in found if part.tables]
