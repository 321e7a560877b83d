"""The registries' tables, by noun."""

from sunlot.catalogue.vocabulary import RiskClass

from .imports import ColumnMemory, Import, ImportFinding
from .inspectors import Avoidance, Inspector
from .objects import Entity, InspectionObject, Involvement

__all__ = [
    "Avoidance",
    "ColumnMemory",
    "Entity",
    "Import",
    "ImportFinding",
    "InspectionObject",
    "Inspector",
    "Involvement",
    "RiskClass",
]
