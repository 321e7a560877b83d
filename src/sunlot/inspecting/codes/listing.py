"""The supervisor's two lists: visits recorded without a scanned code, and complaints."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest

from sunlot.desk.forms import DeskForm
from sunlot.desk.lists import Column, Listing
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from ..models import Complaint, FormPart
from . import queries


class UncodedFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="对象名称", field_name="form__object__name", lookup_expr="icontains")
    since = django_filters.DateFilter(label="检查完成不早于", field_name="completed_on", lookup_expr="gte")

    class Meta:
        model = FormPart
        fields: list[str] = []
        form = DeskForm


class ComplaintFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="对象名称", field_name="form__object__name", lookup_expr="icontains")
    state = django_filters.ChoiceFilter(label="状态", choices=Complaint.State.choices, empty_label="全部")

    class Meta:
        model = Complaint
        fields: list[str] = []
        form = DeskForm


def uncoded_listing(request: HttpRequest, viewer: Viewer) -> "Listing[FormPart]":
    """The recorded parts without a scanned code, newest first."""
    rows: QuerySet[FormPart] = queries.uncoded(viewer)
    columns: list[Column[FormPart]] = [
        Column("object", "检查对象", lambda one: one.form.object.name),
        Column("department", "检查单位", lambda one: one.organisation.full_name),
        Column("task", "抽查任务", lambda one: one.form.task.title),
        Column("form", "检查表编号", lambda one: one.form.number),
        Column("completed_on", "检查完成", lambda one: one.completed_on),
        Column("by", "提交人", lambda one: one.recorded_by.name if one.recorded_by else ""),
        Column("paper", "纸质表补录", lambda one: "是" if one.from_paper else ""),
    ]
    return Listing(
        request, rows, filters=UncodedFilter, sorts={"day": ["completed_on"], "object": ["form__object__name"]},
        default_sort="-day", columns=columns, unit="份",
    )  # fmt: skip


def complaints_listing(request: HttpRequest, viewer: Viewer) -> "Listing[Complaint]":
    """The complaints, newest first."""

    def at(one: Complaint) -> Any:
        return clock.iso(one.received_at)

    columns: list[Column[Complaint]] = [
        Column("received_at", "收到", at),
        Column("object", "检查对象", lambda one: one.form.object.name),
        Column("task", "抽查任务", lambda one: one.form.task.title),
        Column("words", "反映的情况", lambda one: one.words),
        Column("contact", "联系方式", lambda one: one.contact),
        Column("state", "状态", lambda one: one.get_state_display()),
        Column("answer", "处理情况", lambda one: one.answer),
    ]
    return Listing(
        request, queries.complaints_seen(viewer), filters=ComplaintFilter, sorts={"received": ["received_at"]},
        default_sort="-received", columns=columns, unit="件",
    )  # fmt: skip
