"""When too many wrong passwords close an account: five from one address, or twenty from all of them together.

The first keeps out whoever guesses at one machine and leaves the owner at another alone. The second keeps out whoever
guesses from many machines; it can keep the owner out too, for a quarter of an hour, until an administrator unlocks.
"""

from datetime import datetime, timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest

from sunlot.norms import clock

FROM_ANYWHERE = 20
"""Wrong passwords or codes for one account from all addresses within AXES_COOLOFF_TIME."""


class LockoutHandler(AxesDatabaseHandler):
    """django-axes' own counting, and the account's failures from everywhere beside it."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Failures from this address; never fewer than the limit once all addresses together reached FROM_ANYWHERE."""
        here = int(super().get_failures(request, credentials))
        username = get_client_username(request, credentials)
        if not username or _failures(username, get_cool_off_threshold(request)) < FROM_ANYWHERE:
            return here
        return max(here, settings.AXES_FAILURE_LIMIT)


def _failures(username: str, since: datetime) -> int:
    attempts = AccessAttempt.objects.filter(username=username, attempt_time__gte=since)
    return int(attempts.aggregate(found=Sum("failures_since_start"))["found"] or 0)


def locked_until(username: str) -> datetime | None:
    """Until when an account is locked, from one address or from all; None when it is not."""
    pause = timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(username=username, attempt_time__gte=clock.now() - pause)
    if _failures(username, clock.now() - pause) < FROM_ANYWHERE:
        addresses = attempts.values("ip_address").annotate(failures=Sum("failures_since_start"))
        full = addresses.filter(failures__gte=settings.AXES_FAILURE_LIMIT).values_list("ip_address", flat=True)
        attempts = attempts.filter(ip_address__in=list(full))
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    return last + pause if last else None
