"""Pages of the bodies that experts come from."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import actions, policy
from ..editing import merged
from ..forms.experts import InstitutionForm, NewInstitutionForm
from ..lists import experts as lists
from ..models import Institution
from ..policy import BLIND

_WHO = "专家所在单位由聘请单位的经办人或统筹科室登记。"


@require_GET
@desk_view()
def institutions(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """All bodies, with their qualification and how many experts they have."""
    policy.require(viewer, viewer.role not in BLIND, "专家名录由住建部门和联合部门的人员查看。")
    listing = lists.institutions_listing(request, viewer)
    if listing.wants_export:
        return listing.export(f"专家所在单位-{clock.today().isoformat()}")
    context = {"listing": listing, "may_keep": policy.may_keep_institutions(viewer), "today": clock.today()}
    return render(request, "registry/institutions.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def new_institution(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Enter a body."""
    policy.require(viewer, policy.may_keep_institutions(viewer), _WHO)
    form = NewInstitutionForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and accepts(form, "name", lambda data: actions.add_institution(viewer, **data))
    ):
        messages.success(request, f"已登记“{form.cleaned_data['name']}”。")
        return redirect("registry:institutions")
    return _page(request, form, "登记专家所在单位")


@require_http_methods(["GET", "POST"])
@desk_view()
def edit_institution(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Change what is known of a body."""
    found = visible_or_404(viewer, Institution.objects.all(), pk=pk)
    policy.require(viewer, policy.may_keep_institutions(viewer), _WHO)

    def make(data: Any) -> InstitutionForm:
        return InstitutionForm(data, initial=InstitutionForm.values_of(found))

    form = make(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_institution(viewer, found, **form.cleaned_data)
        except actions.Stale as stale:
            form = merged(form, stale.current, make)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"已保存“{form.cleaned_data['name']}”。")
            return redirect("registry:institutions")
    return _page(request, form, f"修改“{found.name}”")


def _page(request: HttpRequest, form: NewInstitutionForm | InstitutionForm, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "save": "保存单位", "place": "experts"}
    return render(request, "registry/form.html", context)
