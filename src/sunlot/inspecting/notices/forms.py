"""What the pages of notices take in."""

from collections.abc import Sequence
from typing import Any

from django import forms

from sunlot.desk.forms import DeskForm

from ..models import ContactAttempt, Form, FormPart
from .papers import Appointment


class _Time(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class NoticeForm(DeskForm):
    """When, where and to whom."""

    visit_on = forms.DateField(label="检查日期", widget=forms.DateInput())
    starts_at = forms.TimeField(label="开始时间", widget=_Time())
    ends_at = forms.TimeField(label="预计结束时间", widget=_Time())
    place = forms.CharField(label="检查地点", max_length=200)
    present = forms.CharField(
        label="须到场人员", required=False, max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text="每行一人，如“项目负责人”。不填则为负责人或其授权的人员。",
    )  # fmt: skip
    recipient = forms.CharField(label="收件人", max_length=60, help_text="被检查单位的联系人，如“李经理”。")
    phone = forms.RegexField(
        r"^\+?[0-9][0-9 -]{4,18}$", label="手机号码", required=False, max_length=20,
        error_messages={"invalid": "手机号码只写数字。"}, help_text="收短信。",
    )  # fmt: skip
    email = forms.EmailField(label="电子邮箱", required=False, help_text="收邮件和告知书的 PDF。")

    def __init__(self, form: Form, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visit_on"].widget.attrs |= {"min": form.task.starts_on.isoformat()}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("starts_at") and given.get("ends_at") and given["ends_at"] <= given["starts_at"]:
            self.add_error("ends_at", "结束时间要晚于开始时间。")
        return given

    def appointment(self) -> Appointment:
        """What was filled in. Call after `is_valid`."""
        given = dict(self.cleaned_data)
        given["present"] = tuple(line.strip() for line in given["present"].splitlines() if line.strip())
        return Appointment(**given)


class ReasonForm(DeskForm):
    reason = forms.CharField(label="撤销的原因", max_length=200, widget=forms.Textarea({"rows": 2}))


class DecisionForm(DeskForm):
    """Granted or refused, and why."""

    granted = forms.ChoiceField(
        label="决定", widget=forms.RadioSelect(), choices=[("yes", "同意回避"), ("no", "不予回避")],
        error_messages={"required": "选同意或不予。"},
    )  # fmt: skip
    decision = forms.CharField(
        label="理由", max_length=200, widget=forms.Textarea({"rows": 3}), help_text="被检查人打开链接时会看到。"
    )


class ConfirmForm(DeskForm):
    """Who received the notice."""

    name = forms.CharField(label="您的姓名", max_length=40)
    capacity = forms.CharField(label="身份", max_length=40, help_text="如“负责人”“办公室主任”。")


class MaterialForm(DeskForm):
    """Files to hand in; the files themselves are looked at by the action."""

    item = forms.ChoiceField(label="属于哪个事项", required=False)

    def __init__(self, items: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [("", "整次检查"), *items]  # type: ignore[attr-defined]  # a ChoiceField


class AvoidanceForm(DeskForm):
    """Who is to stay away, and why. `who` is the keys of part and inspector."""

    who = forms.ChoiceField(
        label="请哪名检查人员回避", widget=forms.RadioSelect(), error_messages={"required": "选一名检查人员。"}
    )
    reason = forms.CharField(
        label="理由", max_length=1000, widget=forms.Textarea({"rows": 3}),
        help_text="如与检查人员有亲属关系、债务纠纷或其他直接利害关系。",
    )  # fmt: skip
    asked_by = forms.CharField(label="您的姓名", max_length=40)
    contact = forms.CharField(label="联系方式", max_length=60, required=False, help_text="用来告知您决定。")

    def __init__(self, people: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = list(people)  # type: ignore[attr-defined]  # a ChoiceField

    def chosen(self, parts: Sequence[FormPart]) -> tuple[FormPart, int]:
        """The part and the inspector's key. Call after `is_valid`."""
        part, _, inspector = self.cleaned_data["who"].partition("-")
        return next(one for one in parts if one.pk == int(part)), int(inspector)


class AttemptForm(DeskForm):
    """One attempt to reach the inspected."""

    way = forms.ChoiceField(label="方式", widget=forms.RadioSelect(), choices=ContactAttempt.Way.choices)
    on = forms.DateField(label="日期", widget=forms.DateInput(), help_text="信函填寄出的日期。")
    letter_number = forms.CharField(label="邮件编号", required=False, max_length=40)
    words = forms.CharField(
        label="经过", max_length=1000, widget=forms.Textarea({"rows": 3}),
        help_text="去了哪里、问了谁、看到什么；信函写退回的原因。",
    )  # fmt: skip
