"""Plans: who inspects what, among whom, how many, when; signed and published before anything is drawn."""

from .annual import AnnualLine, AnnualPlan, AnnualVersion
from .merging import MergeRequest
from .plans import (
    CompetenceSeat,
    Participant,
    Plan,
    PlanExpert,
    PlanItem,
    PlanRound,
    PlanStratum,
    PlanVersion,
    PlanZone,
)
from .ratios import RatioRow, RatioTable, RatioVersion

__all__ = [
    "AnnualLine",
    "AnnualPlan",
    "AnnualVersion",
    "CompetenceSeat",
    "MergeRequest",
    "Participant",
    "Plan",
    "PlanExpert",
    "PlanItem",
    "PlanRound",
    "PlanStratum",
    "PlanVersion",
    "PlanZone",
    "RatioRow",
    "RatioTable",
    "RatioVersion",
]
