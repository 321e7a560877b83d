"""Static files as `sunlot serve` collects them: every name that a page or a module uses leads to a file."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from tests.test_house import ROOT

COLLECTED = {"staticfiles": {"BACKEND": "sunlot.site.storage.HashedFiles"}}


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STORAGES=COLLECTED, STATIC_ROOT=folder):
        call_command("collectstatic", verbosity=0, interactive=False)
    return folder


def test_every_file_that_a_template_names_is_collected(collected: Path) -> None:
    names = json.loads((collected / "staticfiles.json").read_text(encoding="utf-8"))["paths"]
    templates = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.html")]
    used = {name for text in templates for name in re.findall(r"{% static ['\"]([^'\"]+)['\"]", text)}
    assert used
    assert used - names.keys() == set()


def test_a_module_imports_other_modules_by_the_digest_of_their_content(collected: Path) -> None:
    hashed = [path for path in collected.rglob("*.js") if re.search(r"\.[0-9a-f]{12}\.js$", path.name)]
    imported = {
        path.parent / name
        for path in hashed
        for name in re.findall(
            r"""^(?:import|export)\b[^'"]*?from\s*["'](\.[^"']+)["']""", path.read_text("utf-8"), re.M
        )
    }
    assert imported
    assert [str(path) for path in imported if path.resolve() not in {one.resolve() for one in hashed}] == []
