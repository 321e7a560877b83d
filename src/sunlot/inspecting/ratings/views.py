"""Rating a visit, without an account and without a trace of who; and what 纪检 reads of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..codes.public import passed
from ..models import Form, VisitNotice
from ..notices import queries as notices
from ..notices.public import linked
from . import actions, counters, queries
from .forms import RatingForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_code(request: HttpRequest, way: str) -> HttpResponse:
    """For whoever scanned the visit's code."""
    found, _ = passed(way)
    return _rate(request, found, reverse("visit:code-scanned", args=[way]))


@require_http_methods(["GET", "HEAD", "POST"])
@linked
def by_notice(request: HttpRequest, found: VisitNotice, secret: str) -> HttpResponse:
    """For whoever got the notice; of several forms of one visit the first stands for it."""
    form = notices.whole(found.forms.order_by("number"))[0]
    return _rate(request, form, reverse("visit:notice", args=[secret]))


def _rate(request: HttpRequest, found: Form, back: str) -> HttpResponse:
    form = RatingForm(request.POST or None)

    def act(_: dict[str, Any]) -> None:
        actions.rate(found, form.given())

    context = {"form": form, "back": back, "against": actions.why_not(found), "least": counters.LEAST}
    if request.method == "POST" and form.is_valid() and accepts(form, None, act):
        return render(request, "inspecting/public/rated.html", context)
    return render(request, "inspecting/public/rate.html", context, status=422 if form.errors else 200)


@require_GET
@desk_view(Role.SUPERVISOR)
def ratings(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """By quarter and department."""
    context = {"rows": queries.rows_seen(viewer), "least": counters.LEAST, "answers": counters.ANSWERS}
    return render(request, "inspecting/codes/ratings.html", context)
