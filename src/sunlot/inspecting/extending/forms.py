"""What is typed to ask for more time."""

from typing import Any

from django import forms

from sunlot.desk.forms import DeskForm

from ..models import FormPart
from . import queries


class ExtensionForm(DeskForm):
    """A request for more time."""

    until = forms.DateField(label="延期至", widget=forms.DateInput())
    reason = forms.CharField(
        label="延期理由",
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text="情况复杂或有特殊情况的，写明。",
    )
    done = forms.CharField(
        label="已开展的工作和后续安排", max_length=1000, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, part: FormPart, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = queries.latest(part)
        self.fields["until"].help_text = f"现在的截止日是 {part.inspect_by.isoformat()}，最多延到 {last.isoformat()}。"
        self.fields["until"].widget.attrs |= {"max": last.isoformat()}
