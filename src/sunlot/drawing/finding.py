"""Finding an attempt for a page: within what the viewer sees, and with what was due by itself already done."""

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest

from sunlot.desk.views import visible_or_404
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from . import policy
from .actions import settle
from .models import Attempt
from .queries import attempts_seen, is_released


def find(request: HttpRequest, viewer: Viewer, number: str, attempt: int | None = None) -> Attempt:
    """An attempt of the draw, the newest unless one is named. What is due (drawing, abort, release) is done first."""
    if attempt is None:
        attempt = Attempt.objects.filter(draw__number=number).aggregate(newest=Max("number"))["newest"]
    seen = attempts_seen(viewer).prefetch_related(None)  # settling reads the attempt with all its parts
    found = visible_or_404(viewer, seen, draw__number=number, number=attempt or 0)
    try:
        return settle(found)
    except NotAllowed:
        raise
    except Refused as refusal:  # the frozen files can't be read: the page says so and shows what there is
        messages.error(request, str(refusal))
        return found


def require_names(viewer: Viewer, attempt: Attempt) -> None:
    """Held back is held back: NotAllowed for those who do not need what was drawn before its day."""
    if not sees_names(viewer, attempt):
        raise NotAllowed("名单尚未公开，现在只有参与部门的办理人员、统筹科室、纪检监督和领导小组可以查看。")


def sees_names(viewer: Viewer, attempt: Attempt) -> bool:
    """Whether the viewer may see names, numbers and seed of this attempt now."""
    return is_released(attempt, clock.now()) or policy.may_see_names(viewer, attempt)


def require_sealed(attempt: Attempt) -> None:
    """404 for what only a sealed attempt has."""
    if attempt.notice_digest is None:
        raise Http404
