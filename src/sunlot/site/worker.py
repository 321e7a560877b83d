"""`sunlot worker`: runs what is due and the long jobs that wait, until it is told to stop."""

import os
import signal
import threading
from types import FrameType

import structlog
from django.db import DatabaseError, close_old_connections

from sunlot.desk.jobs import run_due
from sunlot.desk.running import Hands
from sunlot.trail.log.sealing import seal
from sunlot.trail.log.witnessing import Asking, Witness, configured, post

PAUSE = 1.0  # seconds between two looks at what is due
HANDS = 2  # long jobs at a time: a small one never waits for a large one to end
ENDING = 8.0  # seconds in which the jobs in hand are given back
WITNESS_PAUSE = 5.0  # seconds between two checkpoints that a witness is asked for
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
    threading.Thread(target=_keep_sealing, args=(stopping,), daemon=True).start()
    if witnesses := configured():
        threading.Thread(target=_keep_asking, args=(stopping, witnesses), daemon=True).start()
    hands = [Hands() for _ in range(HANDS)]
    working = [threading.Thread(target=one.keep_working, daemon=True) for one in hands]
    for thread in working:
        thread.start()
    while not stopping.is_set() and follow in (None, os.getppid()):
        close_old_connections()
        try:
            run_due()
        except DatabaseError:
            _log.exception("the database does not answer; trying again")
        stopping.wait(PAUSE)
    for one in hands:
        one.end()
    for thread in working:
        thread.join(timeout=ENDING / HANDS)
    return 0


def _keep_sealing(stopping: threading.Event) -> None:
    """Seal what waits once a second, beside the jobs: a long one must not hold up the log."""
    while not stopping.wait(PAUSE):
        close_old_connections()
        try:
            seal()
        except Exception:  # noqa: BLE001 -- whatever went wrong once, the next second is another try; it is logged
            _log.exception("sealing failed; trying again")


def _keep_asking(stopping: threading.Event, witnesses: list[Witness]) -> None:
    """Ask the witnesses for cosignatures, beside everything else: a slow one holds up nothing."""
    asking = Asking(post)
    while not stopping.wait(WITNESS_PAUSE):
        close_old_connections()
        try:
            asking.ask_all(witnesses)
        except Exception:  # noqa: BLE001 -- as above
            _log.exception("asking witnesses failed; trying again")
