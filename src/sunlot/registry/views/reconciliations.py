"""Pages of reconciling the registry with an authoritative list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.forms import accepts
from sunlot.desk.lists import XLSX_TYPE
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.desk.work import job_of, shown
from sunlot.organisations.models import Signature
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.staff.keys import has_key
from sunlot.staff.signing import SigningForm
from sunlot.trail import files
from sunlot.trail.queries import history

from .. import policy, queries, reconciling
from ..forms.reconciliations import DecisionForm, ListForm
from ..lists import reconciliations as lists
from ..models import Reconciliation, ReconciliationLine
from ..reconciling import acts, background
from ..reconciling.report import facts_of

_FIGURES = ReconciliationLine.Outcome
TICKED_MOST = 200


@require_http_methods(["GET", "POST"])
@desk_view()
def reconciliations(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Lists laid beside the registry so far, and the form for another."""
    may_write = policy.may_write(viewer)
    form = ListForm(request.POST or None, request.FILES or None, viewer=viewer) if may_write else None
    if request.method == "POST":
        acts.require_reconciler(viewer)
        if form is not None and form.is_valid():
            sent, data = form.cleaned_data["file"], form.cleaned_data
            try:
                made = reconciling.upload(
                    viewer,
                    source=data["source"],
                    as_of=data["as_of"],
                    kinds=data["kinds"],
                    regions=[region.code for region in data["regions"]],
                    file_name=sent.name or "名单",
                    content=sent.read(),
                )
                return redirect("registry:reconciliation", made.pk)
            except NotAllowed:
                raise
            except Refused as refusal:
                form.add_error("file", str(refusal))
    recent = queries.reconciliations_seen(viewer)[:20]
    context = {"form": form, "recent": recent}
    return render(
        request, "registry/reconciliations.html", context, status=422 if form is not None and form.errors else 200
    )


def _found(viewer: Viewer, pk: int) -> Reconciliation:
    return visible_or_404(viewer, queries.reconciliations_seen(viewer), pk=pk)


@require_GET
@desk_view()
def reconciliation(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponseBase:
    """What the list showed, side by side, and what was decided; once filed, the report and its signatures."""
    found = _found(viewer, pk)
    listing = lists.lines_listing(request, found)
    if listing.wants_export:
        return listing.export(f"名录核对-{found.as_of.isoformat()}")
    return render(request, "registry/reconciliation.html", _context(viewer, found) | {"listing": listing})


def _context(viewer: Viewer, found: Reconciliation) -> dict[str, object]:
    thing = background.thing(found)
    is_open = found.state == Reconciliation.State.OPEN
    lines = found.lines.all()
    may_handle = policy.may_write(viewer) and viewer.covers(found.organisation)
    capacity = acts.capacity_of(viewer, found)
    return {
        "found": found,
        "facts": facts_of(found),
        "figures": [(one.label, one.value, found.counts.get(one.value, 0)) for one in _FIGURES],
        "waiting": lines.filter(decision="open").count() if is_open else 0,
        "to_take": lines.filter(decision="take", roster__isnull=True, done_at__isnull=True).count() if is_open else 0,
        "rosters": list(
            dict.fromkeys(one.roster for one in lines.filter(roster__isnull=False).select_related("roster")[:500])
        ),
        "may_handle": may_handle and is_open,
        "decision_form": DecisionForm(auto_id="decide_%s") if may_handle and is_open else None,
        "signatures": Signature.objects.filter(thing=thing).exclude(state=Signature.State.VOID).order_by("signed_at"),
        "sign_form": SigningForm(acts.page_of(found, capacity), has_key=has_key(viewer)) if capacity else None,
        "history": history(thing),
        **shown(viewer, job_of(thing, background.COMPARE, background.STATES, background.FILE)),
    }


@require_POST
@desk_view()
def decide(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Decide about the ticked lines, or about all that the filters of the address find."""
    found = _found(viewer, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Refused("选定采用名单还是保留名录库。")
    if request.POST.get("all"):
        listing = lists.lines_listing(request, found)
        chosen = listing.rows
        fields = [request.GET["field"]] if request.GET.get("field") in lists.LABELS else []
    else:
        ticked = [int(one) for one in request.POST.getlist("line")[:TICKED_MOST] if one.isdecimal()]
        if not ticked:
            raise Refused("先勾选要处理的行，或选择“符合条件的全部”。")
        chosen, fields = found.lines.filter(pk__in=ticked), []
    data = form.cleaned_data
    decided = reconciling.decide(
        viewer, found, chosen, data["decision"], fields=fields, state=data["state"], reason=data["reason"]
    )
    messages.success(request, f"{ReconciliationLine.Decision(data['decision']).label}：{decided} 条。")
    back = request.META.get("QUERY_STRING", "")
    return redirect(f"{background.address_of(found)}{'?' + back if back else ''}")


@require_POST
@desk_view()
def take_in(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Carry out what was decided in favour of the list."""
    found = _found(viewer, pk)
    roster = reconciling.take_in(viewer, found)
    if roster is None:
        return redirect("registry:reconciliation", found.pk)
    messages.success(request, "采用名单的内容已列成一份名单，核对后确认导入。")
    return redirect("registry:import", roster.pk)


@require_POST
@desk_view()
def file_report(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Close the reconciliation and file its report."""
    found = _found(viewer, pk)
    reconciling.file_report(viewer, found)
    return redirect("registry:reconciliation", found.pk)


@require_POST
@desk_view()
def sign(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Sign the filed report, or refuse to."""
    found = _found(viewer, pk)
    capacity = acts.capacity_of(viewer, found)
    if capacity is None:
        raise NotAllowed("核对报告由经办人和科室负责人签署，各签一次，不能是同一人。")
    form = SigningForm(acts.page_of(found, capacity), request.POST, has_key=has_key(viewer))
    if form.is_valid() and _signed(request, viewer, found, form):
        messages.success(request, "已记下不签署的理由。" if form.refuses else f"已以{capacity}身份签署核对报告。")
        return redirect("registry:reconciliation", found.pk)
    listing = lists.lines_listing(request, found)
    context = _context(viewer, found) | {"listing": listing, "sign_form": form}
    return render(request, "registry/reconciliation.html", context, status=422)


def _signed(request: HttpRequest, viewer: Viewer, found: Reconciliation, form: SigningForm) -> bool:
    if form.refuses:
        return accepts(form, "reason", lambda _: reconciling.refuse(viewer, found, form.refusal))
    proof = form.proven(request, viewer)
    return proof is not None and accepts(
        form, None, lambda _: reconciling.sign(viewer, found, proof, form.comment_given)
    )


@require_GET
@desk_view()
def report(request: HttpRequest, viewer: Viewer, pk: int, form: str) -> HttpResponseBase:
    """The filed report (pdf) or its whole table (xlsx)."""
    found = _found(viewer, pk)
    stored = found.report_id if form == "pdf" else found.table_id
    if stored is None:
        raise Refused("报告还没有归档。")
    kind = "application/pdf" if form == "pdf" else XLSX_TYPE
    response = StreamingHttpResponse([files.read(stored)], content_type=kind)
    response["Content-Disposition"] = (
        content_disposition_header(form == "xlsx", f"名录核对报告-{found.as_of}.{form}") or ""
    )
    return response
