"""The web draw and the command line give the same bytes."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import time_machine

from sunlot.drawing import actions, queries, stored
from sunlot.drawing.models import Attempt
from sunlot.norms import clock

from .stage import NUMBERS, Stage


def sunlot(*argv: str) -> subprocess.CompletedProcess[str]:
    """The command as anybody runs it."""
    return subprocess.run(
        [sys.executable, "-m", "sunlot.cli", *argv], capture_output=True, text=True, timeout=60, check=False
    )


def by_lottery(stage: Stage) -> Attempt:
    attempt = stage.reveal(stage.sealed(stage.prepare_lottery("sm3")))
    with time_machine.travel(clock.parse(str(attempt.beacon_form["not_before"])), tick=False):
        actions.read_beacon(stage["chen"], attempt, NUMBERS, "开奖公告")
        return actions.read_beacon(stage["supervisor"], attempt, NUMBERS, "开奖公告")


@pytest.mark.parametrize("drawn", [Stage.drawn, by_lottery], ids=["dice and sha256", "lottery and sm3"])
def test_the_command_line_draws_the_same_bytes_and_verifies_the_bundle(
    stage: Stage, drawn: "object", tmp_path: Path
) -> None:
    attempt = drawn(stage)  # type: ignore[operator]  # one of the two above
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(queries.bundle_bytes(attempt))
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "files")
    files = tmp_path / "files"
    assert sorted(path.name for path in files.iterdir()) == [
        "avoid.csv",
        "inspectors.csv",
        "notice.json",
        "objects.csv",
        "result.json",
    ]
    (tmp_path / "reveals.json").write_text(json.dumps(stored.result_value(attempt)["reveals"]), encoding="utf-8")
    done = sunlot(
        "draw",
        *("--notice", str(files / "notice.json"), "--objects", str(files / "objects.csv")),
        *("--inspectors", str(files / "inspectors.csv"), "--avoid", str(files / "avoid.csv")),
        *("--reveals", str(tmp_path / "reveals.json"), "--beacon", str(attempt.beacon_value)),
        *("--out", str(tmp_path / "again")),
    )
    assert done.returncode == 0, done.stderr
    for name in ("result.json", "notice.json", "objects.csv", "inspectors.csv", "avoid.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (files / name).read_bytes()
    verified = sunlot("verify", str(bundle), "--json")
    assert verified.returncode == 3, verified.stderr  # reproduced; without a log nothing is proven
    report = json.loads(verified.stdout)
    assert report["reproduced"] is True
    assert {step["step"]: step["outcome"] for step in report["steps"]}["assignment"] == "passed"


def test_a_bundle_is_the_same_bytes_every_time_and_one_changed_name_is_found(stage: Stage, tmp_path: Path) -> None:
    attempt = stage.drawn()
    content = queries.bundle_bytes(attempt)
    assert content == queries.bundle_bytes(attempt)
    spoilt = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(spoilt, "w") as other:
        for name in archive.namelist():
            data = archive.read(name)
            other.writestr(name, data.replace(b"150302-D-000", b"150302-D-999") if name == "objects.csv" else data)
    (tmp_path / "spoilt.zip").write_bytes(spoilt.getvalue())
    assert sunlot("verify", str(tmp_path / "spoilt.zip")).returncode == 1


def test_the_roster_is_read_back_as_it_was_frozen(stage: Stage) -> None:
    attempt = stage.sealed()
    rows = list(csv.DictReader(io.StringIO(b"".join(stored.rosters_of(attempt).parts("objects")[0].pieces()).decode())))
    assert len(rows) == 75
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert {row["tickets"] for row in rows} == {"1"}
