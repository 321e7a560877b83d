"""The ledger stands on the standard library, `sunlot.norms` and `cryptography`, and on nothing that makes two runs differ."""

import subprocess
import sys
from pathlib import Path

import sunlot.ledger
from tests import outside_reader
from tests.lottery.test_imports import FORBIDDEN, imports_of

FOLDER = Path(sunlot.ledger.__file__).parent


def test_the_ledger_imports_the_standard_library_norms_and_cryptography_alone() -> None:
    files = sorted(FOLDER.rglob("*.py"))
    assert len(files) > 8
    for path in files:
        for module in imports_of(path):
            room, package = ".".join(module.split(".")[:2]), module.split(".")[0]
            is_ours = room in ("sunlot.ledger", "sunlot.norms")
            foreign = package == "cryptography" and path.name == "keys.py"
            assert is_ours or foreign or package in sys.stdlib_module_names, f"{path.name} imports {module}"


def test_neither_clock_nor_chance_nor_network_is_imported() -> None:
    for path in FOLDER.rglob("*.py"):
        assert not {module.split(".")[0] for module in imports_of(path)} & FORBIDDEN, path.name


def test_at_run_time_no_other_package_is_loaded() -> None:
    program = (
        "import sys; before = set(sys.modules); import sunlot.ledger; "
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    loaded = {name for name in run.stdout.split() if name not in sys.stdlib_module_names}
    assert loaded <= {"sunlot", "cryptography", "_cffi_backend", "_openssl"}  # the last two are cryptography's


def test_the_outside_reader_shares_nothing_with_us() -> None:
    for module in imports_of(Path(outside_reader.__file__)):
        assert module.split(".")[0] == "cryptography" or module.split(".")[0] in sys.stdlib_module_names, module


def test_every_public_name_is_there_and_documented() -> None:
    names = sunlot.ledger.__all__
    assert len(names) == len(set(names))
    things = {name: getattr(sunlot.ledger, name) for name in names}
    aliases = {"HashReader", "Node", "TileFetch"}  # documented where they stand
    undocumented = [
        name
        for name, thing in things.items()
        if callable(thing) and name not in aliases and (not thing.__doc__ or thing.__doc__.startswith(f"{name}("))
    ]
    assert undocumented == []


def test_every_message_is_one_line_that_no_terminal_minds() -> None:
    error = sunlot.ledger.LedgerError("日志\u202e", "第 1 行", "十进制整数", "“07”")
    assert str(error) == "日志\\u202e 第 1 行：应为十进制整数，实为“07”"
    assert (error.subject, error.place, error.expected, error.found) == ("日志\u202e", "第 1 行", "十进制整数", "“07”")
    assert isinstance(error, ValueError)
    assert str(sunlot.ledger.LedgerError("日志", "", "x", "y" * 9)) == "日志：应为 x，实为 yyyyyyyyy"
    assert str(sunlot.ledger.LedgerError("x" * 80, "", "甲", "乙")) == "x" * 80 + "：应为甲，实为乙"
    assert str(sunlot.ledger.LedgerError("x" * 81, "", "甲", "乙")) == "x" * 80 + "…：应为甲，实为乙"
