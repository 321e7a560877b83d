"""A worker that is killed while it takes a roster in, as a process of its own: `python -m tests.registry.killed DATABASE FILES ROWS`."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django
from django.conf import settings


def main(database: str, files: str, rows: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    settings.SUNLOT_FILES = Path(files)
    django.setup()
    from sunlot.desk.running import Hands
    from sunlot.registry.imports import taking

    take = taking._take_chunk

    def take_and_die(viewer: Any, roster: Any, *rest: Any) -> None:
        take(viewer, roster, *rest)
        if roster.next_row >= int(rows):
            os.kill(os.getpid(), signal.SIGKILL)  # the rows are written and not yet committed

    taking.CHUNK, taking._take_chunk = 50, take_and_die
    Hands().work_once()


if __name__ == "__main__":
    main(*sys.argv[1:])
