"""The home page of the staff, the choice of role, errors and health."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk import reminders, todo
from sunlot.desk.things import with_names
from sunlot.desk.views import desk_view
from sunlot.norms import clock
from sunlot.organisations.events import ROLE_CHOSEN
from sunlot.organisations.middleware import SESSION_KEY, address_of
from sunlot.organisations.models import User
from sunlot.organisations.queries import memberships_held, organisations_seen
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import OwnActor, Viewer
from sunlot.trail.actions import record
from sunlot.trail.queries import newest_in


@dataclass(frozen=True)
class HomeAction:
    """What somebody may begin from the home page, beside what waits."""

    url_name: str
    label: str
    roles: frozenset[Role]


HOME_ACTIONS = (
    HomeAction("planning:new", "新建抽查计划", frozenset({Role.CLERK, Role.COORDINATOR})),
    HomeAction("person-new", "建立账号", frozenset({Role.SYSTEM_ADMINISTRATOR})),
    HomeAction("people", "人员与角色", frozenset({Role.SECURITY_ADMINISTRATOR})),
    HomeAction("trail", "查阅留痕", frozenset({Role.AUDITOR})),
)

# What the newest events on the home page of an administrator may be about; the system administrator sees no business.
NEWEST_KINDS = {
    Role.SYSTEM_ADMINISTRATOR: ("organisations.",),
    Role.SECURITY_ADMINISTRATOR: ("organisations.role_",),
    Role.AUDITOR: ("access.", "organisations.", "trail."),
}


@require_GET
@desk_view()
def home(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What waits for this person, in order of deadline, each with one button."""
    waiting = todo.waiting_for(viewer)
    late = [entry for entry in waiting if entry.is_late]
    rest = [entry for entry in waiting if not entry.is_late]
    codes = organisations_seen(viewer).values_list("code", flat=True)
    return render(
        request,
        "site/home.html",
        {
            "first": rest[0] if rest else None,
            "late": late,
            "rest": rest[1:],
            "count": len(waiting),
            "today": clock.today(),
            "actions": [action for action in HOME_ACTIONS if viewer.role in action.roles],
            "newest": with_names(viewer, newest_in(codes, kinds=NEWEST_KINDS.get(viewer.role, ()))),
        },
    )


@require_http_methods(["GET", "POST"])
@login_required
def choose_role(request: HttpRequest) -> HttpResponse:
    """Act in another of one's own roles; the trail says when."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 -- login_required; tells mypy
    held = memberships_held().filter(user=user, organisation__is_active=True)
    if request.method != "POST":
        return render(request, "site/choose_role.html", {"held": held})
    wanted = request.POST.get("membership", "")
    membership = get_object_or_404(held, pk=int(wanted) if wanted.isdecimal() else 0)
    with transaction.atomic():
        words = f"换身份：{membership.organisation.name} {membership.role_words}"
        record(OwnActor(user, address_of(request)), ROLE_CHOSEN, f"user:{user.pk}", words)
    request.session[SESSION_KEY] = membership.pk
    return redirect("home")


@require_POST
@desk_view()
def reminder_seen(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Put a reminder away and go on where it was shown."""
    reminders.mark_seen(viewer.user_id, pk)
    back = request.POST.get("back", "")
    return redirect(back if back.startswith("/desk/") else "home")


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers too; 503 where it does not, so that a balancer sends nobody here."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ready": False, "why": "the database does not answer"}, status=503)
    return JsonResponse({"ready": True})


@require_GET
def icon(request: HttpRequest) -> HttpResponse:
    """The icon for pages that can't name it: CSV, JSON, PDF."""
    return redirect(static("sunlot/icon.svg"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "site/not_found.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Without context processors: a request with a foreign host name has no session to read."""
    return HttpResponse(render_to_string("site/bad_request.html"), status=400)


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
    return HttpResponse(render_to_string("site/server_error.html"), status=500)
