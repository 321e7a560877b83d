"""Delegation during leave: the list, asking somebody, and answering or taking back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.lists import Column, Listing
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations import delegating
from sunlot.organisations.models import Delegation
from sunlot.organisations.queries import delegations_seen
from sunlot.organisations.viewer import Viewer
from sunlot.trail.queries import history

from ..filters import DelegationFilter
from ..forms import DelegationForm, ReasonForm

_COLUMNS: list[Column[Delegation]] = [
    Column("giver", "委托人", lambda one: one.giver.user.name),
    Column("role", "职责", lambda one: f"{one.giver.organisation.name} {one.giver.get_role_display()}"),
    Column("receiver", "受托人", lambda one: one.receiver.name),
    Column("starts", "第一天", lambda one: one.starts),
    Column("ends", "最后一天", lambda one: one.ends),
    Column("reason", "事由", lambda one: one.reason),
    Column("state", "状态", lambda one: one.standing),
]


@require_GET
@desk_view()
def listed(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """One's own delegations and those of the department."""
    listing = Listing(
        request,
        delegations_seen(viewer),
        filters=DelegationFilter,
        sorts={
            "giver": ["giver__user__name"],
            "receiver": ["receiver__name"],
            "starts": ["starts"],
            "state": ["state", "starts"],
        },
        default_sort="-starts",
        columns=_COLUMNS,
        unit="份",
    )
    if listing.wants_export:
        return listing.export(f"委托代签-{clock.today().isoformat()}")
    return render(request, "staff/delegations.html", {"listing": listing, "may_give": delegating.may_give(viewer)})


@require_http_methods(["GET", "POST"])
@desk_view()
def new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Ask somebody to sign in one's place."""
    form = DelegationForm(request.POST or None, viewer=viewer)
    if form.is_valid() and accepts(form, None, lambda said: delegating.delegate(viewer, **said)):
        name = form.cleaned_data["receiver"].name
        messages.success(request, f"已请{name}代签，{name}接受后生效。")
        return redirect("delegations")
    context = {"form": form, "may_give": delegating.may_give(viewer)}
    return render(request, "staff/delegation_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@desk_view()
def one(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One delegation: the receiver accepts or refuses it, the giver takes it back."""
    found = visible_or_404(viewer, delegations_seen(viewer), pk=pk)
    form = ReasonForm(None, label="不接受的理由")
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "accept":
            delegating.accept(viewer, found)
            messages.success(request, f"已接受。{found.starts.isoformat()} 起，可换身份代{found.giver.user.name}签署。")
            return redirect("delegation", pk)
        if act == "revoke":
            delegating.revoke(viewer, found)
            messages.success(request, f"已收回对{found.receiver.name}的委托。")
            return redirect("delegation", pk)
        form = ReasonForm(request.POST, label="不接受的理由")
        if form.is_valid() and accepts(form, "reason", lambda said: delegating.refuse(viewer, found, said["reason"])):
            messages.success(request, "已答复不接受。")
            return redirect("delegation", pk)
    context = {
        "found": found,
        "form": form,
        "answers": found.receiver_id == viewer.user_id and found.state == Delegation.State.ASKED and not found.is_over,
        "revokes": found.giver.user_id == viewer.user_id and not found.is_over,
        "history": history(f"delegation:{found.pk}"),
    }
    return render(request, "staff/delegation.html", context, status=422 if form.errors else 200)
