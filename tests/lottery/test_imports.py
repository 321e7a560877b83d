"""The lottery stands on the standard library and `sunlot.norms` alone, and on nothing that makes two runs differ."""

import ast
import subprocess
import sys
from pathlib import Path

import sunlot.lottery

FOLDER = Path(sunlot.lottery.__file__).parent
NORMS = {FOLDER.parent / "norms" / name for name in ("canonical.py", "sm3.py")}
# Clock, chance, network, and what would let the environment speak into a draw.
FORBIDDEN = {
    "asyncio", "datetime", "ftplib", "http", "locale", "random", "secrets", "socket", "ssl", "subprocess", "tempfile",
    "threading", "time", "urllib", "uuid", "zoneinfo",
}  # fmt: skip


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import"
            assert node.module is not None
            found |= {node.module} if node.module != "sunlot" else {f"sunlot.{alias.name}" for alias in node.names}
    return found


def test_the_lottery_imports_the_standard_library_and_norms_alone() -> None:
    files = sorted(FOLDER.rglob("*.py"))
    assert len(files) > 10
    for path in files:
        for module in imports_of(path):
            room = ".".join(module.split(".")[:2])
            is_ours = room in ("sunlot.lottery", "sunlot.norms")
            assert is_ours or module.split(".")[0] in sys.stdlib_module_names, f"{path.name} imports {module}"


def test_neither_clock_nor_chance_nor_network_is_imported() -> None:
    for path in [*FOLDER.rglob("*.py"), *NORMS]:
        assert not {module.split(".")[0] for module in imports_of(path)} & FORBIDDEN, path.name


def test_at_run_time_no_foreign_package_is_loaded() -> None:
    program = (
        "import sys; before = set(sys.modules); import sunlot.lottery; "
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert {name for name in run.stdout.split() if name not in sys.stdlib_module_names} <= {"sunlot"}


def test_every_public_name_is_there_and_documented() -> None:
    assert len(sunlot.lottery.__all__) == len(set(sunlot.lottery.__all__))
    for name in sunlot.lottery.__all__:
        thing = getattr(sunlot.lottery, name)
        assert isinstance(thing, (int, tuple)) or thing.__doc__ or name == "Beacon", name
