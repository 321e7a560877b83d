"""Pages of credit marks, of licences, and of the rules “mark → class”."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Viewer

from .. import actions, marks, policy, queries
from ..forms import risk as forms
from ..models import CreditMark, Entity, InspectionObject, Licence, RiskRuleSet

_WHO = "由管理单位的经办人或统筹科室登记。"


def _entry(viewer: Viewer, thing: str, pk: int) -> Entity | InspectionObject:
    """The object or the entity of the address, within what the viewer sees."""
    if thing == "objects":
        return visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    return visible_or_404(viewer, queries.entities_seen(viewer), pk=pk)


def _page(request: HttpRequest, entry: Entity | InspectionObject, **context: Any) -> HttpResponse:
    is_object = isinstance(entry, InspectionObject)
    place = {"place": "objects", "back_url": "registry:object"}
    if not is_object:
        place = {"place": "entities", "back_url": "registry:entity"}
    return render(request, "registry/form.html", {"back": entry, **place, **context})


def _back(entry: Entity | InspectionObject) -> HttpResponse:
    return redirect("registry:object" if isinstance(entry, InspectionObject) else "registry:entity", entry.pk)


@require_http_methods(["GET", "POST"])
@desk_view()
def new_mark(request: HttpRequest, viewer: Viewer, thing: str, pk: int) -> HttpResponse:
    """Enter a credit mark of an object or an entity."""
    entry = _entry(viewer, thing, pk)
    policy.require(viewer, policy.may_change(viewer, entry), f"信用标记{_WHO}")
    form = forms.MarkForm(request.POST or None, initial={"since": clock.today()})
    if (
        request.method == "POST"
        and form.is_valid()
        and accepts(form, "kind", lambda data: actions.add_mark(viewer, entry, **data))
    ):
        messages.success(request, "已登记信用标记，信用风险类别随之重新计算。")
        return _back(entry)
    lede = "标记按在用的规则决定信用风险类别；有效期一过，自动不再计入。"
    return _page(request, entry, form=form, title="登记信用标记", lede=lede, save="登记标记")


@require_http_methods(["GET", "POST"])
@desk_view()
def end_mark(request: HttpRequest, viewer: Viewer, thing: str, pk: int, mark: int) -> HttpResponse:
    """Take a mark off before its time."""
    entry = _entry(viewer, thing, pk)
    policy.require(viewer, policy.may_change(viewer, entry), f"信用标记{_WHO}")
    found = CreditMark.objects.filter(**{"object" if thing == "objects" else "entity": entry}, pk=mark).first()
    if found is None:
        raise Http404
    form = forms.EndMarkForm(request.POST or None, mark=found, initial={"on": clock.today()})
    if (
        request.method == "POST"
        and form.is_valid()
        and accepts(form, "on", lambda data: actions.end_mark(viewer, found, **data))
    ):
        messages.success(request, f"“{found.get_kind_display()}”已移出，记录保留。")
        return _back(entry)
    lede = (
        f"{found.get_kind_display()}，{found.since.isoformat()} 列入，来源：{found.source}。移出后不再计入，记录保留。"
    )
    return _page(request, entry, form=form, title="移出信用标记", lede=lede, save="移出标记")


@require_http_methods(["GET", "POST"])
@desk_view()
def new_licence(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Enter a licence of an object."""
    entry = visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_change(viewer, entry), f"许可证{_WHO}")
    form = forms.LicenceForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and accepts(form, "number", lambda data: actions.add_licence(viewer, entry, **data))
    ):
        messages.success(request, "已登记许可证。")
        return _back(entry)
    lede = "同名的许可证换证时直接登记新证，旧证自动转为失效。到期前 60 天起提醒。"
    return _page(request, entry, form=form, title="登记许可证", lede=lede, save="登记许可证")


@require_http_methods(["GET", "POST"])
@desk_view()
def end_licence(request: HttpRequest, viewer: Viewer, pk: int, licence: int) -> HttpResponse:
    """Say that a licence no longer stands."""
    entry = visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_change(viewer, entry), f"许可证{_WHO}")
    found = Licence.objects.filter(object=entry, pk=licence).first()
    if found is None:
        raise Http404
    form = forms.EndForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and accepts(form, "reason", lambda data: actions.end_licence(viewer, found, **data))
    ):
        messages.success(request, "许可证已转为失效，记录保留。")
        return _back(entry)
    return _page(request, entry, form=form, title=f"{found.name} {found.number} 失效", save="转为失效")


@require_http_methods(["GET", "POST"])
@desk_view()
def rules(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The rules in force, what is proposed, and all versions; the coordinator proposes here."""
    standing = marks.rules_in_force()
    lines = marks.lines_of(standing)
    may_propose = policy.may_propose_rules(viewer)
    form = forms.RulesForm(request.POST or None, initial=forms.RulesForm.values_of(lines)) if may_propose else None
    if request.method == "POST":
        if form is None:
            raise NotAllowed("信用风险规则由市住建局统筹科室拟订。")
        if form.is_valid() and accepts(
            form, None, lambda data: actions.propose_rules(viewer, data["lines"], data["reason"])
        ):
            messages.success(request, "已送分管领导批准，批准后生效。")
            return redirect("registry:risk-rules")
    versions = RiskRuleSet.objects.select_related("proposed_by", "decided_by").prefetch_related("lines")
    context = {
        "standing": standing,
        "lines": lines,
        "versions": [(one, marks.lines_of_loaded(one)) for one in versions],
        "proposed": next((one for one in versions if one.state == RiskRuleSet.State.PROPOSED), None),
        "form": form,
        "may_decide": policy.may_decide_rules(viewer),
    }
    return render(request, "registry/risk_rules.html", context)


@require_POST
@desk_view()
def decide_rules(request: HttpRequest, viewer: Viewer, number: int) -> HttpResponse:
    """Approve or refuse what is proposed."""
    found = RiskRuleSet.objects.filter(number=number).first()
    if found is None:
        raise Http404
    accept = request.POST.get("decision") == "accept"
    decided = actions.decide_rules(viewer, found, accept, request.POST.get("comment", "")[:200])
    messages.success(request, f"{decided}：{decided.get_state_display()}。")
    return redirect("registry:risk-rules")
