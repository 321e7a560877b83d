"""The monitor: follows a log from look to look, keeps what it saw, and keeps the evidence of what was wrong.

The state file holds the log's key, the checkpoint seen last, how far each draw is, and every fault until somebody has
acknowledged it. It is replaced whole, after everything new was found right; where the log is not what it signed, the
checkpoint in it stays the last one that was good, so that every later look finds the same fault.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sunlot.ledger.checkpoints import open_checkpoint
from sunlot.ledger.keys import VerifierKey, parse_verifier_key
from sunlot.ledger.text import encode_base64
from sunlot.ledger.tiles import WIDTH, Bundle
from sunlot.ledger.tree import inclusion_proof
from sunlot.norms import clock

from .draws import Draws, Violation
from .files import write_whole
from .following import Broken, Step, follow, proven, read_bundle
from .notices import NOTICES_AT_ONCE, notice_file
from .sources import Missing, Source, Unreachable


class BadState(Exception):  # noqa: N818 -- reads as what is wrong
    """The state file is not one of this monitor, or belongs to another log."""


@dataclass
class Fault:
    """Something that was wrong: when it was found, in words, and the files that show it."""

    found_at: str
    words: str
    evidence: list[str]
    acknowledged: bool = False


@dataclass
class State:
    """What the monitor knows of one log."""

    vkey: str
    checkpoint: str | None = None
    seen_at: str | None = None
    draws: dict[str, Any] = field(default_factory=lambda: Draws().to_json())
    faults: list[Fault] = field(default_factory=list)

    @property
    def open_faults(self) -> list[Fault]:
        return [fault for fault in self.faults if not fault.acknowledged]


@dataclass(frozen=True)
class Look:
    """What one look at the log found: how far it was and is, the faults that are new, and what is merely worth knowing.

    `followed` is false where the log is not what it signed: then nothing new was read, and `size` is that of the last
    checkpoint that was good.
    """

    old: int
    size: int
    cosigned: tuple[str, ...]
    new_faults: tuple[Fault, ...]
    remarks: tuple[str, ...]
    followed: bool = True


def load(path: Path) -> State | None:
    """The state in a file; None where there is no file yet. Raises BadState for one that it did not write."""
    try:
        value = json.loads(path.read_bytes())
        if value.pop("format") != "sunlot-watch/1":
            raise ValueError
        state = State(**{**value, "faults": [Fault(**one) for one in value["faults"]]})
        _size_of(state, parse_verifier_key(state.vkey))
        Draws.from_json(state.draws)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadState(f"{path} is not a state file of sunlot log watch: {error}") from error
    return state


def save(path: Path, state: State) -> None:
    """Keep the state, whole and durable."""
    value = {"format": "sunlot-watch/1", **asdict(state)}
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1).encode())


def look(source: Source, state: State, path: Path, now: datetime, witnesses: Sequence[VerifierKey] = ()) -> Look:
    """Look at the log once, and keep what was found in the state file at `path` and the folder beside it.

    `witnesses` are keys whose cosignatures are checked, and told where they are there.

    Raises Unreachable where the log can't be read just now; then nothing is known and nothing is kept.
    """
    key = parse_verifier_key(state.vkey)
    try:
        step, draws, violations = _read(source, state, key, now, witnesses)
        shown = [(violation.words, _evidence(step, violation)) for violation in violations]
    except Broken as broken:
        what = broken.rule + (state.checkpoint or "")
        found = _keep(state, path, str(broken), broken.evidence, now, what)
        save(path, state)
        size = _size_of(state, key)
        return Look(size, size, (), found, (), followed=False)
    fresh: tuple[Fault, ...] = ()
    for words, evidence in shown:
        fresh += _keep(state, path, words, {"entries.json": evidence}, now)
    state.checkpoint, state.seen_at = step.note.decode(), clock.iso(now)
    state.draws = draws.to_json()
    save(path, state)
    names = tuple(one.key.name for one in step.new.cosigned)
    return Look(step.old.size, step.checkpoint.size, names, fresh, tuple(_remarks(draws)))


def _read(
    source: Source, state: State, key: VerifierKey, now: datetime, witnesses: Sequence[VerifierKey]
) -> tuple[Step, Draws, list[Violation]]:
    """Follow the log and read all that is new. The state stays as it is."""
    draws = Draws.from_json(state.draws)
    try:
        step = follow(source, key, state.checkpoint.encode() if state.checkpoint else None, witnesses)
    except Missing as error:
        raise Unreachable(str(error)) from error
    violations = []
    for index, entry in step.entries():
        violations += draws.add(index, entry)
    violations += _learn(source, draws)
    violations += draws.judge_without_notice()
    violations += draws.overdue(now)
    return step, draws, violations


def _learn(source: Source, draws: Draws) -> list[Violation]:
    """Read the notice files that are public by now, where the log stands beside a portal."""
    found = []
    for draw, attempt, digest in draws.wanted()[-NOTICES_AT_ONCE:]:
        try:
            notice = notice_file(source, draw, attempt)
        except (Missing, Unreachable):  # an embargo, or a mirror that has the log alone: asked again at the next look
            continue
        found += draws.learn(digest, notice)
    return found


def _evidence(step: Step, violation: Violation) -> bytes:
    """The entries that show a violation, each with its proof under the newest checkpoint: JSON."""
    rows = [_proven_entry(step, index) for index in violation.entries]
    value = {"words": violation.words, "checkpoint": step.note.decode(), "entries": rows}
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _proven_entry(step: Step, index: int) -> dict[str, object]:
    size = step.checkpoint.size
    bundle = Bundle(index // WIDTH, min(WIDTH, size - index // WIDTH * WIDTH))
    return proven(
        {"checkpoint": step.note},
        lambda: {
            "index": index,
            "entry": step.reader.entries(bundle, read_bundle(step.source, bundle))[index - bundle.first].decode(),
            "proof": [encode_base64(one) for one in inclusion_proof(index, size, step.reader)],
        },
    )


def _keep(
    state: State, path: Path, words: str, evidence: dict[str, bytes], now: datetime, what: str = ""
) -> tuple[Fault, ...]:
    """Write a fault and its evidence down, unless the same is known already. Returns it if it is new.

    `what` identifies it, by default its words. Where the log still is not what it signed, the fault stands open again,
    whoever has acknowledged it: the log is not being watched beyond it.
    """
    folder = path.with_name(f"{path.name}.evidence") / hashlib.sha256((what or words).encode()).hexdigest()[:12]
    names = sorted(str(folder / name) for name in evidence)
    for known in state.faults:
        if known.evidence == names:
            known.acknowledged = known.acknowledged and not what
            return ()
    write_whole(folder / "words.txt", f"{words}\n".encode())
    write_whole(folder / "vkey", f"{state.vkey}\n".encode())
    for name, data in evidence.items():
        write_whole(folder / name, data)
    fault = Fault(clock.iso(now), words, names)
    state.faults.append(fault)
    return (fault,)


def _remarks(draws: Draws) -> list[str]:
    """What is no fault yet, but worth watching."""
    gaps = [number for number, _ in draws.gaps()]
    found = [f"抽取编号 {number} 还没有出现在日志里" for number in gaps[:10]]
    return [*found, f"等 {len(gaps)} 个编号"] if len(gaps) > 10 else found


def _size_of(state: State, key: VerifierKey) -> int:
    if state.checkpoint is None:
        return 0
    return open_checkpoint(state.checkpoint.encode(), key).checkpoint.size
