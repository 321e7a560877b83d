"""The page of the accounts that a list brought in: slips for the system, roles for the security administrator."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from sunlot.desk.views import desk_view, pdf_response, visible_or_404
from sunlot.documents.password_slips import PasswordSlip, PasswordSlips, password_slips
from sunlot.norms import clock
from sunlot.organisations.issuing import Issued, is_unclaimed
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Refused, Viewer

from .. import queries
from ..actions import accounts as actions
from ..models import Import, ImportedAccount

SYSTEM, SECURITY = Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR
_KEPT_BY = (SYSTEM, SECURITY)


def _roster(viewer: Viewer, pk: int) -> Import:
    lists = queries.imports_seen(viewer).filter(target=Import.Target.ACCOUNTS, state=Import.State.APPLIED)
    return visible_or_404(viewer, lists, pk=pk)


@require_GET
@desk_view(*_KEPT_BY)
def listed(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Who came in with the list, and what still waits."""
    roster = _roster(viewer, pk)
    rows = list(roster.accounts.select_related("user", "organisation", "decided_by"))
    context = {
        "roster": roster,
        "rows": rows,
        "unclaimed": sum(is_unclaimed(row.user) for row in rows),
        "printed": any(row.user.has_password for row in rows if is_unclaimed(row.user)),
        "waiting": sum(row.state == ImportedAccount.State.WAITING for row in rows),
        "prints": viewer.has(SYSTEM),
        "grants": viewer.has(SECURITY),
    }
    return render(request, "registry/imported_accounts.html", context)


@require_POST
@desk_view(SYSTEM)
@never_cache
def slips(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """New passwords as slips to print: they are in this answer and nowhere else."""
    roster = _roster(viewer, pk)
    try:
        made = actions.print_slips(viewer, roster)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("registry:import-accounts", pk)
    return pdf_response(_printed(viewer, made), f"账号条-{clock.today().isoformat()}.pdf")


def _printed(viewer: Viewer, made: list[Issued]) -> bytes:
    until = timezone.localtime(made[0].until)
    return password_slips(
        PasswordSlips(
            authority=viewer.base.name,
            file_number="账号条",
            day=clock.today(),
            address=f"{settings.SUNLOT_PUBLIC_URL}{reverse('account_login')}",
            until=f"{until.year}年{until.month}月{until.day}日 {until:%H:%M}",
            slips=tuple(
                PasswordSlip(
                    name=one.user.name,
                    unit=one.user.organisation.full_name if one.user.organisation else "",
                    username=one.user.username,
                    password=one.password,
                )
                for one in made
            ),
        )
    )


@require_POST
@desk_view(SECURITY)
def roles(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Give or dismiss the roles of the ticked accounts."""
    roster = _roster(viewer, pk)
    chosen = {int(value) for value in request.POST.getlist("row") if value.isdecimal()}
    grant = request.POST.get("act") == "grant"
    done, left = actions.decide_roles(viewer, roster, chosen, grant=grant)
    if done:
        messages.success(request, f"已{'授予' if grant else '办理不予授予'} {done} 人的角色。")
    elif not left:
        messages.warning(request, "没有选定要办理的人。")
    for words in left:
        messages.warning(request, words)
    return redirect("registry:import-accounts", pk)
