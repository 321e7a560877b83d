"""Signing on paper: print the sheet, sign and stamp it, upload the scan, a second person compares and confirms."""

from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.documents.parts import Evidence, Field
from sunlot.documents.signature_sheet import SignatureSheet, signature_sheet
from sunlot.norms import clock
from sunlot.organisations import scans, signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.queries import signatures_of
from sunlot.organisations.signatures import Page, Thing
from sunlot.organisations.viewer import Viewer
from sunlot.trail import files

from ..forms import PaperForm, ReasonForm
from ..papers import signatures_seen


def _thing(viewer: Viewer, key: str) -> Thing:
    found = signatures.find_thing(viewer, key)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@desk_view()
def on_paper(request: HttpRequest, viewer: Viewer, kind: str, key: str) -> HttpResponse:
    """The way on paper for one thing: what to print, and the scan to upload."""
    thing_key = f"{kind}:{key}"
    thing = _thing(viewer, thing_key)
    form = PaperForm(request.POST or None, request.FILES or None, thing=thing, initial=request.GET.dict())
    if form.is_valid():
        stored = files.store(form.cleaned_data["scan"])
        signatures.upload_paper(viewer, form.page, form.cleaned_data["name"], stored, form.file_name)
        messages.success(request, f"已上传{form.page.capacity}的签署件，等{thing.who_confirms}核对。")
        return redirect(thing.url)
    context = {
        "thing": thing,
        "kind": kind,
        "key": key,
        "form": form,
        "signed": signatures_of(thing_key),
        "limit": scans.MAX_WORDS,
    }
    return render(request, "staff/paper.html", context)


@require_GET
@desk_view()
def sheet(request: HttpRequest, viewer: Viewer, kind: str, key: str) -> HttpResponse:
    """The sheet to print and sign, for one capacity."""
    thing = _thing(viewer, f"{kind}:{key}")
    page = next((page for page in thing.pages if page.capacity == request.GET.get("capacity")), None)
    if page is None:
        raise Http404
    response = HttpResponse(signature_sheet(_sheet(thing, page)), content_type="application/pdf")
    response["Content-Disposition"] = (
        content_disposition_header(False, f"{thing.title}-{page.capacity}签字页.pdf") or ""
    )
    return response


def _sheet(thing: Thing, page: Page) -> SignatureSheet:
    return SignatureSheet(
        authority=settings.SUNLOT_CITY,
        file_number=thing.number,
        day=clock.today(),
        title=thing.title,
        facts=tuple(Field(label, value) for label, value in thing.facts),
        roles=(page.capacity,),
        evidence=Evidence(digest=page.digest, address=f"{settings.SUNLOT_PUBLIC_URL}{quote(thing.url)}"),
        demo=thing.demo,
    )


@require_http_methods(["GET", "POST"])
@desk_view()
def compare(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A scan beside the digest that it must show; whoever may, confirms it or says what is wrong."""
    found = visible_or_404(viewer, signatures_seen(viewer, pk), pk=pk)
    thing = signatures.find_thing(viewer, found.thing)
    form = ReasonForm(None, label="不符之处")
    if request.method == "POST" and request.POST.get("act") == "confirm":
        signatures.confirm_paper(viewer, found)
        messages.success(request, f"已确认{found.capacity}的纸质签署件。")
        return redirect(thing.url if thing else "home")
    if request.method == "POST":
        form = ReasonForm(request.POST, label="不符之处")
        if form.is_valid():
            signatures.reject_paper(viewer, found, form.cleaned_data["reason"])
            messages.success(request, f"{found.capacity}的签署件核对不符，已退回重新签署。")
            return redirect(thing.url if thing else "home")
    response = render(request, "staff/compare.html", _comparison(viewer, found, thing, form))
    response.shows_frames = True  # type: ignore[attr-defined]  # read by site.middleware: a PDF stands beside its digest
    return response


def _comparison(viewer: Viewer, found: Signature, thing: Thing | None, form: ReasonForm) -> dict[str, object]:
    waits = found.state == Signature.State.UNCONFIRMED
    is_own = found.entered_by_id == viewer.user_id
    may = waits and not is_own and thing is not None and thing.may_confirm
    return {
        "signature": found,
        "thing": thing,
        "mime": _kind(found).mime,
        "size": found.file.size if found.file else 0,
        "waits": waits,
        "is_own": is_own,
        "may_confirm": may,
        "has_changed": thing is not None and thing.has_changed_since(found),
        "form": form,
    }


@require_GET
@desk_view()
def scan(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The scan as it was uploaded, shown by the browser as what it is and never as a page of ours."""
    found = visible_or_404(viewer, signatures_seen(viewer, pk), pk=pk)
    if found.file is None:
        raise Http404
    content = files.read(found.file.digest)
    kind = scans.stored_kind(content)
    if kind is None:
        raise Http404
    response = HttpResponse(content, content_type=kind.mime)
    name = f"{found.capacity}-{found.name}-签署件{kind.suffix}"
    response["Content-Disposition"] = content_disposition_header("download" in request.GET, name) or ""
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _kind(found: Signature) -> scans.ScanKind:
    kind = scans.stored_kind(files.read(found.file.digest)) if found.file else None
    if kind is None:
        raise Http404
    return kind
