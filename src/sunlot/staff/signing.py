"""Signing by account, reusable by every room: the password again over the digest shown, or the reason for refusing.

A room's view makes a `SigningForm` for its `Page`, includes `organisations/_sign_form.html`, and calls its own action:

    form = SigningForm(page, request.POST or None)
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
from sunlot.organisations.viewer import Viewer

SIGN, REFUSE = "sign", "refuse"


class SigningForm(DeskForm):
    """One page to sign or to refuse. What was shown is what is signed: the digest travels with the form."""

    act = forms.ChoiceField(choices=[(SIGN, "签署"), (REFUSE, "不签署")], widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput)
    password = forms.CharField(
        label="登录密码",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="再输入一次，证明是您本人签署。",
    )
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
        if cleaned.get("act") == SIGN and not cleaned.get("password"):
            self.add_error("password", "输入登录密码。")
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

    def proof(self, request: HttpRequest, viewer: Viewer) -> Proof:
        """That the password is right. Raises Refused where it is not; wrong ones count towards the lockout."""
        return prove_by_password(request, viewer, self.cleaned_data["password"])
