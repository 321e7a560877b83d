"""The specification's vectors: made by an independent implementation, never rewritten by a test."""

from pathlib import Path

import pytest

from sunlot.ledger.known import KnownLog
from sunlot.lottery import Refused, draw, key, notice_digest, result_digest, ticket, verify
from sunlot.norms import canonical

from .making import DRAWS, SPOILT, VECTORS, read_json, vector_beacon, vector_rosters, write_as


@pytest.mark.parametrize("name", DRAWS)
def test_draw_gives_the_result_byte_for_byte(name: str) -> None:
    folder = VECTORS / name
    notice, reveals = read_json(folder / "notice.json"), read_json(folder / "reveals.json")
    result = draw(notice, vector_rosters(folder), reveals, vector_beacon(folder))
    assert canonical.dumps(result) == (folder / "result.json").read_bytes()


@pytest.mark.parametrize("name", DRAWS)
def test_the_values_in_between_are_those_of_steps_json(name: str) -> None:
    folder = VECTORS / name
    steps, notice, result = (read_json(folder / file) for file in ("steps.json", "notice.json", "result.json"))
    assert notice_digest(notice) == steps["notice_digest"]
    assert result["seed"] == steps["seed"]
    first = notice["objects"]["strata"][0]["id"]
    object_key = key(notice["hash"], steps["seed"], "object", first)
    assert object_key == steps["object_key_of_first_stratum"]
    rows = (line.split(",") for part in sorted(folder.glob("objects*.csv")) for line in part.read_text().splitlines())
    tickets = next(int(row[3]) for row in rows if row[0] == steps["first_object_of_first_stratum"])
    made = ticket(notice["hash"], object_key, steps["first_object_of_first_stratum"], tickets)
    assert made == steps["its_ticket"]
    assert result_digest(result, notice["hash"]) == steps["result_digest"]


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("name", DRAWS)
def test_verify_reproduces_it(name: str, form: str, tmp_path: Path) -> None:
    files = {path.name: path.read_bytes() for path in (VECTORS / name).iterdir()}
    report = verify(write_as(form, files, tmp_path / "bundle"))
    assert report.faults == ()
    assert report.reproduced
    assert not report.verified
    assert [step.step for step in report.steps if step.outcome == "skipped"] == ["log", "order"]


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_bundle_fails_at_exactly_its_steps(name: str, form: str, tmp_path: Path) -> None:
    folder = VECTORS / "spoilt" / name
    expected = read_json(folder / "expected.json")["failed"]
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    report = verify(write_as(form, files, tmp_path / "bundle"))
    assert [step.step for step in report.steps if step.outcome == "failed"] == expected
    assert {step.step for step in report.steps if step.faults} == set(expected)
    assert not report.reproduced


WRONG_NOTICES = [
    name for name in SPOILT if "notice" in read_json(VECTORS / "spoilt" / name / "expected.json")["failed"]
]


@pytest.mark.parametrize("name", WRONG_NOTICES)
def test_a_wrong_notice_is_refused_by_draw_too(name: str) -> None:
    folder = VECTORS / "spoilt" / name
    result = read_json(folder / "result.json")
    with pytest.raises(Refused) as refusal:
        draw(read_json(folder / "notice.json"), vector_rosters(folder), result["reveals"], result["beacon"])
    step = next(step for step in verify(folder).steps if step.step == "notice")
    assert set(step.faults) <= set(refusal.value.faults)


LOGGED = sorted(path.name for path in (VECTORS / "logged").iterdir())


@pytest.mark.parametrize("name", LOGGED)
def test_a_log_is_not_taken_on_trust(name: str) -> None:
    report = verify(VECTORS / "logged" / name)
    assert report.reproduced
    assert not report.verified
    assert any("log.json" in remark for remark in report.remarks)


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("name", LOGGED)
def test_with_the_key_of_the_log_its_lies_are_found_at_exactly_their_step(name: str, form: str, tmp_path: Path) -> None:
    folder = VECTORS / "logged" / name
    expected = read_json(folder / "expected.json")["failed"]
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    reader = KnownLog.by_key((folder / "vkey.txt").read_text(encoding="utf-8").strip())
    report = verify(write_as(form, files, tmp_path / "bundle"), log_reader=reader)
    assert report.reproduced
    assert [step.step for step in report.steps if step.outcome == "failed"] == expected
    assert report.verified == (expected == [])
