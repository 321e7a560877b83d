"""The registry of a past moment as a list."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.lists import Column, Listing
from sunlot.norms import trades
from sunlot.norms.text import half_width, trim
from sunlot.organisations.viewer import Viewer

from ..models import InspectionObject, RiskClass
from ..past import History, Moment, objects_then
from .filters import RegionFilters, search_box, select
from .objects import called


class PastFilters(RegionFilters):
    """What the past registry can be narrowed by: what its history holds. Pinyin is not among it."""

    q = django_filters.CharFilter(label="名称或编号", method="search", widget=search_box("如：沙枣花、9115"))
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
        model = History
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.order_fields(("q", "kind", "region", "risk", "state", "trade"))

    def search(self, queryset: "QuerySet[Any]", _name: str, value: str) -> "QuerySet[Any]":
        text = trim(half_width(value))
        return queryset.filter(Q(name__icontains=text) | Q(number__icontains=text.replace(" ", "")))


def past_listing(request: HttpRequest, viewer: Viewer, moment: Moment) -> "Listing[Any]":
    """The objects as they stood then, by number."""
    return Listing(
        request,
        objects_then(viewer, moment),
        filters=PastFilters,
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
