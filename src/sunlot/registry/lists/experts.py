"""Experts as a list."""

from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from sunlot.catalogue.models import Competence
from sunlot.desk.lists import Column, Listing
from sunlot.norms import clock, masking
from sunlot.norms.text import half_width, trim
from sunlot.organisations.viewer import Viewer

from .. import policy, queries
from ..models import Expert, Institution
from ..qualifying import qualified_experts
from ..searching import searching
from .filters import search_box, select
from .objects import called


class ExpertFilters(django_filters.FilterSet):
    """What the list of experts can be narrowed by."""

    q = django_filters.CharFilter(
        label="姓名、编号、单位、领域或拼音首字母", method="search", widget=search_box("如：王芳、检测、wf")
    )
    field = django_filters.ModelChoiceFilter(
        label="专业领域",
        field_name="fields",
        queryset=Competence.objects.filter(experts__isnull=False).distinct(),
        to_field_name="code",
        empty_label="全部领域",
        widget=select(),
    )
    institution = django_filters.ModelChoiceFilter(
        label="所在单位", queryset=Institution.objects.none(), empty_label="全部单位", widget=select()
    )
    kind = django_filters.ChoiceFilter(
        label="单位类别",
        field_name="institution__kind",
        choices=Institution.Kind.choices,
        empty_label="全部类别",
        widget=select(),
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=Expert.State.choices, empty_label="全部状态", widget=select()
    )
    available = django_filters.ChoiceFilter(
        label="今天能否抽取", method="by_availability", empty_label="不限", widget=select(),
        choices=[("yes", "能"), ("over", "聘期已满")],
    )  # fmt: skip

    class Meta:
        model = Expert
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = self.queryset.order_by().values("institution_id")
        self.filters["institution"].queryset = Institution.objects.filter(pk__in=seen).order_by("name")

    def search(self, queryset: "QuerySet[Expert]", _name: str, value: str) -> "QuerySet[Expert]":
        return queryset.filter(searching(value, number="number"))

    def by_availability(self, queryset: "QuerySet[Expert]", _name: str, value: str) -> "QuerySet[Expert]":
        today = clock.today()
        if value == "over":
            return queryset.filter(engaged_until__lt=today)
        return queryset.filter(pk__in=qualified_experts(today).values("pk"))


class InstitutionFilters(django_filters.FilterSet):
    """What the list of institutions can be narrowed by."""

    q = django_filters.CharFilter(label="名称或代码", method="search", widget=search_box("如：检测"))
    kind = django_filters.ChoiceFilter(
        label="类别", choices=Institution.Kind.choices, empty_label="全部类别", widget=select()
    )

    class Meta:
        model = Institution
        fields: list[str] = []

    def search(self, queryset: "QuerySet[Institution]", _name: str, value: str) -> "QuerySet[Institution]":
        text = trim(half_width(value))
        return queryset.filter(Q(name__icontains=text) | Q(credit_code__icontains=text.replace(" ", "")))


def institutions_listing(request: HttpRequest, viewer: Viewer) -> "Listing[Institution]":
    """The bodies that experts come from, by name, with how many experts of theirs this person sees."""
    seen = queries.experts_seen(viewer).order_by()
    count = Count("experts", filter=Q(experts__in=seen.values("pk")), distinct=True)
    return Listing(
        request,
        Institution.objects.annotate(people=count),
        filters=InstitutionFilters,
        sorts={"name": ["name"], "kind": ["kind", "name"], "expires": ["qualification_expires", "name"]},
        default_sort="name",
        columns=[
            Column("name", "全称", lambda one: one.name),
            Column("kind", "类别", lambda one: one.get_kind_display()),
            Column("credit_code", "统一社会信用代码", lambda one: one.credit_code),
            Column("qualification", "资质证书", lambda one: one.qualification),
            Column("qualification_expires", "资质有效期至", lambda one: one.qualification_expires),
            Column("people", "专家人数", lambda one: one.people, number=True),  # type: ignore[attr-defined]  # annotated
        ],
        unit="个",
    )


def experts_listing(request: HttpRequest, viewer: Viewer) -> "Listing[Expert]":
    """The experts that this person sees, by number."""
    return Listing(
        request,
        queries.experts_seen(viewer),
        filters=ExpertFilters,
        sorts={
            "name": ["name"],
            "number": ["number"],
            "institution": ["institution__name", "number"],
            "expires": ["engaged_until", "number"],
            "state": ["state", "number"],
        },
        default_sort="number",
        columns=[
            Column("number", "专家编号", lambda one: one.number),
            Column("name", "姓名", called),
            Column("institution", "所在单位", lambda one: one.institution.name),
            Column("institution_kind", "所在单位类别", lambda one: one.institution.get_kind_display()),
            Column("fields", "专业领域", fields_of),
            Column("title", "职称", lambda one: one.title),
            Column("post", "职务", lambda one: one.post),
            Column("engaged_from", "聘期起", lambda one: one.engaged_from),
            Column("engaged_until", "聘期至", lambda one: one.engaged_until),
            Column("organisation", "聘请单位", lambda one: one.organisation.name),
            Column("phone", "手机", lambda one: shown_phone(viewer, one)),
            Column("state", "状态", lambda one: one.get_state_display()),
        ],
        unit="人",
    )


def fields_of(expert: Expert) -> str:
    """The names of its fields. Prefetch `fields`."""
    return "、".join(one.name for one in expert.fields.all())


def shown_phone(viewer: Viewer, expert: Expert) -> Any:
    """The phone, masked for who does not keep the entry."""
    return expert.phone if policy.may_keep_expert(viewer, expert) else masking.phone(expert.phone)
