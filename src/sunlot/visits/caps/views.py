"""The page of caps: what holds, what is proposed, all versions; the coordinator writes here, the leader approves."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import NotAllowed, Viewer

from .. import policy
from ..models import CapTable
from . import actions, queries
from .forms import CapsForm
from .showing import shown


@require_http_methods(["GET", "POST"])
@desk_view()
def caps(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The caps of one's jurisdiction, or of the region that the address names."""
    asked = request.GET.get("region") or viewer.base.region_id
    region = Region.objects.filter(code=asked).first()
    if region is None:
        raise Http404
    own = region.code == viewer.base.region_id
    in_force = queries.in_force(clock.today())
    standing = queries.table_for(region.code, in_force)
    form = None
    if own and policy.may_propose_caps(viewer):
        kept = {one.cause: one.basis for one in standing.exceptions.all()} if standing else {}
        lines = queries.lines_of(standing) if standing else []
        form = CapsForm(request.POST if request.method == "POST" else None, lines=lines, exceptions=kept)
    if request.method == "POST":
        if form is None:
            raise NotAllowed("年度频次上限由住建部门的统筹科室拟订。")
        if form.is_valid() and accepts(form, None, lambda data: _propose(viewer, data)):
            messages.success(request, "已送分管领导批准，批准后向社会公布，到起用日期计入。")
            return redirect("visits:caps")
    found = list(queries.tables_seen(viewer).filter(region=region))
    proposed = next((one for one in found if one.state == CapTable.State.PROPOSED), None)
    context = {
        "region": region,
        "standing": shown(standing) if standing else None,
        "begins": [one for one in found if one.state == "approved" and one.effective_from > clock.today()],
        "proposed": shown(proposed) if proposed else None,
        "may_decide": proposed is not None and policy.may_decide_caps(viewer, proposed),
        "versions": [shown(one) for one in found],
        "form": form,
        "others": [one for one in in_force.values() if one.region_id != region.code],
    }
    return render(request, "visits/caps.html", context)


def _propose(viewer: Viewer, data: dict[str, object]) -> None:
    wanted = ("lines", "exceptions", "effective_from", "reason")
    actions.propose_caps(viewer, **{name: data[name] for name in wanted})  # type: ignore[arg-type]  # as the form cleans


@require_POST
@desk_view()
def decide(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Approve or refuse what is proposed."""
    table = visible_or_404(viewer, queries.tables_seen(viewer), pk=pk)
    accept = request.POST.get("decision") == "accept"
    decided = actions.decide_caps(viewer, table, accept, request.POST.get("comment", "")[:200])
    begins = f"，{decided.effective_from.isoformat()} 起用" if decided.state == CapTable.State.APPROVED else ""
    messages.success(request, f"{decided}：{decided.get_state_display()}{begins}。")
    return redirect(f"{reverse('visits:caps')}?region={decided.region_id}")
