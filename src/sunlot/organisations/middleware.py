"""Finds out in which role the signed-in person acts."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .models import Membership
from .viewer import Viewer

SESSION_KEY = "sunlot.membership"
GetResponse = Callable[[HttpRequest], HttpResponse]


def acting_role(get_response: GetResponse) -> GetResponse:
    """Set `request.viewer`: the chosen membership, else the person's first one, else None.

    The membership is read from the database at every request, so a role taken away works at once.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.viewer = _viewer(request)  # type: ignore[attr-defined]  # our own attribute, typed by desk.views.viewer_of
        return get_response(request)

    return middleware


def _viewer(request: HttpRequest) -> Viewer | None:
    if not request.user.is_authenticated or request.path.startswith("/static/"):
        return None
    held = list(
        Membership.objects.filter(user=request.user, ended_at__isnull=True, organisation__is_active=True)
        .select_related("user", "organisation__parent", "organisation__region")
        .order_by("pk")
    )
    if not held:
        return None
    chosen = request.session.get(SESSION_KEY)
    membership = next((m for m in held if m.pk == chosen), held[0])
    return Viewer(membership, address=str(request.META.get("REMOTE_ADDR") or ""))
