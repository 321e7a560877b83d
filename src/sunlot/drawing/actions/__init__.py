"""Everything that changes a draw, in the order of the ceremony. Nothing else writes this room's tables."""

from .ceremony import read_beacon, reveal, seal
from .ending import abort_if_due, draw, mark_dispatched, release, settle
from .filing import file_record
from .preparing import LotteryNumbers, change_settings, commit, prepare, prepare_again, prepare_supplement
from .record import paper_confirmed, refuse_record, sign_by_hand, sign_record
from .replacing import Upload, approve_replacement, propose_inspector, propose_object, refuse_replacement
from .withdrawing import withdraw_supplement

__all__ = [
    "LotteryNumbers",
    "Upload",
    "abort_if_due",
    "approve_replacement",
    "change_settings",
    "commit",
    "draw",
    "file_record",
    "mark_dispatched",
    "paper_confirmed",
    "prepare",
    "prepare_again",
    "prepare_supplement",
    "propose_inspector",
    "propose_object",
    "read_beacon",
    "refuse_record",
    "refuse_replacement",
    "release",
    "reveal",
    "seal",
    "settle",
    "sign_by_hand",
    "sign_record",
    "withdraw_supplement",
]
