"""Forms of an inspector's service: tests, leave, what he must not meet, loans."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from sunlot.catalogue.models import Competence
from sunlot.desk.forms import DeskForm
from sunlot.organisations import scans
from sunlot.organisations.models import Organisation

from ..actions.avoidance import Evidence
from ..models import Assessment, Avoidance, InspectionObject, Inspector, Leave
from .fields import CleanText


class AssessmentForm(DeskForm):
    """A test with its training."""

    subject = forms.ChoiceField(label="科目")
    tested_on = forms.DateField(label="考核日期", widget=forms.DateInput)
    passed = forms.ChoiceField(label="结果", choices=[("1", "合格"), ("", "不合格")], required=False)
    valid_until = forms.DateField(
        label="有效期至", required=False, widget=forms.DateInput, help_text="不填为长期有效；到期后不参加抽取"
    )
    provider = CleanText(label="组织单位", max_length=80, required=False)
    hours = forms.IntegerField(label="培训学时", required=False, min_value=1, max_value=2000)
    score = CleanText(label="成绩", max_length=20, required=False)

    def __init__(self, *args: Any, inspector: Inspector, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Competence.objects.filter(is_active=True).values_list("name", flat=True)
        subjects = list(dict.fromkeys([Assessment.GENERAL, *inspector.fields, *known]))
        self.fields["subject"].choices = [(one, one) for one in subjects]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_passed(self) -> bool:
        return bool(self.cleaned_data["passed"])


class LeaveForm(DeskForm):
    """Days of absence."""

    kind = forms.ChoiceField(label="类别", choices=Leave.Kind.choices)
    starts = forms.DateField(label="第一天", widget=forms.DateInput)
    ends = forms.DateField(label="最后一天", widget=forms.DateInput)
    note = CleanText(label="说明", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("starts") and data.get("ends") and data["ends"] < data["starts"]:
            self.add_error("ends", "最后一天不能早于第一天。")
        return data


class AvoidanceForm(DeskForm):
    """An object that an inspector must not meet."""

    object = CleanText(label="检查对象的编号或全称", max_length=120)
    ground = forms.ChoiceField(label="事由", choices=Avoidance.Ground.choices)
    left_on = forms.DateField(
        label="离职日期",
        required=False,
        widget=forms.DateInput,
        help_text=f"曾在该单位任职的填写，自离职起回避 {Avoidance.FORMER_YEARS} 年",
    )
    note = CleanText(
        label="说明", max_length=200, required=False, help_text="不公开，只有本人、经办人、统筹科室和纪检看到"
    )
    expires = forms.DateField(label="有效期至", required=False, widget=forms.DateInput, help_text="不填为长期")
    evidence = forms.FileField(
        label="证明材料",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        help_text=f"PDF、JPEG 或 PNG，不超过 {scans.MAX_WORDS}",
    )

    def __init__(self, *args: Any, visible: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._visible = visible

    def clean_object(self) -> InspectionObject:
        text = str(self.cleaned_data["object"])
        number = (
            self._visible.filter(number=text.replace(" ", "").upper()).first()
            or self._visible.filter(number=text).first()
        )
        found = [number] if number else list(self._visible.filter(name=text)[:2])
        if not found:
            raise ValidationError("名录库中没有这个检查对象，核对编号或全称。")
        if len(found) > 1:
            raise ValidationError("有几个同名的检查对象，改填编号。")
        entry: InspectionObject = found[0]
        return entry

    def clean_evidence(self) -> Evidence | None:
        """The bytes, known to be a whole scan; nothing larger than the limit is read into memory."""
        upload: UploadedFile | None = self.cleaned_data["evidence"]
        if not upload:
            return None
        try:
            scans.require_size(upload.size or 0)
            content = upload.read()
            scans.kind_of(content)
        except scans.ScanError as fault:
            raise ValidationError(str(fault)) from fault
        return Evidence(content, upload.name or "")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        former = data.get("ground") == Avoidance.Ground.FORMER
        if former and not data.get("left_on") and not data.get("expires"):
            self.add_error("left_on", "填写离职日期，或在“有效期至”填写回避到哪一天。")
        return data


class LoanForm(DeskForm):
    """To whom an inspector is lent, and when."""

    borrower = forms.ModelChoiceField(
        label="借入单位", queryset=Organisation.objects.none(), to_field_name="code", empty_label="选择单位"
    )
    starts = forms.DateField(label="第一天", widget=forms.DateInput)
    ends = forms.DateField(label="最后一天", widget=forms.DateInput)
    reason = CleanText(label="事由", max_length=200, help_text="例如：三季度燃气专项抽查人手不足")

    def __init__(self, *args: Any, inspector: Inspector, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Organisation.objects.filter(is_active=True).exclude(pk=inspector.organisation_id)
        self.fields["borrower"].queryset = others  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("starts") and data.get("ends") and data["ends"] < data["starts"]:
            self.add_error("ends", "最后一天不能早于第一天。")
        return data
