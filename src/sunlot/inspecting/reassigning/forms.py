"""What is typed to hand a part on, and to take it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest

from sunlot.desk.forms import DeskForm
from sunlot.organisations.models import Organisation
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.registry.models import Inspector
from sunlot.staff.signing import ProvingForm

REASON = "随任务公开，不写企业和个人的名称。"


class HandOnForm(DeskForm):
    """To whom, and why."""

    to = forms.ChoiceField(label="接收单位", help_text="同一系统、对这个对象所在地有管辖权的单位。")
    reason = forms.CharField(label="指派理由", max_length=300, widget=forms.Textarea({"rows": 3}), help_text=REASON)

    def __init__(self, units: Sequence[Organisation], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", "选接收单位"), *((one.code, one.full_name) for one in units)]  # type: ignore[attr-defined]  # a choice field


class _Naming(DeskForm):
    inspectors = forms.TypedMultipleChoiceField(
        label="检查人员", coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="至少两名。列出的都在岗、执法证和培训考核有效，与这个对象没有回避关系。",
    )  # fmt: skip
    why = forms.CharField(
        label="为什么指定这几名检查人员",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=REASON,
    )

    def offer(self, people: Sequence[Inspector], drawn: Sequence[Inspector]) -> None:
        """Whom the head may name; nobody where the draw has named them."""
        if drawn:
            del self.fields["inspectors"], self.fields["why"]
            return
        choices = [(one.pk, f"{one.name}，执法证 {one.certificate}") for one in people]
        self.fields["inspectors"].choices = choices  # type: ignore[attr-defined]  # a choice field


class TakeForm(_Naming, ProvingForm):
    """Taking the part: by whom it is inspected, the head's words and password."""

    digest = forms.CharField(widget=forms.HiddenInput)
    comment = forms.CharField(label="意见", required=False, max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(
        self, shown: str, people: Sequence[Inspector], drawn: Sequence[Inspector], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.shown = shown
        self.offer(people, drawn)

    def clean(self) -> dict[str, Any]:
        """What changed since it was shown is said above the form."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "digest" in cleaned and cleaned["digest"] != self.shown:
            raise forms.ValidationError("内容在您打开这一页之后有变动。重新看过，再接收。")
        self.require_proof(cleaned)
        return cleaned

    def proven(self, request: HttpRequest, viewer: Viewer) -> Proof | None:
        """A wrong password or key is told at the password, and what was typed stays."""
        try:
            return self.proof(request, viewer)
        except Refused as refused:
            self.add_error("password", str(refused))
            return None


class DeclineForm(DeskForm):
    """Why it is not taken."""

    reason = forms.CharField(label="不接收的理由", max_length=500, widget=forms.Textarea({"rows": 2}))


class NameAgainForm(_Naming):
    """Other inspectors, and why."""

    def __init__(self, people: Sequence[Inspector], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(people, ())
