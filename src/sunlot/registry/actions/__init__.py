"""Everything that changes the registries by hand. Imports of whole rosters are in `registry.imports`."""

from .avoidance import add_avoidance, end_avoidance
from .common import Stale
from .duplicates import find_duplicates, tell_apart
from .entities import change_entity, create_entity
from .inspectors import change_inspector, recommend_inspector, review_inspector, review_inspectors, set_inspector_state
from .licences import add_licence, end_licence
from .merging import merge_objects, undo_merge
from .objects import change_object, create_object, end_involvement, involve, set_object_state
from .risk import add_mark, decide_rules, end_mark, lapse_marks, propose_rules, set_risk, settle

__all__ = [
    "Stale",
    "add_avoidance",
    "add_licence",
    "add_mark",
    "change_entity",
    "change_inspector",
    "change_object",
    "create_entity",
    "create_object",
    "decide_rules",
    "end_avoidance",
    "end_involvement",
    "end_licence",
    "end_mark",
    "find_duplicates",
    "involve",
    "lapse_marks",
    "merge_objects",
    "propose_rules",
    "recommend_inspector",
    "review_inspector",
    "review_inspectors",
    "set_inspector_state",
    "set_object_state",
    "set_risk",
    "settle",
    "tell_apart",
    "undo_merge",
]
