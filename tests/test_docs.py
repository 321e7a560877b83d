"""Documents that the public follows by hand: every command gives what is written under it."""

import re
import subprocess

from .test_house import ROOT

VERIFICATION = ROOT / "docs" / "verification.md"
EXAMPLE = ROOT / "docs" / "spec" / "vectors" / "one-team"


def commands() -> list[tuple[str, str]]:
    """Each command of the worked example with the result written under it."""
    text = VERIFICATION.read_text(encoding="utf-8")
    return re.findall(r"^(.+)\n==> (.+)$", text, re.MULTILINE)


def test_the_example_to_do_by_hand_gives_the_figures_that_are_written() -> None:
    found = commands()
    assert len(found) == 6
    for command, expected in found:
        run = subprocess.run(["sh", "-c", command], cwd=EXAMPLE, capture_output=True, text=True, check=True)
        assert run.stdout.split("  ")[0].strip() == expected, command


def test_every_link_between_documents_leads_somewhere() -> None:
    missing = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                missing.append(f"{path.relative_to(ROOT)}: {target}")
    assert missing == []
