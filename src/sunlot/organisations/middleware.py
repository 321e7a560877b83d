"""Who is signed in, for how long, and in which role; what every signed-in request must satisfy first."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sunlot.norms import clock
from sunlot.trail.actions import record

from . import events
from .models import Membership
from .roles import ADMINISTRATORS
from .viewer import Viewer

SESSION_KEY = "sunlot.membership"
SIGNED_IN_AT = "sunlot.signed_in_at"
SESSION_LASTS = timedelta(hours=8)  # a working day; it ends then however busy the session was
STAFF_PREFIXES = ("/desk/", "/field/", "/accounts/")
# Where administrators do their own work; every other page of the staff holds business data. Of the imports they see
# those of accounts alone.
ADMINISTRATORS_PREFIXES = (
    "/desk/organisations/", "/desk/registry/imports/", "/desk/role/", "/desk/jobs/", "/desk/exports/", "/accounts/",
)  # fmt: skip

GetResponse = Callable[[HttpRequest], HttpResponse]


def acting_role(get_response: GetResponse) -> GetResponse:
    """Set `request.viewer`: the chosen membership, else the person's first one, else None.

    The membership is read from the database at every request, so a role taken away works at once.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.viewer = _viewer(request)  # type: ignore[attr-defined]  # our own attribute, typed by desk.views.viewer_of
        return get_response(request)

    return middleware


def sessions_end(get_response: GetResponse) -> GetResponse:
    """Sign out whoever signed in more than eight hours ago.

    The cookie's age alone would not do: Django counts it anew whenever something in the session changes.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if _is_staff_page(request) and request.user.is_authenticated and not _is_fresh(request):
            request.session_ran_out = True  # type: ignore[attr-defined]  # read by receivers.signed_out
            logout(request)
            return redirect(f"{reverse('account_login')}?ended=1&next={request.path}")
        return get_response(request)

    return middleware


def first_password(get_response: GetResponse) -> GetResponse:
    """Whoever signed in with a one-time password goes nowhere but to the change of password, or out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if _is_staff_page(request) and user.is_authenticated and user.must_change_password:
            change = reverse("account_change_password")
            if request.path not in (change, reverse("account_logout")):
                return redirect(change)
        return get_response(request)

    return middleware


def administrators_wall(get_response: GetResponse) -> GetResponse:
    """The three administrators see no business page: refused before any view runs, and written to the trail."""

    def middleware(request: HttpRequest) -> HttpResponse:
        viewer: Viewer | None = getattr(request, "viewer", None)
        if viewer is None or not walled_off(viewer, request.path):
            return get_response(request)
        with transaction.atomic():
            words = f"以{viewer.role.label}身份打开业务页面"
            record(viewer, events.WALL_HIT, f"user:{viewer.user_id}", words, after={"path": request.path})
        reason = f"{viewer.role.label}只管理账号、角色或留痕，不查看业务数据。您另有业务身份的，先换身份。"
        return render(request, "site/not_allowed.html", {"reason": reason}, status=403)

    return middleware


def walled_off(viewer: Viewer, path: str) -> bool:
    """Whether the page at this path is closed to the viewer because it acts as one of the three administrators."""
    if viewer.role not in ADMINISTRATORS or not path.startswith(STAFF_PREFIXES):
        return False
    return path != "/desk/" and not path.startswith(ADMINISTRATORS_PREFIXES)


def address_of(request: HttpRequest) -> str:
    """The network address that the request came from."""
    return str(request.META.get("REMOTE_ADDR") or "")


def _is_staff_page(request: HttpRequest) -> bool:
    return request.path.startswith(STAFF_PREFIXES)


def _is_fresh(request: HttpRequest) -> bool:
    """Whether the sign-in is known and less than eight hours old."""
    signed_in_at = request.session.get(SIGNED_IN_AT)
    if not isinstance(signed_in_at, str):
        return False
    return clock.now() - datetime.fromisoformat(signed_in_at) < SESSION_LASTS


def _viewer(request: HttpRequest) -> Viewer | None:
    if not request.user.is_authenticated or request.path.startswith("/static/"):
        return None
    held = list(
        Membership.objects.held()
        .filter(user=request.user, organisation__is_active=True)
        .select_related("user__organisation", "organisation__parent", "organisation__region", "delegation__giver__user")
        .order_by("pk")
    )
    if not held:
        return None
    chosen = request.session.get(SESSION_KEY)
    membership = next((m for m in held if m.pk == chosen), held[0])
    return Viewer(membership, address=address_of(request))
