"""The registries of a past moment as lists."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.lists import Column, Listing
from sunlot.norms import trades
from sunlot.norms.text import half_width, trim
from sunlot.organisations.viewer import Viewer

from ..models import Entity, Expert, InspectionObject, Inspector, RiskClass
from ..past import Moment, entities_then, experts_then, inspectors_then, objects_then
from .filters import RegionFilters, search_box, select
from .objects import called


class PastSearch(django_filters.FilterSet):
    """A past registry is searched by name and number alone: its history holds no pinyin."""

    number = "number"
    """The column of the number."""

    q = django_filters.CharFilter(label="名称或编号", method="search", widget=search_box("如：沙枣花、9115"))

    def search(self, queryset: "QuerySet[Any]", _name: str, value: str) -> "QuerySet[Any]":
        text = trim(half_width(value))
        number = {f"{self.number}__icontains": text.replace(" ", "")}
        return queryset.filter(Q(name__icontains=text) | Q(**number))


class PastObjects(PastSearch, RegionFilters):
    """What the past registry of objects can be narrowed by."""

    kind = django_filters.ModelChoiceFilter(
        label="类别", queryset=ObjectKind.objects.all(), to_field_name="code", empty_label="全部类别", widget=select()
    )
    risk = django_filters.ChoiceFilter(
        label="信用风险",
        field_name="risk_class",
        empty_label="A 至 D",
        widget=select(),
        choices=[(one.value, f"{one.value} {one.label}") for one in RiskClass],
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=InspectionObject.State.choices, empty_label="全部状态", widget=select()
    )
    trade = django_filters.ChoiceFilter(
        label="行业", lookup_expr="startswith", choices=trades.choices(), empty_label="全部行业", widget=select()
    )

    class Meta:
        model = InspectionObject
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.order_fields(("q", "kind", "region", "risk", "state", "trade"))


class PastEntities(PastSearch, RegionFilters):
    """What the past registry of entities can be narrowed by."""

    number = "credit_code"
    kind = django_filters.ChoiceFilter(
        label="类型", choices=Entity.Kind.choices, empty_label="全部类型", widget=select()
    )

    class Meta:
        model = Entity
        fields: list[str] = []


class PastInspectors(PastSearch):
    """What the past registry of inspectors can be narrowed by."""

    state = django_filters.ChoiceFilter(
        label="状态", choices=Inspector.State.choices, empty_label="全部状态", widget=select()
    )

    class Meta:
        model = Inspector
        fields: list[str] = []


class PastExperts(PastSearch):
    """What the past registry of experts can be narrowed by."""

    state = django_filters.ChoiceFilter(
        label="状态", choices=Expert.State.choices, empty_label="全部状态", widget=select()
    )

    class Meta:
        model = Expert
        fields: list[str] = []


def objects_listing(request: HttpRequest, viewer: Viewer, moment: Moment) -> "Listing[Any]":
    """The objects as they stood then, by number."""
    return Listing(
        request,
        objects_then(viewer, moment),
        filters=PastObjects,
        sorts={
            "name": ["name"],
            "number": ["number"],
            "kind": ["kind__name", "number"],
            "region": ["region__code", "number"],
            "risk": ["risk_class", "number"],
            "state": ["state", "number"],
        },
        default_sort="number",
        columns=[
            Column("number", "编号", lambda one: one.number),
            Column("name", "名称", called),
            Column("kind", "类别", lambda one: one.kind.name),
            Column("region", "辖区", lambda one: one.region.name),
            Column("region_code", "区划代码", lambda one: one.region_id),
            Column("address", "地址", lambda one: one.address),
            Column("risk_class", "信用风险", lambda one: one.risk_class),
            Column("state", "状态", lambda one: one.get_state_display()),
        ],
        unit="户",
        keep=("asof",),
    )


def entities_listing(request: HttpRequest, viewer: Viewer, moment: Moment) -> "Listing[Any]":
    """The entities as they stood then, by name."""
    return Listing(
        request,
        entities_then(viewer, moment),
        filters=PastEntities,
        sorts={
            "name": ["name", "id"],
            "code": ["credit_code", "id"],
            "kind": ["kind", "name"],
            "region": ["region__code", "name"],
        },
        default_sort="name",
        columns=[
            Column("name", "名称", called),
            Column("code", "统一社会信用代码", lambda one: one.credit_code or ""),
            Column("kind", "类型", lambda one: one.get_kind_display()),
            Column("region", "所在辖区", lambda one: one.region.name),
            Column("address", "住所", lambda one: one.address),
        ],
        unit="个",
        keep=("asof",),
    )


def inspectors_listing(request: HttpRequest, viewer: Viewer, moment: Moment) -> "Listing[Any]":
    """The inspectors as they stood then, by number."""
    return Listing(
        request,
        inspectors_then(viewer, moment),
        filters=PastInspectors,
        sorts={"name": ["name", "number"], "number": ["number"], "organisation": ["organisation__path", "number"]},
        default_sort="number",
        columns=[
            Column("number", "人员编号", lambda one: one.number),
            Column("name", "姓名", called),
            Column("organisation", "单位", lambda one: one.organisation.name),
            Column("certificate_expires", "执法证有效期至", lambda one: one.certificate_expires),
            Column("fields", "专业领域", lambda one: "、".join(one.fields)),
            Column("state", "状态", lambda one: one.get_state_display()),
        ],
        unit="人",
        keep=("asof",),
    )


def experts_listing(request: HttpRequest, viewer: Viewer, moment: Moment) -> "Listing[Any]":
    """The experts as they stood then, by number."""
    return Listing(
        request,
        experts_then(viewer, moment),
        filters=PastExperts,
        sorts={
            "name": ["name", "number"],
            "number": ["number"],
            "institution": ["institution__name", "number"],
            "engaged_until": ["engaged_until", "number"],
            "state": ["state", "number"],
        },
        default_sort="number",
        columns=[
            Column("name", "姓名", called),
            Column("number", "专家编号", lambda one: one.number),
            Column("institution", "所在单位", lambda one: one.institution.name),
            Column("fields", "专业领域", fields_then),
            Column("engaged_until", "聘期至", lambda one: one.engaged_until.isoformat()),
            Column("state", "状态", lambda one: one.get_state_display()),
        ],
        unit="人",
        keep=("asof",),
    )


def fields_then(record: Any) -> str:
    """The names of an expert's fields by a history record, whose fields are prefetched."""
    return "、".join(sorted(one.competence.name for one in record.historicalexpert_fields_set.all()))
