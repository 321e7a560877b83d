"""The pages of extensions: asking, and one page for each with its next step."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.staff.keys import has_key
from sunlot.staff.signing import SigningForm
from sunlot.trail.queries import history

from ..models import Extension
from ..queries import parts_seen, whole
from . import actions, policy, queries
from .forms import ExtensionForm


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK, Role.INSPECTOR)
def ask(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Ask for more time for a part."""
    part = visible_or_404(viewer, whole(parts_seen(viewer)), pk=pk)
    if not policy.may_ask(viewer, part):
        raise NotAllowed(f"延期由检查人员或{part.organisation.name}的经办人申请。")
    against = queries.against(part)
    if against:
        raise Refused(against)
    form = ExtensionForm(part, request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.ask(viewer, part, data["until"], data["reason"], data["done"])

    if request.method == "POST" and form.is_valid() and accepts(form, "until", act):
        messages.success(request, f"已申请延期，等{part.organisation.department.name}的{policy.UNIT_HEAD}审批。")
        return redirect("inspecting:form", part.form_id)
    context = {"part": part, "form": form}
    return render(request, "inspecting/extending/ask.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@desk_view()
def detail(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """An extension: both days, why, and its approval."""
    found = visible_or_404(viewer, queries.extensions_seen(viewer), pk=pk)
    may_decide = found.is_open and policy.may_decide(viewer, found)
    given = request.POST if request.method == "POST" and "withdraw" not in request.POST else None
    form = SigningForm(actions.page_of(found), given, has_key=has_key(viewer)) if may_decide else None
    if request.method == "POST":
        if "withdraw" in request.POST:
            actions.withdraw(viewer, found)
            messages.success(request, "已撤回，截止日不变。")
            return redirect("inspecting:form", found.part.form_id)
        if form is None:
            raise NotAllowed(f"由{found.part.organisation.department.name}的{policy.UNIT_HEAD}审批，或已经办过。")
        if form.is_valid() and _decided(request, viewer, found, form):
            return redirect("inspecting:extension", found.pk)
    context = {
        "found": found,
        "part": found.part,
        "form": form,
        "may_withdraw": found.is_open and policy.may_withdraw(viewer, found),
        "may_enter": found.is_open and viewer.has(Role.CLERK) and policy.may_ask(viewer, found.part),
        "history": history(found.part.thing),
    }
    return render(request, "inspecting/extending/detail.html", context, status=422 if form and form.errors else 200)


def _decided(request: HttpRequest, viewer: Viewer, found: Extension, form: SigningForm) -> bool:
    """Do what the valid form says; what is wrong stands in it."""
    if form.refuses:
        done = accepts(form, "reason", lambda _: actions.return_request(viewer, found, form.refusal))
        words = "已退回，申请人会看到您的意见。"
    else:
        proof = form.proven(request, viewer)
        done = proof is not None and accepts(
            form, None, lambda _: actions.approve(viewer, found, proof, form.comment_given)
        )
        words = f"已批准，检查截止延至 {found.until.isoformat()}。"
    if done:
        messages.success(request, words)
    return done
