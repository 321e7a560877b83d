"""The registry of inspectors as of a past day."""

from datetime import date

import django_filters
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from sunlot.desk.lists import Column, Listing
from sunlot.desk.views import desk_view
from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer

from ..lists.filters import search_box
from ..models import Inspector
from ..then import as_they_were, inspectors_then


class ThenFilters(django_filters.FilterSet):
    """A past registry is searched by name and number alone: initials are not kept in histories."""

    q = django_filters.CharFilter(label="姓名、编号", method="search", widget=search_box("如：王芳"))

    class Meta:
        model = Inspector
        fields: list[str] = []

    def search(self, queryset, _name: str, value: str):  # type: ignore[no-untyped-def]  # a query set of histories
        return queryset.filter(name__icontains=value) | queryset.filter(number__icontains=value)


@require_GET
@desk_view()
def inspectors_on(request: HttpRequest, viewer: Viewer, on: str) -> HttpResponseBase:
    """Who was in the registry at the end of that day, and who could be drawn on it."""
    try:
        day = date.fromisoformat(on)
    except ValueError as error:
        raise Refused("日期写成 2026-05-31 的样子。") from error
    if day > clock.today():
        raise Refused("只能查看今天和过去的日子。")
    columns: list[Column[Inspector]] = [
        Column("number", "人员编号", lambda one: one.number),
        Column("name", "姓名", lambda one: one.name),
        Column("organisation", "单位", lambda one: one.organisation.name),
        Column("certificate_expires", "执法证有效期至", lambda one: one.certificate_expires),
        Column("fields", "专业领域", lambda one: "、".join(one.fields)),
        Column("state", "状态", lambda one: one.get_state_display()),
    ]
    listing: Listing[Inspector] = Listing(
        request,
        inspectors_then(viewer, day),
        filters=ThenFilters,
        sorts={"name": ["name"], "number": ["number"], "organisation": ["organisation__path", "number"]},
        default_sort="number",
        columns=columns,
        unit="人",
    )
    if listing.wants_export:
        return listing.export(f"执法检查人员名录-{day.isoformat()}")
    context = {"listing": listing, "day": day, "rows": as_they_were(list(listing.page), day), "today": clock.today()}
    return render(request, "registry/inspectors_then.html", context)


@require_GET
@desk_view()
def choose_day(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """From the day that the form asks for to its own address."""
    return redirect("registry:inspectors-on", request.GET.get("on") or clock.today().isoformat())
