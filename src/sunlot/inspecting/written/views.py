"""The pages of the records beside the form: written and signed under /field/, read and compared on the desk."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.views import desk_view, pdf_response, visible_or_404
from sunlot.documents.typesetting import typeset
from sunlot.organisations import scans
from sunlot.organisations.handwriting import HEIGHT, WIDTH
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.staff.keys import has_key
from sunlot.trail import files

from .. import policy
from .. import queries as inspecting
from ..actions.documents import frame_of
from ..forms import AbsenceForm, InspectedHandForm, InspectedPaperForm, SignForm, version_in
from ..models import FormPart, WrittenRecord
from . import actions, content, papers, queries
from .forms import CompareForm, ReasonForm, WrittenForm
from .kinds import KINDS
from .queries import Standing

inspector_view = desk_view(Role.INSPECTOR)


def _part(viewer: Viewer, pk: int) -> FormPart:
    return visible_or_404(viewer, inspecting.whole(inspecting.parts_seen(viewer)), pk=pk)


def _standing(viewer: Viewer, written: int, pk: int | None = None) -> Standing:
    """One record as its page shows it; 404 for one of a part that the viewer does not read."""
    seen = queries.seen(viewer) if pk is None else queries.seen(viewer).filter(part=pk)
    found = visible_or_404(viewer, seen, pk=written)
    part = _part(viewer, found.part_id)
    return next(one for one in queries.standing(part) if one.record.pk == found.pk)


# --- the inspector's side -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@inspector_view
def listing(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The part's records; a POST begins one."""
    part = _part(viewer, pk)
    if request.method == "POST":
        made = actions.begin(viewer, part, request.POST.get("kind", ""))
        return redirect("field:written", pk, made.pk)
    context = {"part": part, "rows": queries.standing(part), "kinds": KINDS.values(), "is_open": queries.is_open(part)}
    return render(request, "inspecting/written/list.html", context)


@require_http_methods(["GET", "POST"])
@inspector_view
def written(request: HttpRequest, viewer: Viewer, pk: int, written: int) -> HttpResponse:
    """A draft to be filled in, or a complete record to be read and signed."""
    shown = _standing(viewer, written, pk)
    if not shown.record.is_draft:
        return _read(request, viewer, shown)
    form = WrittenForm(shown.record, shown.part, request.POST if request.method == "POST" else None)
    version = version_in(request.POST) if request.method == "POST" else shown.record.version
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save(viewer, shown.record, form.written(), version=version)
            return _saved(request, viewer, shown, saved)
        except actions.Newer as newer:
            form.add_error(None, str(newer))
            version = newer.version
        except Refused as refusal:
            form.add_error(None, str(refusal))
    missing = content.gaps(shown.kind, shown.part, content.written_of(shown.record))
    context = {
        "shown": shown, "part": shown.part, "form": form, "version": version, "void": ReasonForm(),
        "missing": missing if "missing" in request.GET else [],
    }  # fmt: skip
    return render(request, "inspecting/written/edit.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, viewer: Viewer, shown: Standing, saved: WrittenRecord) -> HttpResponse:
    """Where a save leads: to a new row, to what is missing, to the signatures, or back to the same page."""
    page = reverse("field:written", args=[shown.part.pk, saved.pk])
    then = request.POST.get("then", "")
    if then == "more":
        return redirect(f"{page}#row-{len(saved.rows)}")
    if then != "complete":
        messages.success(request, "已保存。")
        return redirect(page)
    if content.gaps(shown.kind, shown.part, content.written_of(saved)):
        return redirect(f"{page}?missing=1")
    actions.complete(viewer, saved, version=saved.version)
    messages.success(request, "已完成，内容不再改动。请各方签字。")
    return redirect(page)


def _read(request: HttpRequest, viewer: Viewer, shown: Standing) -> HttpResponse:
    """The record with its signatures, and the ways to sign it; a POST does one of them."""
    way = request.POST.get("way", "")
    posted: dict[str, Any] = {name: request.POST if way == name else None for name in ("own", "hand", "absence", "why")}
    own = SignForm(posted["own"], initial={"digest": shown.record.digest}, has_key=has_key(viewer))
    forms: dict[str, Any] = {
        "own": own,
        "hand": InspectedHandForm(posted["hand"]),
        "paper": InspectedPaperForm(*(request.POST, request.FILES) if way == "paper" else ()),
        "absence": AbsenceForm(posted["absence"]),
        "why": ReasonForm(posted["why"]),
    }
    chosen = forms.get(way)
    if chosen is not None and chosen.is_valid():
        try:
            return _sign(request, viewer, shown, way, chosen)
        except Refused as refusal:
            chosen.add_error(None, str(refusal))
    mine = next((line for line in shown.officers if line.user_id == viewer.user_id and line.signature is None), None)
    context = {
        **forms, "form": own, "shown": shown, "part": shown.part, "way": way, "mine": mine,
        "pad": {"width": WIDTH, "height": HEIGHT}, "is_open": queries.is_open(shown.part),
    }  # fmt: skip
    return render(request, "inspecting/written/sign.html", context, status=200 if chosen is None else 422)


def _sign(request: HttpRequest, viewer: Viewer, shown: Standing, way: str, form: Any) -> HttpResponse:
    """Do what the valid form says, and come back to the record, or to its correction."""
    found, given, digest = shown.record, form.cleaned_data, request.POST.get("digest", "")
    said = "已签字。"
    if way == "own":
        actions.sign(viewer, found, given["digest"], form.proof(request, viewer))
    elif way == "hand":
        actions.sign_person(viewer, found, digest, given["name"], given["strokes"])
    elif way == "paper":
        upload = given["scan"]
        try:
            scans.require_size(upload.size)  # before the file is read into memory
        except scans.ScanError as fault:
            raise Refused(str(fault)) from fault
        actions.upload_person(viewer, found, digest, given["name"], upload.read(), upload.name)
        said = "已上传，由另一人与原件核对。"
    elif way == "absence":
        standing = f"（{given['witness_is']}）" if given["witness_is"] else ""
        actions.note_absence(viewer, found, digest, given["reason"], given["witness"] + standing)
        said = "已注明。"
    else:
        found = actions.correct(viewer, found, given["reason"])
        said = "在这一版上改正，完成后重新签字。原来的一版留存可查。"
    messages.success(request, said)
    return redirect("field:written", shown.part.pk, found.pk)


@require_POST
@inspector_view
def void(request: HttpRequest, viewer: Viewer, pk: int, written: int) -> HttpResponse:
    """Give a draft up."""
    shown = _standing(viewer, written, pk)
    actions.void(viewer, shown.record, request.POST.get("why-reason", ""))
    messages.success(request, "已作废，草稿留存可查。")
    return redirect("field:written-list", pk)


# --- the desk -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@desk_view()
def desk(request: HttpRequest, viewer: Viewer, written: int) -> HttpResponse:
    """A record to be read by whoever reads its part; a POST compares an uploaded scan with the paper."""
    shown = _standing(viewer, written)
    to_compare = shown.person if shown.person and shown.person.state == Signature.State.UNCONFIRMED else None
    may_compare = to_compare is not None and to_compare.entered_by_id != viewer.user_id
    form = CompareForm(request.POST or None)
    if request.method == "POST" and to_compare is not None and form.is_valid():
        given = form.cleaned_data
        try:
            actions.compare(viewer, shown.record, to_compare, given["matches"] == "yes", given["words"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已核对。")
            return redirect("inspecting:written", written)
    context = {
        "shown": shown, "part": shown.part, "form": form, "to_compare": to_compare,
        "may_issue": policy.may_issue(viewer, shown.part) and shown.record.is_frozen,
        "may_compare": may_compare and policy.may_issue(viewer, shown.part),
        "is_mine": policy.is_member(viewer, shown.part),
    }  # fmt: skip
    return render(request, "inspecting/written/detail.html", context, status=422 if form.errors else 200)


@require_POST
@desk_view()
def issue(request: HttpRequest, viewer: Viewer, written: int) -> HttpResponse:
    """Give out the record's document."""
    shown = _standing(viewer, written)
    made = actions.issue(viewer, shown.record)
    messages.success(request, f"已出具{shown.record.get_kind_display()}（{made.number}），打开后打印。")
    return redirect("inspecting:documents", shown.part.pk)


@require_GET
@desk_view()
def pdf(request: HttpRequest, viewer: Viewer, written: int) -> HttpResponse:
    """The record as its document, to be read or signed on paper: nothing is kept of it."""
    shown = _standing(viewer, written)
    if not shown.record.is_frozen:
        raise Refused("完成以后才能打印。")
    given = queries.signatures_of([shown.record])[shown.record.pk]
    paper = papers.paper_of(shown.record, given, frame_of(shown.part, shown.kind.paper))
    return pdf_response(typeset(paper), f"{shown.record.get_kind_display()}-{shown.part.form.number}.pdf")


@require_GET
@desk_view()
def signature_file(request: HttpRequest, viewer: Viewer, written: int, signature: int) -> HttpResponse:
    """The drawing or scan of a signature under a record. A scan as PDF is downloaded."""
    record = visible_or_404(viewer, queries.seen(viewer), pk=written)
    found = Signature.objects.filter(pk=signature, thing=record.thing, file__isnull=False).first()
    if found is None or found.file_id is None:
        raise Http404
    body = files.read(found.file_id)
    scan = scans.stored_kind(body)
    drawing = found.way == Signature.Way.HAND
    mime = "image/svg+xml" if drawing else scan.mime if scan else "application/octet-stream"
    response = HttpResponse(body, content_type=mime)
    name = "签名.svg" if drawing else found.file_name
    response["Content-Disposition"] = content_disposition_header(not mime.startswith("image/"), name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response
