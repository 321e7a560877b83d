"""Verifying a bundle: the steps of the protocol's table, by the same names and in the same order.

Every step uses what it computed itself from notice, rosters and reveals, never what the result claims.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sunlot.lottery.bundle import (
    LOG,
    MAX_SIZE,
    NOTICE,
    RESULT,
    Bundle,
    find_rosters,
    open_bundle,
    read_canonical,
    too_long,
)
from sunlot.lottery.drawing import Examination, carry_out, examine
from sunlot.lottery.errors import Fault, Refused, few, show
from sunlot.lottery.logged import Claims, LoggedDraw, LogReader, check_log, check_order
from sunlot.lottery.notice import read_notice
from sunlot.lottery.remarks import remarks_on
from sunlot.lottery.result import Outcome, check_shape, result_digest
from sunlot.norms.canonical import Json

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(frozen=True)
class StepReport:
    """A step of the table: its name, its outcome (``passed``, ``failed``, ``skipped``) and its faults."""

    step: str
    outcome: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Report:
    """What verifying a bundle showed.

    `reproduced`: all steps before ``log`` passed, the arithmetic is right. `verified`: ``log`` and ``order`` passed
    too, so that the list was not made first. `remarks` are no faults: what a reader should know.
    """

    steps: tuple[StepReport, ...]
    remarks: tuple[str, ...]

    @property
    def reproduced(self) -> bool:
        return all(step.outcome == PASSED for step in self.steps if step.step not in _LOG_STEPS)

    @property
    def verified(self) -> bool:
        return all(step.outcome == PASSED for step in self.steps)

    @property
    def failed(self) -> bool:
        """Whether any step failed, ``log`` and ``order`` among them."""
        return any(step.outcome == FAILED for step in self.steps)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of all steps, in order."""
        return tuple(fault for step in self.steps for fault in step.faults)

    def as_json(self) -> dict[str, object]:
        """The value that ``sunlot verify --json`` prints."""
        return {
            "verified": self.verified,
            "reproduced": self.reproduced,
            "steps": [
                {"step": step.step, "outcome": step.outcome, "faults": [str(fault) for fault in step.faults]}
                for step in self.steps
            ],
            "remarks": list(self.remarks),
        }


@dataclass
class _Evidence:
    """What the steps look at: gathered once, before the first step."""

    notice: Json = None
    result: Json = None
    files_faults: list[Fault] = field(default_factory=list)
    log: bytes | None = None
    log_reader: LogReader | None = None
    logged: LoggedDraw | None = None
    examination: Examination | None = None
    outcome: Outcome | None = None

    @property
    def claimed(self) -> dict[str, object]:
        """What result.json says, by member; empty when it is no object."""
        return dict(self.result) if isinstance(self.result, dict) else {}


def verify(path: Path | str, max_size: int = MAX_SIZE, log_reader: LogReader | None = None) -> Report:
    """Verify the bundle (a folder or a zip) at `path`.

    `log_reader` knows the key of the transparency log, from elsewhere than the bundle: a key that comes with it proves
    nothing. Without it, or without a log.json, ``log`` and ``order`` are skipped. Raises `CannotOpen` when the bundle
    cannot be opened; everything else is in the report.
    """
    evidence = _gather(Path(path), max_size)
    evidence.log_reader = log_reader
    outcomes: dict[str, str] = {}
    steps: list[StepReport] = []
    for name, needs, check in _STEPS:
        faults = None
        if all(outcomes[need] == PASSED for need in needs):
            faults = check(evidence)
        outcome = SKIPPED if faults is None else FAILED if faults else PASSED
        outcomes[name] = outcome
        steps.append(StepReport(name, outcome, tuple(faults or ())))
    remarks: list[str] = []
    if outcomes["notice"] == PASSED and evidence.examination is not None:
        remarks = remarks_on(evidence.examination, evidence.outcome)
    if evidence.log is not None and log_reader is None:
        remarks.append("材料包含有 log.json，但没有给出日志的公钥（--log-key）：log、order 两步略过。")
    if evidence.log is None and log_reader is not None:
        remarks.append("给出了日志的公钥，但材料包中没有 log.json：log、order 两步略过。")
    return Report(tuple(steps), tuple(remarks))


def _gather(path: Path, max_size: int) -> _Evidence:
    """Open the bundle, read everything once, and carry the draw out again if nothing speaks against it."""
    bundle = open_bundle(path, max_size)
    evidence = _Evidence(files_faults=list(bundle.faults))
    if bundle.faults:
        return evidence
    notice, result = read_canonical(bundle, NOTICE), read_canonical(bundle, RESULT)
    evidence.notice, evidence.result = notice.value, result.value
    evidence.files_faults += [*notice.faults, *result.faults]
    evidence.log = _read_log(bundle, evidence.files_faults)
    if notice.faults:
        return evidence
    rosters, faults = find_rosters(bundle, read_notice(notice.value).parts)
    evidence.files_faults += faults
    if rosters is None:
        return evidence
    try:
        claimed = evidence.claimed
        evidence.examination = examine(notice.value, rosters, claimed.get("reveals"), claimed.get("beacon"))
    except Refused as refusal:  # a damaged entry of the zip
        evidence.files_faults += refusal.faults
        return evidence
    evidence.files_faults += evidence.examination.files_faults
    if not evidence.files_faults and not evidence.examination.notice_faults and evidence.examination.drums is not None:
        evidence.outcome = carry_out(evidence.examination)
    return evidence


def _read_log(bundle: Bundle, faults: list[Fault]) -> bytes | None:
    """log.json as it stands; None where there is none, or where it can't be read, which is a fault."""
    if LOG not in bundle.sizes:
        return None
    fault = too_long(bundle, LOG)
    if fault is not None:
        faults.append(fault)
        return None
    try:
        return bundle.read(LOG)
    except Refused as refusal:
        faults += refusal.faults
        return None


def _files(evidence: _Evidence) -> list[Fault]:
    return few(evidence.files_faults)


def _notice(evidence: _Evidence) -> list[Fault]:
    return _examined(evidence).notice_faults


def _commitments(evidence: _Evidence) -> list[Fault]:
    return _examined(evidence).reveal_faults


def _beacon(evidence: _Evidence) -> list[Fault]:
    return _examined(evidence).beacon_faults


def _seed(evidence: _Evidence) -> list[Fault]:
    computed = _computed(evidence).seed
    return _compare([("seed", evidence.claimed.get("seed"), computed)])


def _objects(evidence: _Evidence) -> list[Fault]:
    expected = [
        {"stratum": one.stratum, "drawn": list(one.drawn), "reserve": list(one.reserve)}
        for one in _computed(evidence).strata
    ]
    return _compare_rows("objects", evidence.claimed.get("objects"), expected)


def _teams(evidence: _Evidence) -> list[Fault]:
    outcome = _computed(evidence)
    teams = [
        {
            "id": team.id,
            "zone": team.zone,
            "members": [{"department": department, "inspector": name} for department, name in team.members],
        }
        for team in outcome.teams
    ]
    reserves = [{"zone": one.zone, "department": one.department, "order": list(one.order)} for one in outcome.reserves]
    return _compare_rows("teams", evidence.claimed.get("teams"), teams) + _compare_rows(
        "inspector_reserve", evidence.claimed.get("inspector_reserve"), reserves
    )


def _assignment(evidence: _Evidence) -> list[Fault]:
    outcome = _computed(evidence)
    expected = [{"objects": list(outcome.assignment.objects[team.id])} for team in outcome.teams]
    faults = _compare_rows("teams", evidence.claimed.get("teams"), expected)
    return faults + _compare([("unassigned", evidence.claimed.get("unassigned"), list(outcome.assignment.unassigned))])


def _result(evidence: _Evidence) -> list[Fault]:
    digest = _examined(evidence).reading.digest
    if digest is None:
        return [Fault(NOTICE, "hash", "“sha256”或“sm3”（才能核对 result.json 所指的公告）", "未知的摘要算法")]
    return few(check_shape(evidence.result, digest))


def _log(evidence: _Evidence) -> list[Fault] | None:
    """None without a log.json or without somebody who knows the log's key."""
    examination = _examined(evidence)
    if evidence.log is None or evidence.log_reader is None or examination.reading.digest is None:
        return None
    claims = Claims(
        examination.notice,
        examination.reading.digest,
        evidence.claimed,
        result_digest(evidence.result, examination.notice.hash),
    )
    evidence.logged, faults = check_log(evidence.log, evidence.log_reader, claims)
    return few(faults)


def _order(evidence: _Evidence) -> list[Fault] | None:
    if evidence.logged is None or not isinstance(evidence.notice, dict):
        return None
    return few(check_order(evidence.logged, _examined(evidence).notice, str(evidence.notice["reveal_by"])))


_Check = Callable[[_Evidence], list[Fault] | None]

# The protocol's table: step, what it needs, what it does (None: not carried out).
_STEPS: Sequence[tuple[str, tuple[str, ...], _Check]] = (
    ("files", (), _files),
    ("notice", ("files",), _notice),
    ("commitments", ("notice",), _commitments),
    ("beacon", ("notice",), _beacon),
    ("seed", ("commitments", "beacon"), _seed),
    ("objects", ("commitments", "beacon"), _objects),
    ("teams", ("commitments", "beacon"), _teams),
    ("assignment", ("commitments", "beacon"), _assignment),
    ("result", ("files",), _result),
    ("log", ("notice",), _log),
    ("order", ("log",), _order),
)
_LOG_STEPS = ("log", "order")
STEP_NAMES = tuple(name for name, _, _ in _STEPS)
"""The steps in the table's order."""


def _examined(evidence: _Evidence) -> Examination:
    """What every step after ``files`` may take for granted."""
    assert evidence.examination is not None  # noqa: S101  # step files passed
    return evidence.examination


def _computed(evidence: _Evidence) -> Outcome:
    """What every step after ``commitments`` and ``beacon`` may take for granted."""
    assert evidence.outcome is not None  # noqa: S101  # steps notice, commitments and beacon passed
    return evidence.outcome


def _compare_rows(name: str, claimed: object, expected: Sequence[Mapping[str, object]]) -> list[Fault]:
    """Compare a list of objects member by member; members that are not expected are step ``result``'s."""
    if not isinstance(claimed, list):
        return [Fault(RESULT, name, f"数组（{len(expected)} 项）", show(claimed))]
    faults = []
    if len(claimed) != len(expected):
        faults.append(Fault(RESULT, name, f"{len(expected)} 项", f"{len(claimed)} 项"))
    pairs: list[tuple[str, object, object]] = []
    for at, (row, wanted) in enumerate(zip(claimed, expected, strict=False)):
        if not isinstance(row, dict):
            faults.append(Fault(RESULT, f"{name}[{at}]", "对象", show(row)))
            continue
        for member, value in wanted.items():
            pairs.append((f"{name}[{at}].{member}", _known_members(row.get(member), value), value))
    return faults + _compare(pairs)


def _known_members(found: object, wanted: object) -> object:
    """`found` without members that `wanted` does not have, in a list of objects such as ``members``."""
    if not isinstance(found, list) or not isinstance(wanted, list):
        return found
    return [
        {member: value for member, value in item.items() if member in model}
        if isinstance(item, dict) and isinstance(model, dict)
        else item
        for item, model in zip(found, [*wanted, *[None] * len(found)], strict=False)
    ]


def _compare(pairs: Sequence[tuple[str, object, object]]) -> list[Fault]:
    """A fault for each (place, found, expected) that differ, naming the first difference of two lists."""
    faults: list[Fault] = []
    for place, found, expected in pairs:
        if type(found) is type(expected) and found == expected:
            continue
        if not isinstance(found, list) or not isinstance(expected, list):
            faults.append(Fault(RESULT, place, show(expected), show(found)))
        elif len(found) != len(expected):
            faults.append(Fault(RESULT, place, f"{len(expected)} 项", f"{len(found)} 项"))
        else:
            at = next(at for at, (one, other) in enumerate(zip(found, expected, strict=True)) if one != other)
            faults.append(Fault(RESULT, f"{place}[{at}]", _show_item(expected[at]), _show_item(found[at])))
    return faults


def _show_item(item: object) -> str:
    """An item of a list: an object's values side by side, for one with the right members."""
    if isinstance(item, dict) and all(isinstance(value, str) for value in item.values()):
        return "、".join(show(value) for value in item.values())
    return show(item)
