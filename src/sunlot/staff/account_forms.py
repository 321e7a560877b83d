"""allauth's forms in our words, with one counter of failures for passwords and codes alike."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm as _ChangePasswordForm
from allauth.account.forms import LoginForm as _LoginForm
from allauth.account.forms import ReauthenticateForm as _ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm as _AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as _ReauthenticateCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm as _ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm as _AddWebAuthnForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm as _EditWebAuthnForm
from axes.handlers.proxy import AxesProxyHandler
from django import forms

from sunlot.desk.forms import DeskFormMixin
from sunlot.organisations import actions
from sunlot.organisations.middleware import address_of
from sunlot.organisations.models import User
from sunlot.organisations.passwords import ONE_TIME_LASTS


class _Plain(DeskFormMixin):
    """Our labels, no placeholders that vanish while one types."""

    labels: dict[str, str] = {}
    hints: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]  # a mixin of forms.BaseForm
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            field.error_messages["required"] = f"填写{field.label}。"


class LoginForm(_Plain, _LoginForm):
    labels = {"login": "用户名", "password": "密码"}

    def clean(self) -> dict[str, Any]:
        """Refuse a one-time password that was not changed in its time; whoever holds a stale slip of paper gets no further."""
        cleaned: dict[str, Any] = super().clean()
        user: User | None = getattr(self, "user", None)
        if user is not None and user.one_time_is_over:
            actions.note_stale_password(user, address_of(context.request))
            raise forms.ValidationError(
                f"一次性密码超过 {ONE_TIME_LASTS.days} 天没有改，已失效。联系本单位的系统管理员重置密码。"
            )
        return cleaned


class ChangePasswordForm(_Plain, _ChangePasswordForm):
    labels = {"oldpassword": "现在的密码", "password1": "新密码", "password2": "再输入一次新密码"}
    hints = {
        "password1": "至少 12 个字符，越长越好；可以用一句只有您知道的话。不要求大小写和符号搭配，也不用定期更换。"
    }

    def clean_oldpassword(self) -> str:
        """Wrong ones count towards the lockout, so that an open screen is no place to guess."""
        given: str = self.cleaned_data.get("oldpassword", "")
        if not get_adapter().reauthenticate(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("password1") and cleaned.get("password1") == cleaned.get("oldpassword"):
            self.add_error("password1", "新密码与现在的密码相同，换一个。")
        return cleaned


class ReauthenticateForm(_Plain, _ReauthenticateForm):
    labels = {"password": "登录密码"}


class _Counted:
    """A code is not even looked at while the account is locked."""

    user: Any

    def clean_code(self) -> str:
        request, credentials = context.request, {"username": self.user.username}
        if not AxesProxyHandler.is_allowed(request, credentials):
            request.axes_locked_out, request.axes_credentials = True, credentials  # axes' middleware shows the page
            raise forms.ValidationError("登录已锁定。")
        code: str = super().clean_code()  # type: ignore[misc]  # a mixin of allauth's forms
        return code


class AuthenticateForm(_Plain, _Counted, _AuthenticateForm):
    labels = {"code": "验证码或备用码"}


class ReauthenticateCodeForm(_Plain, _Counted, _ReauthenticateCodeForm):
    labels = {"code": "验证码或备用码"}


class ActivateTOTPForm(_Plain, _ActivateTOTPForm):
    labels = {"code": "验证器显示的 6 位数字"}


class AddWebAuthnForm(_Plain, _AddWebAuthnForm):
    labels = {"name": "给它起个名字"}


class EditWebAuthnForm(_Plain, _EditWebAuthnForm):
    labels = {"name": "名称"}
