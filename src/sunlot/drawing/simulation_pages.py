"""The pages of a plan's simulations: starting one, how far it is, what it showed, its tables as files."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from sunlot.desk.lists import CSV_TYPE, XLSX_TYPE
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.documents import spreadsheets
from sunlot.organisations.viewer import Viewer
from sunlot.planning.models import Plan
from sunlot.planning.queries import plans_seen, with_parts

from .models import Simulation
from .simulating import page
from .simulating.actions import start_simulation
from .simulating.queries import simulations_seen
from .simulating.tables import Table


def _plan(viewer: Viewer, number: str) -> Plan:
    return visible_or_404(viewer, with_parts(plans_seen(viewer)), number=number)


@require_GET
@desk_view()
def simulation(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponseBase:
    """What the newest simulation of a plan showed, or an earlier one (`?run=`); with `?table=&format=` one table as a file."""
    plan = _plan(viewer, number)
    standing = page.standing(viewer, plan)
    shown = _asked(request, viewer, plan) or standing.done
    parts = page.parts(shown.figures, shown.day) if shown is not None else []
    if "format" in request.GET:
        return _file(request, plan, [table for part in parts for table in part.tables])
    earlier = (
        Simulation.objects.filter(plan=plan, state=Simulation.State.DONE).select_related("asked_by").defer("figures")
    )
    context = {
        **page.context_of(standing),
        **page.seen(viewer, plan),
        "plan": plan,
        "simulation": shown,
        "is_newest": shown == standing.done,
        "parts": parts,
        "figures": shown.figures if shown is not None else None,
        "earlier": [one for one in earlier[:20] if one != shown],
    }
    return render(request, "drawing/simulation.html", context)


@require_POST
@desk_view()
def start(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Start a simulation, and show how far it is."""
    start_simulation(viewer, _plan(viewer, number))
    messages.success(request, "已开始模拟抽取。可以离开本页，完成后结果留在计划里。")
    return redirect("drawing:simulation", number=number)


def _asked(request: HttpRequest, viewer: Viewer, plan: Plan) -> Simulation | None:
    run = request.GET.get("run", "")
    if not (run.isascii() and run.isdecimal()):
        return None
    done = simulations_seen(viewer).filter(plan=plan, state=Simulation.State.DONE)
    return visible_or_404(viewer, done, pk=int(run))


def _file(request: HttpRequest, plan: Plan, tables: list[Table]) -> StreamingHttpResponse:
    table = next((one for one in tables if one.key == request.GET.get("table")), None)
    if table is None or request.GET["format"] not in ("csv", "xlsx"):
        raise Http404
    if request.GET["format"] == "xlsx":
        body, kind = spreadsheets.xlsx_stream(table.columns(), table.cells(), sheet=table.title), XLSX_TYPE
    else:
        bom = request.GET.get("bom") != "0"
        body, kind = spreadsheets.csv_stream(table.columns(), table.cells(), bom=bom), CSV_TYPE
    response = StreamingHttpResponse(body, content_type=kind)
    name = f"模拟抽取-{plan.number}-{table.title}.{request.GET['format']}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
