"""The files of the phone app and its version, which is a digest of them all: any change makes a new one."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders

FOLDER = "inspecting/app"
ENTRY = f"{FOLDER}/main.js"
STYLES = ("sunlot/tokens.css", "sunlot/base.css", "sunlot/product.css", f"{FOLDER}/app.css")
_SHARED = ("sunlot/js/pad.js", "sunlot/icon.svg")
_TEMPLATES = ("app.html", "app_worker.js")


@lru_cache(maxsize=1)
def assets() -> tuple[str, ...]:
    """The static files that the app consists of, by their paths before hashing."""
    folder = Path(__file__).parent / "static" / FOLDER
    modules = sorted(f"{FOLDER}/{path.name}" for path in folder.glob("*.js"))
    return (*STYLES, *_SHARED, *modules)


@lru_cache(maxsize=1)
def version() -> str:
    """Sixteen hex digits that differ whenever anything of the app does."""
    found = hashlib.sha256()
    for path in [
        *map(finders.find, assets()),
        *(Path(__file__).parent / "templates/inspecting" / t for t in _TEMPLATES),
    ]:
        found.update(Path(str(path)).read_bytes())
    return found.hexdigest()[:16]
