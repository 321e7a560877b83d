"""A sealer that is killed at a given step, as a process of its own: `python -m tests.trail.killed STEP DATABASE FOLDER`."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django
from django.conf import settings


def die(*_: object, **__: object) -> None:
    """End at once, without a chance to tidy up."""
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(step: Callable[..., object]) -> Callable[..., None]:
    """Do the step, then die."""

    def both(*arguments: object, **named: object) -> None:
        step(*arguments, **named)
        die()

    return both


def main(step: str, database: str, folder: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    settings.SUNLOT_LOG = Path(folder)
    django.setup()
    from sunlot.trail.log import keyring, sealing
    from sunlot.trail.models import LogCheckpoint

    places: dict[str, tuple[Any, str, Callable[..., object]]] = {
        "with the lease": (sealing, "_run", die),
        "while the tree is staged": (sealing, "_store", then_die(sealing._store)),
        "with the tree staged": (sealing, "_sign", die),
        "while the newest checkpoint is written": (Path, "replace", die),
        "with the newest checkpoint written": (keyring, "keep_newest", then_die(keyring.keep_newest)),
        "while publishing": (LogCheckpoint.objects, "get_or_create", then_die(LogCheckpoint.objects.get_or_create)),
        "with the checkpoint published": (sealing, "_give_back_lease", die),
    }
    target, name, instead = places[step]
    setattr(target, name, instead)
    sealing.seal()


if __name__ == "__main__":
    main(*sys.argv[1:])
