"""Plans: who inspects what, among whom, how many, when; signed and published before anything is drawn."""

from .annual import AnnualLine, AnnualPlan, AnnualVersion
from .plans import Participant, Plan, PlanExpert, PlanItem, PlanStratum, PlanVersion, PlanZone

__all__ = [
    "AnnualLine",
    "AnnualPlan",
    "AnnualVersion",
    "Participant",
    "Plan",
    "PlanExpert",
    "PlanItem",
    "PlanStratum",
    "PlanVersion",
    "PlanZone",
]
