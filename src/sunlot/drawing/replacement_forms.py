"""The forms of replacements and their files."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from sunlot.desk.forms import DeskForm
from sunlot.organisations import scans

from .actions import Upload
from .actions.replacing import MAX_REASON
from .models import Replacement

MOST_FILES = 10


class FilesInput(forms.ClearableFileInput):
    """A control that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; each is looked at by what it holds when the act is done."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not given and self.required:
            raise forms.ValidationError(self.error_messages["required"])
        if len(given) > MOST_FILES:
            raise forms.ValidationError(f"一次最多 {MOST_FILES} 个文件，合并成一个 PDF 后再上传。")
        return [super(FilesField, self).clean(one, initial) for one in given]


class ProposalForm(DeskForm):
    """Why an object or an inspector goes out. Who comes in is not asked: it follows from the draw."""

    cause = forms.ChoiceField(label="事由", widget=forms.RadioSelect)
    reason = forms.CharField(label="具体情况", max_length=MAX_REASON, widget=forms.Textarea({"rows": 3}))
    evidence = FilesField(
        label="证明材料",
        allow_empty_file=True,
        help_text=f"扫描件或照片，PDF、JPG、PNG，每个不超过 {scans.MAX_WORDS}，可选多个。",
    )

    def __init__(self, *args: Any, kind: Replacement.Kind, whole: bool = True, **kwargs: Any) -> None:
        """`whole` is False where an inspector goes out for one object alone."""
        super().__init__(*args, **kwargs)
        is_object = kind == Replacement.Kind.OBJECT
        causes: tuple[Replacement.Cause, ...] = Replacement.OBJECT_CAUSES if is_object else Replacement.INSPECTOR_CAUSES
        if not is_object and not whole:
            causes = (Replacement.Cause.CONFLICT,)
            self.initial.setdefault("cause", Replacement.Cause.CONFLICT)
        cause = self.fields["cause"]
        if isinstance(cause, forms.ChoiceField):
            cause.choices = [(one.value, one.label) for one in causes]
        self.fields["reason"].help_text = (
            f"最多 {MAX_REASON} 字。随替补公开并写入透明日志，以后不能更改：不写姓名、电话和证件号码。"
            if is_object
            else f"最多 {MAX_REASON} 字。只在内部留存；公开的只有事由。"
        )

    def uploads(self) -> list[Upload]:
        """The files as the action takes them."""
        return [Upload(one.name or "", one.read()) for one in self.cleaned_data["evidence"]]


class RefusalForm(DeskForm):
    """Why a proposal is not approved."""

    reason = forms.CharField(label="不批准的理由", max_length=200, widget=forms.Textarea({"rows": 2}))
