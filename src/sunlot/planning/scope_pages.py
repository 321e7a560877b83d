"""The objects that a plan is about: looked through and taken along before anybody approves it."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer
from sunlot.registry.lists.objects import objects_listing

from . import queries
from .content import content_of


@require_GET
@desk_view()
def candidates(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponseBase:
    """The plan's candidates that lie in the viewer's jurisdiction, as the registries stand now for the day of the draw."""
    plan = visible_or_404(viewer, queries.with_parts(queries.plans_seen(viewer)), number=number)
    day = max(content_of(plan).draw_day, clock.today())
    listing = objects_listing(request, viewer, among=queries.scope(plan, day))
    if listing.wants_export:
        return listing.export(f"候选对象-{plan.number}")
    context = {"plan": plan, "listing": listing, "day": day, "narrowed": queries.narrowed_in_words(plan)}
    return render(request, "planning/candidates.html", context)
