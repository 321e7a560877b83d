"""One visit, many checks on the pages of a plan: what others of its time visit too, what was asked and answered."""

from typing import Any

from sunlot.organisations.viewer import Viewer
from sunlot.registry.panels import Panel

from .. import policy
from ..models import Plan
from ..panels import plan_panel
from . import queries
from .overlap import TO_DRAW, Overlap, overlap_of

State = Plan.State


@plan_panel
def together(viewer: Viewer, plan: Plan, brief: bool) -> Panel | None:
    """What was asked and answered, and what others visit too: in brief the figures, on the plan's own page a place that
    fetches them, for they compare the objects of all plans of the time.
    """
    shown: dict[str, Any] = {"requests": list(queries.requests_of(viewer, plan)) if not brief else []}
    if plan.state in (*TO_DRAW, State.DRAWN):
        shown |= figures(viewer, plan, overlap_of(viewer, plan), brief=True) if brief else {"fetches": True}
    elif not shown["requests"]:
        return None
    return Panel(
        "together",
        "综合查一次",
        "同期其他计划也检查的对象，合并以后一次检查",
        "planning/together/_panel.html",
        {**shown, "plan": plan, "brief": brief},
    )


def figures(viewer: Viewer, plan: Plan, found: Overlap, *, brief: bool = False) -> dict[str, Any]:
    """The figures of an overlap, each other plan with whether this viewer may ask to merge with it (never in brief)."""
    may_ask = not brief and policy.may_write(viewer, plan) and plan.revises_id is None
    requests = queries.requests_of(viewer, plan) if may_ask else []
    waiting = {pk for one in requests if one.is_open for pk in (one.asking_id, one.asked_id)}
    others = [(one, may_ask and one.plan.pk not in waiting and _can_merge(plan, one.plan)) for one in found.others]
    return {"plan": plan, "overlap": found, "others": others, "brief": brief}


def _can_merge(plan: Plan, other: Plan) -> bool:
    """Two that are being written become one; two drawn ones agree on a day."""
    return (plan.is_open and other.is_open) or (plan.state == State.DRAWN and other.state == State.DRAWN)
