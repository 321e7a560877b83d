"""What the pages of the publishing room take in."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sunlot.desk.forms import DeskForm
from sunlot.inspecting import deadlines
from sunlot.inspecting.models import Category, FormPart
from sunlot.organisations.models import Organisation
from sunlot.planning.models import Plan

from . import queries
from .content import MAX_STATEMENT

State = FormPart.State
STANDS = {
    "waiting": ("待公示", Q(state=State.DECIDED)),
    "earlier": ("复核中", Q(state__in=[State.RECORDED, State.RETURNED])),
    "published": ("已公示", Q(state__in=[State.PUBLISHED, State.CORRECTED])),
}


_OF_STATEMENT = "只写检查本身。不写个人姓名、电话、证件号；行政处罚另行公示。"


class PublishForm(DeskForm):
    """The words beside the result."""

    statement = forms.CharField(
        label="公示说明",
        required=False,
        max_length=MAX_STATEMENT,
        widget=forms.Textarea({"rows": 3}),
        help_text=_OF_STATEMENT,
    )
    releases_list = forms.BooleanField(label="名单随这个结果一并公开，我已了解", required=False)


class CorrectForm(DeskForm):
    """A correction and its reason."""

    statement = forms.CharField(
        label="公示说明",
        required=False,
        max_length=MAX_STATEMENT,
        widget=forms.Textarea({"rows": 3}),
        help_text=_OF_STATEMENT,
    )
    categories = forms.MultipleChoiceField(
        label="更正后的检查结果",
        choices=Category.choices,
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": "选更正后的检查结果。"},
    )
    reason = forms.CharField(
        label="更正理由",
        max_length=MAX_STATEMENT,
        widget=forms.Textarea({"rows": 2}),
        help_text="和更正后的结果一起公示，原来的公示仍然可见。",
    )
    field_order = ["categories", "statement", "reason"]


def _plans(request: HttpRequest) -> "QuerySet[Plan]":
    viewer = request.viewer  # type: ignore[attr-defined]  # set by the middleware
    return Plan.objects.filter(pk__in=queries.parts_listed(viewer).values("form__task__plan"))


def _departments(request: HttpRequest) -> "QuerySet[Organisation]":
    viewer = request.viewer  # type: ignore[attr-defined]  # set by the middleware
    return Organisation.objects.filter(pk__in=queries.parts_listed(viewer).values("organisation"))


class PartFilter(django_filters.FilterSet):
    """Filters of the list of results."""

    q = django_filters.CharFilter(label="对象名称、编号、拼音首字母或检查表编号", method="search")
    stand = django_filters.ChoiceFilter(
        label="公示",
        method="by_stand",
        choices=[*((key, words) for key, (words, _) in STANDS.items()), ("late", "已逾期")],
        empty_label="全部",
    )
    plan = django_filters.ModelChoiceFilter(
        label="计划", field_name="form__task__plan", queryset=_plans, empty_label="全部计划"
    )
    department = django_filters.ModelChoiceFilter(
        label="部门", field_name="organisation", queryset=_departments, empty_label="全部部门"
    )

    class Meta:
        model = FormPart
        fields: list[str] = []
        form = DeskForm

    def search(self, queryset: "QuerySet[FormPart]", _name: str, value: str) -> "QuerySet[FormPart]":
        word = value.strip()
        return queryset.filter(
            Q(form__object__name__icontains=word)
            | Q(form__object__number__icontains=word)
            | Q(form__object__search_keys__icontains=word.lower())
            | Q(form__number__icontains=word)
        )

    def by_stand(self, queryset: "QuerySet[FormPart]", _name: str, value: str) -> "QuerySet[FormPart]":
        return queryset.filter(deadlines.overdue() if value == "late" else STANDS[value][1])
