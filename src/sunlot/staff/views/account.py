"""One's own account: roles, password, second factor, where one is signed in, what one did."""

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sunlot.desk.things import with_names
from sunlot.desk.views import desk_view
from sunlot.organisations import actions, delegating
from sunlot.organisations.middleware import address_of
from sunlot.organisations.models import User
from sunlot.organisations.queries import memberships_held
from sunlot.organisations.viewer import Viewer
from sunlot.trail.queries import of_person

from ..keys import challenge


@require_GET
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """One's own account; it needs no role."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 -- login_required; tells mypy
    viewer: Viewer | None = getattr(request, "viewer", None)
    context = {
        "held": memberships_held().filter(user=user, organisation__is_active=True),
        "sessions": UserSession.objects.purge_and_list(user),
        "second_factor": is_mfa_enabled(user),
        "may_delegate": viewer is not None and delegating.may_give(viewer),
        "history": with_names(viewer, of_person(user.username)),
    }
    return render(request, "staff/account.html", context)


@require_POST
@desk_view()
def key_challenge(request: HttpRequest, viewer: Viewer) -> JsonResponse:
    """What the browser asks the viewer's security key before it signs."""
    return JsonResponse(challenge(request, viewer))


@require_POST
@login_required
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End every other session of this account."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 -- login_required; tells mypy
    ended = actions.end_other_sessions(user, request.session.session_key or "", address_of(request))
    messages.success(request, f"已结束其他 {ended} 处登录。" if ended else "没有其他登录。")
    return redirect("account")
