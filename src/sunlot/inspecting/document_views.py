"""The documents of a part: looked at, given out, opened again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sunlot.desk.views import desk_view, pdf_response, visible_or_404
from sunlot.documents.typesetting import typeset
from sunlot.organisations.viewer import Viewer
from sunlot.trail import files

from . import issuing, policy, queries
from .actions import documents as actions
from .models import FormPart, IssuedDocument


def _part(viewer: Viewer, pk: int) -> FormPart:
    return visible_or_404(viewer, queries.whole(queries.parts_seen(viewer)), pk=pk)


@require_GET
@desk_view()
def documents(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """What can be given out for a part, and what was."""
    part = _part(viewer, pk)
    submitted = part.state in FormPart.SUBMITTED
    kinds = [(name, kind, submitted or not kind.after_record) for name, kind in issuing.KINDS.items()]
    issued = [(one, issuing.label_of(one.kind)) for one in part.documents.select_related("issued_by")]
    context = {"part": part, "kinds": kinds, "issued": issued, "may_issue": policy.may_issue(viewer, part)}
    return render(request, "inspecting/documents.html", context)


@require_GET
@desk_view()
def preview(request: HttpRequest, viewer: Viewer, pk: int, kind: str) -> HttpResponse:
    """The document as it would be given out now, in its own name: nothing is kept, and its code leads to “not known”."""
    part = _part(viewer, pk)
    if kind not in issuing.KINDS:
        raise Http404
    paper = issuing.KINDS[kind].build(actions.frame_of(part, kind))
    return pdf_response(typeset(paper), f"预览-{issuing.KINDS[kind].label}.pdf")


@require_POST
@desk_view()
def issue(request: HttpRequest, viewer: Viewer, pk: int, kind: str) -> HttpResponse:
    """Give out a document."""
    part = _part(viewer, pk)
    if kind not in issuing.KINDS:
        raise Http404
    made = actions.issue(viewer, part, kind)
    messages.success(request, f"已出具{issuing.KINDS[kind].label}（{made.number}），打开后打印。")
    return redirect("inspecting:documents", part.pk)


@require_GET
@desk_view()
def issued(request: HttpRequest, viewer: Viewer, pk: int, document: int) -> HttpResponse:
    """A document that was given out, the very file."""
    part = _part(viewer, pk)
    found = IssuedDocument.objects.filter(part=part, pk=document).first()
    if found is None:
        raise Http404
    return pdf_response(files.read(found.file_id), f"{found.number}.pdf")
