"""The draw's commands as a user runs them: a process of its own, exit status, what is on which stream, what is on disk."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.draw import make_rosters
from sunlot.lottery import STEP_NAMES, commitment
from tests.lottery.making import DRAWS, SPOILT, VECTORS, small_case, vector_beacon, write_as

DONE, REFUSED, WRONG_USAGE, NOT_PROVEN = 0, 1, 2, 3
COMMAND = (sys.executable, "-m", "sunlot.cli")


def sunlot(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command; no run of it ever shows a traceback."""
    run = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=60, cwd=cwd, check=False
    )
    assert "Traceback" not in run.stderr + run.stdout
    return run


def draw_arguments(folder: Path, out: Path) -> list[object]:
    arguments: list[object] = ["draw", "--notice", folder / "notice.json", "--reveals", folder / "reveals.json"]
    for roster in ("objects", "inspectors", "avoid"):
        for part in sorted(folder.glob(f"{roster}*.csv")):
            arguments += [f"--{roster}", part]
    beacon = vector_beacon(folder)
    return [*arguments, *(["--beacon", beacon] if beacon else []), "--out", out]


def snapshot(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", DRAWS)
def test_draw_writes_the_bundle_and_verify_reproduces_it(name: str, tmp_path: Path) -> None:
    before = snapshot(VECTORS / name)
    run = sunlot(*draw_arguments(VECTORS / name, tmp_path / "out"))
    assert (run.returncode, run.stderr) == (DONE, "")
    assert (tmp_path / "out" / "result.json").read_bytes() == (VECTORS / name / "result.json").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert snapshot(VECTORS / name) == before
    verified = sunlot("verify", tmp_path / "out")
    assert (verified.returncode, verified.stderr) == (NOT_PROVEN, "")
    assert "没有核对日志" in verified.stdout


@pytest.mark.parametrize("name", SPOILT)
def test_verify_tells_each_fault_of_a_spoilt_bundle_on_a_line(name: str) -> None:
    folder = VECTORS / "spoilt" / name
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["failed"]
    run = sunlot("verify", folder, "--json")
    report = json.loads(run.stdout)
    assert run.returncode == REFUSED
    assert list(report) == ["verified", "reproduced", "steps", "remarks"]
    assert [step["step"] for step in report["steps"]] == list(STEP_NAMES)
    assert [step["step"] for step in report["steps"] if step["outcome"] == "failed"] == expected
    assert run.stderr.splitlines() == [
        f"{step['step']} {fault}" for step in report["steps"] for fault in step["faults"]
    ]


def test_verify_json_of_a_good_bundle() -> None:
    run = sunlot("verify", VECTORS / "one-team", "--json")
    report = json.loads(run.stdout)
    assert (report["verified"], report["reproduced"]) == (False, True)
    assert [step["outcome"] for step in report["steps"]] == ["passed"] * 9 + ["skipped"] * 2
    assert all(set(step) == {"step", "outcome", "faults"} for step in report["steps"])
    assert run.returncode == NOT_PROVEN


def test_an_existing_result_is_never_overwritten_and_an_empty_folder_is_taken(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert sunlot(*draw_arguments(VECTORS / "one-team", out)).returncode == DONE
    before = snapshot(out)
    again = sunlot(*draw_arguments(VECTORS / "sm3", out))
    assert again.returncode == REFUSED
    assert "已有的结果不会被覆盖" in again.stderr
    assert snapshot(out) == before


def test_a_refused_draw_tells_every_fault_on_a_line_and_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(VECTORS / "one-team", folder)
    reveals = json.loads((folder / "reveals.json").read_text())
    for reveal in reveals:
        reveal["nonce"] = "00" * 32
    (folder / "reveals.json").write_text(json.dumps(reveals))
    run = sunlot(*draw_arguments(folder, tmp_path / "out"), "--beacon", "123")
    assert run.returncode == REFUSED
    assert len(run.stderr.splitlines()) == 3
    assert run.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


CANNOT: dict[str, Sequence[str]] = {
    "a missing bundle": ("verify", "missing"),
    "a bundle that is a pipe": ("verify", "pipe"),
    "a max size that is no number": ("verify", "folder", "--max-size", "1e9"),
    "no command's argument": ("verify",),
    "an abbreviated option": ("verify", "folder", "--js"),
    "a key that is none": ("verify", "folder", "--log-key", "example.org+12345678+AAAA"),
    "an unknown command": ("drow",),
    "draw without its files": ("draw",),
    "an attempt of zero": ("nonce", "--draw", "d", "--attempt", "0", "--contributor", "c"),
    "an attempt with a sign": ("nonce", "--draw", "d", "--attempt", "+1", "--contributor", "c"),
    "a draw that is no identifier": ("nonce", "--draw", "d/1", "--attempt", "1", "--contributor", "c"),
    "another hash": ("nonce", "--draw", "d", "--attempt", "1", "--contributor", "c", "--hash", "md5"),
}


@pytest.mark.parametrize("arguments", CANNOT.values(), ids=CANNOT)
def test_wrong_usage_or_a_file_that_can_not_be_opened(arguments: Sequence[str], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    run = sunlot(*arguments, cwd=tmp_path)
    assert run.returncode == WRONG_USAGE
    assert run.stderr != ""
    assert run.stdout == ""


@pytest.mark.parametrize("option", ["--notice", "--objects", "--reveals"])
@pytest.mark.parametrize("what", ["missing", "folder", "pipe", "circle of links"])
def test_an_input_that_can_not_be_opened_is_named(option: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / what
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "circle of links":
        path.symlink_to(path)  # as unreadable as a file without permission, and to the superuser too
    arguments = draw_arguments(VECTORS / "one-team", tmp_path / "out")
    arguments[arguments.index(option) + 1] = path
    run = sunlot(*arguments)
    assert run.returncode == WRONG_USAGE
    assert str(path) in run.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--notice", "--objects", "--inspectors", "--avoid", "--reveals"])
@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 100, b"[" * 10_000, b"{}", b"[1]", b'"\xff"'])
def test_garbage_for_an_input_is_refused(option: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "garbage"
    path.write_bytes(content)
    arguments = draw_arguments(VECTORS / "one-team", tmp_path / "out")
    arguments[arguments.index(option) + 1] = path
    run = sunlot(*arguments)
    assert run.returncode == REFUSED
    assert run.stderr != ""
    assert path.read_bytes() == content
    assert not (tmp_path / "out").exists()


def test_garbage_for_a_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(bytes(range(256)))
    (tmp_path / "empty").mkdir()
    for name in ("b.zip", "empty"):
        run = sunlot("verify", tmp_path / name)
        assert run.returncode == REFUSED
        assert run.stderr.startswith("files ")


def test_max_size_is_obeyed(tmp_path: Path) -> None:
    bundle = write_as("zip", small_case().bundle(), tmp_path / "b")
    assert sunlot("verify", bundle, "--max-size", 1000).returncode == REFUSED
    assert sunlot("verify", bundle, "--max-size", 100_000).returncode == NOT_PROVEN


@pytest.mark.parametrize(
    ("name", "status"), [("roaming", DONE), ("dice-after-the-reveals", REFUSED), ("signed-by-another-key", REFUSED)]
)
def test_with_the_key_of_the_log_a_bundle_is_verified_or_refused(name: str, status: int) -> None:
    folder = VECTORS / "logged" / name
    run = sunlot("verify", folder, "--log-key", (folder / "vkey.txt").read_text().strip())
    assert run.returncode == status
    assert ("验证通过" in run.stdout) == (status == DONE)


def test_without_the_key_of_the_log_a_bundle_is_reproduced_and_told_so() -> None:
    run = sunlot("verify", VECTORS / "logged" / "roaming")
    assert run.returncode == NOT_PROVEN
    assert "没有给出日志的公钥" in run.stdout


@pytest.mark.parametrize("hash_name", ["sha256", "sm3"])
def test_nonce_prints_a_new_number_and_its_commitment(hash_name: str) -> None:
    arguments = ("nonce", "--draw", "150300-2026-0007", "--attempt", 2, "--contributor", "lead", "--hash", hash_name)
    seen = set()
    for _ in range(2):
        run = sunlot(*arguments)
        found = re.fullmatch(r"nonce ([0-9a-f]{64})\ncommitment ([0-9a-f]{64})\n", run.stdout)
        assert found
        assert found[2] == commitment("150300-2026-0007", 2, "lead", found[1], hash_name)
        seen.add(found[1])
    assert len(seen) == 2


def test_notice_fills_a_template_in_and_keeps_its_input(tmp_path: Path) -> None:
    folder = VECTORS / "joint-three-districts"
    template = json.loads((folder / "notice.json").read_text(encoding="utf-8"))
    for roster in ("objects", "inspectors", "avoid"):
        template[roster].pop("parts")
        template[roster].pop("count")
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template, indent=2), encoding="utf-8")
    rosters = draw_arguments(folder, tmp_path)[5:-4]
    run = sunlot("notice", "--template", path, *rosters, "--out", tmp_path / "notice.json")
    assert (run.returncode, run.stderr) == (DONE, "")
    assert (tmp_path / "notice.json").read_bytes() == (folder / "notice.json").read_bytes()

    kept = path.read_bytes()
    assert sunlot("notice", "--template", path, *rosters, "--out", path).returncode == WRONG_USAGE
    assert path.read_bytes() == kept

    template["beacon"] = {"kind": "dice", "rolls": 3}
    template["title"] = ""
    path.write_text(json.dumps(template), encoding="utf-8")
    run = sunlot("notice", "--template", path, *rosters, "--out", tmp_path / "other.json")
    assert run.returncode == REFUSED
    assert len(run.stderr.splitlines()) == 2
    assert not (tmp_path / "other.json").exists()


def test_help_is_printed_and_needs_no_django() -> None:
    for arguments in ((), ("--help",)):
        run = sunlot(*arguments)
        assert run.returncode == DONE
        for name in (
            "draw",
            "verify",
            "nonce",
            "notice",
            "init",
            "demo",
            "serve",
            "worker",
            "import",
            "check",
            "manage",
        ):
            assert re.search(rf"^  {name} ", run.stdout, re.MULTILINE)
    program = "import sys; from sunlot.cli import main; main(sys.argv[1:]); print('django' in sys.modules)"
    bundle = VECTORS / "one-team"
    run = subprocess.run(
        [sys.executable, "-c", program, "verify", str(bundle)], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == "False"


def test_a_reader_that_goes_away_is_no_error_to_speak_of() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [*COMMAND, "verify", str(VECTORS / "one-team")],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert run.stderr == ""


def big_draw(folder: Path) -> list[str]:
    """The arguments of a draw that takes half a second or more."""
    make_rosters(folder, 200_000, 10)
    files = [f"--{name}={folder / name}.csv" for name in ("objects", "inspectors", "avoid")]
    return ["draw", *files, f"--notice={folder / 'notice.json'}", f"--reveals={folder / 'reveals.json'}"]


def test_a_draw_that_is_killed_or_interrupted_leaves_nothing_that_looks_like_a_result(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    arguments = big_draw(folder)
    start = time.monotonic()
    assert sunlot(*arguments, f"--out={tmp_path / 'whole'}").returncode == DONE
    took = time.monotonic() - start
    for number, moment in enumerate((0.3, 0.6, 0.8, 0.9, 0.95)):
        for how in (signal.SIGKILL, signal.SIGINT):
            out = tmp_path / f"out-{number}-{how}"
            with subprocess.Popen([*COMMAND, *arguments, f"--out={out}"], stderr=subprocess.PIPE, text=True) as process:
                time.sleep(took * moment)
                process.send_signal(how)
                _, complaint = process.communicate(timeout=60)
            assert "Traceback" not in complaint or moment < 0.5  # before main() is reached Python itself answers
            if out.exists():  # it was done before the signal came
                assert (out / "result.json").read_bytes() == (tmp_path / "whole" / "result.json").read_bytes()
    visible = [path for path in tmp_path.iterdir() if not path.name.startswith(".")]
    assert all((path / "result.json").exists() for path in visible if path != folder)


def test_the_command_loads_nothing_slow_before_it_works() -> None:
    """How long a start takes is measured by benchmarks/start.py; what would make it slow is seen here."""
    program = (
        "import sys; from sunlot.cli import main; "
        "main(['nonce', '--draw', 'd', '--attempt', '1', '--contributor', 'c']); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    slow = {"django", "asyncio", "cryptography", "sqlite3", "unittest", "email", "typst", "structlog", "xml", "http"}
    assert slow & set(done.stdout.splitlines()[-1].split()) == set()
