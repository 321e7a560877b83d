"""Everything that changes a plan. Nothing else writes this room's tables."""

from .changing import change_check, open_change_order, order_follower
from .guards import HEAD, LEADER, fingerprint, page_of
from .plans import (
    HOW_TO_CHANGE,
    change_plan,
    confirm_participation,
    create_plan,
    mark_completed,
    mark_drawn,
    paper_confirmed,
    refuse_participation,
    return_plan,
    sign_as_head,
    sign_as_leader,
    submit_plan,
    withdraw_plan,
    withdrawal_check,
    withdrawal_follower,
)

__all__ = [
    "HEAD",
    "HOW_TO_CHANGE",
    "LEADER",
    "change_check",
    "change_plan",
    "confirm_participation",
    "create_plan",
    "fingerprint",
    "mark_completed",
    "mark_drawn",
    "open_change_order",
    "order_follower",
    "page_of",
    "paper_confirmed",
    "refuse_participation",
    "return_plan",
    "sign_as_head",
    "sign_as_leader",
    "submit_plan",
    "withdraw_plan",
    "withdrawal_check",
    "withdrawal_follower",
]
