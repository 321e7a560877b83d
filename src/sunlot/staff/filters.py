"""Filters of the lists of organisations, people and events."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sunlot.desk.forms import DeskForm
from sunlot.norms import clock
from sunlot.organisations.models import Delegation, Membership, Organisation, Region, User
from sunlot.organisations.queries import organisations_seen
from sunlot.organisations.roles import Role
from sunlot.trail.events import Act, all_kinds
from sunlot.trail.models import EventDetail
from sunlot.trail.queries import kinds_of

from .forms import INDENT, OrganisationChoice


class _OrganisationFilter(django_filters.ModelChoiceFilter):
    field_class = OrganisationChoice


def _seen(request: HttpRequest) -> "QuerySet[Organisation]":
    return organisations_seen(request.viewer)  # type: ignore[attr-defined]  # set by the middleware


class OrganisationFilter(django_filters.FilterSet):
    """Filters of the tree of organisations."""

    q = django_filters.CharFilter(label="机构名称或代码", method="search")
    kind = django_filters.ChoiceFilter(label="类别", choices=Organisation.Kind.choices, empty_label="全部类别")
    region = django_filters.ModelChoiceFilter(label="区划", queryset=Region.objects.all(), empty_label="全部区划")

    class Meta:
        model = Organisation
        fields: list[str] = []
        form = DeskForm

    def search(self, queryset: "QuerySet[Organisation]", _name: str, value: str) -> "QuerySet[Organisation]":
        word = value.strip()
        return queryset.filter(Q(name__icontains=word) | Q(code__icontains=word))


class PersonFilter(django_filters.FilterSet):
    """Filters of the list of people."""

    q = django_filters.CharFilter(label="姓名或用户名", method="search")
    organisation = _OrganisationFilter(label="所属机构", queryset=_seen, method="below", empty_label="全部机构")
    role = django_filters.ChoiceFilter(
        label="角色", choices=[("none", "没有角色"), *Role.choices], method="holding", empty_label="全部角色"
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=[("on", "启用"), ("off", "停用")], method="in_state", empty_label="全部状态"
    )

    class Meta:
        model = User
        fields: list[str] = []
        form = DeskForm

    def search(self, queryset: "QuerySet[User]", _name: str, value: str) -> "QuerySet[User]":
        word = value.strip()
        return queryset.filter(Q(name__icontains=word) | Q(username__icontains=word))

    def below(self, queryset: "QuerySet[User]", _name: str, value: Organisation) -> "QuerySet[User]":
        return queryset.filter(organisation__path__startswith=value.path)

    def holding(self, queryset: "QuerySet[User]", _name: str, value: str) -> "QuerySet[User]":
        held = Membership.objects.held()
        if value == "none":
            return queryset.exclude(pk__in=held.values("user"))
        return queryset.filter(pk__in=held.filter(role=value).values("user"))

    def in_state(self, queryset: "QuerySet[User]", _name: str, value: str) -> "QuerySet[User]":
        return queryset.filter(is_active=value == "on")


class DelegationFilter(django_filters.FilterSet):
    """Which delegations: by state, and those that count today."""

    state = django_filters.ChoiceFilter(
        label="状态",
        choices=[("now", "代签中"), *Delegation.State.choices],
        method="in_state",
        empty_label="全部",
        widget=forms.Select({"class": "input"}),
    )

    class Meta:
        model = Delegation
        fields: list[str] = []

    def in_state(self, queryset: "QuerySet[Delegation]", _name: str, value: str) -> "QuerySet[Delegation]":
        if value != "now":
            return queryset.filter(state=value)
        today = clock.today()
        return queryset.filter(state=Delegation.State.ACCEPTED, starts__lte=today, ends__gte=today)


def _kinds() -> list[tuple[str, str]]:
    return sorted(((kind.name, kind.label) for kind in all_kinds()), key=lambda choice: choice[1])


def _codes(request: HttpRequest) -> list[tuple[str, str]]:
    return [*((found.code, f"{INDENT * found.depth}{found.name}") for found in _seen(request)), ("system", "系统")]


class EventFilter(django_filters.FilterSet):
    """Filters of the trail: kind, act, organisation, person, days, thing."""

    q = django_filters.CharFilter(label="事件内容，或对象编号如 plan:17", method="search")
    type = django_filters.ChoiceFilter(label="事件", choices=_kinds, empty_label="全部事件")
    act = django_filters.ChoiceFilter(label="操作", choices=Act.choices, method="doing", empty_label="全部操作")
    organisation = django_filters.ChoiceFilter(label="机构", choices=(), empty_label="全部机构")
    username = django_filters.CharFilter(label="用户名", lookup_expr="exact")
    since = django_filters.DateFilter(label="从哪天", field_name="at", lookup_expr="date__gte")
    until = django_filters.DateFilter(label="到哪天", field_name="at", lookup_expr="date__lte")

    class Meta:
        model = EventDetail
        fields: list[str] = []
        form = DeskForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            self.filters["organisation"].extra["choices"] = _codes(self.request)

    def search(self, queryset: "QuerySet[EventDetail]", _name: str, value: str) -> "QuerySet[EventDetail]":
        word = value.strip()
        kind, colon, key = word.partition(":")
        if colon and kind.isascii() and key:
            return queryset.filter(thing=word)
        return queryset.filter(whole__contains=word)

    def doing(self, queryset: "QuerySet[EventDetail]", _name: str, value: str) -> "QuerySet[EventDetail]":
        return queryset.filter(type__in=kinds_of(value))
