"""The home page of the staff, the choice of role, errors and health."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from sunlot.desk import todo
from sunlot.desk.views import desk_view
from sunlot.norms import clock
from sunlot.organisations.middleware import SESSION_KEY
from sunlot.organisations.models import Membership
from sunlot.organisations.queries import organisations_seen
from sunlot.organisations.viewer import Viewer
from sunlot.trail.queries import newest_in


@require_GET
@desk_view()
def home(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What waits for this person, in order of deadline, each with one button."""
    waiting = todo.waiting_for(viewer)
    late = [entry for entry in waiting if entry.is_late]
    rest = [entry for entry in waiting if not entry.is_late]
    return render(
        request,
        "site/home.html",
        {
            "first": rest[0] if rest else None,
            "late": late,
            "rest": rest[1:],
            "count": len(waiting),
            "today": clock.today(),
            "newest": newest_in(organisations_seen(viewer).values_list("code", flat=True)),
        },
    )


@login_required
def choose_role(request: HttpRequest) -> HttpResponse:
    """Act in another of one's own roles."""
    held = Membership.objects.filter(user=request.user, ended_at__isnull=True).select_related("organisation")  # type: ignore[misc]  # login_required
    if request.method == "POST":
        membership = get_object_or_404(held, pk=request.POST.get("membership"))
        request.session[SESSION_KEY] = membership.pk
        return redirect("home")
    return render(request, "site/choose_role.html", {"held": held})


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ready": True})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "site/not_found.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(
        request, "site/not_allowed.html", {"reason": str(exception or "您没有办理这件事的权限。")}, status=403
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(
        request,
        "site/not_allowed.html",
        {"reason": "这一页打开得太久，或浏览器没有保存 Cookie。返回上一页，刷新后再办理。"},
        status=403,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: they may be what failed."""
    from django.template.loader import render_to_string  # noqa: PLC0415 -- only when something already failed

    return HttpResponse(render_to_string("site/server_error.html"), status=500)
