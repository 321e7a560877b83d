"""Everything that changes a draw, in the order of the ceremony. Nothing else writes this room's tables."""

from .ceremony import read_beacon, reveal, seal
from .ending import abort_if_due, draw, release, settle
from .preparing import LotteryNumbers, change_settings, commit, prepare, prepare_again
from .record import confirm_record_paper, refuse_record, reject_record_paper, sign_record, upload_record_paper

__all__ = [
    "LotteryNumbers", "abort_if_due", "change_settings", "commit", "confirm_record_paper", "draw", "prepare",
    "prepare_again", "read_beacon", "refuse_record", "reject_record_paper", "release", "reveal", "seal", "settle",
    "sign_record", "upload_record_paper",
]  # fmt: skip
