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
from ..models import Assessment, Inspector, Loan
from ..qualifying import IN_EFFECT, assessed, away, qualified_inspectors
from ..searching import searching
from .filters import search_box, select
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

    competence = django_filters.ChoiceFilter(
        label="考核合格科目", method="by_competence", empty_label="不限", widget=select(), choices=[]
    )
    available = django_filters.ChoiceFilter(
        label="今天能否抽取", method="by_availability", empty_label="不限", widget=select(),
        choices=[("yes", "能"), ("away", "休假中"), ("untested", "没有有效考核"), ("lent", "借出中")],
    )  # fmt: skip

    class Meta:
        model = Inspector
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        viewer: Viewer = self.request.viewer
        self.form.fields["organisation"].queryset = organisations_seen(viewer)
        subjects = Assessment.objects.order_by("subject").values_list("subject", flat=True).distinct()
        self.form.fields["competence"].choices = [("", "不限"), *((one, one) for one in subjects)]
        self.filters["competence"].extra["choices"] = [(one, one) for one in subjects]

    def search(self, queryset: "QuerySet[Inspector]", _name: str, value: str) -> "QuerySet[Inspector]":
        return queryset.filter(searching(value, number="number"))

    def below(self, queryset: "QuerySet[Inspector]", _name: str, value: Organisation) -> "QuerySet[Inspector]":
        return queryset.filter(organisation__path__startswith=value.path)

    def by_competence(self, queryset: "QuerySet[Inspector]", _name: str, value: str) -> "QuerySet[Inspector]":
        return queryset.filter(assessed(clock.today(), value))

    def by_availability(self, queryset: "QuerySet[Inspector]", _name: str, value: str) -> "QuerySet[Inspector]":
        today = clock.today()
        if value == "away":
            return queryset.filter(away(today))
        if value == "untested":
            return queryset.filter(~assessed(today))
        if value == "lent":
            lent = Loan.objects.filter(state__in=IN_EFFECT, starts__lte=today, ends__gte=today)
            return queryset.filter(pk__in=lent.values("inspector"))
        return queryset.filter(pk__in=qualified_inspectors("", today).values("pk"))

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
        queries.inspectors_seen(viewer).prefetch_related("assessments"),
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
            Column("certificate_issuer", "发证机关", lambda one: one.certificate_issuer),
            Column("certificate_expires", "执法证有效期至", lambda one: one.certificate_expires),
            Column("second_certificate", "部门执法证号", lambda one: shown_second_certificate(viewer, one)),
            Column("second_certificate_expires", "部门执法证有效期至", lambda one: one.second_certificate_expires),
            Column("fields", "专业领域", lambda one: "、".join(one.fields)),
            Column("post", "岗位", lambda one: one.post),
            Column("rank", "职务", lambda one: one.rank),
            Column("title", "职称", lambda one: one.title),
            Column("education", "学历", lambda one: one.education),
            Column("major", "所学专业", lambda one: one.major),
            Column("on_post_since", "从事执法岗位起", lambda one: one.on_post_since),
            Column("beat", "管辖片区", lambda one: one.beat),
            Column("tested", "考核合格日期", lambda one: _newest(one, "tested_on")),
            Column("tested_until", "考核有效期至", lambda one: _newest(one, "valid_until")),
            Column("subjects", "考核科目", _subjects),
            Column("state", "状态", lambda one: one.get_state_display()),
        ],
        unit="人",
    )


def _passed(inspector: Inspector) -> list[Assessment]:
    return [one for one in inspector.assessments.all() if one.passed and one.voided_at is None]


def _newest(inspector: Inspector, name: str) -> Any:
    """Of the passed tests of one day, the newest day: a row of the export is read back as it is."""
    return getattr(next(iter(_passed(inspector)), None), name, None)


def _subjects(inspector: Inspector) -> str:
    found = _passed(inspector)
    return "、".join(one.subject for one in found if one.tested_on == found[0].tested_on)


class LoanFilters(django_filters.FilterSet):
    """What the list of loans can be narrowed by."""

    q = django_filters.CharFilter(label="姓名、编号", method="search", widget=search_box("如：王芳、wf"))
    state = django_filters.ChoiceFilter(
        label="状态", choices=Loan.State.choices, empty_label="全部状态", widget=select()
    )

    class Meta:
        model = Loan
        fields: list[str] = []

    def search(self, queryset: "QuerySet[Loan]", _name: str, value: str) -> "QuerySet[Loan]":
        found = Inspector.objects.filter(searching(value, number="number"))
        return queryset.filter(inspector__in=found)


def loans_listing(request: HttpRequest, viewer: Viewer) -> "Listing[Loan]":
    """The loans of the viewer's units, the latest first."""
    return Listing(
        request,
        queries.loans_seen(viewer),
        filters=LoanFilters,
        sorts={
            "name": ["inspector__name"],
            "lender": ["lender__path", "-starts"],
            "borrower": ["borrower__path", "-starts"],
            "starts": ["starts"],
            "state": ["state", "-starts"],
        },
        default_sort="-starts",
        columns=[
            Column("number", "人员编号", lambda one: one.inspector.number),
            Column("name", "姓名", lambda one: called(one.inspector)),
            Column("lender", "借出单位", lambda one: one.lender.name),
            Column("borrower", "借入单位", lambda one: one.borrower.name),
            Column("starts", "第一天", lambda one: one.starts),
            Column("ends", "最后一天", lambda one: one.ends),
            Column("reason", "事由", lambda one: one.reason),
            Column("state", "状态", lambda one: one.get_state_display()),
        ],
        unit="笔",
    )


class LendableFilters(django_filters.FilterSet):
    """What the list of people to borrow can be narrowed by."""

    q = django_filters.CharFilter(
        label="姓名、编号、专业领域或拼音首字母", method="search", widget=search_box("如：王芳、燃气、wf")
    )
    organisation = django_filters.ModelChoiceFilter(
        label="单位",
        field_name="organisation",
        queryset=Organisation.objects.filter(is_active=True),
        to_field_name="code",
        empty_label="全部单位",
        widget=select(),
    )

    class Meta:
        model = Inspector
        fields: list[str] = []

    def search(self, queryset: "QuerySet[Inspector]", _name: str, value: str) -> "QuerySet[Inspector]":
        return queryset.filter(searching(value, number="number"))


def lendable_listing(request: HttpRequest, viewer: Viewer) -> "Listing[Inspector]":
    """The people on duty of other units, whom a clerk may ask to borrow."""
    own = viewer.base.path
    return Listing(
        request,
        queries.lendable(viewer).exclude(organisation__path__startswith=own),
        filters=LendableFilters,
        sorts={"name": ["name"], "organisation": ["organisation__path", "number"]},
        default_sort="organisation",
        unit="人",
    )


def shown_certificate(viewer: Viewer, inspector: Inspector) -> str:
    """The certificate's number, masked for who has nothing to do with it."""
    return (
        inspector.certificate if policy.may_set_state(viewer, inspector) else masking.certificate(inspector.certificate)
    )


def shown_second_certificate(viewer: Viewer, inspector: Inspector) -> str:
    """The department's own certificate, masked in the same way."""
    number = inspector.second_certificate
    return number if policy.may_set_state(viewer, inspector) else masking.certificate(number)
