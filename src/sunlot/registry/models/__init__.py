"""The registries' tables, by noun."""

from sunlot.catalogue.vocabulary import RiskClass

from .accounts import ImportedAccount
from .avoidance import Avoidance
from .bulk import BulkEdit
from .duplicates import BlockingKey, DuplicatePair, EntityKey, EntityMerge, EntityPair, Merge
from .experts import Expert, Institution
from .imports import ColumnMemory, Import, ImportFinding
from .inspectors import Assessment, Inspector, Leave
from .licences import Licence
from .loans import Loan
from .objects import Entity, InspectionObject, Involvement
from .reconciliation import Reconciliation, ReconciliationLine
from .risk import CreditMark, RiskRule, RiskRuleSet

__all__ = [
    "Assessment",
    "Avoidance",
    "BlockingKey",
    "BulkEdit",
    "ColumnMemory",
    "CreditMark",
    "DuplicatePair",
    "Entity",
    "EntityKey",
    "EntityMerge",
    "EntityPair",
    "Expert",
    "Import",
    "ImportFinding",
    "ImportedAccount",
    "InspectionObject",
    "Inspector",
    "Institution",
    "Involvement",
    "Leave",
    "Licence",
    "Loan",
    "Merge",
    "Reconciliation",
    "ReconciliationLine",
    "RiskClass",
    "RiskRule",
    "RiskRuleSet",
]
