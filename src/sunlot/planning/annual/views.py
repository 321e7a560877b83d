"""The pages of annual plans: list, one plan with its lines, a line's form, signing, versions, the printed annex."""

import json
from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.forms import accepts
from sunlot.desk.lists import XLSX_TYPE, Column, Listing
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.staff.keys import has_key
from sunlot.staff.signing import SigningForm
from sunlot.trail.queries import history

from ..models import AnnualPlan, AnnualVersion
from ..page import Next, signature_of
from ..policy import WRITERS
from . import actions, forms, policy, queries, sheet
from .checks import faults_of
from .content import content_of, lines_of, rows_of

State = AnnualPlan.State


class AnnualFilters(django_filters.FilterSet):
    """Year, state, whose."""

    year = django_filters.ChoiceFilter(
        label="年度", empty_label="全部", widget=django_forms.Select(attrs={"class": "input"})
    )
    state = django_filters.ChoiceFilter(
        label="状态",
        choices=AnnualPlan.State.choices,
        empty_label="全部",
        widget=django_forms.Select(attrs={"class": "input"}),
    )
    department = django_filters.ModelChoiceFilter(
        label="单位",
        queryset=Organisation.objects.none(),
        empty_label="全部",
        widget=django_forms.Select(attrs={"class": "input"}),
    )

    class Meta:
        model = AnnualPlan
        fields: list[str] = []

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        seen = queries.annual_seen(self.request.viewer)
        years = seen.order_by("-year").values_list("year", flat=True).distinct()
        self.filters["year"].extra["choices"] = [(str(year), f"{year}年") for year in dict.fromkeys(years)]
        self.filters["department"].queryset = Organisation.objects.filter(pk__in=seen.order_by().values("department"))


SORTS: dict[str, Sequence[str]] = {"year": ("year", "number"), "department": ("department__path",), "state": ("state",)}
COLUMNS: list[Column[AnnualPlan]] = [
    Column("number", "编号", lambda one: one.number),
    Column("department", "单位", lambda one: one.department.name),
    Column("year", "年度", lambda one: one.year, number=True),
    Column("state", "状态", lambda one: one.get_state_display()),
    Column("version", "版本", lambda one: one.version, number=True),
    Column("digest", "摘要", lambda one: one.digest),
]


@require_GET
@desk_view()
def annual_list(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The annual plans of this side, and what others have published."""
    listing: Listing[AnnualPlan] = Listing(
        request,
        queries.annual_seen(viewer).filter(revises__isnull=True),
        filters=AnnualFilters,
        sorts=SORTS,
        default_sort="-year",
        columns=COLUMNS,
        unit="个",
    )
    if listing.wants_export:
        return listing.export("年度抽查工作计划")
    return render(request, "planning/annual/list.html", {"listing": listing, "may_write": _own(viewer) is not None})


@require_http_methods(["GET", "POST"])
@desk_view()
def new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Begin one: which year, and blank, from last year's, or from the items."""
    department = _own(viewer)
    if department is None:
        raise NotAllowed(policy.WRITER_WORDS)
    form = forms.NewAnnualForm(request.POST or None)
    made: list[AnnualPlan] = []
    if form.is_valid() and accepts(
        form,
        "year",
        lambda data: made.append(actions.create_annual(viewer, department, data["year"], data["source"])),
    ):
        return redirect("planning:annual", made[0].number)
    return render(request, "planning/annual/new.html", {"form": form, "department": department})


@require_GET
@desk_view()
def detail(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """One annual plan in the annex's columns, how far each line is, where the plan itself stands, its story."""
    annual = _annual(viewer, number)
    lines = lines_of(annual)
    said = _said(annual)
    faults = faults_of(annual, lines) if annual.state == State.DRAFT else []
    signatures = queries.signatures_under(annual)
    against = _base(annual)
    rows = rows_of(said, against)
    progress = queries.progress_of(annual)
    own = viewer.base.department.path
    own_plans = {code for code, one in progress.items() for plan in one.plans if plan.lead.path.startswith(own)}
    context = {
        "annual": annual,
        "districts": queries.districts_of(annual.revises or annual, progress),
        "own_plans": own_plans,
        "rows": [(row, progress.get(row.code), [f.message for f in faults if f.line == row.code]) for row in rows],
        "lines": {line.code: line for line in lines if queries.may_carry_out(viewer, line)},
        "compares": against is not None,
        "changed": sum(1 for row in rows if row.change),
        "faults": faults,
        "next": _next(viewer, annual, len(faults)),
        "may_write": policy.may_write(viewer, annual.department) and annual.is_open,
        "may_change": policy.may_write(viewer, annual.department) and annual.state == State.PUBLISHED,
        "may_plan": viewer.role in WRITERS and annual.state == State.PUBLISHED,
        "leader": signature_of(signatures, policy.LEADER, annual.digest),
        "steering": signature_of(signatures, policy.STEERING, annual.digest),
        "on_paper": annual.state in (State.SUBMITTED, State.SIGNED),
        "versions": list(annual.versions.all()),
        "orders": list(queries.annual_seen(viewer).filter(revises=annual).order_by("-created_at")),
        "history": history(annual.thing),
    }
    return render(request, "planning/annual/annual.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def line(request: HttpRequest, viewer: Viewer, number: str, code: int | None = None) -> HttpResponse:
    """Add or change a line."""
    annual = _annual(viewer, number)
    _require_open(viewer, annual)
    stored = None
    if code is not None:
        stored = content_of(visible_or_404(viewer, annual.lines.select_related("lead"), code=code))
    form = forms.LineForm(annual, data=request.POST or None, said=stored)
    if "offer" not in request.POST and form.is_valid():
        said = form.said()
        if accepts(form, None, lambda _: actions.save_line(viewer, annual, code, said)):
            messages.success(request, f"已保存“{said.title}”。")
            if "another" in request.POST:
                return redirect("planning:annual-line-new", number)
            return redirect("planning:annual", number)
    if "offer" in request.POST:  # the items of the departments chosen now; nothing typed is lost, nothing is judged
        form.errors.clear()
    return render(request, "planning/annual/line.html", {"annual": annual, "form": form, "code": code})


@require_POST
@desk_view()
def move(request: HttpRequest, viewer: Viewer, number: str, code: int) -> HttpResponse:
    """One place up or down."""
    actions.move_line(viewer, _annual(viewer, number), code, up="up" in request.POST)
    return redirect("planning:annual", number)


@require_http_methods(["GET", "POST"])
@desk_view()
def remove(request: HttpRequest, viewer: Viewer, number: str, code: int) -> HttpResponse:
    """Take a line out, after asking."""
    annual = _annual(viewer, number)
    _require_open(viewer, annual)
    found = visible_or_404(viewer, annual.lines.all(), code=code)
    if request.method == "POST":
        actions.remove_line(viewer, annual, code)
        messages.success(request, f"已删去“{found.title}”。")
        return redirect("planning:annual", number)
    return render(request, "planning/annual/remove.html", {"annual": annual, "line": found})


@require_POST
@desk_view()
def submit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Hand it to the leader in charge."""
    annual = actions.submit_annual(viewer, _annual(viewer, number))
    messages.success(request, f"已提交第 {annual.version} 版，等{policy.LEADER}签署。")
    return redirect("planning:annual", number)


@require_http_methods(["GET", "POST"])
@desk_view()
def sign(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Sign over the digest shown, as leader or for the steering group; or return it with the reason."""
    annual = _annual(viewer, number)
    if annual.state not in (State.SUBMITTED, State.SIGNED):
        raise Refused(f"计划现在是“{annual.get_state_display()}”，没有等待签署。")
    first = annual.state == State.SUBMITTED
    capacity = policy.LEADER if first else policy.STEERING
    if not (policy.may_sign if first else policy.may_approve)(viewer, annual.department):
        raise NotAllowed(f"现在由{annual.department.name}的{capacity}签署。")
    form = SigningForm(actions.page_of(annual, capacity), request.POST or None, has_key=has_key(viewer))
    if request.method == "POST" and form.is_valid() and _signed_or_returned(request, viewer, annual, form, first):
        return redirect("planning:annual", number)
    said = _said(annual)
    against = _base(annual)
    context = {
        "annual": annual,
        "form": form,
        "first": first,
        "capacity": capacity,
        "rows": rows_of(said, against),
        "compares": against is not None,
    }
    return render(request, "planning/annual/sign.html", context)


def _signed_or_returned(
    request: HttpRequest, viewer: Viewer, annual: AnnualPlan, form: SigningForm, first: bool
) -> bool:
    if form.refuses:
        done = accepts(form, "reason", lambda _: actions.return_annual(viewer, annual, form.refusal))
        words = "已退回编制，您的意见随计划保留。"
    else:
        proof = form.proven(request, viewer)
        act = actions.sign_annual if first else actions.approve_annual
        done = proof is not None and accepts(form, None, lambda _: act(viewer, annual, proof, form.comment_given))
        words = f"已签署，等{policy.STEERING}批准。" if first else "已批准并公布。"
    if done:
        messages.success(request, words)
    return done


@require_http_methods(["GET", "POST"])
@desk_view()
def withdraw(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Give up what is not published, with the reason."""
    annual = _annual(viewer, number)
    _require_open(viewer, annual)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid() and accepts(form, "reason", lambda d: actions.withdraw_annual(viewer, annual, d["reason"])):
        messages.success(request, "已撤回。")
        return redirect("planning:annual", annual.revises.number if annual.revises else number)
    return render(request, "planning/annual/withdraw.html", {"annual": annual, "form": form})


@require_http_methods(["GET", "POST"])
@desk_view()
def change(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Begin to change a published one, with the reason; what was begun before is gone on with."""
    annual = _annual(viewer, number)
    if not policy.may_write(viewer, annual.department):
        raise NotAllowed(policy.WRITER_WORDS)
    earlier = annual.change_orders.filter(state__in=AnnualPlan.UNPUBLISHED).first()
    if earlier is not None:
        return redirect("planning:annual", earlier.number)
    form = forms.ReasonForm(request.POST or None)
    made: list[AnnualPlan] = []
    if form.is_valid() and accepts(
        form, "reason", lambda data: made.append(actions.open_change_order(viewer, annual, data["reason"]))
    ):
        return redirect("planning:annual", made[0].number)
    return render(request, "planning/annual/change.html", {"annual": annual, "form": form})


@require_GET
@desk_view()
def version(request: HttpRequest, viewer: Viewer, number: str, version: int) -> HttpResponse:
    """What one version says, and where it differs from the one before."""
    annual = _annual(viewer, number)
    versions = list(annual.versions.select_related("made_by"))
    shown = visible_or_404(viewer, annual.versions.select_related("made_by"), number=version)
    other = next((one for one in versions if one.number < shown.number), None)
    rows = rows_of(json.loads(shown.content), json.loads(other.content) if other else None)
    context = {"annual": annual, "version": shown, "versions": versions, "against": other, "rows": rows}
    return render(request, "planning/annual/version.html", context)


@require_GET
@desk_view()
def pdf(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The annex as PDF."""
    annual = _annual(viewer, number)
    body = sheet.pdf(annual, _said(annual), queries.signatures_under(annual))
    return _file(body, "application/pdf", f"{annual.department.name}{annual.year}年度抽查工作计划.pdf", attached=False)


@require_GET
@desk_view()
def xlsx(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The annex as xlsx."""
    annual = _annual(viewer, number)
    body = sheet.xlsx(annual, _said(annual))
    return _file(body, XLSX_TYPE, f"{annual.department.name}{annual.year}年度抽查工作计划.xlsx", attached=True)


# --- inside -------------------------------------------------------------------------------------------------------


def _annual(viewer: Viewer, number: str) -> AnnualPlan:
    return visible_or_404(viewer, queries.annual_seen(viewer), number=number)


def _own(viewer: Viewer) -> Organisation | None:
    """The department whose annual plan this person writes, if any."""
    department = viewer.base if viewer.role == Role.COORDINATOR else viewer.organisation
    return department if policy.may_write(viewer, department) else None


def _require_open(viewer: Viewer, annual: AnnualPlan) -> None:
    if not policy.may_write(viewer, annual.department):
        raise NotAllowed(policy.WRITER_WORDS)
    if not annual.is_open:
        raise Refused(f"计划{annual.get_state_display()}，不能直接修改。已公布的，用“调整计划”办理。")


def _said(annual: AnnualPlan) -> dict[str, Any]:
    """What it says: as it was frozen where it is submitted, else as it is written now."""
    if annual.digest:
        stored = AnnualVersion.objects.get(annual=annual, number=annual.version)
        frozen: dict[str, Any] = json.loads(stored.content)
        return frozen
    return actions.said(annual)


def _base(annual: AnnualPlan) -> dict[str, Any] | None:
    """What a change order starts from."""
    if annual.revises_id is None:
        return None
    found: dict[str, Any] = json.loads(
        AnnualVersion.objects.get(annual=annual.revises_id, number=annual.base_version or 0).content
    )
    return found


def _next(viewer: Viewer, annual: AnnualPlan, faults: int) -> Next | None:
    """What happens next and by whom; with a button if this viewer does it."""
    effect = "公布" if annual.revises_id is None else "调整生效并公布"
    match annual.state:
        case State.DRAFT:
            what = f"提交后由{policy.LEADER}签署、{policy.STEERING}批准，然后{effect}。"
            if faults:
                return Next(f"改正 {faults} 处", "改正后才能提交，每处都写在有关的一项。")
            if not policy.may_write(viewer, annual.department):
                return Next(f"{annual.department.name}提交", what)
            return Next("提交年度计划", what, _address("annual-submit", annual), "提交年度计划", post=True)
        case State.SUBMITTED:
            found = Next(f"{policy.LEADER}签署", f"签署后由{policy.STEERING}批准。")
            return _with_button(found, policy.may_sign(viewer, annual.department), annual, "查看并签署")
        case State.SIGNED:
            found = Next(f"{policy.STEERING}批准", f"批准后即{effect}。")
            return _with_button(found, policy.may_approve(viewer, annual.department), annual, "批准并公布")
    return None


def _with_button(found: Next, may: bool, annual: AnnualPlan, button: str) -> Next:
    return Next(found.who, found.what, _address("annual-sign", annual), button) if may else found


def _address(name: str, annual: AnnualPlan) -> str:
    return reverse(f"planning:{name}", args=[annual.number])


def _file(body: bytes, kind: str, name: str, *, attached: bool) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(attached, name) or ""
    return response
