"""The registries' tables, by noun."""

from sunlot.catalogue.vocabulary import RiskClass

from .bulk import BulkEdit
from .duplicates import BlockingKey, DuplicatePair, Merge
from .imports import ColumnMemory, Import, ImportFinding
from .inspectors import Avoidance, Inspector
from .licences import Licence
from .objects import Entity, InspectionObject, Involvement
from .reconciliation import Reconciliation, ReconciliationLine
from .risk import CreditMark, RiskRule, RiskRuleSet

__all__ = [
    "Avoidance",
    "BlockingKey",
    "BulkEdit",
    "ColumnMemory",
    "CreditMark",
    "DuplicatePair",
    "Entity",
    "Import",
    "ImportFinding",
    "InspectionObject",
    "Inspector",
    "Involvement",
    "Licence",
    "Merge",
    "Reconciliation",
    "ReconciliationLine",
    "RiskClass",
    "RiskRule",
    "RiskRuleSet",
]
