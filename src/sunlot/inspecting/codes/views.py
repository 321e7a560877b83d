"""The supervisor's pages: visits without a scanned code, complaints. The inspecting departments see neither."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..models import Complaint
from . import actions, forms, listing, queries


@require_GET
@desk_view(Role.SUPERVISOR)
def uncoded(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Visits that were recorded and of which nobody scanned the code."""
    found = listing.uncoded_listing(request, viewer)
    if found.wants_export:
        return found.export("未扫检查码的检查")
    return render(request, "inspecting/codes/uncoded.html", {"listing": found, "rows": found.page})


@require_GET
@desk_view(Role.SUPERVISOR)
def complaints(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """What was complained of."""
    found = listing.complaints_listing(request, viewer)
    if found.wants_export:
        return found.export("对检查的反映")
    return render(request, "inspecting/codes/complaints.html", {"listing": found, "rows": found.page})


@require_http_methods(["GET", "POST"])
@desk_view(Role.SUPERVISOR)
def complaint(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One complaint, and what became of it."""
    found = visible_or_404(viewer, queries.complaints_seen(viewer), pk=pk)
    form = forms.AnswerForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.answer(viewer, found, data["answer"])

    if request.method == "POST" and form.is_valid() and accepts(form, None, act):
        messages.success(request, "处理情况已记下。")
        return redirect("inspecting:complaint", pk)
    context = {"complaint": found, "form": form, "waits": found.state == Complaint.State.RECEIVED}
    return render(request, "inspecting/codes/complaint.html", context, status=422 if form.errors else 200)
