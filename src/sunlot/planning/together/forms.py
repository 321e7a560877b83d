"""The forms of merging: what is asked of another plan's lead, and its answer."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from sunlot.desk.forms import DeskForm
from sunlot.norms import working_days

from ..models import Plan
from .common import Common, span_of

OURS, THEIRS = "ours", "theirs"


class OnePlanForm(DeskForm):
    """Which of the two plans stays, and why."""

    stays = forms.ChoiceField(
        label="合并后保留哪个计划", widget=forms.RadioSelect, choices=((OURS, ""), (THEIRS, "")), initial=OURS
    )
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: Any, *, ours: Plan, theirs: Plan) -> None:
        super().__init__(data)
        self.fields["stays"].choices = [  # type: ignore[attr-defined]  # a choice field
            (OURS, f"本计划“{ours}”，{ours.lead.name}牵头，对方并入"),
            (THEIRS, f"对方的“{theirs}”，{theirs.lead.name}牵头，本计划并入"),
        ]


class OneDayForm(DeskForm):
    """Which of the common objects are visited together, on which day, and why."""

    day = forms.DateField(label="约定日期", widget=forms.DateInput())
    objects = forms.TypedMultipleChoiceField(
        label="一同检查的对象",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "至少选一户。"},
    )
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: Any, *, common: Sequence[Common]) -> None:
        super().__init__(data)
        self.fields["objects"].choices = [(one.object.pk, one.object.name) for one in common]  # type: ignore[attr-defined]
        span = span_of(common)
        if span is not None:
            self.fields["day"].widget.attrs |= {"min": span[0].isoformat(), "max": span[1].isoformat()}

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not working_days.is_working_day(day):
            raise forms.ValidationError("这一天不是工作日，另选一天。")
        return day


class AnswerForm(DeskForm):
    """Yes or no; no needs words. `seen` tells what was shown."""

    answer = forms.CharField(
        label="意见",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不同意的须写明理由",
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
