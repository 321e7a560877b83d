"""A server killed between the last number and the result: a real process, really killed, loses nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from sunlot.drawing import actions, jobs
from sunlot.drawing.models import Attempt
from sunlot.norms import clock
from sunlot.trail.models import EventDetail

from ..cast import City
from .stage import Stage, build_stage, fresh

pytestmark = pytest.mark.django_db(transaction=True)

# The child signs in nobody: it is the server in the moment in which it handles the last number. `WHERE` is what the
# process reaches when it is killed.
CHILD = """
import os, signal, sys
import django
django.setup()
import sunlot.drawing.actions.ceremony as ceremony
import sunlot.drawing.actions.ending as ending
from sunlot.drawing.models import Attempt
from tests.cast import viewer_of

def killed(*_args, **_named):
    os.kill(os.getpid(), signal.SIGKILL)

where, attempt, membership, code, nonce = sys.argv[1:]
if where == "before the draw":
    ceremony.settle = killed
else:
    ending.planning.mark_drawn = killed  # the result is stored and its event written, the transaction still open
ceremony.reveal(viewer_of(int(membership)), Attempt.objects.get(pk=attempt), code, nonce)
"""


@pytest.fixture
def stage(transactional_db: None, city: City) -> Stage:
    return build_stage(city)


def kill_at(where: str, stage: Stage, attempt: Attempt, code: str) -> int:
    """Reveal in another process, which is killed at `where`; its exit status."""
    viewer = stage.speaker(attempt.contributors.get(code=code))
    argv = [where, attempt.pk, viewer.membership.pk, code, stage.nonce(attempt, code)]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sunlot.site.settings",
        "SUNLOT_DATA": str(settings.DATA),
        "SUNLOT_DATABASE_URL": database_address(),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, argv)], env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    return done.returncode


def database_address() -> str:
    """The address of the database that this test uses."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"


@pytest.mark.parametrize("where", ["before the draw", "inside the draw"])
@pytest.mark.parametrize("rescuer", ["the same request again", "the worker"])
def test_a_server_killed_after_the_last_number_loses_nothing(stage: Stage, where: str, rescuer: str) -> None:
    attempt = stage.reveal(stage.thrown(), "zjj-wuye", "scjg", "yjj")
    kill_at(where, stage, attempt, "zjj-jijian")
    between = fresh(attempt)
    assert between.contributors.filter(nonce__isnull=True).count() == 0
    assert (between.state, between.result_id) == (Attempt.State.REVEALING, None)
    assert not EventDetail.objects.filter(type="drawing.drawn").exists()
    if rescuer == "the worker":
        jobs.abort_due()
    else:
        stage.reveal(attempt, "zjj-jijian")
    drawn = fresh(attempt)
    assert drawn.state == Attempt.State.DRAWN
    assert drawn.drawn_at is not None
    assert drawn.drawn_at <= clock.now()
    assert EventDetail.objects.filter(type="drawing.drawn").count() == 1
    assert actions.settle(drawn).result_digest == drawn.result_digest
