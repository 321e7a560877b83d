"""Signing by account, reusable by every room: the password or the security key again over the digest shown, or the
reason for refusing.

A room's view makes a `SigningForm` for its `Page`, puts `staff/_key.html` beside the button, and calls its own action:

    form = SigningForm(page, request.POST or None, has_key=has_key(viewer))
    if form.is_valid():
        if form.refuses:
            actions.refuse_as_head(viewer, plan, form.refusal)
        else:
            actions.sign_as_head(viewer, plan, form.proof(request, viewer))
        return redirect(...)
"""

from typing import Any

from django import forms
from django.http import HttpRequest

from sunlot.desk.forms import DeskForm
from sunlot.organisations.signatures import Page, Proof, prove_by_password
from sunlot.organisations.viewer import Refused, Viewer

from .keys import prove_by_key

SIGN, REFUSE = "sign", "refuse"


class ProvingForm(DeskForm):
    """The password given again, or a security key's answer; `has_key` offers the latter (`staff/_key.html`)."""

    password = forms.CharField(
        label="登录密码",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="再输入一次，证明是您本人签署。",
    )
    credential = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, has_key: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_key = has_key

    def require_proof(self, cleaned: dict[str, Any]) -> None:
        """Say at the password's field that neither was given."""
        if not cleaned.get("password") and not cleaned.get("credential"):
            self.add_error("password", "输入登录密码。")

    def proof(self, request: HttpRequest, viewer: Viewer) -> Proof:
        """That key or password is right. Raises Refused where it is not; wrong passwords count towards the lockout."""
        if self.cleaned_data["credential"]:
            return prove_by_key(request, viewer, self.cleaned_data["credential"])
        return prove_by_password(request, viewer, self.cleaned_data["password"])


class SigningForm(ProvingForm):
    """One page to sign or to refuse. What was shown is what is signed: the digest travels with the form."""

    act = forms.ChoiceField(choices=[(SIGN, "签署"), (REFUSE, "不签署")], widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label="意见",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="随签名公开给看得到本件的人。",
    )
    reason = forms.CharField(
        label="不签署的理由", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, page: Page, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "sign_%s")  # several forms may stand on the page
        super().__init__(*args, **kwargs)
        self.page = page

    def clean(self) -> dict[str, Any]:
        """What is missing is said at its field; what changed since it was shown, above the form."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "digest" in cleaned and cleaned["digest"] != self.page.digest:
            raise forms.ValidationError("内容在您打开这一页之后有变动。重新看过下面的内容和摘要，再签署。")
        if cleaned.get("act") == SIGN:
            self.require_proof(cleaned)
        if cleaned.get("act") == REFUSE and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", "写明不签署的理由，经办人据此修改。")
        return cleaned

    @property
    def refuses(self) -> bool:
        """Whether the signature is refused."""
        return bool(self.cleaned_data["act"] == REFUSE)

    @property
    def comment_given(self) -> str:
        return str(self.cleaned_data["comment"]).strip()

    @property
    def refusal(self) -> str:
        """The reason for not signing."""
        return str(self.cleaned_data["reason"]).strip()

    def proven(self, request: HttpRequest, viewer: Viewer) -> Proof | None:
        """The same for a page of its own: a wrong password or key is told at the password, and the comment stays."""
        try:
            return self.proof(request, viewer)
        except Refused as refused:
            self.add_error("password", str(refused))
            return None
