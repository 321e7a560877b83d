"""The trail as the auditor reads it. Reading changes nothing; taking it away as a file is itself an event."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.lists import Column, Listing
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations import erasing, events
from sunlot.organisations.models import ErasureRequest, Organisation
from sunlot.organisations.queries import events_seen
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import ERASED
from sunlot.trail.models import Event, EventDetail
from sunlot.trail.queries import WholeEvent, label_of, whole_event

from ..filters import EventFilter
from ..forms import ReasonForm

_COLUMNS: list[Column[EventDetail]] = [
    Column("number", "编号", lambda detail: detail.event_id),
    Column("at", "时间", lambda detail: clock.iso(detail.at)),
    Column("event", "事件", lambda detail: label_of(detail.type)),
    Column("type", "事件代码", lambda detail: detail.type),
    Column("thing", "对象", lambda detail: detail.thing),
    Column("words", "内容", lambda detail: detail.contents["words"]),
    Column("organisation", "机构", lambda detail: detail.organisation),
    Column("role", "身份", lambda detail: detail.contents["role"]),
    Column("username", "用户名", lambda detail: detail.username),
    Column("person", "姓名", lambda detail: detail.contents["person"]),
    Column("address", "网络地址", lambda detail: detail.contents["address"]),
]


@require_GET
@desk_view(Role.AUDITOR)
def browse(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """All events of this auditor's level, newest first."""
    listing = Listing(
        request,
        events_seen(viewer),
        filters=EventFilter,
        sorts={"number": ["event_id"]},
        default_sort="-number",
        columns=_COLUMNS,
    )
    if listing.wants_export:
        return listing.export(f"留痕-{clock.today().isoformat()}", lambda: _record_export(viewer, request))
    names = dict(Organisation.objects.values_list("code", "name"))
    rows = [(detail, label_of(detail.type)) for detail in listing.page]
    return render(request, "staff/trail.html", {"listing": listing, "rows": rows, "names": names})


@transaction.atomic
def _record_export(viewer: Viewer, request: HttpRequest) -> None:
    asked = {name: request.GET.getlist(name) for name in request.GET}
    record(viewer, events.TRAIL_EXPORTED, "trail", "导出留痕", after={"asked": asked})


@require_http_methods(["GET", "POST"])
@desk_view(Role.AUDITOR)
def one(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One event: what changed, the entry with its leaf hash, whether both still match; and asking to erase it."""
    found = _found(viewer, pk)
    form = ReasonForm(
        request.POST or None,
        label="清除的理由和依据",
        hint="如“本人要求删除，2026年11月20日书面申请”。由系统管理员复核后清除；条目和哈希保留。",
    )
    if form.is_valid():
        erasing.ask(viewer, pk, form.cleaned_data["reason"])
        messages.success(request, "已提出清除申请，由系统管理员办理。")
        return redirect("trail-event", pk=pk)
    context = {
        "found": found,
        "names": dict(Organisation.objects.values_list("code", "name")),
        "role": _role_label(found),
        "request_open": ErasureRequest.objects.filter(event_id=pk, state=ErasureRequest.State.OPEN).first(),
        "may_ask": viewer.administers_everything and found.detail is not None and found.detail.type != ERASED.name,
        "form": form,
    }
    return render(request, "staff/event.html", context)


def _found(viewer: Viewer, pk: int) -> WholeEvent:
    """The event within the auditor's level; one whose detail was erased is shown to the auditor at the top."""
    if viewer.administers_everything:
        return whole_event(visible_or_404(viewer, Event.objects.all(), pk=pk))
    return whole_event(visible_or_404(viewer, events_seen(viewer).select_related("event"), event_id=pk).event)


def _role_label(found: WholeEvent) -> str:
    code = str(found.whole["role"]) if found.whole else ""
    return str(Role(code).label) if code in Role.values else {"person": "本人", "system": "系统"}.get(code, "未登录")
