"""Everything that changes a draw, in the order of the ceremony. Nothing else writes this room's tables."""

from .ceremony import read_beacon, reveal, seal
from .ending import abort_if_due, draw, release, settle
from .preparing import LotteryNumbers, change_settings, commit, prepare, prepare_again
from .record import paper_confirmed, refuse_record, sign_record

__all__ = [
    "LotteryNumbers",
    "abort_if_due",
    "change_settings",
    "commit",
    "draw",
    "paper_confirmed",
    "prepare",
    "prepare_again",
    "read_beacon",
    "refuse_record",
    "release",
    "reveal",
    "seal",
    "settle",
    "sign_record",
]
