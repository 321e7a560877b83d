"""The tables of the catalogue."""

from .guides import Guide, GuideVersion
from .items import Basis, Frequency, Item, ItemVersion, Material, OfferedFinding, SubItem
from .version import Version
from .words import Competence, ObjectKind

__all__ = [
    "Basis",
    "Competence",
    "Frequency",
    "Guide",
    "GuideVersion",
    "Item",
    "ItemVersion",
    "Material",
    "ObjectKind",
    "OfferedFinding",
    "SubItem",
    "Version",
]
