"""The pages of the archive: the list, a file, what holds it, how long files are kept, what is proposed to go."""

import json
import tempfile
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk import work
from sunlot.desk.forms import accepts
from sunlot.desk.lists import Column, Listing
from sunlot.desk.views import desk_view, pdf_response, visible_or_404
from sunlot.inspecting.queries import forms_seen
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail import files
from sunlot.trail.actions import record
from sunlot.trail.queries import history

from . import actions, events, policy, queries
from .forms import DecisionForm, FileFilter, ReasonForm, RetentionForm
from .making import FILE, log_of
from .models import CaseFile
from .package import write_zip

AT_ONCE = 200
"""Forms that one click files at most; the button stays for the rest."""

_SORTS: dict[str, Sequence[str]] = {
    "filed": ["filed_at"],
    "number": ["form__number", "edition"],
    "object": ["form__object__name"],
    "until": ["keep_until", "filed_at"],
}

_COLUMNS: list[Column[CaseFile]] = [
    Column("number", "案卷号", lambda one: one.number),
    Column("object", "检查对象", lambda one: one.form.object.name),
    Column("object_number", "对象编号", lambda one: one.form.object.number),
    Column("plan", "抽查计划", lambda one: one.form.task.title),
    Column("keeper", "归档单位", lambda one: one.organisation.name),
    Column("filed_on", "归档日", lambda one: one.filed_at.astimezone(clock.SHANGHAI).date() if one.filed_at else None),
    Column("years", "保管期限", lambda one: one.get_years_display()),
    Column("keep_until", "保管至", lambda one: one.keep_until),
    Column("state", "状态", lambda one: one.get_state_display()),
]


@require_GET
@desk_view()
def files_list(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The archive, as far as the viewer opens its files, and what waits to be filed."""
    listing = Listing(
        request, queries.filed(viewer), filters=FileFilter, sorts=_SORTS, default_sort="-filed", columns=_COLUMNS, unit="卷"
    )  # fmt: skip
    if listing.wants_export:
        return listing.export("案卷")
    context = {
        "listing": listing,
        "today": clock.today(),
        "waiting": queries.to_file(viewer).count(),
        "making": queries.files_seen(viewer).filter(state=CaseFile.State.MAKING).count(),
        "failed": queries.files_seen(viewer).filter(state=CaseFile.State.FAILED)[:10],
        "may_set_retention": policy.may_set_retention(viewer),
    }
    return render(request, "archiving/files.html", context)


@require_POST
@desk_view(Role.CLERK)
def file_all(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Have every finished form of the viewer's plans filed."""
    with transaction.atomic():
        asked = [actions.file_form(viewer, form) for form in queries.to_file(viewer)[:AT_ONCE]]
    messages.success(request, f"{len(asked)} 份检查表开始归档，完成后出现在这里。" if asked else "没有待归档的检查表。")
    return redirect("archiving:files")


@require_http_methods(["GET", "POST"])
@desk_view()
def of_form(request: HttpRequest, viewer: Viewer, form: int) -> HttpResponse:
    """The newest file of a form; posted, has the form filed."""
    found = visible_or_404(viewer, forms_seen(viewer).select_related("task__plan__lead", "object"), pk=form)
    if request.method == "POST":
        return redirect("archiving:file", actions.file_form(viewer, found).pk)
    newest = queries.newest_of(found)
    if newest is None:
        raise Refused("这份检查表还没有归档。")
    return redirect("archiving:file", visible_or_404(viewer, queries.files_seen(viewer), pk=newest.pk).pk)


@require_GET
@desk_view()
def file_page(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A file: what it holds, how it is kept, and its story; while it is made, how far it is."""
    return _file_page(request, viewer, _visible(viewer, pk))


def _visible(viewer: Viewer, pk: int) -> CaseFile:
    return visible_or_404(viewer, queries.files_seen(viewer), pk=pk)


def _file_page(request: HttpRequest, viewer: Viewer, found: CaseFile, form: ReasonForm | None = None) -> HttpResponse:
    manifest = json.loads(files.read(found.manifest_id)) if found.manifest_id else None
    holds = list(found.holds.select_related("set_by", "lifted_by"))
    standing = next((one for one in holds if one.lifted_at is None), None)
    context: dict[str, Any] = {
        "file": found,
        "manifest": manifest,
        "size": sum(one["size"] for one in manifest["files"]) if manifest else 0,
        "log": log_of(found),
        "editions": queries.files_seen(viewer).filter(form=found.form_id).order_by("edition"),
        "holds": holds,
        "hold": standing,
        "holding": form or ReasonForm(),
        "may_hold": policy.may_hold(viewer, found.organisation) and found.state == CaseFile.State.FILED,
        "may_file": found.state == CaseFile.State.FAILED and policy.may_file(viewer, found.form),
        "history": history([found.thing, f"form:{found.form_id}"], 20),
        "today": clock.today(),
        **work.shown(viewer, work.job_of(found.thing, FILE)),
    }
    return render(request, "archiving/file.html", context, status=422 if form is not None and form.errors else 200)


def _readable(viewer: Viewer, pk: int) -> CaseFile:
    found = _visible(viewer, pk)
    if not found.is_readable:
        raise Refused(f"这一卷{found.get_state_display()}，不能打开。")
    return found


@require_GET
@desk_view()
def file_pdf(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The bound PDF."""
    found = _readable(viewer, pk)
    assert found.pdf_id is not None  # noqa: S101 -- it is filed
    return pdf_response(files.read(found.pdf_id), f"案卷-{found.number}.pdf")


@require_POST
@desk_view()
def file_zip(request: HttpRequest, viewer: Viewer, pk: int) -> FileResponse:
    """The zip with everything; that it was taken out is written down, for it holds what no public page shows."""
    found = _readable(viewer, pk)
    if log_of(found) is None:
        raise Refused(
            "日志还没有收入这一卷的归档登记，归档包还没有证明。几秒钟后再下载；仍不行的，请系统管理员查看留痕日志。"
        )
    out = tempfile.TemporaryFile(prefix="sunlot-")  # noqa: SIM115 -- closed with the response
    write_zip(found, out)
    out.seek(0)
    with transaction.atomic():
        record(viewer, events.TAKEN_OUT, found.thing, f"下载案卷 {found.number} 的归档包")
    return FileResponse(out, as_attachment=True, filename=f"{found.number}.zip", content_type="application/zip")


@require_POST
@desk_view()
def hold(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Hold a file, or lift its hold."""
    found = _visible(viewer, pk)
    form = ReasonForm(request.POST)
    lifting = "lift" in request.POST
    act = actions.lift_hold if lifting else actions.set_hold
    if form.is_valid() and accepts(form, "reason", lambda said: act(viewer, found, said["reason"])):
        messages.success(request, "已解除暂停销毁。" if lifting else "已暂停销毁，解除以前不会列入销毁清单。")
        return redirect("archiving:file", found.pk)
    return _file_page(request, viewer, found, form)


@require_http_methods(["GET", "POST"])
@desk_view()
def retention(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How long the files of each kind of object are kept."""
    if not policy.may_set_retention(viewer):
        raise NotAllowed("保管期限由本级统筹科室（法规科）设定。")
    form = RetentionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        changed = actions.set_retention(viewer, form.years())
        messages.success(
            request, f"已设定 {changed} 类的保管期限，从此以后归档的案卷适用。" if changed else "没有改动。"
        )
        return redirect("archiving:retention")
    stories = ["retention:", *(f"retention:{kind.code}" for kind in form.kinds.values() if kind)]
    return render(request, "archiving/retention.html", {"form": form, "history": history(stories)})


@require_http_methods(["GET", "POST"])
@desk_view()
def disposals(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The lists of what may be destroyed; posted, proposes a new one."""
    past = queries.past_their_time(viewer)
    form = ReasonForm(request.POST or None)
    form.fields["reason"].label = "鉴定的经过和结论"
    if request.method == "POST" and form.is_valid():
        made = []
        if accepts(form, "reason", lambda said: made.append(actions.propose_disposal(viewer, said["reason"]))):
            messages.success(request, "已提出销毁清单，等分管领导或单位负责人审批。")
            return redirect("archiving:disposal", made[0].pk)
    context = {
        "past": past[:50],
        "count": past.count(),
        "lists": queries.disposals_seen(viewer)[:50],
        "form": form,
        "may_propose": policy.may_propose(viewer),
    }
    return render(request, "archiving/disposals.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@desk_view()
def disposal(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One list, and the decision on it."""
    found = visible_or_404(viewer, queries.disposals_seen(viewer), pk=pk)
    form = DecisionForm(request.POST or None)
    approve = "approve" in request.POST
    if request.method == "POST" and form.is_valid():
        decided = accepts(
            form, "comment", lambda said: actions.decide_disposal(viewer, found, approve, said["comment"])
        )
        if decided:
            messages.success(request, "已核准。" if approve else "已退回，案卷照旧保管。")
            return redirect("archiving:disposal", found.pk)
    may_decide = policy.may_decide(viewer, found.organisation) and found.proposed_by_id not in viewer.people
    context = {
        "disposal": found,
        "lines": found.lines.select_related("file__form__object", "file__form__task"),
        "form": form,
        "may_decide": found.state == found.State.PROPOSED and may_decide,
        "history": history(found.thing),
    }
    return render(request, "archiving/disposal.html", context, status=422 if form.errors else 200)
