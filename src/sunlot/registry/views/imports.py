"""Pages of an import: upload, look, match the columns, confirm once."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.catalogue import seed
from sunlot.catalogue.models import ObjectKind
from sunlot.desk.lists import XLSX_TYPE, Listing
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.desk.work import shown
from sunlot.documents import spreadsheets
from sunlot.norms import masking
from sunlot.organisations.models import Region
from sunlot.organisations.queries import organisations_seen
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.queries import history

from .. import imports, queries
from ..imports import steps
from ..imports.columns import matches
from ..imports.faulty import faulty_rows
from ..imports.fields import ATTR, fields_of
from ..imports.outcome import COUNTED
from ..kinds import attributes_of
from ..lists import imports as lists
from ..models import CreditMark, Import

RECENT = 10
DEFAULTS = ("kind", "region", "organisation", "mark", "source", "licence")
"""What may be said for a whole roster."""

OF_OBJECTS = (Import.Target.OBJECTS, Import.Target.MARKS, Import.Target.LICENCES)
HOMES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(OF_OBJECTS, ("registry:objects", "检查对象")),
    Import.Target.INSPECTORS: ("registry:inspectors", "执法检查人员"),
    Import.Target.EXPERTS: ("registry:experts", "专家"),
    Import.Target.ITEMS: ("catalogue:list", "事项清单"),
    Import.Target.ACCOUNTS: ("people", "人员"),
}
"""The list that a roster goes into: its address and its name."""

_FINDING_SORTS: dict[str, Sequence[str]] = {"order": ["pk"]}


@require_http_methods(["GET", "POST"])
@desk_view()
def upload(request: HttpRequest, viewer: Viewer, target: str) -> HttpResponse:
    """Choose a file; what can't be read is refused here, at the field."""
    if target not in Import.Target.values:
        raise Http404
    steps.require_importer(viewer, target)
    fault = ""
    if request.method == "POST":
        try:
            return redirect("registry:import", _taken(request, viewer, target).pk)
        except NotAllowed:
            raise
        except Refused as refusal:
            fault = str(refusal)
    context = {
        "target": Import.Target(target),
        "home": HOMES[target],
        "others": list(OF_OBJECTS) if target in OF_OBJECTS else [],
        "fault": fault,
        "megabytes": settings.SUNLOT_UPLOAD_LIMIT // 2**20,
        "recent": queries.imports_seen(viewer).filter(target=target)[:RECENT],
        "fields": fields_of(target),
    }
    return render(request, "registry/upload.html", context, status=422 if fault else 200)


def _taken(request: HttpRequest, viewer: Viewer, target: str) -> Import:
    """The import of the file that was sent. Raises Refused."""
    sent = request.FILES.get("file")
    if sent is None:
        raise Refused("还没有选择文件。")
    if sent.size is not None and sent.size > settings.SUNLOT_UPLOAD_LIMIT:
        limit = settings.SUNLOT_UPLOAD_LIMIT // 2**20
        raise Refused(f"文件有 {sent.size / 2**20:.0f} MB，上限是 {limit} MB。请按辖区或类别分成几个文件上传。")
    return imports.upload(viewer, target, sent.name or "名单", sent.read())


@require_GET
@desk_view()
def preview(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """What the import would do, its faults, and how the columns are matched; once confirmed, what it did."""
    roster = visible_or_404(viewer, queries.imports_seen(viewer), pk=pk)
    state = Import.State(roster.state)
    context: dict[str, Any] = {
        "roster": roster,
        "target": Import.Target(roster.target),
        "history": history(f"import:{roster.pk}"),
        "may_import": steps.may_handle(viewer, roster),
        "home": HOMES[roster.target],
        **shown(viewer, steps.job_of_import(roster)),
    }
    if state in (Import.State.CHECKING, Import.State.UNREADABLE) or not roster.counts:
        return render(request, "registry/import_checking.html", context)
    listing = Listing(
        request,
        roster.findings.all(),
        filters=lists.FindingFilters,
        sorts=_FINDING_SORTS,
        default_sort="order",
        unit="处",
    )
    counts = {**roster.counts, **(dict.fromkeys(COUNTED, 0) | roster.taken if roster.taken else {})}
    good = counts["new"] + counts["changed"] + counts["same"]
    context |= {
        "listing": listing,
        "counts": counts,
        "good": good,
        "with_doubtful": good + counts["confirm"],
        "is_open": state == Import.State.PREVIEW,
    }
    if state == Import.State.PREVIEW:
        context |= _matching(viewer, roster)
    return render(request, "registry/import.html", context)


def _matching(viewer: Viewer, roster: Import) -> dict[str, Any]:
    """The table of columns and the values for the whole roster."""
    table = steps.first_rows(roster)
    columns = steps.columns_of(roster)
    memory = steps.memory_of(roster.organisation, roster.target)
    found = matches(roster.target, table, memory, columns)
    return {
        "sheets": table.sheets,
        "matches": found,
        "matched": sum(bool(one.field) for one in found),
        "fields": fields_of(roster.target),
        "kinds": ObjectKind.objects.all() if roster.target == Import.Target.OBJECTS else None,
        "marks": CreditMark.Kind.choices,
        "regions": Region.objects.filter(code__startswith=viewer.region_prefix, children__isnull=True),
        "organisations": organisations_seen(viewer).filter(is_active=True),
        "filled": set(columns.values()),
    }


@require_POST
@desk_view()
def set_columns(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Match the columns anew, or read another sheet."""
    roster = visible_or_404(viewer, queries.imports_seen(viewer), pk=pk)
    chosen = {
        int(name.removeprefix("column-")): str(value)
        for name, value in request.POST.items()
        if name.startswith("column-") and name.removeprefix("column-").isdecimal()
    }
    defaults = {name: request.POST.get(f"default-{name}", "").strip()[:120] for name in DEFAULTS}
    imports.set_columns(viewer, roster, chosen, defaults, request.POST.get("sheet") or None)
    messages.success(request, "已按新的对应重新核对。下次上传同样的表会照此识别。")
    return redirect("registry:import", roster.pk)


@require_POST
@desk_view()
def apply(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Take the good rows, once."""
    roster = visible_or_404(viewer, queries.imports_seen(viewer), pk=pk)
    done = imports.apply(viewer, roster, accept_warnings=request.POST.get("accept") == "on")
    if done.already:
        at = timezone.localtime(done.at) if done.at else None
        when = f"于{at.month}月{at.day}日 {at:%H:%M} " if at else ""
        if done.going_on:
            messages.warning(request, f"这份名单已由{masking.person(done.by)}确认，正在导入。没有重复导入。")
        else:
            messages.warning(request, f"这份名单已由{masking.person(done.by)}{when}导入：{done.words}。没有重复导入。")
    elif not done.going_on:
        messages.success(request, f"已导入：{done.words}。")
    return redirect("registry:import", roster.pk)


@require_POST
@desk_view()
def go_on(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Go on with an import that was stopped half-way."""
    roster = visible_or_404(viewer, queries.imports_seen(viewer), pk=pk)
    imports.go_on(viewer, roster)
    return redirect("registry:import", roster.pk)


@require_POST
@desk_view()
def finish(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Close an import that was stopped half-way as it is."""
    roster = visible_or_404(viewer, queries.imports_seen(viewer), pk=pk)
    done = imports.finish(viewer, roster)
    messages.success(request, f"已结束导入：{done.words}。")
    return redirect("registry:import", roster.pk)


@require_POST
@desk_view()
def discard(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Give an import up."""
    roster = visible_or_404(viewer, queries.imports_seen(viewer), pk=pk)
    imports.discard(viewer, roster)
    messages.success(request, f"已放弃导入《{roster.file_name}》，{roster.into}没有变化。")
    return redirect("registry:upload", roster.target)


@require_GET
@desk_view()
def faulty(request: HttpRequest, viewer: Viewer, pk: int) -> StreamingHttpResponse:
    """The faulty rows as a file, with a reason column."""
    roster = visible_or_404(viewer, queries.imports_seen(viewer), pk=pk)
    return _file(faulty_rows(roster), f"错误行-{roster.file_name.rsplit('.', 1)[0]}.xlsx")


@require_GET
@desk_view()
def template(request: HttpRequest, viewer: Viewer, target: str) -> StreamingHttpResponse:
    """An empty table with the heads that are known beyond doubt; with `?kind=` also those of this kind's own attributes."""
    if target not in Import.Target.values:
        raise Http404
    kind = ObjectKind.objects.filter(code=request.GET.get("kind", "")).first()
    own = {f"{ATTR}{one.name}" for one in attributes_of(kind)} if kind else set()
    columns = [
        spreadsheets.Column(field.label, width=22)
        for field in fields_of(target)
        if not field.name.startswith(ATTR) or field.name in own
    ]
    return _file(spreadsheets.xlsx_stream(columns, [], sheet="名单"), f"{Import.Target(target).label}名单模板.xlsx")


@require_GET
@desk_view()
def reference_items(request: HttpRequest, viewer: Viewer) -> StreamingHttpResponse:
    """The list of items that comes with the product, of the viewer's side, as a file to change and to import."""
    fields = fields_of(Import.Target.ITEMS)
    items = seed.reference_rows(bureau=not viewer.base.is_partner)
    rows = ([item.get(field.name, "") for field in fields] for item in items)
    columns = [spreadsheets.Column(field.label, width=22) for field in fields]
    return _file(spreadsheets.xlsx_stream(columns, rows, sheet="名单"), "抽查事项参考清单.xlsx")


def _file(body: Any, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(body, content_type=XLSX_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
