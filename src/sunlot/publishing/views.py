"""The desk's pages of publication."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Case, Prefetch, When
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sunlot.desk.lists import Column, Listing
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.inspecting import deadlines, presenting
from sunlot.inspecting.models import Category, FormPart
from sunlot.inspecting.queries import signatures_by_part, whole
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.queries import history

from . import actions, content, policy, queries
from .forms import CorrectForm, PartFilter, PublishForm
from .models import Publication

PUBLIC = (FormPart.State.PUBLISHED, FormPart.State.CORRECTED)

_SORTS: dict[str, Sequence[str]] = {
    "due": ["is_public", "completed_on", "form__number"],  # what is public waits for nobody and stands last
    "object": ["form__object__name"],
    "department": ["organisation__path", "completed_on"],
}


def _late(part: FormPart) -> str:
    due = deadlines.due_of(part)
    return due.words if due is not None and due.is_late else ""


def _first_published(part: FormPart) -> Any:
    """The day of the first publication; corrections don't move it."""
    found = [publication.published_at for publication in part.publications.all()]
    return min(found).astimezone(clock.SHANGHAI).date() if found else None


def _labels(part: FormPart) -> list[str]:
    """The result as it stands now: of the newest publication, before any of the record."""
    newest = max(part.publications.all(), key=lambda one: one.number, default=None)
    return [Category(value).label for value in (newest.categories if newest else part.categories)]


def _deadline_day(part: FormPart) -> Any:
    deadline = queries.deadline(part)
    return deadline.day if deadline else None


_COLUMNS: list[Column[FormPart]] = [
    Column("form", "检查表编号", lambda part: part.form.number),
    Column("object", "检查对象", lambda part: part.form.object.name),
    Column("object_number", "对象编号", lambda part: part.form.object.number),
    Column("department", "检查部门", lambda part: part.organisation.name),
    Column("plan", "抽查计划", lambda part: part.form.task.title),
    Column("categories", "检查结果", lambda part: "；".join(_labels(part))),
    Column("completed_on", "检查完成日", lambda part: part.completed_on),
    Column("due_on", "公示期限", _deadline_day),
    Column("state", "状态", lambda part: part.get_state_display()),
    Column("published_on", "首次公示日", _first_published),
    Column("late", "逾期", _late),
]


@require_GET
@desk_view()
def parts_list(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Completed checks by the day on which their result must be public."""
    parts = (
        queries.parts_listed(viewer)
        .select_related("form__task", "form__object", "organisation")
        .annotate(is_public=Case(When(state__in=PUBLIC, then=1), default=0))
        .prefetch_related(Prefetch("publications", queryset=Publication.objects.order_by("number")))
    )
    listing = Listing(request, parts, filters=PartFilter, sorts=_SORTS, default_sort="due", columns=_COLUMNS, unit="份")
    if listing.wants_export:
        return listing.export("检查结果公示")
    rows = [
        (part, deadlines.due_of(part), queries.deadline(part), _first_published(part), _labels(part))
        for part in listing.page
    ]
    counts = {
        "waiting": parts.filter(state=FormPart.State.DECIDED).count(),
        "late": parts.filter(deadlines.overdue()).count(),
    }
    return render(request, "publishing/parts.html", {"listing": listing, "rows": rows, **counts})


@require_GET
@desk_view()
def part_page(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One part's result: what will be public, or what is, with every correction."""
    return _show(request, viewer, _part(viewer, pk))


def _part(viewer: Viewer, pk: int) -> FormPart:
    return visible_or_404(viewer, whole(queries.parts_listed(viewer)).prefetch_related("publications"), pk=pk)


def _show(
    request: HttpRequest,
    viewer: Viewer,
    part: FormPart,
    *,
    publishing: PublishForm | None = None,
    correcting: CorrectForm | None = None,
) -> HttpResponse:
    publications = sorted(part.publications.all(), key=lambda one: -one.number)
    newest = publications[0] if publications else None
    may = policy.may_publish(viewer, part)
    if newest is not None and correcting is None:
        correcting = CorrectForm(initial={"categories": newest.categories, "statement": newest.statement})
    context = {
        "part": part,
        "shown": presenting.part_view(part, signatures_by_part([part])[part.pk]),
        "deadline": queries.deadline(part),
        "publications": [(one, [Category(value).label for value in one.categories]) for one in publications],
        "publishing": publishing or PublishForm(),
        "correcting": correcting,
        "may_publish": may and part.state == FormPart.State.DECIDED,
        "may_correct": may and part.is_published,
        "contradicts": newest is not None and content.contradicts_record(part, newest.categories),
        "embargo": queries.embargo(part) if part.state == FormPart.State.DECIDED else None,
        "published_on": _first_published(part),
        "history": history(part.thing),
    }
    failed = bool((publishing and publishing.errors) or (correcting and correcting.errors))
    return render(request, "publishing/part.html", context, status=422 if failed else 200)


@require_POST
@desk_view()
def publish(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Publish the result."""
    part = _part(viewer, pk)
    form = PublishForm(request.POST)
    held_back = queries.embargo(part) is not None
    if form.is_valid():
        try:
            given = form.cleaned_data
            actions.publish_part(viewer, part, given["statement"], releases_list=given["releases_list"])
        except NotAllowed:
            raise
        except actions.ListHeldBack as refusal:
            form.add_error("releases_list", str(refusal))
        except Refused as refusal:
            form.add_error("statement" if part.state == FormPart.State.DECIDED else None, str(refusal))
        else:
            messages.success(request, f"已公示，社会公众现在可以查到。{'抽取名单已一并公开。' if held_back else ''}")
            return redirect("publishing:part", pk)
    return _show(request, viewer, part, publishing=form)


@require_POST
@desk_view()
def correct(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Correct what is public, with a reason."""
    part = _part(viewer, pk)
    form = CorrectForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.correct(viewer, part, given["categories"], given["statement"], given["reason"])
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已更正。原来的公示和更正后的公示都可以查到。")
            return redirect("publishing:part", pk)
    return _show(request, viewer, part, correcting=form)
