"""Rules of the house that no other tool checks: sizes, addresses that may not be named, documents that must not lag."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "sunlot"

# Longer than the limit, each with its reason.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
MAX_FILE, MAX_FUNCTION = 500, 60


def tracked(*patterns: str) -> list[Path]:
    """The files git tracks, or would: tests run before a commit too."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("not a git checkout: only the developers' rules are left out")
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def test_no_source_file_is_longer_than_500_lines_without_a_reason() -> None:
    found = {
        str(path.relative_to(ROOT)): count
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts and (count := len(path.read_text(encoding="utf-8").splitlines())) > MAX_FILE
    }
    assert {name: count for name, count in found.items() if name not in LONG_FILES} == {}


def test_no_function_is_longer_than_60_lines_without_a_reason() -> None:
    found = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                name = f"{path.relative_to(SOURCE)}:{node.name}"
                if length > MAX_FUNCTION and name not in LONG_FUNCTIONS:
                    found[name] = length
    assert found == {}


def test_no_file_names_a_path_of_a_developers_machine_or_a_package_registry() -> None:
    words = re.compile(
        r"/(work|root|home/[a-z]+)/(main|shared|\.)|--(extra-)?index-url [^$]|find-links|pypi\.org/simple"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix in {".py", ".md", ".toml", ".lock", ".html", ".css", ".js", ".sh", ""} and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if words.search(line)
    ]
    assert found == []


def test_no_template_holds_inline_script_or_style() -> None:
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle=|\son[a-z]+=\"|javascript:", re.IGNORECASE
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCE.rglob("*.html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if inline.search(line)
    ]
    assert found == []


def test_every_setting_and_every_command_is_in_the_operations_manual() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    settings = set(re.findall(r'environ(?:\.get\(|\[)"(SUNLOT_[A-Z_]+)"', source))
    assert settings
    assert sorted(name for name in settings if f"`{name}`" not in manual) == []

    from sunlot.site.commands import HANDLERS

    commands = [*HANDLERS, "draw", "verify", "nonce", "notice"]
    assert [name for name in commands if f"`sunlot {name}" not in manual] == []


def test_every_benchmark_has_its_row_in_the_performance_page() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    scripts = [path.name for path in (ROOT / "benchmarks").glob("*.py") if not path.name.startswith("_")]
    assert [name for name in scripts if f"benchmarks/{name}" not in page] == []


def test_the_migrations_say_what_the_models_say(db: None) -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
