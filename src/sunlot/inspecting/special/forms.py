"""What is typed into a request for a check, its objects looked up on the same page, and the filters of its list."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from sunlot.catalogue.models import ItemVersion
from sunlot.desk.forms import DeskForm
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import InspectionObject
from sunlot.registry.queries import objects_seen
from sunlot.registry.searching import search
from sunlot.visits.models import CapException, Visit

from ..models import CheckRequest
from . import checks
from .content import COLUMNS, RequestContent

FOUND = 20
"""So many objects are offered for what is looked for."""

SOURCES = [pair for pair in Visit.Source.choices if pair[0] not in (Visit.Source.DRAW, Visit.Source.RECHECK)]


class RequestForm(DeskForm):
    """A request. `find` looks objects up; those ticked stay, whatever is looked for next."""

    source = forms.ChoiceField(label="检查类别", choices=SOURCES, widget=forms.RadioSelect)
    title = forms.CharField(label="检查任务", max_length=80, help_text="结果公示时公开。不写举报人、联系电话等信息。")
    basis = forms.CharField(
        label="任务依据", max_length=300, help_text="如：交办文号、投诉登记编号、专项检查方案名称和文号。"
    )
    reason = forms.CharField(label="检查理由", max_length=2000, widget=forms.Textarea({"rows": 3}))
    mode = forms.ChoiceField(label="检查方式", choices=ItemVersion.Mode.choices, initial=ItemVersion.Mode.ON_SITE)
    starts_on = forms.DateField(label="检查开始", widget=forms.DateInput())
    ends_on = forms.DateField(label="检查截止", widget=forms.DateInput())
    find = forms.CharField(label="查找对象：名称、编号、信用代码或拼音首字母", required=False, max_length=80)
    objects = forms.TypedMultipleChoiceField(
        label="检查对象",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "至少选一户检查对象。"},
    )
    items = forms.TypedMultipleChoiceField(
        label="检查事项", coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "至少选一个检查事项。没有法定依据的，不得检查。"},
    )  # fmt: skip
    inspectors = forms.TypedMultipleChoiceField(
        label="检查人员",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "至少选两名执法检查人员。"},
    )
    cap_cause = forms.ChoiceField(
        label="超出频次上限的事由", required=False, choices=[("", "没有对象达到上限"), *CapException.Cause.choices]
    )
    cap_reason = forms.CharField(label="为什么须超出", required=False, max_length=300)
    rechecks = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, viewer: Viewer, unit: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer, self.unit = viewer, unit
        self.is_recheck = str(self._given("source") or "") == Visit.Source.RECHECK
        day = self._day()
        self._offer(
            "items", [(one.pk, f"{one}（{one.get_category_display()}）") for one in checks.items_for(unit, day)]
        )
        people = checks.inspectors_for(unit, day)
        self._offer("inspectors", [(one.pk, f"{one.name}，执法证 {one.certificate}") for one in people])
        self.offered = self._objects()
        self._offer("objects", [(one.pk, one.name) for one in self.offered])
        if self.is_recheck:
            self._offer("source", [(Visit.Source.RECHECK.value, Visit.Source.RECHECK.label)])

    def content(self) -> RequestContent:
        """What the valid form asks for."""
        data = self.cleaned_data
        return RequestContent(
            **{name: data[name] for name in COLUMNS},
            objects=tuple(sorted(data["objects"])),
            items=tuple(sorted(data["items"])),
            inspectors=tuple(sorted(data["inspectors"])),
            rechecks=data["rechecks"] if data["source"] == Visit.Source.RECHECK else None,
        )

    @property
    def ticked(self) -> set[int]:
        """The keys of the objects that are chosen."""
        if self.is_bound:
            given = self.data.getlist("objects") if hasattr(self.data, "getlist") else self.data.get("objects", [])
        else:
            given = self.initial.get("objects", [])
        return {int(one) for one in given if str(one).isdecimal()}

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field

    def _given(self, name: str) -> Any:
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    def _day(self) -> Any:
        """The day for which items and people are offered: the first of the check, today where none is given yet."""
        try:
            day = self.fields["starts_on"].clean(self._given("starts_on"))
        except forms.ValidationError:
            return clock.today()
        return max(day, clock.today())

    def _objects(self) -> list[InspectionObject]:
        """Those ticked, and of those that are looked for the first ones."""
        seen = objects_seen(self.viewer)
        chosen = list(seen.filter(pk__in=self.ticked).order_by("name", "pk"))
        words = str(self._given("find") or "").strip()
        if not words:
            return chosen
        active = seen.filter(state=InspectionObject.State.ACTIVE).exclude(pk__in=[one.pk for one in chosen])
        return [*chosen, *search(active, words, number="number").order_by("name", "pk")[:FOUND]]


class ReasonForm(DeskForm):
    """Why a request is given up."""

    reason = forms.CharField(label="撤回的理由", max_length=500, widget=forms.Textarea({"rows": 2}))


class RequestFilters(django_filters.FilterSet):
    """What the list of requests can be narrowed by."""

    q = django_filters.CharFilter(label="任务、编号或对象名称", method="search")
    source = django_filters.ChoiceFilter(
        label="类别", choices=[pair for pair in Visit.Source.choices if pair[0] != "draw"], empty_label="全部类别"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=CheckRequest.State.choices, empty_label="全部状态")

    class Meta:
        model = CheckRequest
        fields: list[str] = []
        form = DeskForm

    def search(self, queryset: "QuerySet[CheckRequest]", _name: str, value: str) -> "QuerySet[CheckRequest]":
        word = value.strip()
        named = InspectionObject.objects.filter(name__icontains=word).values("check_requests")
        return queryset.filter(Q(title__icontains=word) | Q(number__icontains=word) | Q(pk__in=named))


class ShareFilters(django_filters.FilterSet):
    """The year of the shares; the view counts for it."""

    year = django_filters.ChoiceFilter(label="年度", method="as_it_is", empty_label=None)

    class Meta:
        model = Organisation
        fields: list[str] = []
        form = DeskForm

    def as_it_is(self, queryset: "QuerySet[Organisation]", _name: str, _value: str) -> "QuerySet[Organisation]":
        return queryset
