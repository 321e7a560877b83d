"""The pages of follow-ups: writing one, and one page for each with its next step."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import DeskForm, accepts
from sunlot.desk.views import desk_view, pdf_response, visible_or_404
from sunlot.documents.correction_order import correction_order_docx
from sunlot.documents.transfer_letter import transfer_letter_docx
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Viewer
from sunlot.staff.keys import has_key
from sunlot.staff.signing import SigningForm
from sunlot.trail.queries import history

from ..models import CorrectionOrder, FormPart, HandOver
from ..queries import parts_seen, whole
from . import actions, forms, papers, policy, queries

Letter = CorrectionOrder | HandOver
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK)
def write_order(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Write an order to correct, begun with what the record says."""
    part = _part(viewer, pk)
    articles = "；".join(one.article for one in part.findings.all() if one.article)
    form = forms.OrderForm(request.POST or None, initial={"fact": forms.facts_of(part), "breached": articles})
    return _write(request, part, form, lambda data: actions.write_order(viewer, part, actions.OrderText(**data)))


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK)
def write_handover(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Write a letter of hand-over, begun with what the record says."""
    part = _part(viewer, pk)
    attachments = f"执法检查表（{part.form.number}）1 份"
    initial = {"facts": forms.facts_of(part), "attachments": attachments}
    form = forms.HandOverForm(part, request.POST or None, initial=initial)
    return _write(request, part, form, lambda data: actions.write_handover(viewer, part, actions.HandOverText(**data)))


def _write(
    request: HttpRequest, part: FormPart, form: DeskForm, make: Callable[[dict[str, Any]], Letter]
) -> HttpResponse:
    made: Letter | None = None

    def act(data: dict[str, Any]) -> None:
        nonlocal made
        made = make(data)

    if request.method == "POST" and form.is_valid() and accepts(form, None, act) and made is not None:
        messages.success(request, "已拟好，等负责人签发。")
        return redirect(_kind(made), made.pk)
    context = {"part": part, "form": form, "is_order": isinstance(form, forms.OrderForm)}
    return render(request, "inspecting/followups/write.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@desk_view()
def order(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """An order to correct with its next step."""
    return _page(request, viewer, _seen(viewer, queries.orders_seen(viewer), pk))


@require_http_methods(["GET", "POST"])
@desk_view()
def handover(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A hand-over with its next step."""
    return _page(request, viewer, _seen(viewer, queries.handovers_seen(viewer), pk))


def _page(request: HttpRequest, viewer: Viewer, letter: Letter) -> HttpResponse:
    form, act, words = _step(request, viewer, letter)
    may_void = letter.state == "written" and (policy.may_write(viewer, letter.part) or policy.may_sign(viewer, letter))
    voiding = forms.VoidForm(request.POST if "void" in request.POST else None)
    if request.method == "POST":
        if "void" in request.POST:
            done = voiding.is_valid() and accepts(
                voiding, "reason", lambda data: actions.void(viewer, letter, data["reason"])
            )
            words = "已作废，须重新拟写。"
        elif form is None or act is None:
            raise NotAllowed("这一步不由您办理，或已经办过。刷新页面看最新情况。")
        else:
            done = form.is_valid() and accepts(form, None, act)
        if done:
            messages.success(request, words)
            return redirect(_kind(letter), letter.pk)
    own = parts_seen(viewer).filter(pk=letter.part_id).exists()
    context = {
        "letter": letter,
        "is_order": isinstance(letter, CorrectionOrder),
        "name": papers.name_of(letter),
        "form": form,
        "voiding": voiding if may_void else None,
        "signs": isinstance(form, SigningForm),
        "is_late": letter.state not in ("closed", "void") and letter.due_on < clock.today(),
        "own": own,
        "may_recheck": own
        and isinstance(letter, CorrectionOrder)
        and viewer.has(Role.CLERK)
        and letter.state == "served",
        "rechecks": list(letter.part.rechecks.order_by("asked_at")) if own else [],
        "history": history(letter.thing),
    }
    faulty = request.method == "POST"
    return render(request, "inspecting/followups/letter.html", context, status=422 if faulty else 200)


def _step(
    request: HttpRequest, viewer: Viewer, letter: Letter
) -> tuple[DeskForm | None, Callable[[dict[str, Any]], object] | None, str]:
    """The form of the next step, where it is this viewer's, what it does, and what is said then."""
    given = request.POST if request.method == "POST" and "void" not in request.POST else None
    if letter.state == "written" and policy.may_sign(viewer, letter):
        signing = SigningForm(actions.page_of(letter), given, has_key=has_key(viewer))
        return signing, lambda _: actions.sign(viewer, letter, signing.proof(request, viewer)), "已签发。"
    if isinstance(letter, CorrectionOrder) and policy.may_write(viewer, letter.part):
        if letter.state == CorrectionOrder.State.SIGNED:
            return forms.ServeForm(given), lambda data: actions.serve(viewer, letter, **data), "已登记送达。"
        if letter.state == CorrectionOrder.State.SERVED:
            return forms.CloseOrderForm(given), lambda data: _close(viewer, letter, data), "已办结。"
    if isinstance(letter, HandOver) and policy.may_receive(viewer, letter):
        if letter.state == HandOver.State.SENT:
            return forms.ReceiveForm(given), lambda data: actions.receive(viewer, letter, **data), "已登记接收。"
        if letter.state == HandOver.State.RECEIVED:
            return forms.CloseForm(given), lambda data: actions.close(viewer, letter, **data), "已登记结果，移送办结。"
    return None, None, ""


def _close(viewer: Viewer, letter: CorrectionOrder, data: dict[str, Any]) -> CorrectionOrder:
    return actions.close(viewer, letter, on=data["on"], result=data["result"], corrected=data["corrected"] == "yes")


@require_GET
@desk_view()
def order_paper(request: HttpRequest, viewer: Viewer, pk: int, form: str) -> HttpResponse:
    """The order as PDF or Word, or the receipt of its service."""
    found = _seen(viewer, queries.orders_seen(viewer), pk)
    if form == "receipt.pdf":
        return pdf_response(papers.receipt_pdf(found), f"送达回证-{found.number}.pdf")
    if form == "order.docx":
        return _docx(correction_order_docx(papers.order_document(found)), f"责令改正通知书-{found.number}.docx")
    return pdf_response(papers.letter_pdf(found), f"责令改正通知书-{found.number}.pdf")


@require_GET
@desk_view()
def handover_paper(request: HttpRequest, viewer: Viewer, pk: int, form: str) -> HttpResponse:
    """The letter as PDF or Word."""
    found = _seen(viewer, queries.handovers_seen(viewer), pk)
    if form == "letter.docx":
        return _docx(transfer_letter_docx(papers.handover_document(found)), f"移送函-{found.number}.docx")
    return pdf_response(papers.letter_pdf(found), f"移送函-{found.number}.pdf")


def _docx(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=DOCX)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _seen(viewer: Viewer, rows: "QuerySet[Any]", pk: int) -> Any:
    return visible_or_404(viewer, rows, pk=pk)


def _part(viewer: Viewer, pk: int) -> FormPart:
    part = visible_or_404(viewer, whole(parts_seen(viewer)), pk=pk)
    if not policy.may_write(viewer, part):
        raise Http404
    return part


def _kind(letter: Letter) -> str:
    return "inspecting:order" if isinstance(letter, CorrectionOrder) else "inspecting:handover"
