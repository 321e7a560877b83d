"""The forms of the catalogue. The bases are rows; a blank row is no basis."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

from sunlot.desk.forms import DeskForm
from sunlot.norms import clock
from sunlot.norms.text import half_width, trim
from sunlot.organisations.models import Organisation

from .models import Item, ItemVersion, ObjectKind
from .texts import BasisText, ItemText

MORE_ROWS = "more-rows"
MAX_BASES = 60


class ItemForm(DeskForm):
    """What a version says, without its bases."""

    name = forms.CharField(label="事项名称", max_length=120)
    category = forms.ChoiceField(label="类别", choices=ItemVersion.Category.choices, widget=forms.RadioSelect)
    kinds = forms.ModelMultipleChoiceField(
        label="检查对象类别",
        queryset=ObjectKind.objects.order_by("nature", "name"),
        widget=forms.CheckboxSelectMultiple,
        help_text="只有选定类别的对象才能按这个事项抽取。",
    )
    content = forms.CharField(label="检查内容", widget=forms.Textarea(attrs={"rows": 3}))
    modes = forms.MultipleChoiceField(
        label="检查方式", choices=ItemVersion.Mode.choices, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label="制定或变更理由",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, is_change: bool = False, **kwargs: Any) -> None:
        """`is_change`: the next version of an item that exists, which needs its reason."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_change

    def text(self, bases: list[BasisText]) -> ItemText:
        """What the valid form says, with these bases."""
        data = self.cleaned_data
        return ItemText(
            name=trim(data["name"]),
            category=data["category"],
            kinds=list(data["kinds"]),
            content=data["content"].replace("\r\n", "\n"),
            modes=data["modes"],
            bases=bases,
            reason=data["reason"].replace("\r\n", "\n"),
        )


class NewItemForm(ItemForm):
    """A new item: also its code and whose it is."""

    code = forms.CharField(label="编号", max_length=24, help_text="大写字母、数字和短横线，如 WY-04。公布后不能更改。")
    organisation = forms.ModelChoiceField(label="科室（单位）", queryset=Organisation.objects.none(), empty_label=None)
    field_order = ["code", "organisation", "name"]

    def __init__(self, *args: Any, organisations: "QuerySet[Organisation]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_code(self) -> str:
        code = half_width(trim(self.cleaned_data["code"])).upper()
        if Item.objects.filter(code=code).exists():
            raise forms.ValidationError(f"编号 {code} 已有事项使用，换一个。")
        return code


class BasisForm(DeskForm):
    """One basis: law, article, the article's words."""

    law = forms.CharField(label="法律法规规章", max_length=122, required=False)
    article = forms.CharField(label="条款", max_length=80, required=False)
    text = forms.CharField(label="条文", required=False, widget=forms.Textarea(attrs={"rows": 1}))

    def clean_law(self) -> str:
        return trim(self.cleaned_data["law"]).removeprefix("《").removesuffix("》")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("law") and (data.get("article") or data.get("text")):
            self.add_error("law", "写明法律法规规章的名称，或把这一行清空。")
        return data


BasisRows = formset_factory(BasisForm, extra=1, max_num=MAX_BASES, validate_max=True)


def bases_in(rows: "BaseFormSet[BasisForm]") -> list[BasisText]:
    """The bases of valid rows, in their order, without the blank ones."""
    return [
        BasisText(
            row.cleaned_data["law"], trim(row.cleaned_data["article"]), row.cleaned_data["text"].replace("\r\n", "\n")
        )
        for row in rows
        if row.cleaned_data.get("law")
    ]


def empty_rows(initial: list[BasisText], extra: int = 1) -> "BaseFormSet[BasisForm]":
    """Rows that show `initial` and then blank ones to write in."""
    rows_class = formset_factory(BasisForm, extra=extra, max_num=MAX_BASES)
    return rows_class(
        prefix="bases", initial=[{"law": basis.law, "article": basis.article, "text": basis.text} for basis in initial]
    )


def typed(form: forms.BaseForm, data: QueryDict) -> Mapping[str, Any]:
    """What was typed so far into a form, as its initial values: to show it again without judging it yet."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name)) for name, field in form.fields.items()
    }


class PutInForceForm(DeskForm):
    """From which day on."""

    effective_from = forms.DateField(label="自哪天起生效", widget=forms.DateInput(), initial=clock.today)


class ReturnForm(DeskForm):
    """What is to be mended."""

    comment = forms.CharField(label="退回意见", widget=forms.Textarea(attrs={"rows": 3}))


class CallOffForm(DeskForm):
    """Why a version does not come into force after all."""

    reason = forms.CharField(label="撤销理由", widget=forms.Textarea(attrs={"rows": 3}))


class RepealForm(DeskForm):
    """From which day on, and why."""

    on = forms.DateField(
        label="自哪天起废止",
        widget=forms.DateInput(),
        initial=clock.today,
        help_text="这一天起不能再用，前一天还可以。",
    )
    reason = forms.CharField(label="废止理由", widget=forms.Textarea(attrs={"rows": 3}))
