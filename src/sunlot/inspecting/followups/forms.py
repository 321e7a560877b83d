"""The forms of follow-ups."""

from typing import Any

from django import forms

from sunlot.desk.forms import DeskForm
from sunlot.documents.correction_order import BASIS
from sunlot.documents.service_receipt import WAYS
from sunlot.norms import clock
from sunlot.organisations.models import Organisation

from ..models import Finding, FormPart, HandOver
from ..records import said


def _text(label: str, rows: int = 3, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea({"rows": rows}), **more)


def facts_of(part: FormPart) -> str:
    """What the record says of the problems, to begin with."""
    problems = [one for one in part.findings.all() if one.answer == Finding.Answer.PROBLEM]
    return "\n".join(f"{one.version.name}：{'；'.join(said(one))}" for one in problems)


class OrderForm(DeskForm):
    """An order to correct."""

    fact = _text("查明的事实")
    breached = forms.CharField(label="违反的规定", max_length=300)
    demand = _text("改正要求")
    basis = forms.CharField(label="责令改正的依据", max_length=200, initial=BASIS)
    due_on = forms.DateField(label="改正期限", widget=forms.DateInput(), help_text="最迟在这一天改正完毕并书面报告。")


class HandOverForm(DeskForm):
    """A letter that hands a case over."""

    receiver = forms.ChoiceField(label="接收单位", required=False, help_text="不在列表中的，选“其他”，填写名称。")
    to = forms.CharField(label="其他接收单位名称", required=False, max_length=80)
    grounds = forms.ChoiceField(label="移送原因", choices=HandOver.Grounds.choices)
    facts = _text("有关事实", 4)
    basis = forms.CharField(label="移送的依据", max_length=200)
    attachments = _text("移送的材料", required=False, help_text="每行一件，如：现场检查笔录 1 份。")
    due_on = forms.DateField(label="请对方答复的期限", widget=forms.DateInput())

    def __init__(self, part: FormPart, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Organisation.objects.filter(is_active=True).exclude(kind=Organisation.Kind.SECTION).order_by("path")
        choices = [(one.code, one.full_name) for one in units.exclude(pk=part.organisation_id)]
        self.fields["receiver"].choices = [("", "其他"), *choices]  # type: ignore[attr-defined]  # a choice field


class _Dated(DeskForm):
    on = forms.DateField(label="日期", widget=forms.DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today()


class ServeForm(_Dated):
    """How an order was served."""

    way = forms.ChoiceField(label="送达方式", choices=[(one, one) for one in WAYS])
    to = forms.CharField(label="签收人", required=False, max_length=40)
    refusal = forms.CharField(label="拒收事由", required=False, max_length=200)
    witness = forms.CharField(label="见证人", required=False, max_length=40, help_text="拒收、留置送达时必填。")


class ReceiveForm(_Dated):
    """That the receiver has it."""

    by = forms.CharField(label="接收人", max_length=40)


class CloseForm(_Dated):
    """How it ended."""

    result = _text("办理结果", help_text="移送的，写接收单位的处理结果。")


class CloseOrderForm(CloseForm):
    """How an order ended."""

    corrected = forms.ChoiceField(
        label="是否已改正", choices=[("yes", "已改正"), ("no", "没有改正或不符合要求")], widget=forms.RadioSelect
    )


class VoidForm(DeskForm):
    """Why a letter is not signed or given up."""

    reason = forms.CharField(label="理由", max_length=300)
