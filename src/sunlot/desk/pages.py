"""Pages of long jobs and of the files that they made of lists; saved filters."""

import django_filters
from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.organisations.viewer import Refused, Viewer

from . import exporting, saved, work
from .lists import CSV_TYPE, XLSX_TYPE, Listing
from .models import Job
from .views import desk_view, visible_or_404


class JobFilters(django_filters.FilterSet):
    """What the list of jobs can be narrowed by."""

    state = django_filters.ChoiceFilter(
        label="状态", choices=Job.State.choices, empty_label="全部状态", widget=forms.Select({"class": "input"})
    )

    class Meta:
        model = Job
        fields: list[str] = []


@require_GET
@desk_view()
def jobs(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The long jobs of one's organisation, newest first."""
    listing = Listing(
        request,
        work.jobs_seen(viewer),
        filters=JobFilters,
        sorts={"created": ["created_at"], "title": ["title"], "state": ["state", "created_at"]},
        default_sort="-created",
        unit="项",
    )
    return render(request, "desk/jobs.html", {"listing": listing})


@require_GET
@desk_view()
def job(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """How far a job is; with `?part=1` the part of the page that changes, for the script that looks again each second."""
    found = visible_or_404(viewer, work.jobs_seen(viewer), pk=pk)
    context = work.shown(viewer, found)
    if request.GET.get("part"):
        return render(request, "desk/_job.html", context)
    return render(request, "desk/job.html", context)


@require_POST
@desk_view()
def stop(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Ask a job to stop."""
    found = visible_or_404(viewer, work.jobs_seen(viewer), pk=pk)
    current = work.stop(viewer, found)
    if current.is_live:
        messages.success(request, f"正在停止“{current.title}”，已办的部分保留。")
    return redirect("job", found.pk)


@require_http_methods(["GET", "POST"])
@desk_view()
def exports(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The files of lists that one had made; posted, has one made and shows how far it is."""
    if request.method == "POST":
        started = exporting.ask(viewer, request.POST.get("path", ""), request.POST.get("query", ""))
        return redirect("job", started.pk)
    making = Job.objects.filter(kind=exporting.EXPORT.name, owner=viewer.membership, state__in=Job.LIVE)
    context = {"exports": exporting.exports_of(viewer), "making": making, "days": exporting.KEPT.days}
    return render(request, "desk/exports.html", context)


@require_GET
@desk_view()
def export_file(request: HttpRequest, viewer: Viewer, pk: int) -> FileResponse:
    """One of one's own files."""
    found = visible_or_404(viewer, exporting.exports_of(viewer), pk=pk)
    try:
        content = exporting.path_of(found).open("rb")
    except FileNotFoundError:
        raise Refused("文件已经删除。回到名单重新导出。") from None
    kind = XLSX_TYPE if found.form == "xlsx" else CSV_TYPE
    return FileResponse(content, as_attachment=True, filename=str(found), content_type=kind)


@require_POST
@desk_view()
def delete_export(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Delete one of one's own files before its time."""
    found = exporting.delete(viewer, pk)
    if found is not None:
        messages.success(request, f"已删除“{found}”。")
    return redirect("exports")


@require_POST
@desk_view()
def save_filter(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Keep the state of a list under a name, and go back to it."""
    post = request.POST
    shared = post.get("shared") == "on"
    kept = saved.save_filter(
        viewer, post.get("path", ""), post.get("query", ""), post.get("name", ""), is_shared=shared
    )
    messages.success(request, f"已保存常用筛选“{kept.name}”。")
    return redirect(kept.address)


@require_POST
@desk_view()
def delete_filter(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Delete one of one's own."""
    found = saved.delete_filter(viewer, pk)
    if found is None:
        return redirect("home")
    messages.success(request, f"已删除常用筛选“{found.name}”。")
    return redirect(found.path)
