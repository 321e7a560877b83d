"""Commands of an installation whose settings can't be used: a line that says which setting, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def _run(data: Path, *argv: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SUNLOT_", "DJANGO_"))}
    command = [sys.executable, "-m", "sunlot.cli", *argv]
    return subprocess.run(
        command,
        check=False,
        env={**kept, "SUNLOT_DATA": str(data), **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("command", "setting", "value", "said"),
    [
        ("check", "SUNLOT_DATABASE_URL", "nonsense", "SUNLOT_DATABASE_URL is no address of a database"),
        ("check", "SUNLOT_DATABASE_URL", "mysql://host/name", "postgres://user:password@host/name"),
        ("serve", "SUNLOT_DATABASE_URL", "postgres://u:geheim@host:port/x", "SUNLOT_DATABASE_URL"),
        ("check", "SUNLOT_DATABASE_URL", "postgres://u:geheim@127.0.0.1:1/x", "the database does not answer"),
        ("manage", "SUNLOT_DATABASE_URL", "nonsense", "SUNLOT_DATABASE_URL"),
        ("serve", "SUNLOT_LISTEN", "8000", "write host:port"),
        ("serve", "SUNLOT_WORKERS", "many", "SUNLOT_WORKERS='many' is no number of processes"),
        ("check", "SUNLOT_DATA", "/dev/null/data", "the data folder can't be used"),
    ],
)
def test_a_setting_that_can_not_be_used_is_named_on_one_line(
    tmp_path: Path, command: str, setting: str, value: str, said: str
) -> None:
    argv = [command, "check"] if command == "manage" else [command]
    done = _run(tmp_path, *argv, **{"SUNLOT_LISTEN": "127.0.0.1:0", setting: value})
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "geheim" not in done.stderr
