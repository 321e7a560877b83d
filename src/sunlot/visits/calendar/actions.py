"""Opening and ending the secret address of a calendar."""

import hashlib
import secrets

from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.models import Membership
from sunlot.organisations.viewer import NotAllowed, Viewer
from sunlot.trail.actions import record

from .. import events, policy
from ..models import CalendarFeed

SECRET_BYTES = 32


@transaction.atomic
def open_feed(viewer: Viewer) -> str:
    """Make a secret address for the calendar of the role that the viewer acts in, and end the one before. Returns its
    secret part, which can't be read again.
    """
    if not policy.may_subscribe(viewer):
        raise NotAllowed("日历由经办检查的人员和管理人员以自己的身份订阅。")
    _end(viewer)
    token = secrets.token_urlsafe(SECRET_BYTES)
    CalendarFeed.objects.create(membership=viewer.membership, digest=digest_of(token), made_at=clock.now())
    record(viewer, events.FEED_OPENED, f"user:{viewer.user_id}", f"生成“{viewer.membership}”检查日历的订阅地址")
    return token


@transaction.atomic
def end_feed(viewer: Viewer) -> bool:
    """End the address; whoever has it gets nothing any more. False where there was none."""
    if not _end(viewer):
        return False
    record(viewer, events.FEED_ENDED, f"user:{viewer.user_id}", f"停用“{viewer.membership}”检查日历的订阅地址")
    return True


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _end(viewer: Viewer) -> bool:
    """The membership's row is locked first, so that two at once leave one address."""
    Membership.objects.select_for_update(of=("self",)).get(pk=viewer.membership.pk)
    open_ones = CalendarFeed.objects.filter(membership=viewer.membership, ended_at__isnull=True)
    return open_ones.update(ended_at=clock.now()) > 0
