"""What the page of an item and that of a guide show alike: which version, what waits, who may do what about it."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.http import HttpRequest

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer
from sunlot.trail.queries import history

from .. import actions, policy
from ..actions.families import family_of
from ..addresses import ways
from ..differences import differences
from ..models import Version

V = TypeVar("V", bound=Version)
State = Version.State


def standing(request: HttpRequest, viewer: Viewer, subject: Any, versions: Sequence[V]) -> dict[str, Any]:
    """The context of a subject's page over its `versions`, the newest first."""
    shown = asked(versions, request.GET.get("version")) or today_s(versions)
    against = asked(versions, request.GET.get("against"))
    family = family_of(versions[0])
    waiting = next((version for version in versions if version.is_open), None)
    lasting = next((version for version in versions if version.state == State.IN_FORCE), None)
    scheduled = lasting is not None and lasting.effective_from is not None and lasting.effective_from > clock.today()
    return {
        "subject": subject,
        "ways": ways(family, subject.code),
        "scheduled": lasting if scheduled else None,
        "versions": versions,
        "version": shown,
        "against": against,
        "differences": differences(against, shown) if against else [],
        "waiting": waiting,
        "lasting": lasting,
        "missing": actions.what_is_missing(waiting) if waiting and waiting.state == State.DRAFT else [],
        "may_write": family.may_write(viewer, subject.organisation),
        "may_decide": family.may_decide(viewer, subject.organisation),
        "wrote": waiting is not None and policy.wrote(viewer, waiting),
        "history": history(actions.thing_of(subject)),
        "today": clock.today(),
    }


def asked(versions: Sequence[V], number: str | None) -> V | None:
    """The version that the address names, if there is one."""
    return next((version for version in versions if str(version.number) == number), None)


def today_s(versions: Sequence[V]) -> V:
    """The version in force today, else the newest."""
    return next((version for version in versions if version.holds_on(clock.today())), versions[0])
