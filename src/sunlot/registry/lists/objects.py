"""Entities and inspection objects as lists."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.lists import Column, Listing
from sunlot.norms import clock, masking, trades
from sunlot.organisations.viewer import Viewer

from .. import marks, policy, queries
from ..imports.fields import ATTR
from ..kinds import Attribute, Type, attributes_of
from ..models import CreditMark, Entity, Expert, InspectionObject, Inspector, Involvement, RiskClass
from ..searching import search
from .filters import RegionFilters, search_box, select

LICENCE_WARN_DAYS = 60
"""A licence is warned of this many days before its last one."""


class ObjectFilters(RegionFilters):
    """What the list of objects can be narrowed by."""

    q = django_filters.CharFilter(
        label="名称、编号、信用代码或拼音首字母", method="search", widget=search_box("如：沙枣花、9115、szh")
    )
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
    scope = django_filters.ChoiceFilter(
        label="事项范围",
        method="by_scope",
        empty_label="不限",
        widget=select(),
        choices=[("in", "在事项范围"), ("beyond", "不在事项范围")],
    )

    trade = django_filters.ChoiceFilter(
        label="行业", lookup_expr="startswith", choices=trades.choices(), empty_label="全部行业", widget=select()
    )
    mark = django_filters.ChoiceFilter(
        label="信用标记", method="by_mark", empty_label="不限", widget=select(), choices=CreditMark.Kind.choices
    )
    licence = django_filters.ChoiceFilter(
        label="许可证", method="by_licence", empty_label="不限", widget=select(),
        choices=[("soon", f"{LICENCE_WARN_DAYS} 天内到期"), ("expired", "已过期")],
    )  # fmt: skip

    field_order = ("q", "kind", "region", "risk", "state", "scope", "trade", "mark", "licence")

    class Meta:
        model = InspectionObject
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.order_fields(self.field_order)  # what a kind has of its own comes behind

    @property
    def day(self) -> date:
        """The day on which marks and licences are asked about."""
        return clock.today()

    def attributes_asked(self) -> Iterable[Attribute]:
        """Once a kind is chosen, what its objects have of their own can be asked for too."""
        kind = ObjectKind.objects.filter(code=(self.data or {}).get("kind", "")).first()
        return attributes_of(kind) if kind is not None else ()

    def offer_more(self) -> None:
        for attribute in self.attributes_asked():
            found = attribute_filter(attribute)
            if found is not None:
                found.parent, found.model = self, InspectionObject
                self.filters[f"{ATTR}{attribute.name}"] = found

    def by_mark(self, queryset: "QuerySet[InspectionObject]", _name: str, value: str) -> "QuerySet[InspectionObject]":
        counting = CreditMark.objects.filter(marks.counting(self.day), kind=value)
        reached = Involvement.objects.filter(part__in=marks.REACHES, entity__in=counting.values("entity_id"))
        own = Q(pk__in=counting.filter(object__isnull=False).values("object_id"))
        return queryset.filter(own | Q(pk__in=reached.values("object_id")))

    def by_licence(
        self, queryset: "QuerySet[InspectionObject]", _name: str, value: str
    ) -> "QuerySet[InspectionObject]":
        return queryset.filter(pk__in=queries.licences_ending(value, LICENCE_WARN_DAYS, self.day).values("object_id"))

    def search(self, queryset: "QuerySet[InspectionObject]", _name: str, value: str) -> "QuerySet[InspectionObject]":
        return search(queryset, value, number="number")

    def by_scope(self, queryset: "QuerySet[InspectionObject]", _name: str, value: str) -> "QuerySet[InspectionObject]":
        beyond = queries.kinds_beyond()
        return queryset.exclude(kind__in=beyond) if value == "in" else queryset.filter(kind__in=beyond)


def attribute_filter(attribute: Attribute) -> django_filters.Filter | None:
    """How a list is narrowed by an attribute: one of its words, at least so much, at the latest on that day."""
    if attribute.type is Type.CHOICE:
        choices = [(one, one) for one in attribute.choices]
        word = narrowing(attribute, "exact", str)
        return django_filters.ChoiceFilter(
            method=word, label=attribute.label, choices=choices, empty_label="不限", widget=select()
        )
    if attribute.type in (Type.NUMBER, Type.WHOLE):
        figure = forms.NumberInput({"class": "input", "step": "any"})
        least = narrowing(attribute, "gte", float)  # in JSON the database compares numbers and not decimals
        return django_filters.NumberFilter(method=least, label=f"{attribute.titled}不少于", widget=figure)
    if attribute.type is Type.DATE:
        day = forms.DateInput({"class": "input", "type": "date"})
        latest = narrowing(attribute, "lte", date.isoformat)  # in JSON a day is text
        return django_filters.DateFilter(method=latest, label=f"{attribute.label}不晚于", widget=day)
    return None


def narrowing(attribute: Attribute, how: str, as_kept: Callable[[Any], Any]) -> Callable[..., Any]:
    """A filter by an attribute, of the kinds that have it: objects of other kinds chosen beside them stay."""
    having = [kind.pk for kind in ObjectKind.objects.all() if attribute in attributes_of(kind)]

    def narrow(queryset: Any, _name: str, value: Any) -> Any:
        meant = Q(**{f"attributes__{attribute.name}__{how}": as_kept(value)}, kind__in=having)
        return queryset.filter(meant | ~Q(kind__in=having))

    return narrow


class EntityFilters(RegionFilters):
    """What the list of entities can be narrowed by."""

    q = django_filters.CharFilter(
        label="名称、信用代码或拼音首字母", method="search", widget=search_box("如：沙枣花、9115、szh")
    )
    kind = django_filters.ChoiceFilter(
        label="类型", choices=Entity.Kind.choices, empty_label="全部类型", widget=select()
    )

    class Meta:
        model = Entity
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.order_fields(("q", "kind", "region"))

    def search(self, queryset: "QuerySet[Entity]", _name: str, value: str) -> "QuerySet[Entity]":
        return search(queryset, value, number="credit_code")


def objects_listing(
    request: HttpRequest, viewer: Viewer, among: "QuerySet[InspectionObject] | None" = None
) -> "Listing[InspectionObject]":
    """The objects that this person sees, those `among` others where a later room says which; the newest change first."""
    itself = Involvement.objects.filter(part=Involvement.Part.ITSELF).select_related("entity__manager")
    seen = queries.objects_seen(viewer)
    if among is not None:
        seen = seen.filter(pk__in=among.order_by().values("pk"))
    return Listing(
        request,
        seen.prefetch_related(Prefetch("involvements", queryset=itself, to_attr="itself")),
        filters=ObjectFilters,
        sorts={
            "name": ["name"],
            "number": ["number"],
            "kind": ["kind_id", "updated_at"],
            "region": ["region_id", "updated_at"],
            "risk": ["risk_class", "updated_at"],
            "state": ["state", "updated_at"],
            "updated": ["updated_at"],
        },
        default_sort="-updated",
        columns=_object_columns(viewer),
        unit="户",
    )


def _object_columns(viewer: Viewer) -> Sequence[Column[InspectionObject]]:
    return [
        Column("number", "编号", lambda one: one.number),
        Column("name", "名称", called),
        Column("kind", "类别", lambda one: one.kind.name),
        Column("region", "辖区", lambda one: one.region.name),
        Column("region_code", "区划代码", lambda one: one.region_id),
        Column("address", "地址", lambda one: one.address),
        Column("trade", "行业", lambda one: one.trade_name),
        Column("longitude", "经度", lambda one: one.longitude),
        Column("latitude", "纬度", lambda one: one.latitude),
        Column("risk_class", "信用风险", lambda one: one.risk_class),
        Column("state", "状态", lambda one: one.get_state_display()),
        Column("contact", "联系人", lambda one: contact_of(viewer, one)[0]),
        Column("phone", "联系电话", lambda one: contact_of(viewer, one)[1]),
        Column("updated_at", "更新时间", lambda one: one.updated_at),
    ]


def called(entry: Entity | InspectionObject | Inspector | Expert) -> str:
    """The name, with 演示 after what is invented: a file that leaves the system says so too."""
    return f"{entry.name}（演示）" if entry.is_demo else entry.name


def contact_of(viewer: Viewer, entry: InspectionObject) -> tuple[str, str]:
    """Contact person and phone: the object's own, else those of the entity that it is; masked for who does not keep it."""
    entity = next((one.entity for one in entry.itself), None)  # type: ignore[attr-defined]  # prefetched
    holder = entry if entry.contact or entry.phone or entity is None else entity
    return shown_contact(viewer, holder)


def shown_contact(viewer: Viewer, holder: Entity | InspectionObject) -> tuple[str, str]:
    """Contact person and phone as this viewer may read them."""
    if policy.sees_contacts(viewer, holder):
        return holder.contact, holder.phone
    return masking.person(holder.contact), masking.phone(holder.phone)


def entities_listing(request: HttpRequest, viewer: Viewer) -> "Listing[Entity]":
    """The entities that this person sees; the newest change first."""
    return Listing(
        request,
        queries.entities_seen(viewer).filter(merged_into__isnull=True),
        filters=EntityFilters,
        sorts={
            "name": ["name"],
            "code": ["credit_code"],
            "region": ["region_id", "updated_at"],
            "kind": ["kind", "updated_at"],
            "updated": ["updated_at"],
        },
        default_sort="-updated",
        columns=[
            Column("credit_code", "统一社会信用代码", lambda one: one.credit_code or ""),
            Column("name", "名称", called),
            Column("kind", "类型", lambda one: one.get_kind_display()),
            Column("region", "所在辖区", lambda one: one.region.name),
            Column("address", "住所", lambda one: one.address),
            Column("contact", "联系人", lambda one: shown_contact(viewer, one)[0]),
            Column("phone", "联系电话", lambda one: shown_contact(viewer, one)[1]),
            Column("updated_at", "更新时间", lambda one: one.updated_at),
        ],
        unit="个",
    )
