"""The record's pages: to read, to sign or refuse, to print. What was signed on paper goes the way of all papers."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.views import desk_view
from sunlot.documents.draw_record import draw_record
from sunlot.organisations.handwriting import HEIGHT, WIDTH
from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.staff.keys import has_key
from sunlot.staff.signing import SigningForm
from sunlot.trail import files
from sunlot.trail.queries import history

from . import actions, policy, queries, stage
from .actions.record import DECIDED, SIGNABLE, capacity_of, page_of
from .finding import find, require_names
from .forms import HandForm
from .models import Attempt, Contributor
from .naming import names_of
from .record_document import record_of


def _drawn(request: HttpRequest, viewer: Viewer, number: str) -> Attempt:
    found = find(request, viewer, number)
    if found.result_id is None:
        raise Http404
    require_names(viewer, found)
    return found


def _undecided(attempt: Attempt, signatures: list[Signature]) -> list[Contributor]:
    """The contributors who have neither signed nor refused."""
    decided = {signature.capacity for signature in signatures if signature.state in DECIDED}
    return [one for one in attempt.contributors.all() if capacity_of(one) not in decided]


@require_http_methods(["GET", "POST"])
@desk_view()
def record(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The record as it is printed, with everybody's signature; whoever was present signs or refuses here."""
    attempt = _drawn(request, viewer, number)
    signatures = queries.record_signatures([attempt])[attempt.pk]
    open_ones = _undecided(attempt, signatures)
    mine = next((one for one in stage.mine(viewer, attempt) if one in open_ones), None)
    form = None
    if mine and attempt.state in SIGNABLE:
        form = SigningForm(page_of(attempt, mine), request.POST or None, has_key=has_key(viewer))
    if request.method == "POST" and (form is None or mine is None):
        raise NotAllowed("这份记录没有等您签署的地方：您不是在场的参与方，或本单位已经签署。")
    if form is not None and mine is not None and form.is_valid():
        try:
            if form.refuses:
                actions.refuse_record(viewer, attempt, mine.code, form.refusal)
                messages.success(request, "已记录拒签及理由。拒签不影响后续办理，理由随记录保存。")
            else:
                actions.sign_record(viewer, attempt, mine.code, form.proof(request, viewer))
                messages.success(request, "已签署抽取记录。")
            return redirect("drawing:record", attempt.draw.number)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("password" if not form.refuses else "reason", str(refusal))
    return _record_page(request, viewer, attempt, signatures, form)


def _record_page(
    request: HttpRequest,
    viewer: Viewer,
    attempt: Attempt,
    signatures: list[Signature],
    form: SigningForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    """The page of the record, with whatever an act that was refused has to say."""
    open_ones = _undecided(attempt, signatures)
    is_refused = bool(refusal) or (form is not None and form.is_bound)
    context = {
        "attempt": attempt,
        "plan": attempt.draw.round.plan,
        "record": record_of(attempt, signatures),
        "signatures": signatures,
        "missing": [capacity_of(one) for one in open_ones],
        "form": form,
        "refusal": refusal,
        "may_archive": attempt.state == Attempt.State.SIGNED and policy.may_host(viewer, attempt.draw.round.plan),
        "may_hand": attempt.state in SIGNABLE and policy.may_type_beacon(viewer, attempt),
        "may_file": bool(open_ones) and attempt.state in SIGNABLE and policy.may_type_beacon(viewer, attempt),
        "next": stage.next_of(attempt, signatures),
        "names": names_of(),
        "history": history(f"attempt:{attempt.pk}"),
    }
    return render(request, "drawing/record.html", context, status=409 if is_refused else 200)


@require_POST
@desk_view()
def file_record(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """File the signed record as a PDF for ever."""
    attempt = _drawn(request, viewer, number)
    try:
        actions.file_record(viewer, attempt)
    except NotAllowed:
        raise
    except Refused as refusal:
        signatures = queries.record_signatures([attempt])[attempt.pk]
        return _record_page(request, viewer, attempt, signatures, refusal=str(refusal))
    messages.success(request, "抽取记录已归档，此后不能再签署。")
    return redirect("drawing:record", attempt.draw.number)


@require_http_methods(["GET", "POST"])
@desk_view()
def by_hand(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Whoever else was present signs on this device's screen, one after the other."""
    attempt = _drawn(request, viewer, number)
    policy.require(viewer, policy.may_type_beacon(viewer, attempt), "现场手写签署在主持人或参与方的设备上进行。")
    form = HandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.sign_by_hand(viewer, attempt, said["name"], said["present_as"], said["strokes"])
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{said['name']}（{said['present_as']}）已签署。还有人在场，接着签。")
            return redirect("drawing:record-by-hand", attempt.draw.number)
    context = {
        "attempt": attempt,
        "plan": attempt.draw.round.plan,
        "form": form,
        "signatures": [
            one for one in queries.record_signatures([attempt])[attempt.pk] if one.way == Signature.Way.HAND
        ],
        "pad": {"width": WIDTH, "height": HEIGHT},
    }
    return render(request, "drawing/record_by_hand.html", context, status=409 if form.errors else 200)


@require_GET
@desk_view()
def record_pdf(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The record for printing and signing by hand; once it is filed, the very file."""
    attempt = _drawn(request, viewer, number)
    if attempt.record_file_id is not None:
        content = files.read(attempt.record_file_id)
    else:
        content = draw_record(record_of(attempt, queries.record_signatures([attempt])[attempt.pk]))
    disposition = f'inline; filename="{number}-record.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})
