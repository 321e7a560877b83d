"""A kind of long job for the tests, and a worker of its own process that does it: `python -m tests.desk.counting DATABASE [STEP]`.

It counts to its total by writing one row for each number, in transactions of ten: a number left out or written twice
can be seen. With STEP it kills itself there: `within` a transaction before it commits, or right `after` one.
"""

import os
import signal
import sys
import time
from typing import Any

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    django.setup()

from django.db import transaction

from sunlot.desk.models import PeriodicJob
from sunlot.desk.work import JobKind, Outcome, Work
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused

CHUNK = 10


def count(work: Work) -> Outcome:
    total, die = work.arguments["total"], work.arguments.get("die", {})
    if work.arguments.get("refuse"):
        raise Refused("不能数。")
    if work.arguments.get("break"):
        raise ZeroDivisionError
    for start in range(work.position.get("next", 0), total, CHUNK):
        with transaction.atomic():
            numbers = range(start, min(start + CHUNK, total))
            PeriodicJob.objects.bulk_create([PeriodicJob(name=f"n{one}", due_at=clock.now()) for one in numbers])
            work.save(done=numbers.stop, position={"next": numbers.stop})
            if die.get(str(work.attempt)) == "within" and start:
                os.kill(os.getpid(), signal.SIGKILL)
        if die.get(str(work.attempt)) == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(work.arguments.get("pause", 0))
        work.progress()
    return Outcome(f"数到 {total}")


COUNT = JobKind("testing.count", "数数", count, unit="个")


def counted() -> list[int]:
    """The numbers that were written."""
    return sorted(
        int(name[1:]) for name in PeriodicJob.objects.filter(name__startswith="n").values_list("name", flat=True)
    )


def arguments(total: int, **more: Any) -> dict[str, Any]:
    return {"total": total, **more}


if __name__ == "__main__":
    from sunlot.desk.running import Hands

    sys.modules["tests.desk.counting"] = sys.modules["__main__"]
    Hands().work_once()
