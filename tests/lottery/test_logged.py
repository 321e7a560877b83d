"""log.json, rule by rule: what is wrong is told at its place, and nothing but the truth is believed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.ledger.known import KnownLog
from sunlot.lottery import verify
from sunlot.norms import canonical

from .making import VECTORS, read_json, write_as

FOLDER = VECTORS / "logged" / "roaming"
FILES = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
LOG = read_json(FOLDER / "log.json")
READER = KnownLog.by_key(FILES["vkey.txt"].decode().strip())


def outcome(log: bytes, tmp_path: Path) -> tuple[str, list[str]]:
    """How step ``log`` ends, and its faults."""
    report = verify(write_as("folder", FILES | {"log.json": log}, tmp_path / "bundle"), log_reader=READER)
    step = next(step for step in report.steps if step.step == "log")
    return step.outcome, [str(fault) for fault in step.faults]


def altered_entry(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Another value in the notice's entry, which is then no longer the one of the tree either."""

    def change(log: dict[str, Any]) -> None:
        entry = json.loads(log["notice"]["entry"])
        entry[name] = value
        log["notice"]["entry"] = canonical.dumps(entry).decode()

    return change


def put(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def change(log: Any) -> None:
        for name in path[:-1]:
            log = log[name]
        log[path[-1]] = value

    return change


RULES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "no checkpoint": (lambda log: log.pop("checkpoint"), "log.json checkpoint：应为已签名的检查点（文字），实为没有"),
    "a foreign member": (put("more", value=1), "log.json more：应为没有这个成员，实为 1"),
    "no result": (lambda log: log.pop("result"), "log.json result：应为对象，实为没有"),
    "a beacon that is not there": (put("beacon", value=None), "log.json beacon：应为对象，实为 null"),
    "one reveal too few": (lambda log: log["reveals"].pop(), "log.json reveals：应为 "),
    "one abort too few": (lambda log: log["aborted"].pop(), "log.json aborted：应为 2 项，实为 1 项"),
    "reveals in another order": (lambda log: log["reveals"].reverse(), "log.json reveals[0].entry.public.contributor"),
    "an index that is no number": (put("notice", "index", value=True), "log.json notice.index：应为不小于 0 的整数"),
    "an index outside the tree": (put("notice", "index", value=574), "log.json notice.proof：应为第 574 条"),
    "a proof too short": (lambda log: log["notice"]["proof"].pop(), "log.json notice.proof：应为第 256 条"),
    "a proof of a thousand hashes": (
        put("notice", "proof", value=[""] * 1000),
        "log.json notice.proof：应为至多 64 项",
    ),
    "a hash in loose base64": (
        put("notice", "proof", 0, value="BsF5GkMdW10X04CwSs0Aemoe/vvbZ9SrTrrR1fD0PMx="),
        "proof[0]",
    ),
    "an entry that is no text": (
        put("notice", "entry", value={}),
        "log.json notice.entry：应为条目的规范 JSON（文字）",
    ),
    "an entry not in canonical form": (
        put("notice", "entry", value=LOG["notice"]["entry"].replace(",", ", ", 1)),
        "log.json notice.entry",
    ),
    "another version": (altered_entry("v", 2), "log.json notice.entry.v：应为 1，实为 2"),
    "a version that is true": (altered_entry("v", True), "log.json notice.entry.v：应为 1，实为 true"),
    "no actor": (altered_entry("actor", ""), "log.json notice.entry.actor"),
    "no digest": (altered_entry("digest", "00"), "log.json notice.entry.digest：应为摘要"),
    "no time": (altered_entry("time", "2026-11-23"), "log.json notice.entry.time：应为时间"),
    "more in public": (altered_entry("public", {"notice": "x", "more": 1}), "log.json notice.entry.public.more"),
    "no note": (put("checkpoint", value="sunlot"), "log.json checkpoint：应为由所给日志公钥签名的检查点"),
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_refuses_at_its_place(name: str, tmp_path: Path) -> None:
    change, words = RULES[name]
    log = json.loads(json.dumps(LOG))
    change(log)
    ended, faults = outcome(json.dumps(log).encode(), tmp_path)
    assert ended == "failed"
    assert any(words in fault for fault in faults), faults


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"checkpoint":1.5}', b'"\xff"', b"[" * 1000])
def test_what_is_no_log_is_refused(data: bytes, tmp_path: Path) -> None:
    assert outcome(data, tmp_path)[0] == "failed"


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every leaf of a JSON value."""
    if isinstance(value, dict):
        return [found for name, inner in value.items() for found in places(inner, (*path, name))]
    if isinstance(value, list):
        return [found for at, inner in enumerate(value) for found in places(inner, (*path, at))]
    return [path]


PLACES = places(LOG)


@given(st.data())
def test_no_single_change_of_a_value_is_believed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(PLACES))
    log: Any = json.loads(json.dumps(LOG))
    inner = log
    for name in path[:-1]:
        inner = inner[name]
    before = inner[path[-1]]
    if isinstance(before, int):
        inner[path[-1]] = before + data.draw(st.sampled_from([-1, 1, 256]))
    else:
        at = data.draw(st.integers(0, len(before) - 1))
        other = data.draw(st.sampled_from("aA0/ +\n" + "一"))
        inner[path[-1]] = before[:at] + other + before[at + 1 :]
        if inner[path[-1]] == before:
            return
    # A line of the checkpoint that nobody signed for is no claim: a name changed there leaves no signature at all.
    assert outcome(json.dumps(log).encode(), tmp_path_factory.mktemp("log"))[0] == "failed"
