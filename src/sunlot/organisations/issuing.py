"""One-time passwords for many accounts at once, to be printed and handed out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from sunlot.norms import clock
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from . import events, policy
from .actions import end_sessions
from .models import User
from .passwords import ONE_TIME_LASTS, Hashed, one_time_password
from .roles import Role
from .viewer import Viewer


@dataclass(frozen=True)
class Issued:
    """A password that was just made for an account. It is kept nowhere: whoever holds this hands it out."""

    user: User
    password: str = field(repr=False)
    until: datetime


def is_unclaimed(user: User) -> bool:
    """Whether the owner has never set a password: only then one may be given out in bulk."""
    return user.is_active and (user.must_change_password or not user.has_password)


def issue_passwords(actor: Actor, users: Sequence[User]) -> list[Issued]:
    """A new one-time password for each of these accounts whose owner has set none yet; earlier ones open nothing any more.

    Accounts that are claimed, closed or the actor's own are left out. Raises NotAllowed for one that the actor doesn't keep.
    """
    made = {user.pk: one_time_password() for user in users}
    hashed = {
        key: Hashed.one_time(password) for key, password in made.items()
    }  # outside: others wait for the transaction
    with transaction.atomic():
        return _given(actor, made, hashed)


def _given(actor: Actor, made: dict[int, str], hashed: dict[int, Hashed]) -> list[Issued]:
    until = clock.now() + ONE_TIME_LASTS
    locked = User.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk__in=made)
    own = actor.user_id if isinstance(actor, Viewer) else None
    found = [user for user in locked if is_unclaimed(user) and user.pk != own]
    for user in found:
        policy.require_account(actor, Role.SYSTEM_ADMINISTRATOR, "发放一次性密码", user)
        user.password, user.must_change_password, user.one_time_until = hashed[user.pk].encoded, True, until
    User.objects.bulk_update(found, ["password", "must_change_password", "one_time_until"], batch_size=200)
    for user in found:
        record(actor, events.PASSWORD_ISSUED, f"user:{user.pk}", f"发放账号 {user.username} 的一次性密码")
        end_sessions(user)
    return [Issued(user, made[user.pk], until) for user in found]
