"""Pages of long jobs: how far one is, stopping it, and all that one's organisation has had done."""

import django_filters
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sunlot.organisations.viewer import Viewer

from . import saved, work
from .lists import Listing
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
