"""Requests to erase a person from the trail, as the system administrator decides them without reading what is erased."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations import erasing
from sunlot.organisations.models import ErasureRequest
from sunlot.organisations.queries import erasures_seen
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..forms import ReasonForm


@require_GET
@desk_view(Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR)
def waiting(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """All requests, the open ones first."""
    asked = sorted(erasures_seen(viewer).order_by("-asked_at"), key=lambda one: one.state != ErasureRequest.State.OPEN)
    return render(request, "staff/erasures.html", {"requests": asked})


@require_http_methods(["GET", "POST"])
@desk_view(Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR)
def decide(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One request: carry it out, or leave the detail with a reason."""
    found = visible_or_404(viewer, erasures_seen(viewer), pk=pk)
    form = ReasonForm(None, label="不予清除的理由")
    if request.method == "POST" and request.POST.get("act") == "erase":
        erasing.carry_out(viewer, found)
        messages.success(request, f"已清除第{found.event_id}条留痕的明细。条目和哈希保留。")
        return redirect("erasures")
    if request.method == "POST":
        form = ReasonForm(request.POST, label="不予清除的理由")
        if form.is_valid():
            erasing.dismiss(viewer, found, form.cleaned_data["reason"])
            messages.success(request, f"第{found.event_id}条留痕的明细不予清除。")
            return redirect("erasures")
    may_decide = viewer.has(Role.SYSTEM_ADMINISTRATOR) and found.state == ErasureRequest.State.OPEN
    return render(request, "staff/erasure.html", {"asked": found, "form": form, "may_decide": may_decide})
