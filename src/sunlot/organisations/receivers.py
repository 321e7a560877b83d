"""Sign-in, sign-out and failures become events; nothing of them goes into the logs.

What somebody typed as a user name is kept only where it is the name of an account: people type passwords there.
"""

from datetime import timedelta
from typing import Any

from allauth.mfa import signals as mfa
from django.conf import settings
from django.contrib.auth import signals
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from sunlot.norms import clock
from sunlot.trail.actions import record
from sunlot.trail.events import EventKind
from sunlot.trail.models import EventDetail

from . import events
from .middleware import SIGNED_IN_AT, address_of
from .models import User
from .viewer import OwnActor, Stranger

SIGN_IN = "sign-in"
"""What the trail calls the sign-in page, where no account is concerned."""
UNKNOWN_NAMES = 20
"""How many failures with names that no account has are events of their own within AXES_COOLOFF_TIME."""


def _record(request: HttpRequest, user: User, kind: EventKind, words: str) -> None:
    with transaction.atomic():
        record(OwnActor(user, address_of(request)), kind, f"user:{user.pk}", words)


@receiver(signals.user_logged_in, dispatch_uid="organisations.signed_in")
def signed_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Begin the eight hours of a session."""
    request.session[SIGNED_IN_AT] = clock.iso(clock.now())
    _record(request, user, events.SIGNED_IN, "登录")


@receiver(signals.user_logged_out, dispatch_uid="organisations.signed_out")
def signed_out(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        words = "登录满 8 小时，自动退出" if getattr(request, "session_ran_out", False) else "退出登录"
        _record(request, user, events.SIGNED_OUT, words)


@receiver(signals.user_login_failed, dispatch_uid="organisations.sign_in_failed")
def sign_in_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """One event for a wrong password or code, one more where it locks the account; none while it is locked.

    django-axes has counted this failure already: it is listed before us in INSTALLED_APPS.
    """
    failures = getattr(request, "axes_failures_since_start", None)
    if request is None or failures is None:
        return
    user = User.objects.select_related("organisation").filter(username=credentials.get("username") or "").first()
    with transaction.atomic():
        if user is None:
            actor: OwnActor | Stranger = Stranger(address_of(request))
            thing, words = SIGN_IN, _words_of_unknown()
        else:
            actor, thing = OwnActor(user, address_of(request)), f"user:{user.pk}"
            words = f"登录密码或验证码不对，连续第 {failures} 次"
        if not words:
            return
        record(actor, events.SIGN_IN_FAILED, thing, words)
        if getattr(request, "axes_locked_out", False):
            record(actor, events.LOCKED_OUT, thing, f"连续 {failures} 次密码或验证码不对，锁定登录")


def _words_of_unknown() -> str:
    """What the event of a name that no account has says; "" once UNKNOWN_NAMES were told within AXES_COOLOFF_TIME.

    Anybody can invent names, and a new one is never locked: the trail would grow as fast as somebody types.
    """
    since = clock.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    failed = EventDetail.objects.filter(type=events.SIGN_IN_FAILED.name, thing=SIGN_IN, at__gt=since)
    lately = failed.count()
    if lately >= UNKNOWN_NAMES:
        return ""
    words = "以不存在的用户名登录"
    if lately < UNKNOWN_NAMES - 1:
        return words
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return f"{words}，{minutes} 分钟内已有 {UNKNOWN_NAMES} 次，这段时间内不再逐次记录"


@receiver(mfa.authentication_failed, dispatch_uid="organisations.code_failed")
def code_failed(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """A wrong code counts towards the lockout like a wrong password."""
    signals.user_login_failed.send(sender=__name__, credentials={"username": user.username}, request=request)


@receiver(mfa.authenticator_added, dispatch_uid="organisations.second_factor_added")
def second_factor_added(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    _record(request, user, events.SECOND_FACTOR_CHANGED, f"启用两步验证：{FACTORS[authenticator.type]}")


@receiver(mfa.authenticator_removed, dispatch_uid="organisations.second_factor_removed")
def second_factor_removed(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    _record(request, user, events.SECOND_FACTOR_CHANGED, f"停用两步验证：{FACTORS[authenticator.type]}")


@receiver(mfa.authenticator_reset, dispatch_uid="organisations.second_factor_reset")
def second_factor_reset(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    _record(request, user, events.SECOND_FACTOR_CHANGED, f"重新生成：{FACTORS[authenticator.type]}")


FACTORS = {"totp": "验证器", "webauthn": "安全密钥", "recovery_codes": "备用码"}
