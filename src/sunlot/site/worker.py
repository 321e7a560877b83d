"""`sunlot worker`: runs what is due, again and again, until it is told to stop."""

import os
import signal
import threading
from types import FrameType

import structlog
from django.db import DatabaseError, close_old_connections

from sunlot.desk.jobs import run_due

PAUSE = 1.0  # seconds between two looks at what is due
_log = structlog.stdlib.get_logger("sunlot.worker")


def work(follow: int | None = None) -> int:
    """Run due jobs until SIGTERM or SIGINT; returns the exit status.

    With `follow`, the number of the process that started this one, it also ends when that one is gone, so that a killed
    server leaves no worker behind.
    """
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping.is_set() and follow in (None, os.getppid()):
        close_old_connections()
        try:
            run_due()
        except DatabaseError:
            _log.exception("the database does not answer; trying again")
        stopping.wait(PAUSE)
    return 0
