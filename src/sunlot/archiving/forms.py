"""What the pages of the archive take in."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.forms import DeskForm
from sunlot.inspecting.models import FormPart
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.planning.models import Plan

from . import queries
from .models import CaseFile, Years


def _plans(request: HttpRequest) -> "QuerySet[Plan]":
    seen = queries.filed(request.viewer)  # type: ignore[attr-defined]  # set by the middleware
    return Plan.objects.filter(pk__in=seen.order_by().values("form__task__plan")).order_by("-number")


def _departments(request: HttpRequest) -> "QuerySet[Organisation]":
    seen = queries.filed(request.viewer)  # type: ignore[attr-defined]  # set by the middleware
    parts = FormPart.objects.filter(form__in=seen.order_by().values("form"))
    return Organisation.objects.filter(pk__in=parts.values("organisation")).order_by("path")


class FileFilter(django_filters.FilterSet):
    """Filters of the archive."""

    q = django_filters.CharFilter(label="案卷号、企业名称、编号、拼音首字母或信用代码", method="search")
    text = django_filters.CharFilter(label="卷内文字", method="by_text")
    plan = django_filters.ModelChoiceFilter(
        label="计划", field_name="form__task__plan", queryset=_plans, empty_label="全部计划"
    )
    department = django_filters.ModelChoiceFilter(
        label="部门", method="by_department", queryset=_departments, empty_label="全部部门"
    )
    year = django_filters.ChoiceFilter(label="归档年度", field_name="filed_at__year", empty_label="全部年度")
    keeping = django_filters.ChoiceFilter(
        label="保管",
        method="by_keeping",
        choices=[("held", "暂停销毁"), ("past", "保管期满"), ("disposed", "已核准销毁")],
        empty_label="全部",
    )

    class Meta:
        model = CaseFile
        fields: list[str] = []
        form = DeskForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = self.queryset.order_by("filed_at__year").values_list("filed_at__year", flat=True).distinct()
        self.filters["year"].extra["choices"] = [(str(year), f"{year} 年") for year in sorted(set(years), reverse=True)]

    def search(self, queryset: "QuerySet[CaseFile]", _name: str, value: str) -> "QuerySet[CaseFile]":
        word = value.strip()
        return queryset.filter(
            Q(form__number__icontains=word)
            | Q(form__object__name__icontains=word)
            | Q(form__object__number__icontains=word)
            | Q(form__object__search_keys__icontains=word.lower())
            | Q(form__object__entities__credit_code__iexact=word)
            | Q(form__object__entities__name__icontains=word)
        ).distinct()

    def by_text(self, queryset: "QuerySet[CaseFile]", _name: str, value: str) -> "QuerySet[CaseFile]":
        """Every word must stand somewhere in the file."""
        for word in value.lower().split()[:8]:
            queryset = queryset.filter(text__contains=word)
        return queryset

    def by_department(self, queryset: "QuerySet[CaseFile]", _name: str, value: Organisation) -> "QuerySet[CaseFile]":
        return queryset.filter(form__in=FormPart.objects.filter(organisation=value).values("form"))

    def by_keeping(self, queryset: "QuerySet[CaseFile]", _name: str, value: str) -> "QuerySet[CaseFile]":
        if value == "held":
            return queryset.filter(holds__isnull=False, holds__lifted_at__isnull=True)
        if value == "disposed":
            return queryset.filter(state=CaseFile.State.DISPOSED)
        return queryset.filter(state=CaseFile.State.FILED, keep_until__lt=clock.today())


class ReasonForm(DeskForm):
    """A reason, for a hold, its end, or a list."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea({"rows": 3}))


class DecisionForm(DeskForm):
    """An answer to a list."""

    comment = forms.CharField(
        label="审批意见", required=False, max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text="不核准的，写明理由。",
    )  # fmt: skip


class RetentionForm(DeskForm):
    """How long the files of each kind of object are kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.kinds: dict[str, ObjectKind | None] = {}
        super().__init__(*args, **kwargs)
        for kind, rule in queries.retention_table():
            name = f"kind-{kind.pk}" if kind else "others"
            self.kinds[name] = kind
            own = [("", "按其他各类")] if kind else []
            default = "" if kind else str(int(queries.DEFAULT_YEARS))
            self.fields[name] = forms.ChoiceField(
                label=kind.name if kind else "其他各类",
                required=kind is None,
                choices=[*own, *((str(value), label) for value, label in Years.choices)],
                initial=str(rule.years) if rule else default,
                widget=forms.Select({"class": "input"}),
            )

    def years(self) -> dict[ObjectKind | None, int | None]:
        """What was chosen for each kind."""
        said = self.cleaned_data
        return {kind: int(said[name]) if said[name] != "" else None for name, kind in self.kinds.items()}
