"""How allauth and axes treat our accounts: nobody signs up, accounts are made by the system administrator."""

import base64
from datetime import timedelta
from http import HTTPStatus
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sunlot.organisations import actions
from sunlot.organisations.lockout import FROM_ANYWHERE
from sunlot.organisations.middleware import address_of
from sunlot.organisations.models import User

LOCK_MINUTES = int(timedelta(hours=settings.AXES_COOLOFF_TIME).total_seconds() // 60)


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up; a first sign-in leads to the change of password; passwords change by our own action."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "这个账号已停用。联系本单位的系统管理员。",
        "enter_current_password": "现在的密码不对。",
        "incorrect_password": "密码不对。",
        "incorrect_code": "验证码不对，或已过期。",
        "too_many_login_attempts": "错误次数过多，稍后再试。",
        "rate_limited": "操作过于频繁，稍后再试。",
        "username_password_mismatch": (
            f"用户名或密码不对。连续输错 {settings.AXES_FAILURE_LIMIT} 次，将锁定 {LOCK_MINUTES} 分钟。"
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if getattr(request.user, "must_change_password", False):
            return reverse("account_change_password")
        url: str = super().get_login_redirect_url(request)
        return url

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def set_password(self, user: User, password: str) -> None:
        """Change the own password, with its event in the same transaction."""
        actions.change_own_password(user, password, address_of(context.request))

    def get_user_search_fields(self) -> list[str]:
        return ["username", "name"]

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """User names are given, never made up."""


class MFAAdapter(DefaultMFAAdapter):
    """Second factors, their secrets encrypted at rest with a key drawn from the installation's own."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "现在不能停用两步验证。",
        "cannot_generate_recovery_codes": "先启用验证器或安全密钥，再生成备用码。",
        "incorrect_code": "验证码不对，或已过期。核对手机上的时间是否准确，再输入新的一组。",
    }

    def get_totp_issuer(self) -> str:
        return "阳光摇号"

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "安全密钥" if count == 0 else f"安全密钥{count + 1}"


def _fernet() -> Fernet:
    """The cipher of TOTP secrets and recovery codes: RFC 5869 from SECRET_KEY, for this purpose alone."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sunlot second factor")
    return Fernet(base64.urlsafe_b64encode(kdf.derive(settings.SECRET_KEY.encode())))


def locked(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The page after too many failures: how long, and who can unlock. The same for names that do not exist."""
    return render(
        request,
        "staff/locked.html",
        {"limit": settings.AXES_FAILURE_LIMIT, "anywhere": FROM_ANYWHERE, "minutes": LOCK_MINUTES},
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )
