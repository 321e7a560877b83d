"""The record's pages: to read, to sign or refuse, to print, to file what was signed on paper."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from sunlot.desk.views import desk_view
from sunlot.documents.draw_record import draw_record
from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import prove_by_password
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail import files
from sunlot.trail.queries import history

from . import actions, policy, queries, stage
from .actions.record import DECIDED, SIGNABLE, capacity_of
from .finding import find, require_names
from .forms import PaperForm
from .models import Attempt
from .record_document import record_of


def _drawn(request: HttpRequest, viewer: Viewer, number: str) -> Attempt:
    found = find(request, viewer, number)
    if found.result_id is None:
        raise Http404
    return found


def _back(attempt: Attempt) -> HttpResponse:
    return redirect("drawing:record", attempt.draw.number)


@require_GET
@desk_view()
def record(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The record as it will be printed, with everybody's signature."""
    attempt = _drawn(request, viewer, number)
    require_names(viewer, attempt)
    signatures = queries.record_signatures([attempt])[attempt.pk]
    own = stage.mine(viewer, attempt)
    places = []
    for one in attempt.contributors.all():
        given = [signature for signature in signatures if signature.capacity == capacity_of(one)]
        decided = any(signature.state in DECIDED for signature in given)
        places.append({"contributor": one, "given": given, "mine": one in own, "open": not decided})
    mine = next((place for place in places if place["mine"] and place["open"]), None)
    context = {
        "attempt": attempt,
        "plan": attempt.draw.round.plan,
        "record": record_of(attempt, signatures),
        "places": places,
        "mine": mine if attempt.state in SIGNABLE else None,
        "may_file": attempt.state in SIGNABLE and (bool(own) or policy.may_host(viewer, attempt.draw.round.plan)),
        "may_confirm": policy.may_type_beacon(viewer, attempt),
        "paper": PaperForm(),
        "next": stage.next_of(attempt, signatures),
        "history": history(f"attempt:{attempt.pk}"),
    }
    return render(request, "drawing/record.html", context)


@require_GET
@desk_view()
def record_pdf(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The record for printing and signing by hand."""
    attempt = _drawn(request, viewer, number)
    require_names(viewer, attempt)
    signatures = queries.record_signatures([attempt])[attempt.pk]
    content = draw_record(record_of(attempt, signatures))
    disposition = f'inline; filename="{number}-record.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})


@require_POST
@desk_view()
def sign(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Sign by giving the password again."""
    attempt = _drawn(request, viewer, number)
    proof = prove_by_password(request, viewer, request.POST.get("password", ""))
    actions.sign_record(viewer, attempt, request.POST.get("capacity", ""), proof)
    messages.success(request, "已签署抽取记录。")
    return _back(attempt)


@require_POST
@desk_view()
def refuse(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Refuse to sign, with the reason."""
    attempt = _drawn(request, viewer, number)
    actions.refuse_record(viewer, attempt, request.POST.get("capacity", ""), request.POST.get("reason", ""))
    messages.success(request, "已记录拒签及理由。拒签不影响后续办理，理由随记录保存。")
    return _back(attempt)


@require_POST
@desk_view()
def upload(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """File the scan of a record signed on paper."""
    attempt = _drawn(request, viewer, number)
    form = PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Refused("选择扫描件，并写明在纸上签字的人的姓名。")
    scan = form.cleaned_data["scan"]
    if scan.size > settings.SUNLOT_UPLOAD_LIMIT:
        raise Refused(f"扫描件超过 {settings.SUNLOT_UPLOAD_LIMIT // 2**20} MB，压缩后再上传。")
    head = scan.read(8)
    scan.seek(0)
    if not head.startswith((b"%PDF", b"\xff\xd8\xff", b"\x89PNG")):
        raise Refused("扫描件应为 PDF、JPEG 或 PNG 文件。")
    actions.upload_record_paper(
        viewer,
        attempt,
        form.cleaned_data["capacity"],
        form.cleaned_data["name"],
        files.store(scan.chunks()),
        scan.name,
    )
    messages.success(request, "扫描件已上传，等另一人与纸质件核对。")
    return _back(attempt)


@require_POST
@desk_view()
def decide_paper(request: HttpRequest, viewer: Viewer, number: str, signature: int) -> HttpResponse:
    """Confirm a scan as the second person, or say what is wrong with it."""
    attempt = _drawn(request, viewer, number)
    found = get_object_or_404(Signature, pk=signature, thing=f"attempt:{attempt.pk}")
    if request.POST.get("decision") == "confirm":
        actions.confirm_record_paper(viewer, attempt, found)
        messages.success(request, "已核对，签署生效。")
    else:
        actions.reject_record_paper(viewer, attempt, found, request.POST.get("reason", ""))
        messages.success(request, "已退回，须重新上传。")
    return _back(attempt)


@require_GET
@desk_view()
def scan(request: HttpRequest, viewer: Viewer, number: str, signature: int) -> HttpResponse:
    """The scan itself, for comparing."""
    attempt = _drawn(request, viewer, number)
    require_names(viewer, attempt)
    found = get_object_or_404(Signature, pk=signature, thing=f"attempt:{attempt.pk}", file__isnull=False)
    content = files.read(str(found.file_id))
    kind = "application/pdf" if content.startswith(b"%PDF") else "image/png" if content[:1] == b"\x89" else "image/jpeg"
    return HttpResponse(content, content_type=kind, headers={"X-Content-Type-Options": "nosniff"})
