"""Everything that changes the registries by hand. Imports of whole rosters are in `registry.imports`."""

from .assessments import record_assessment, void_assessment
from .avoidance import Evidence, add_avoidance, decide_avoidance, end_avoidance, lift_rotation
from .bulk import apply_bulk, preview_bulk, undo_bulk
from .common import Stale
from .duplicates import find_duplicates, tell_apart
from .entities import change_entity, create_entity
from .experts import (
    change_expert,
    recommend_expert,
    review_expert,
    set_expert_state,
)
from .inspectors import change_inspector, recommend_inspector, review_inspector, review_inspectors, set_inspector_state
from .institutions import add_institution, change_institution, institution_named
from .leaves import cancel_leave, decide_leave, enter_leave
from .licences import add_licence, end_licence
from .loans import agree_loan, ask_loan, end_loan, refuse_loan
from .merging import merge_objects, undo_merge
from .merging_entities import merge_entities, undo_entity_merge
from .objects import change_object, create_object, end_involvement, involve, set_object_state
from .risk import add_mark, decide_rules, end_mark, lapse_marks, propose_rules, set_risk, settle

__all__ = [
    "Evidence",
    "Stale",
    "add_avoidance",
    "add_institution",
    "add_licence",
    "add_mark",
    "agree_loan",
    "apply_bulk",
    "ask_loan",
    "cancel_leave",
    "change_entity",
    "change_expert",
    "change_inspector",
    "change_institution",
    "change_object",
    "create_entity",
    "create_object",
    "decide_avoidance",
    "decide_leave",
    "decide_rules",
    "end_avoidance",
    "end_involvement",
    "end_licence",
    "end_loan",
    "end_mark",
    "enter_leave",
    "find_duplicates",
    "institution_named",
    "involve",
    "lapse_marks",
    "lift_rotation",
    "merge_entities",
    "merge_objects",
    "preview_bulk",
    "propose_rules",
    "recommend_expert",
    "recommend_inspector",
    "record_assessment",
    "refuse_loan",
    "review_expert",
    "review_inspector",
    "review_inspectors",
    "set_expert_state",
    "set_inspector_state",
    "set_object_state",
    "set_risk",
    "settle",
    "tell_apart",
    "undo_bulk",
    "undo_entity_merge",
    "undo_merge",
    "void_assessment",
]
