"""Accounts and roles: the system administrator keeps the accounts, the security administrator grants the roles."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.lists import Column, Listing
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations import actions, policy
from sunlot.organisations.lockout import locked_until
from sunlot.organisations.models import Membership, User
from sunlot.organisations.passwords import one_time_password
from sunlot.organisations.queries import memberships_held, organisations_seen, people_seen
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.queries import history

from ..filters import PersonFilter
from ..forms import GrantForm, NewPersonForm, PersonForm

SYSTEM, SECURITY = Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR


def _roles(user: User) -> str:
    held: list[Membership] = user.held  # type: ignore[attr-defined]  # queries.people_seen
    return "；".join(f"{membership.organisation.name} {membership.get_role_display()}" for membership in held)


_COLUMNS: list[Column[User]] = [
    Column("name", "姓名", lambda user: user.name),
    Column("username", "用户名", lambda user: user.username),
    Column("organisation", "所属机构", lambda user: user.organisation.name if user.organisation else ""),
    Column("roles", "角色", _roles),
    Column("last_login", "最近登录", lambda user: clock.iso(user.last_login) if user.last_login else ""),
    Column("state", "状态", lambda user: "启用" if user.is_active else "停用"),
]


@require_GET
@desk_view(*ADMINISTRATORS)
def roll(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The accounts that this administrator keeps or reads."""
    listing = Listing(
        request,
        people_seen(viewer),
        filters=PersonFilter,
        sorts={
            "name": ["name"],
            "username": ["username"],
            "organisation": ["organisation__path"],
            "seen": ["last_login"],
        },
        default_sort="organisation",
        columns=_COLUMNS,
        unit="人",
    )
    if listing.wants_export:
        return listing.export(f"人员-{clock.today().isoformat()}")
    return render(request, "staff/people.html", {"listing": listing, "may_create": viewer.has(SYSTEM)})


@require_http_methods(["GET", "POST"])
@desk_view(SYSTEM)
@never_cache
def create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make an account; its one-time password is shown in the answer and nowhere else."""
    wanted = organisations_seen(viewer).filter(code=request.GET.get("organisation", "")).first()
    form = NewPersonForm(request.POST or None, viewer=viewer, initial={"organisation": wanted})
    if form.is_valid():
        data, password = form.cleaned_data, one_time_password()
        try:
            user = actions.create_user(
                viewer,
                data["username"],
                data["name"].strip(),
                password,
                phone=data["phone"],
                organisation=data["organisation"],
            )
        except NotAllowed:
            raise
        except Refused as refused:  # the user name is taken: nothing typed is lost
            form.add_error("username", str(refused))
        else:
            context = {"person": user, "password": password, "is_new": True}
            return render(request, "staff/one_time_password.html", context)
    return render(request, "staff/person_new.html", {"form": form})


@require_GET
@desk_view(*ADMINISTRATORS)
def one(request: HttpRequest, viewer: Viewer, username: str) -> HttpResponse:
    """One account: its facts and roles, and what this administrator may do with it."""
    person = visible_or_404(viewer, people_seen(viewer), username=username)
    return render(request, "staff/person.html", _context(viewer, person, GrantForm(viewer=viewer)))


@require_http_methods(["GET", "POST"])
@desk_view(SYSTEM)
def change(request: HttpRequest, viewer: Viewer, username: str) -> HttpResponse:
    """Correct name, telephone number or organisation."""
    person = visible_or_404(viewer, people_seen(viewer), username=username)
    now = {"name": person.name, "phone": person.phone, "organisation": person.organisation}
    form = PersonForm(request.POST or None, viewer=viewer, initial=now)
    if form.is_valid():
        data = form.cleaned_data
        actions.change_user(viewer, person, name=data["name"], phone=data["phone"], organisation=data["organisation"])
        messages.success(request, f"已保存{data['name']}的资料。")
        return redirect("person", username=username)
    return render(request, "staff/person_change.html", {"person": person, "form": form})


@require_http_methods(["GET", "POST"])
@desk_view(SYSTEM)
@never_cache
def reset_password(request: HttpRequest, viewer: Viewer, username: str) -> HttpResponse:
    """Ask once more, then show the new one-time password in the answer and nowhere else."""
    person = visible_or_404(viewer, people_seen(viewer), username=username)
    if request.method != "POST":
        return render(request, "staff/password_reset.html", {"person": person})
    password = actions.reset_password(viewer, person)
    return render(request, "staff/one_time_password.html", {"person": person, "password": password})


_ACCESS = {
    "disable": (actions.disable_user, "已停用{name}的账号，其登录已全部结束。"),
    "enable": (actions.enable_user, "已启用{name}的账号。"),
    "unlock": (actions.unlock_user, "已解除{name}的登录锁定。"),
    "second-factor": (actions.reset_second_factor, "已解除{name}的两步验证，提醒其重新启用。"),
}


@require_POST
@desk_view(SYSTEM)
def access(request: HttpRequest, viewer: Viewer, username: str) -> HttpResponse:
    """Disable, enable, unlock, or take the second factor off."""
    person = visible_or_404(viewer, people_seen(viewer), username=username)
    found = _ACCESS.get(request.POST.get("act", ""))
    if found is None:
        raise Refused("没有这样的办理。回到这个人的页面，再选一次。")
    act, words = found
    act(viewer, person)
    messages.success(request, words.format(name=person.name))
    return redirect("person", username=username)


@require_POST
@desk_view(SECURITY)
def grant(request: HttpRequest, viewer: Viewer, username: str) -> HttpResponse:
    """Give a role; a pair that excludes itself is refused at the field, with the reason."""
    person = visible_or_404(viewer, people_seen(viewer), username=username)
    form = GrantForm(request.POST, viewer=viewer)
    if form.is_valid():
        try:
            membership = actions.grant_role(
                viewer, person, form.cleaned_data["organisation"], Role(form.cleaned_data["role"])
            )
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error("role", str(refused))
        else:
            messages.success(request, f"已授予{person.name}“{membership.get_role_display()}”，即刻可用。")
            return redirect("person", username=username)
    return render(request, "staff/person.html", _context(viewer, person, form), status=422)


@require_POST
@desk_view(SECURITY)
def end(request: HttpRequest, viewer: Viewer, username: str, pk: int) -> HttpResponse:
    """Take a role away."""
    person = visible_or_404(viewer, people_seen(viewer), username=username)
    membership = visible_or_404(viewer, memberships_held().select_related("user__organisation"), pk=pk, user=person)
    actions.end_role(viewer, membership)
    messages.success(request, f"已收回{person.name}的“{membership.get_role_display()}”，即刻失效。")
    return redirect("person", username=username)


def _context(viewer: Viewer, person: User, form: GrantForm) -> dict[str, object]:
    keeps = policy.keeps(viewer, person.organisation) and person.pk != viewer.user_id
    return {
        "person": person,
        "form": form,
        "is_self": person.pk == viewer.user_id,
        "keeps_account": keeps and viewer.has(SYSTEM),
        "may_change": policy.keeps(viewer, person.organisation) and viewer.has(SYSTEM),
        "grants": keeps and viewer.has(SECURITY),
        "locked_until": locked_until(person.username),
        "second_factor": is_mfa_enabled(person),
        "past": Membership.objects.filter(user=person, ended_at__isnull=False).select_related("organisation"),
        "history": history(f"user:{person.pk}", limit=30),
    }
