"""The tree of organisations, and one of them with its people."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.lists import Column, Listing
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations import actions, policy
from sunlot.organisations.models import Organisation
from sunlot.organisations.queries import memberships_held, organisations_seen, with_people
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer
from sunlot.trail.queries import history

from ..filters import OrganisationFilter
from ..forms import NewOrganisationForm, OrganisationForm
from ..policy import READERS

_COLUMNS: list[Column[Organisation]] = [
    Column("code", "代码", lambda found: found.code),
    Column("name", "名称", lambda found: found.name),
    Column("kind", "类别", lambda found: found.get_kind_display()),
    Column("parent", "上级", lambda found: found.parent.name if found.parent else ""),
    Column("region", "区划", lambda found: found.region.name),
    Column("people", "人数", lambda found: found.people_count),  # type: ignore[attr-defined]  # queries.with_people
    Column("is_active", "状态", lambda found: "在用" if found.is_active else "停用"),
]


@require_GET
@desk_view()
def tree(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The organisations that this person may see, as a tree."""
    listing = Listing(
        request,
        with_people(organisations_seen(viewer)),
        filters=OrganisationFilter,
        sorts={"tree": ["is_partner_tree", "path"], "name": ["name"], "people": ["people_count"]},
        default_sort="tree",
        columns=_COLUMNS,
        unit="个",
        per_page=60,
    )
    if listing.wants_export:
        return listing.export(f"机构-{clock.today().isoformat()}")
    context = {
        "listing": listing,
        "administers": viewer.role in ADMINISTRATORS,
        "may_create": viewer.has(Role.SYSTEM_ADMINISTRATOR),
        "reads_wordings": viewer.role in READERS,
    }
    return render(request, "staff/organisations.html", context)


@require_http_methods(["GET", "POST"])
@desk_view(Role.SYSTEM_ADMINISTRATOR)
def create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make a department, a section or a partner department."""
    under = organisations_seen(viewer).filter(code=request.GET.get("parent", "")).first()
    form = NewOrganisationForm(
        request.POST or None, viewer=viewer, initial={"parent": under, "region": under and under.region_id}
    )
    if form.is_valid() and accepts(form, None, lambda data: actions.create_organisation(viewer, **data)):
        messages.success(request, f"已新建“{form.cleaned_data['name']}”。")
        return redirect("organisation", code=form.cleaned_data["code"])
    return render(request, "staff/organisation_new.html", {"form": form})


@require_GET
@desk_view()
def one(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """One organisation: its facts, sections and districts, and who holds which role in it."""
    found = visible_or_404(viewer, with_people(organisations_seen(viewer)), code=code)
    members = memberships_held().filter(organisation=found, user__is_active=True).select_related("user")
    context = {
        "organisation": found,
        "below": with_people(organisations_seen(viewer).filter(parent=found)),
        "members": members.order_by("role", "user__username"),
        "administers": viewer.role in ADMINISTRATORS,
        "may_change": _may_change(viewer, found),
        "history": history(f"organisation:{found.pk}") if viewer.role in ADMINISTRATORS else [],
    }
    return render(request, "staff/organisation.html", context)


@require_http_methods(["GET", "POST"])
@desk_view(Role.SYSTEM_ADMINISTRATOR)
def change(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """Rename an organisation, close it, open it again."""
    found = visible_or_404(viewer, organisations_seen(viewer), code=code)
    form = OrganisationForm(request.POST or None, initial=OrganisationForm.of(found))
    if form.is_valid():
        data = form.cleaned_data
        actions.change_organisation(viewer, found, name=data["name"], is_active=data["is_active"])
        messages.success(request, f"已保存“{data['name']}”。")
        return redirect("organisation", code=found.code)
    return render(request, "staff/organisation_change.html", {"organisation": found, "form": form})


def _may_change(viewer: Viewer, found: Organisation) -> bool:
    return policy.is_administrator(viewer, Role.SYSTEM_ADMINISTRATOR) and policy.keeps(viewer, found)
