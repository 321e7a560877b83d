"""The forms of the catalogue. What an item lists are rows; a blank row is no row."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

from sunlot.desk.forms import DeskForm
from sunlot.norms import clock
from sunlot.norms.text import half_width, trim
from sunlot.organisations.models import Organisation

from .models import Competence, Guide, GuideVersion, Item, ItemVersion, ObjectKind
from .texts import BasisText, FindingText, FrequencyText, GuideText, ItemText, MaterialText, SubItemText
from .vocabulary import Degree, FollowUp, RiskClass

MORE_ROWS = "more-rows"
"""The button's name; its value is the prefix of the rows of which one more is wanted."""

MAX_ROWS = 60


class ItemForm(DeskForm):
    """What a version says, without its rows."""

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
    proof = forms.ChoiceField(
        label="证据要求",
        choices=ItemVersion.Proof.choices,
        required=False,
        help_text="检查表上没有要求的照片或文件，就不能签字。",
    )
    competences = forms.ModelMultipleChoiceField(
        label="检查人员专业要求",
        queryset=Competence.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="检查组中应有具备这些专业领域的人员；不选，持证即可。",
    )
    reason = forms.CharField(
        label="制定或变更理由",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, is_change: bool = False, held: Iterable[Competence] = (), **kwargs: Any) -> None:
        """`is_change`: the next version of an item that exists, which needs its reason. `held`: the competences asked
        for so far, which stay even where they are retired.
        """
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_change
        offered = Competence.objects.filter(is_active=True) | Competence.objects.filter(pk__in=[one.pk for one in held])
        self.fields["competences"].queryset = offered  # type: ignore[attr-defined]  # a ModelMultipleChoiceField

    def text(self, rows: "ItemRows") -> ItemText:
        """What the valid form says, with these valid rows."""
        data = self.cleaned_data
        return ItemText(
            name=trim(data["name"]),
            category=data["category"],
            kinds=list(data["kinds"]),
            content=data["content"].replace("\r\n", "\n"),
            modes=data["modes"],
            proof=data["proof"],
            reason=data["reason"].replace("\r\n", "\n"),
            competences=list(data["competences"]),
            **rows.said(),
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
        return _free_code(self.cleaned_data["code"], Item.objects.all(), "事项")


def _free_code(typed_code: str, taken: "QuerySet[Any]", noun: str) -> str:
    code = half_width(trim(typed_code)).upper()
    if taken.filter(code=code).exists():
        raise forms.ValidationError(f"编号 {code} 已有{noun}使用，换一个。")
    return code


class RowForm(DeskForm):
    """One row. It counts where its first field is filled; the others alone are a fault that says so."""

    ASKS: ClassVar[str]
    """What to do where other fields are filled and the first is not."""

    @property
    def first(self) -> str:
        return next(iter(self.fields))

    @property
    def is_blank(self) -> bool:
        """Whether a valid row says nothing."""
        return not self.cleaned_data.get(self.first)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        others = [name for name in self.fields if name != self.first and name not in self.with_default]
        if not data.get(self.first) and self.first not in self.errors and any(data.get(name) for name in others):
            self.add_error(self.first, self.ASKS)
        return {
            name: trim(value.replace("\r\n", "\n")) if isinstance(value, str) else value for name, value in data.items()
        }

    with_default: ClassVar[frozenset[str]] = frozenset()
    """Fields that are filled in an empty row too."""


class BasisForm(RowForm):
    """One basis: law, article, the article's words."""

    ASKS = "写明法律法规规章的名称，或把这一行清空。"
    law = forms.CharField(label="法律法规规章", max_length=122, required=False)
    article = forms.CharField(label="条款", max_length=80, required=False)
    text = forms.CharField(label="条文", required=False, widget=forms.Textarea(attrs={"rows": 1}))

    def clean_law(self) -> str:
        return trim(self.cleaned_data["law"]).removeprefix("《").removesuffix("》")


class SubItemForm(RowForm):
    """One sub-item and how it is looked at."""

    ASKS = "写明子项，或把这一行清空。"
    name = forms.CharField(label="子项", max_length=120, required=False)
    how = forms.CharField(label="检查要领", required=False, widget=forms.Textarea(attrs={"rows": 1}))


class MaterialForm(RowForm):
    """One thing that the inspected prepares."""

    ASKS = "写明材料名称，或把这一行清空。"
    name = forms.CharField(label="材料", max_length=120, required=False)
    note = forms.CharField(label="说明", max_length=300, required=False)


class FindingForm(RowForm):
    """One finding that the form offers, and what it implies."""

    ASKS = "写明检查结果，或把这一行清空。"
    with_default = frozenset({"follow_up"})
    text = forms.CharField(label="检查结果", max_length=200, required=False)
    follow_up = forms.ChoiceField(label="后续处理", choices=FollowUp.choices, initial=FollowUp.NONE)
    note = forms.CharField(label="说明", max_length=300, required=False)


class FrequencyForm(RowForm):
    """What is advised for one risk class."""

    ASKS = "写明比例，或把这一行清空。"
    with_default = frozenset({"times", "years", "risk_class"})
    percent = forms.DecimalField(
        label="建议比例（%）", min_value=0, max_value=100, decimal_places=1, max_digits=4, required=False
    )
    years = forms.IntegerField(label="每几年", min_value=1, max_value=10, initial=1)
    times = forms.IntegerField(label="几次", min_value=1, max_value=52, initial=1)
    risk_class = forms.ChoiceField(label="信用风险", choices=RiskClass.choices, widget=forms.HiddenInput)

    @property
    def is_blank(self) -> bool:
        return self.cleaned_data.get("percent") is None


_ROWS: dict[str, tuple[type[RowForm], int]] = {
    "bases": (BasisForm, MAX_ROWS),
    "sub_items": (SubItemForm, MAX_ROWS),
    "materials": (MaterialForm, MAX_ROWS),
    "findings": (FindingForm, MAX_ROWS),
    "frequencies": (FrequencyForm, len(RiskClass)),
}


class ItemRows:
    """All that an item lists: bases, sub-items, materials, findings and the advised frequencies, each a formset."""

    def __init__(self, data: QueryDict) -> None:
        self.sets: dict[str, BaseFormSet[RowForm]] = {
            prefix: _factory(prefix, extra=1)(data, prefix=prefix) for prefix in _ROWS
        }

    @classmethod
    def showing(cls, text: ItemText | None, extra: int = 1) -> "ItemRows":
        """Rows that show what an item says, and then blank ones to write in."""
        initial: dict[str, list[dict[str, Any]]] = {prefix: [] for prefix in _ROWS}
        if text is not None:
            said = {
                "bases": text.bases,
                "sub_items": text.sub_items,
                "materials": text.materials,
                "findings": text.findings,
            }
            initial |= {prefix: [asdict(row) for row in rows] for prefix, rows in said.items()}  # type: ignore[call-overload]  # all are dataclasses
        initial["frequencies"] = _frequency_rows(text.frequencies if text else ())
        return cls._filled(initial, extra)

    @classmethod
    def one_more(cls, data: QueryDict) -> "ItemRows":
        """The rows as typed so far, not judged yet, and one blank one where the button asked for it."""
        bound = cls(data)
        initial = {prefix: [dict(typed(row, data)) for row in rows] for prefix, rows in bound.sets.items()}
        wanted = data.get(MORE_ROWS, "")
        return cls._filled(initial, 0, wanted if wanted in _ROWS else "bases")

    @classmethod
    def _filled(cls, initial: Mapping[str, list[dict[str, Any]]], extra: int, wanted: str = "") -> "ItemRows":
        made = cls.__new__(cls)
        made.sets = {
            prefix: _factory(prefix, extra=0 if prefix == "frequencies" else 1 if prefix == wanted else extra)(
                prefix=prefix, initial=initial[prefix]
            )
            for prefix in _ROWS
        }
        return made

    def __getitem__(self, prefix: str) -> "BaseFormSet[RowForm]":
        return self.sets[prefix]

    def is_valid(self) -> bool:
        """Whether all rows are valid; every set is judged, so that all faults show at once."""
        return False not in {rows.is_valid() for rows in self.sets.values()}

    def said(self) -> dict[str, Any]:
        """What valid rows say, in their order, without the blank ones, as ItemText takes it."""
        return {
            "bases": [BasisText(**row) for row in self._filled_in("bases")],
            "sub_items": [SubItemText(**row) for row in self._filled_in("sub_items")],
            "materials": [MaterialText(**row) for row in self._filled_in("materials")],
            "findings": [FindingText(**row) for row in self._filled_in("findings")],
            "frequencies": [
                FrequencyText(row["risk_class"], int(row["percent"] * 10), row["times"], row["years"])
                for row in self._filled_in("frequencies")
            ],
        }

    def _filled_in(self, prefix: str) -> list[dict[str, Any]]:
        return [row.cleaned_data for row in self.sets[prefix] if not row.is_blank]


def _factory(prefix: str, extra: int) -> "type[BaseFormSet[RowForm]]":
    form, most = _ROWS[prefix]
    return formset_factory(form, extra=extra, max_num=most, validate_max=True)


def _frequency_rows(said: Iterable[FrequencyText]) -> list[dict[str, Any]]:
    """One row for each risk class, the highest first."""
    held = {one.risk_class: one for one in said}
    return [
        {
            "risk_class": risk,
            "percent": f"{held[risk].permille / 10:g}" if risk in held else "",
            "times": held[risk].times if risk in held else 1,
            "years": held[risk].years if risk in held else 1,
        }
        for risk in sorted(RiskClass.values, reverse=True)
    ]


def typed(form: forms.BaseForm, data: QueryDict) -> Mapping[str, Any]:
    """What was typed so far into a form, as its initial values: to show it again without judging it yet."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name)) for name, field in form.fields.items()
    }


class GuideForm(DeskForm):
    """What a version of a guide says: its name, its items, and the eight parts in the notice's order."""

    name = forms.CharField(label="名称", max_length=120, help_text="如：物业服务企业随机抽查工作细则。")
    items = forms.ModelMultipleChoiceField(
        label="适用事项",
        queryset=Item.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="检查表上这些事项旁边可以直接翻看。",
    )
    reason = forms.CharField(label="制定或变更理由", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, items: "QuerySet[ItemVersion]", is_change: bool = False, **kwargs: Any) -> None:
        """`items` are the versions in force that may be chosen; they lend their names."""
        super().__init__(*args, **kwargs)
        names = {version.item_id: str(version) for version in items}
        chooser: Any = self.fields["items"]
        chooser.queryset = Item.objects.filter(pk__in=names).order_by("code")
        chooser.label_from_instance = lambda item: names[item.pk]
        for part in GuideVersion.PARTS:
            area = forms.Textarea(attrs={"rows": 4, "class": "input"})
            self.fields[part] = forms.CharField(label=GuideVersion.label_of(part), required=False, widget=area)
        self.fields["reason"].required = is_change
        self.fields["reason"] = self.fields.pop("reason")  # last on the page

    @property
    def parts(self) -> list[forms.BoundField]:
        """The eight parts' fields."""
        return [self[part] for part in GuideVersion.PARTS]

    def text(self) -> GuideText:
        """What the valid form says."""
        data = self.cleaned_data
        return GuideText(
            name=trim(data["name"]),
            items=list(data["items"]),
            parts={part: trim(data[part].replace("\r\n", "\n")) for part in GuideVersion.PARTS},
            reason=data["reason"].replace("\r\n", "\n"),
        )


class NewGuideForm(GuideForm):
    """A new guide: also its code, whose it is, and for which degree of risk."""

    code = forms.CharField(
        label="编号", max_length=24, help_text="大写字母、数字和短横线，如 WY-ZY-01。公布后不能更改。"
    )
    organisation = forms.ModelChoiceField(label="科室（单位）", queryset=Organisation.objects.none(), empty_label=None)
    type = forms.ChoiceField(label="种类", choices=Guide.Type.choices)
    degree = forms.ChoiceField(label="事项风险程度", choices=Degree.choices)
    field_order = ["code", "organisation", "type", "degree", "name", "items"]

    def __init__(self, *args: Any, organisations: "QuerySet[Organisation]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_code(self) -> str:
        return _free_code(self.cleaned_data["code"], Guide.objects.all(), "指引")


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


class CompetenceForm(DeskForm):
    """A new field of competence."""

    name = forms.CharField(label="专业领域", max_length=40)
    code = forms.RegexField(
        r"^[a-z][0-9a-z-]*$",
        label="代码",
        max_length=24,
        help_text="小写字母、数字和短横线，如 gas；按它抽取的专家在公告中是 expert-gas。",
        error_messages={"invalid": "代码以小写字母开头，只用小写字母、数字和短横线。"},
    )
    note = forms.CharField(label="说明", max_length=200, required=False)


class KindForm(DeskForm):
    """A new kind of object."""

    code = forms.SlugField(label="代码", max_length=24, help_text="小写字母和短横线，如 gas-station。")
    name = forms.CharField(label="名称", max_length=40)
    nature = forms.ChoiceField(label="性质", choices=ObjectKind.Nature.choices)


class PeriodForm(DeskForm):
    """Two days to compare the list of."""

    since = forms.DateField(label="从哪天的清单", widget=forms.DateInput())
    until = forms.DateField(label="到哪天的清单", widget=forms.DateInput())
