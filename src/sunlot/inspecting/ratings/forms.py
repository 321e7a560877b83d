"""Five questions; no words: handwriting of any kind would tell who wrote."""

from typing import Any

from django import forms

from sunlot.desk.forms import DeskForm

from .counters import ANSWERS, QUESTIONS


class RatingForm(DeskForm):
    """One answer for each question."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at, question in enumerate(QUESTIONS):
            self.fields[f"q{at}"] = forms.TypedChoiceField(
                label=f"{at + 1}. {question}", coerce=int, choices=list(enumerate(ANSWERS)), widget=forms.RadioSelect(),
                error_messages={"required": "这一题还没有选。"},
            )  # fmt: skip

    def given(self) -> list[int]:
        """The answers in the order of the questions. Call after `is_valid`."""
        return [self.cleaned_data[f"q{at}"] for at in range(len(QUESTIONS))]
