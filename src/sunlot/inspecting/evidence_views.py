"""Evidence on pages: added and put aside by the part's inspectors, read by whoever may read the record, and no other."""

from collections.abc import Iterable
from dataclasses import replace

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail import files

from . import actions, queries
from .actions.guards import held_by
from .evidence import Facts, require_size
from .forms import EvidenceForm
from .models import DraftCopy, Evidence, FormPart

inspector_view = desk_view(Role.INSPECTOR)

LOCKED_DOWN = "default-src 'none'; sandbox"
"""The policy of a file that somebody else made: should a browser ever show it as a page, it may do nothing."""


def _part(viewer: Viewer, pk: int) -> FormPart:
    return visible_or_404(viewer, queries.whole(queries.parts_seen(viewer)), pk=pk)


@require_http_methods(["GET", "POST"])
@inspector_view
def page(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The part's evidence, and a form that adds more without any script."""
    found = _part(viewer, pk)
    form = EvidenceForm(found, request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        chosen = request.FILES.getlist("files")
        given = form.cleaned_data
        faults = take_all(viewer, found, chosen, Facts(given["kind"], item=given["item"], caption=given["caption"]))
        if not chosen:
            form.add_error(None, "还没有选文件。")
        for words in faults:
            form.add_error(None, words)
        if not form.errors:
            messages.success(request, f"收到 {len(chosen)} 个文件。")
            return redirect("field:evidence", pk)
        found = _part(viewer, pk)  # some of them may have been taken
    context = {"part": found, "form": form, "held": held_by(found), "rows": found.evidence.all()}
    return render(request, "inspecting/field_evidence.html", context, status=422 if form.errors else 200)


def take_all(viewer: Viewer, part: FormPart, uploads: Iterable[UploadedFile], facts: Facts) -> list[str]:
    """Take files that a page posted, all with these facts; returns the words of each refusal, with the file's name."""
    return [words for one in uploads if (words := _take(viewer, part, one, facts))]


def _take(viewer: Viewer, part: FormPart, upload: UploadedFile, facts: Facts) -> str:
    try:
        require_size(upload.size or 0, is_photo=facts.kind == Evidence.Kind.PHOTO)  # before it is read into memory
        actions.add_file(viewer, part, upload.read(), replace(facts, name=upload.name or ""))
    except Refused as refusal:
        return f"{upload.name}：{refusal}"
    return ""


@require_POST
@inspector_view
def change(request: HttpRequest, viewer: Viewer, pk: int, evidence: int) -> HttpResponse:
    """Take a file out of the record, or put it back."""
    found = visible_or_404(viewer, Evidence.objects.filter(part=_part(viewer, pk)), pk=evidence)
    if found.counts:
        actions.leave_out(viewer, found, request.POST.get("why", ""))
        messages.success(request, "已从记录中拿出，文件仍留存。")
    else:
        actions.include(viewer, found)
        messages.success(request, "已列入记录。")
    return redirect("field:evidence", pk)


@require_GET
@desk_view()
def file(request: HttpRequest, viewer: Viewer, pk: int, evidence: int) -> HttpResponse:
    """A photo's copy to be seen in a page, or with `?original` any file as it came, to be saved."""
    part = visible_or_404(viewer, queries.parts_seen(viewer), pk=pk)
    found = visible_or_404(viewer, Evidence.objects.filter(part=part), pk=evidence)
    shows_copy = found.clean_copy_id is not None and "original" not in request.GET
    key = found.clean_copy_id if shows_copy and found.clean_copy_id else found.original_id
    response = HttpResponse(files.read(key), content_type="image/jpeg" if shows_copy else found.mime)
    response["Content-Disposition"] = content_disposition_header(not shows_copy, found.name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = LOCKED_DOWN
    return response


@require_GET
@desk_view()
def draft_copy(request: HttpRequest, viewer: Viewer, pk: int, copy: int) -> HttpResponse:
    """A draft that was not taken, field by field beside what stands in the record."""
    part = _part(viewer, pk)
    found = visible_or_404(viewer, DraftCopy.objects.filter(part=part).select_related("user", "device"), pk=copy)
    return render(
        request, "inspecting/draft_copy.html", {"part": part, "copy": found, "rows": queries.compared(part, found)}
    )
