"""The pages of plans: list, one plan, its form, answering, signing, versions, the printed 计划表."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.catalogue import queries as catalogue
from sunlot.desk.forms import accepts
from sunlot.desk.lists import XLSX_TYPE, Listing
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.documents.plan_form import plan_form, plan_form_xlsx
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.staff.keys import has_key
from sunlot.staff.signing import SigningForm
from sunlot.trail.queries import history

from . import (
    actions,
    filters,
    forms,
    outdated,
    page,
    policy,
    queries,
    rounds_form,
    scope_form,
    seats_form,
    sheet,
    suggestions,
    wording,
)
from .annual.checks import day_of_draw
from .content import content_of
from .feasibility import Fault, Feasibility
from .gathering import assess_content
from .models import AnnualLine, AnnualPlan, Participant, Plan
from .options import Options, options_for, regions_below
from .panels import plan_panels
from .pointing import point_out

State = Plan.State
TRY, SAVE, SUBMIT, FILL, SPREAD, SEATS = "try", "save", "submit", "fill", "spread", "by-items"


@require_GET
@desk_view()
def plan_list(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The plans that this person's side leads or takes part in."""
    listing = Listing(
        request,
        queries.plans_seen(viewer).filter(revises__isnull=True).prefetch_related("participants__organisation"),
        filters=filters.PlanFilters,
        sorts=filters.SORTS,
        default_sort="-created",
        columns=filters.COLUMNS,
        unit="个",
    )
    if listing.wants_export:
        return listing.export("抽查计划")
    return render(request, "planning/list.html", {"listing": listing, "may_write": viewer.role in policy.WRITERS})


@require_GET
@desk_view()
def detail(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """One plan: where it stands, what it amounts to, what makes it impossible, who signed, its story."""
    plan = visible_or_404(viewer, queries.with_parts(queries.plans_seen(viewer)), number=number)
    parts = list(plan.participants.all())
    figures = queries.feasibility(plan) if plan.state in page.FORECAST else None
    signatures = queries.signatures_under(plan)
    versions = list(queries.versions_of(plan))
    items = [item for part in parts for item in part.items.all()]
    ending = outdated.ahead(plan)
    context = {
        "plan": plan,
        "parts": parts,
        "items": sorted(items, key=lambda item: (not item.version.is_key, item.version.item.code)),
        "item_groups": page.item_groups(plan, parts),
        "bases": sheet.bases_of(item.version_id for item in items),
        "narrowed": queries.narrowed_in_words(plan),
        "figures": figures,
        "ending": ending,
        "guides": catalogue.guides_covering([item.version.item_id for item in items], clock.today()),
        "faults": page.by_field(figures.faults) if figures else {},
        "item_faults": [fault.message for fault in figures.faults if fault.field.startswith("items.")]
        if figures
        else [],
        "warnings": page.by_field(figures.warnings) if figures else {},
        "checks": page.checks(plan, parts, figures) if figures else [],
        "rounds": page.rounds_of(plan, figures),
        "skilled": any(part.competences.all() for part in parts),
        "panels": plan_panels(viewer, plan),
        "way": page.way(plan, figures, len({item.version_id for item in items})),
        "next": page.next_step(viewer, plan, parts, figures),
        "opinions": [part for part in parts if part.decided_at and part.position],
        "deadlines": page.deadlines(plan),
        "head": page.signature_of(signatures, actions.HEAD, plan.digest),
        "leader": page.signature_of(signatures, actions.LEADER, plan.digest),
        "versions": versions,
        "previous": next((version for version in versions if version.number < plan.version), None),
        "may_write": policy.may_write(viewer, plan) and plan.is_open,
        "may_change": policy.may_write(viewer, plan) and plan.state == State.PUBLISHED,
        "orders": queries.orders_of(viewer, plan),
        "change": page.change_of(plan),
        "may_withdraw": policy.may_withdraw(viewer, plan) and State.WITHDRAWN in Plan.MOVES[plan.state],
        "on_paper": plan.state in (State.CONFIRMED, State.HEAD_SIGNED),
        "waiting_paper": next(
            (one for one in signatures if one.state == "unconfirmed" and one.digest == plan.digest), None
        ),
        "history": history(plan.thing),
    }
    return render(request, "planning/plan.html", context)


@require_http_methods(["GET", "POST"])
@desk_view(*policy.WRITERS)
def new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Begin a plan: suggestions first, try it out, save it as a draft."""
    line = _line(request)
    options = options_for(viewer, _draw_day(request, line), _lead(request, viewer, line))
    if not options.leads:
        raise NotAllowed("计划由牵头科室的经办人、负责人或统筹科室编制。")
    own = next((code for code, _ in options.leads if code == viewer.organisation.code), options.leads[0][0])
    if request.method != "POST":
        regions = regions_below(viewer.region_code)
        if line is not None and line.lead.code in options.names:
            content = suggestions.from_line(line, regions, _district(viewer, line))
            options.with_choice(list(content.kinds), list(content.item_ids))
        else:
            content = suggestions.blank(own, regions, sends=viewer.role != Role.COORDINATOR)
        start = scope_form.start_of(request.GET.get("objects", ""), [code for code, _ in options.regions])
        if start:
            options.with_choice(start.kinds, list(content.item_ids))
        if line is None or line.quota_permille is None:
            content = suggestions.by_rules(content, options.table, options.figures)
        if start:
            content = scope_form.started(content, start)
        return _form_page(request, forms.PlanForm(options, content=content, is_new=True), None, None)
    form = _form_sent(request, viewer, options)
    if not form.is_valid():
        return _form_page(request, form, None, None)
    content = form.content()
    if _tries(request):
        tried = forms.PlanForm(options, content=content)
        return _form_page(request, tried, None, assess_content(content, content.draw_day))
    plan = actions.create_plan(viewer, content)
    return _saved(request, viewer, plan)


def _lead(request: HttpRequest, viewer: Viewer, line: AnnualLine | None = None) -> Organisation | None:
    """Whose plan it will be, where that is said and the viewer may write it: its table of ratios and its annual plan hold."""
    if request.method == "POST":
        found = Organisation.objects.filter(code=request.POST.get("participant-0", "")[:64]).first()
    else:
        found = (_district(viewer, line) or line.lead) if line is not None else None
    return found if found is not None and policy.may_lead(viewer, found) else None


def _district(viewer: Viewer, line: AnnualLine) -> Organisation | None:
    """The viewer's bureau, where it stands below the department whose line the districts carry out."""
    own = viewer.base.department
    return own if line.by_districts and own.pk != line.annual.department_id else None


@require_http_methods(["GET", "POST"])
@desk_view()
def edit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Change a plan. One that was already submitted begins anew as its next version."""
    plan = visible_or_404(viewer, queries.with_parts(queries.plans_seen(viewer)), number=number)
    if not policy.may_write(viewer, plan):
        raise NotAllowed(f"这个计划由{plan.lead.name}的经办人、负责人或统筹科室编制。")
    if not plan.is_open:
        raise Refused(f"计划{plan.get_state_display()}，不能直接修改。{actions.HOW_TO_CHANGE}")
    stored = content_of(plan)
    if request.method != "POST":
        options = options_for(viewer, stored.draw_day, plan.lead).with_choice(list(stored.kinds), list(stored.item_ids))
        form = forms.PlanForm(options, content=stored, seen=actions.fingerprint(plan))
        return _form_page(request, form, plan, assess_content(stored, stored.draw_day))
    options = options_for(viewer, _draw_day(request), _lead(request, viewer) or plan.lead)
    form = _form_sent(request, viewer, options)
    if not form.is_valid():
        return _form_page(request, form, plan, None)
    content = form.content()
    if _tries(request):
        tried = forms.PlanForm(options, content=content, seen=form.cleaned_data["seen"])
        return _form_page(request, tried, plan, assess_content(content, content.draw_day))
    try:
        changed = actions.change_plan(viewer, plan, content, seen=form.cleaned_data["seen"] or None)
    except NotAllowed:
        raise
    except Refused as refused:  # somebody changed or signed it meanwhile: nothing typed is lost
        form.add_error(None, str(refused))
        return _form_page(request, form, plan, None)
    return _saved(request, viewer, changed)


@require_POST
@desk_view()
def submit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Hand a draft to the participants or to the head."""
    plan = actions.submit_plan(viewer, _plan(viewer, number))
    messages.success(request, _submitted(plan))
    return redirect("planning:plan", number=number)


@require_http_methods(["GET", "POST"])
@desk_view()
def answer(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """A participant agrees, or disagrees with words."""
    plan = visible_or_404(viewer, queries.with_parts(queries.plans_seen(viewer)), number=number)
    part = _own_part(viewer, plan)
    form = forms.OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = actions.refuse_participation if "refuse" in request.POST else actions.confirm_participation
        if accepts(form, "comment", lambda data: act(viewer, part, data["comment"])):
            refused = act is actions.refuse_participation
            done = "已退回牵头科室，您的意见随计划保留。" if refused else f"{part.organisation.name}已同意参与。"
            messages.success(request, done)
            return redirect("planning:plan", number=number)
    if plan.state != State.CONFIRMING:
        raise Refused(f"计划现在是“{plan.get_state_display()}”，不需要答复。")
    figures = queries.feasibility(plan)
    context = {
        "plan": plan,
        "part": part,
        "form": form,
        "figures": figures,
        "panels": plan_panels(viewer, plan, brief=True),
        "lines": wording.lines(queries.rules_of(plan)),
    }
    return render(request, "planning/answer.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def sign(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Sign over the digest shown, as section head or as leader in charge; or refuse with the reason."""
    plan = visible_or_404(viewer, queries.with_parts(queries.plans_seen(viewer)), number=number)
    as_leader = plan.state == State.HEAD_SIGNED
    allowed = policy.may_sign_as_leader(viewer, plan) if as_leader else policy.may_sign_as_head(viewer, plan)
    if plan.state not in (State.CONFIRMED, State.HEAD_SIGNED):
        raise Refused(f"计划现在是“{plan.get_state_display()}”，没有等待签署。")
    if not allowed:
        raise NotAllowed(f"现在由{actions.LEADER if as_leader else actions.HEAD}签署。")
    capacity = actions.LEADER if as_leader else actions.HEAD
    form = SigningForm(actions.page_of(plan, capacity), request.POST or None, has_key=has_key(viewer))
    if request.method == "POST" and form.is_valid() and _signed_or_returned(request, viewer, plan, form, as_leader):
        return redirect("planning:plan", number=number)
    context = {
        "plan": plan,
        "form": form,
        "as_leader": as_leader,
        "capacity": capacity,
        "figures": queries.feasibility(plan),
        "panels": plan_panels(viewer, plan, brief=True),
        "lines": wording.lines(queries.rules_of(plan)),
    }
    return render(request, "planning/sign.html", context)


def _signed_or_returned(request: HttpRequest, viewer: Viewer, plan: Plan, form: SigningForm, as_leader: bool) -> bool:
    """Do what the valid form says; what is wrong stands in it."""
    if form.refuses:
        done = accepts(form, "reason", lambda _: actions.return_plan(viewer, plan, form.refusal))
        words = "已退回编制，您的意见随计划保留。"
    else:
        proof = form.proven(request, viewer)
        act = actions.sign_as_leader if as_leader else actions.sign_as_head
        done = proof is not None and accepts(form, None, lambda _: act(viewer, plan, proof, form.comment_given))
        words = "已签署并公布。" if as_leader else f"已签署，等{actions.LEADER}签署。"
    if done:
        messages.success(request, words)
    return done


@require_http_methods(["GET", "POST"])
@desk_view()
def change(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Begin to change a published plan, with the reason; what was begun before is gone on with."""
    plan = _plan(viewer, number)
    if not policy.may_write(viewer, plan):
        raise NotAllowed(f"这个计划由{plan.lead.name}的经办人、负责人或统筹科室调整。")
    earlier = plan.change_orders.filter(state__in=Plan.UNPUBLISHED).first()
    if earlier is not None:
        return redirect("planning:plan", number=earlier.number)
    form = forms.ChangeForm(request.POST or None)
    if form.is_valid():
        order: Plan | None = None

        def begin(data: dict[str, Any]) -> None:
            nonlocal order
            order = actions.open_change_order(viewer, plan, data["reason"])

        if accepts(form, "reason", begin) and order is not None:
            return redirect("planning:edit", number=order.number)
    return render(request, "planning/change.html", {"plan": plan, "form": form})


@require_http_methods(["GET", "POST"])
@desk_view()
def withdraw(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Give a plan up, with the reason."""
    plan = _plan(viewer, number)
    if not policy.may_withdraw(viewer, plan):
        raise NotAllowed(f"已公布的计划由{actions.HEAD}或{actions.LEADER}撤回，未公布的由牵头科室撤回。")
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid() and accepts(form, "reason", lambda data: actions.withdraw_plan(viewer, plan, data["reason"])):
        messages.success(request, "已撤回。")
        return redirect("planning:plan", number=number)
    return render(request, "planning/withdraw.html", {"plan": plan, "form": form})


@require_GET
@desk_view()
def version(request: HttpRequest, viewer: Viewer, number: str, version: int) -> HttpResponse:
    """What one version says, and where it differs from the one before it or from another asked for."""
    plan = visible_or_404(viewer, queries.with_parts(queries.plans_seen(viewer)), number=number)
    versions = list(queries.versions_of(plan))
    shown = visible_or_404(viewer, queries.versions_of(plan), number=version)
    asked = request.GET.get("against")
    other = next((one for one in versions if str(one.number) == asked), None) if asked else None
    other = other or next((one for one in versions if one.number < shown.number), None)
    against = json.loads(other.content) if other else None
    context = {
        "plan": plan,
        "versions": versions,
        "version": shown,
        "against": other,
        "lines": wording.lines(json.loads(shown.content), against),
    }
    return render(request, "planning/version.html", context)


@require_GET
@desk_view()
def printed(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The 计划表 on the screen, ready to print in two copies."""
    plan, found = _sheet(viewer, number)
    context = {
        "plan": plan,
        "sheet": found,
        "totals": _totals(found.strata),
        "has_key": any(item.key for item in found.items),
        "has_general": any(not item.key for item in found.items),
        "qr": sheet.qr(found.evidence.address),
    }
    return render(request, "planning/sheet.html", context)


@require_GET
@desk_view()
def pdf(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The 计划表 as PDF."""
    plan, found = _sheet(viewer, number)
    response = HttpResponse(plan_form(found), content_type="application/pdf")
    name = f"{found.authority}双随机抽查计划表 {plan.number}.pdf"
    response["Content-Disposition"] = content_disposition_header(False, name) or ""
    return response


@require_GET
@desk_view()
def xlsx(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The 计划表 as xlsx."""
    plan, found = _sheet(viewer, number)
    response = HttpResponse(plan_form_xlsx(found), content_type=XLSX_TYPE)
    name = f"{found.authority}双随机抽查计划表 {plan.number}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


# --- inside -------------------------------------------------------------------------------------------------------


def _plan(viewer: Viewer, number: str) -> Plan:
    return visible_or_404(viewer, queries.plans_seen(viewer), number=number)


def _own_part(viewer: Viewer, plan: Plan) -> Participant:
    """The participant for which this viewer answers. NotAllowed where there is none."""
    mine = [part for part in plan.participants.all() if part.position and policy.may_confirm(viewer, part.organisation)]
    if not mine:
        raise NotAllowed("由参与部门的经办人或负责人答复。")
    return next((part for part in mine if part.state == Participant.State.PENDING), mine[0])


def _draw_day(request: HttpRequest, line: AnnualLine | None = None) -> date:
    """The day of drawing that was sent, as far as it can be read: the items offered are those in force on it."""
    try:
        return date.fromisoformat(request.POST.get("draw_at", "")[:10])
    except ValueError:
        first = suggestions.dates(clock.now())[0].date()
        return max(first, day_of_draw(line.annual.year, line)) if line is not None else first


def _line(request: HttpRequest) -> AnnualLine | None:
    """The line of a published annual plan that the address asks to carry out."""
    asked = request.GET.get("line", "")
    if not asked.isdecimal() or len(asked) > 12:
        return None
    published = AnnualLine.objects.filter(annual__state=AnnualPlan.State.PUBLISHED)
    return published.select_related("annual__department", "lead").filter(pk=int(asked)).first()


def _form_sent(request: HttpRequest, viewer: Viewer, options: Options) -> forms.PlanForm:
    """The form with what was sent, a saved filter and an uploaded list put into their fields."""
    data, refused = scope_form.sent(request, viewer, [code for code, _ in options.regions])
    options.with_choice(*_chosen(data))
    if FILL in data:
        data = forms.filled_by_rules(data, options)
    if SPREAD in data:
        data = rounds_form.in_rounds_by_rules(data, options)
    if SEATS in data:
        data = seats_form.filled_by_items(data, options)
    form = forms.PlanForm(options, data=data, files=request.FILES)
    if refused:
        form.add_error("list_file", refused)
    return form


def _chosen(data: QueryDict) -> tuple[list[str], list[int]]:
    """The kinds and items that were sent."""
    items = [value for name in data if name.startswith("items-") for value in data.getlist(name)]
    return data.getlist("kinds"), [int(value) for value in items if value.isdecimal() and len(value) < 12]


def _form_page(
    request: HttpRequest, form: forms.PlanForm, plan: Plan | None, figures: Feasibility | None
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "plan": plan,
        "figures": figures,
        "faults": page.by_field(figures.faults) if figures else {},
        "pointers": point_out(form, figures.faults) if figures else [],
        "warnings": page.by_field(figures.warnings) if figures else {},
        "strata_figures": {one.id: one for one in figures.strata} if figures else {},
        "zone_figures": {one.code: one for one in figures.zones} if figures else {},
        "tried": _tries(request),
        "city_faults": _faults_of_one_zone(form, figures) if figures else [],
    }
    return render(request, "planning/form.html", context)


def _tries(request: HttpRequest) -> bool:
    """Whether the form is only looked at anew, and nothing saved."""
    return any(act in request.POST for act in (TRY, FILL, SPREAD, SEATS, scope_form.USE_SAVED))


def _faults_of_one_zone(form: forms.PlanForm, figures: Feasibility) -> list[Fault]:
    """With one zone for all, its faults stand at its own row, whatever region it has."""
    if form["zoning"].value() != Plan.Zoning.CITY:
        return []
    return [fault for fault in figures.faults if fault.field.startswith("zones.")]


def _saved(request: HttpRequest, viewer: Viewer, plan: Plan) -> HttpResponse:
    """After saving: submit at once where that was asked, and say how things stand."""
    if SUBMIT not in request.POST:
        messages.success(request, f"已保存草稿（第 {plan.version} 版）。")
        return redirect("planning:plan", number=plan.number)
    try:
        submitted = actions.submit_plan(viewer, plan)
    except NotAllowed:
        raise
    except Refused as refused:
        count = len(queries.feasibility(_plan(viewer, plan.number)).faults)
        why = f"还有 {count} 处要改正，写在下面有关的一栏。" if count else str(refused)
        messages.error(request, f"草稿已保存，但没有提交。{why}")
    else:
        messages.success(request, _submitted(submitted))
    return redirect("planning:plan", number=plan.number)


def _submitted(plan: Plan) -> str:
    after = "等参与部门确认" if plan.state == State.CONFIRMING else f"等{actions.HEAD}签署"
    return f"已提交第 {plan.version} 版，{after}。"


def _sheet(viewer: Viewer, number: str) -> "tuple[Plan, sheet.PlanForm]":
    plan = visible_or_404(viewer, queries.with_parts(queries.plans_seen(viewer)), number=number)
    parts = list(plan.participants.all())
    return plan, sheet.sheet_of(plan, queries.feasibility(plan, number=1), parts, queries.signatures_under(plan))


def _totals(strata: "Sequence[sheet.PlanStratum]") -> dict[str, int]:
    return {"candidates": sum(one.candidates for one in strata), "quota": sum(one.quota for one in strata)}
