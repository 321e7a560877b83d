"""Plans: who inspects what, among whom, how many, when; signed and published before anything is drawn."""

from .plans import Participant, Plan, PlanItem, PlanStratum, PlanVersion, PlanZone

__all__ = ["Participant", "Plan", "PlanItem", "PlanStratum", "PlanVersion", "PlanZone"]
