"""The draw (摇号): freeze, seed, draw, verify. The protocol is docs/spec/draw-protocol.md; this is its implementation.

Standard library and `sunlot.norms` alone; no clock, no network, no random numbers: everything comes as an argument.
The names below are the public ones; the modules behind them may change.

Before the draw
    `Rosters(objects, inspectors, avoid)`: the roster files, each part as bytes, a path, or a `Part` that streams.
    `build_notice(template, rosters)`: digests and counts filled in; `check_notice(notice, rosters)`: every `Fault`.
    `read_notice(value)`: a `NoticeReading` with the typed `Notice`; `notice_digest(value)`.
    `commitment(draw, attempt, contributor, nonce, hash_name)`: what a contributor puts into the notice.

The draw
    `check_beacon(beacon, value)`: what is wrong with dice or lottery numbers typed in (`beacon` of a `Notice`).
    `read_reveals(notice, reveals)`: the pairs, and the faults of those that do not fit their commitments.
    `draw(notice, rosters, reveals, beacon)`: the value of result.json; `result_digest(result, hash_name)`.
    `write_folder(path, …)`, `write_zip(file, …)`: the bundle; `check_target(path)`: whether the folder may be written.

Checking and showing
    `verify(path, log_reader=…)`: a `Report` with steps, faults and remarks; a `LogReader` knows the log's key.
    `seed`, `key`, `ticket`: each formula by itself; `explain_object`, `stratum_tickets`: one ticket, all of a stratum.

Before it is sealed
    `Rehearsal(rosters, strata, teams)`: the same rosters drawn with other seeds; `rehearsal_seed(name, number)`.

After the draw
    `teams_of`, `zones_of`, `avoid_pairs`, `replace_object`, `replace_inspector`.

Errors: everything raised on purpose is a `LotteryError`: `Refused` with its `faults`, or `CannotOpen`.
"""

from sunlot.lottery.beacon import Beacon, Dice, Lottery, check_beacon
from sunlot.lottery.bundle import MAX_JSON, MAX_SIZE
from sunlot.lottery.drawing import build_notice, check_notice, draw, read_reveals
from sunlot.lottery.errors import CannotOpen, Fault, LotteryError, Refused
from sunlot.lottery.explain import Explanation, Ticket, explain_object, stratum_tickets
from sunlot.lottery.logged import LogReader, OpenLog
from sunlot.lottery.notice import Notice, NoticeReading, notice_digest, read_notice
from sunlot.lottery.rehearsal import Rehearsal, rehearsal_seed
from sunlot.lottery.replacement import (
    InspectorReplacement,
    ObjectReplacement,
    TeamNow,
    avoid_pairs,
    replace_inspector,
    replace_object,
    teams_of,
    zones_of,
)
from sunlot.lottery.result import result_digest
from sunlot.lottery.seeding import commitment, key, seed, ticket
from sunlot.lottery.sources import Part, Rosters
from sunlot.lottery.verification import STEP_NAMES, Report, StepReport, verify
from sunlot.lottery.writing import check_target, write_file_whole, write_folder, write_zip

__all__ = [
    "MAX_JSON", "MAX_SIZE", "STEP_NAMES", "Beacon", "CannotOpen", "Dice", "Explanation", "Fault",
    "InspectorReplacement", "LogReader", "Lottery", "LotteryError", "Notice", "NoticeReading", "ObjectReplacement",
    "OpenLog", "Part", "Refused", "Rehearsal", "Report", "Rosters", "StepReport", "TeamNow", "Ticket",
    "avoid_pairs", "build_notice", "check_beacon", "check_notice", "check_target", "commitment", "draw", "explain_object", "key", "notice_digest", "read_notice",
    "read_reveals", "rehearsal_seed", "replace_inspector", "replace_object", "result_digest", "seed", "stratum_tickets",
    "teams_of", "ticket", "verify", "write_file_whole", "write_folder", "write_zip", "zones_of",
]  # fmt: skip
