"""The departments' own words on documents: which there are, changing one with a preview, its versions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, pdf_response
from sunlot.documents.parts import Slots
from sunlot.documents.typesetting import typeset
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer
from sunlot.trail.queries import history

from .. import actions, policy, queries
from ..forms import WordingForm
from ..wordings import KINDS, Kind


def _place(viewer: Viewer, code: str, document: str) -> tuple[Organisation, Kind]:
    found = next((one for one in queries.offices_of(viewer) if one.code == code), None)
    if found is None or document not in KINDS:
        raise Http404
    return found, KINDS[document]


@require_GET
@desk_view(*policy.READERS)
def listed(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The kinds of document with the version that counts, for one's section and its department."""
    offices = queries.offices_of(viewer)
    newest = queries.newest_by_kind(offices)
    groups = [
        (one, policy.may_word(viewer, one), [(kind, newest.get((one.pk, kind.name))) for kind in KINDS.values()])
        for one in offices
    ]
    return render(request, "staff/wordings.html", {"groups": groups})


@require_http_methods(["GET", "POST"])
@desk_view(*policy.READERS)
def one(request: HttpRequest, viewer: Viewer, code: str, document: str) -> HttpResponse:
    """One wording: the slots to fill, the preview, the versions and who saved them; an old one can be restored."""
    organisation, kind = _place(viewer, code, document)
    versions = list(queries.versions_of(organisation, document))
    newest = versions[0] if versions else None
    if request.method == "POST" and "restore" in request.POST:
        old = next((one for one in versions if str(one.number) == request.POST["restore"]), None)
        if old is None:
            raise Http404
        made = actions.restore_wording(viewer, old, after=newest.number if newest else 0)
        messages.success(request, f"已恢复第 {old.number} 版的用语，现为第 {made.number} 版。")
        return redirect("wording", code, document)
    above = queries.slots_for(organisation.department, document) if organisation.is_section else Slots()
    form = WordingForm(request.POST or None, kind=kind, newest=newest, above=above)
    if form.is_valid() and accepts(form, None, lambda said: _save(viewer, organisation, kind, form)):
        messages.success(request, f"已保存{kind.label}的用语，之后生成的{kind.label}都用它。")
        return redirect("wordings")
    context: dict[str, Any] = {
        "organisation": organisation,
        "kind": kind,
        "form": form,
        "versions": versions,
        "newest": newest,
        "may_change": policy.may_word(viewer, organisation),
        "history": history(f"wording:{organisation.code}:{document}"),
    }
    return render(request, "staff/wording.html", context, status=422 if form.errors else 200)


def _save(viewer: Viewer, organisation: Organisation, kind: Kind, form: WordingForm) -> object:
    return actions.save_wording(viewer, organisation, kind.name, form.slots, after=form.cleaned_data["after"])


@require_http_methods(["GET", "POST"])
@desk_view(*policy.READERS)
def preview(request: HttpRequest, viewer: Viewer, code: str, document: str) -> HttpResponse:
    """A sample of the document as PDF: with the words just typed, or with those of a version (`?version=`)."""
    organisation, kind = _place(viewer, code, document)
    if request.method == "POST":
        form = WordingForm(request.POST, kind=kind, newest=None, above=Slots())
        slots = form.slots if form.is_valid() else form.typed
    else:
        wanted = request.GET.get("version", "")
        found = next((one for one in queries.versions_of(organisation, document) if str(one.number) == wanted), None)
        slots = found.slots if found else queries.slots_for(organisation, document)
    return pdf_response(typeset(kind.preview(organisation, slots)), f"{kind.label}样张.pdf")
