"""A task's page: what was sent to whom, who has received it, and the one button of receipt."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer
from sunlot.trail.queries import history

from ..reassigning import queries as reassignments
from . import actions, queries


@require_GET
@desk_view()
def task(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A task with its receipts, as far as the viewer sees them, and its forms."""
    found = visible_or_404(viewer, queries.tasks_seen(viewer), pk=pk)
    forms = queries.own_forms(viewer, found)
    lines = queries.lines(viewer, found)
    context = {
        "task": found,
        "lines": lines,
        "waits": sum(line.parts for line in queries.waiting(viewer) if line.dispatch.task_id == found.pk),
        "term": queries.term_words(),
        "forms": list(forms.select_related("object").order_by("number")[: queries.SHOWN]),
        "count": forms.count(),
        "handed": reassignments.of_task(viewer, found),
        "history": history([f"task:{found.pk}", *(line.dispatch.thing for line in lines)]),
    }
    return render(request, "inspecting/receiving/task.html", context)


@require_POST
@desk_view(Role.CLERK, Role.HEAD)
def receive(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Confirm receipt; `back` leads home where the button stood there."""
    found = visible_or_404(viewer, queries.tasks_seen(viewer), pk=pk)
    made = actions.confirm(viewer, found)
    words = "、".join(one.organisation.full_name for one in made)
    messages.success(request, f"已签收“{found.title}”（{words}）。" if made else "这项任务已经签收过了。")
    return redirect("home") if request.POST.get("back") == "home" else redirect("inspecting:task", found.pk)
