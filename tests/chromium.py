"""The browser of the browser tests: the machine's own chromium."""

import os
import shutil


def find_chromium() -> str | None:
    """The path of a chromium or chrome, or None; SUNLOT_CHROMIUM names another."""
    named = os.environ.get("SUNLOT_CHROMIUM")
    if named:
        return named
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
