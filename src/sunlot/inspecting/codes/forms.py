"""What the pages of codes take in."""

from django import forms

from sunlot.desk.forms import DeskForm


class ComplaintForm(DeskForm):
    """What is complained of. A name is not asked for."""

    words = forms.CharField(label="反映的情况", max_length=2000, widget=forms.Textarea({"rows": 5}))
    contact = forms.CharField(
        label="联系方式", max_length=60, required=False, help_text="想知道处理情况的，留电话；不留也受理。"
    )


class NumberForm(DeskForm):
    """A code's number, typed in."""

    number = forms.CharField(label="检查码编号", max_length=24, help_text="在检查人员手机上检查码的下面，12 位。")


class AnswerForm(DeskForm):
    """What became of a complaint."""

    answer = forms.CharField(label="处理情况", max_length=2000, widget=forms.Textarea({"rows": 4}))
