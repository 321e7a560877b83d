"""Inspectors as a list."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest

from sunlot.desk.lists import Column, Listing
from sunlot.norms import clock, masking
from sunlot.organisations.models import Organisation
from sunlot.organisations.queries import organisations_seen
from sunlot.organisations.viewer import Viewer

from .. import policy, queries
from ..models import Inspector
from .filters import search_box, searching, select
from .objects import called

WARN_DAYS = 60


URGENT_DAYS = 30
"""A certificate is warned of this many days before its last one."""


class InspectorFilters(django_filters.FilterSet):
    """What the list of inspectors can be narrowed by."""

    q = django_filters.CharFilter(
        label="姓名、编号、专业领域或拼音首字母", method="search", widget=search_box("如：王芳、燃气、wf")
    )
    organisation = django_filters.ModelChoiceFilter(
        label="单位",
        method="below",
        queryset=Organisation.objects.all(),
        to_field_name="code",
        empty_label="全部单位",
        widget=select(),
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=Inspector.State.choices, empty_label="全部状态", widget=select()
    )
    certificate = django_filters.ChoiceFilter(
        label="执法证", method="by_certificate", empty_label="不限", widget=select(),
        choices=[("valid", "有效"), ("soon", f"{WARN_DAYS} 天内到期"), ("expired", "已过期")],
    )  # fmt: skip

    class Meta:
        model = Inspector
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        viewer: Viewer = self.request.viewer
        self.form.fields["organisation"].queryset = organisations_seen(viewer)

    def search(self, queryset: "QuerySet[Inspector]", _name: str, value: str) -> "QuerySet[Inspector]":
        return queryset.filter(searching(value, number="number"))

    def below(self, queryset: "QuerySet[Inspector]", _name: str, value: Organisation) -> "QuerySet[Inspector]":
        return queryset.filter(organisation__path__startswith=value.path)

    def by_certificate(self, queryset: "QuerySet[Inspector]", _name: str, value: str) -> "QuerySet[Inspector]":
        today = clock.today()
        if value == "expired":
            return queryset.filter(certificate_expires__lt=today)
        if value == "soon":
            return queryset.filter(certificate_expires__range=(today, today + timedelta(days=WARN_DAYS)))
        return queryset.filter(certificate_expires__gte=today)


def inspectors_listing(request: HttpRequest, viewer: Viewer) -> "Listing[Inspector]":
    """The inspectors that this person sees, by number."""
    return Listing(
        request,
        queries.inspectors_seen(viewer),
        filters=InspectorFilters,
        sorts={
            "name": ["name"],
            "number": ["number"],
            "organisation": ["organisation__path", "number"],
            "expires": ["certificate_expires", "number"],
            "state": ["state", "number"],
        },
        default_sort="number",
        columns=[
            Column("number", "人员编号", lambda one: one.number),
            Column("name", "姓名", called),
            Column("organisation", "单位", lambda one: one.organisation.name),
            Column("certificate", "执法证号", lambda one: shown_certificate(viewer, one)),
            Column("certificate_expires", "执法证有效期至", lambda one: one.certificate_expires),
            Column("fields", "专业领域", lambda one: "、".join(one.fields)),
            Column("post", "岗位", lambda one: one.post),
            Column("rank", "职务", lambda one: one.rank),
            Column("state", "状态", lambda one: one.get_state_display()),
        ],
        unit="人",
    )


def shown_certificate(viewer: Viewer, inspector: Inspector) -> str:
    """The certificate's number, masked for who has nothing to do with it."""
    return (
        inspector.certificate if policy.may_set_state(viewer, inspector) else masking.certificate(inspector.certificate)
    )
