"""The desk's pages of tasks and forms."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Case, Prefetch, When
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.lists import Column, Listing
from sunlot.desk.views import desk_view, pdf_response, visible_or_404
from sunlot.drawing import policy as drawing_policy
from sunlot.drawing.rounds import window_of
from sunlot.organisations import scans
from sunlot.organisations.models import Signature
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail import files
from sunlot.trail.queries import history
from sunlot.visits.queries import agreements

from . import actions, deadlines, drawn, papers, policy, presenting, queries
from .actions.dispatch import unsettled
from .actions.making import items_by_participant
from .codes import queries as codes
from .extending import queries as extending
from .followups.showing import follow_ups
from .forms import FormFilter, ReviewForm
from .models import Form, FormPart, Obstacle, Task
from .moved import moved_since
from .notices.views import panel as notice_panel
from .reassigning import queries as reassigning
from .receiving import queries as receiving
from .written import queries as written

_SORTS: dict[str, Sequence[str]] = {
    "number": ["number"],
    "object": ["object__name"],
    "team": ["task__number", "team", "number"],
    "ends": ["is_closed", "task__ends_on", "number"],  # what is finished waits for nobody and stands last
    "state": ["state", "number"],
}


def _parts_words(form: Form) -> str:
    return "；".join(f"{part.organisation.name}：{part.get_state_display()}" for part in form.parts.all())


def _late_words(form: Form) -> str:
    dues = [(part, deadlines.due_of(part)) for part in form.parts.all()]
    return "；".join(f"{part.organisation.name}{due.words}" for part, due in dues if due is not None and due.is_late)


def _extended_words(form: Form) -> str:
    extended = (part for part in form.parts.all() if part.extended_to and not part.is_ended)
    return "；".join(f"{part.organisation.name}延至 {part.extended_to}" for part in extended)


_COLUMNS: list[Column[Form]] = [
    Column("number", "检查表编号", lambda form: form.number),
    Column("object", "检查对象", lambda form: form.object.name),
    Column("object_number", "对象编号", lambda form: form.object.number),
    Column("kind", "类别", lambda form: form.object.kind.name),
    Column("region", "辖区", lambda form: form.object.region.name),
    Column("plan", "检查任务", lambda form: form.task.title),
    Column("source", "来源", lambda form: form.task.get_source_display()),
    Column("team", "检查组", lambda form: form.team_label),
    Column("parts", "各部门", _parts_words),
    Column("state", "状态", lambda form: form.get_state_display()),
    Column("ends_on", "检查截止", lambda form: form.task.ends_on),
    Column("extended", "延期", _extended_words),
    Column("late", "逾期", _late_words),
]


@require_GET
@desk_view()
def forms_list(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The forms that the viewer sees, and the signed draws that wait to be dispatched."""
    parts = FormPart.objects.select_related("organisation", "form__task")
    forms = (
        queries.forms_seen(viewer)
        .select_related("task__plan", "object__kind", "object__region")
        .prefetch_related(Prefetch("parts", queryset=parts))
        .annotate(is_closed=Case(When(state__in=Form.FINISHED, then=1), default=0))
    )
    listing = Listing(
        request, forms, filters=FormFilter, sorts=_SORTS, default_sort="ends", columns=_COLUMNS, unit="份"
    )
    if listing.wants_export:
        return listing.export("执法检查表")
    rows = [(form, [(part, deadlines.due_of(part)) for part in form.parts.all()]) for form in listing.page]
    waiting = queries.attempts_to_dispatch(viewer)
    return render(request, "inspecting/forms.html", {"listing": listing, "rows": rows, "waiting": waiting})


@require_GET
@desk_view()
def form_page(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One form: every part's state, in full those that the viewer may read."""
    form, shown = _form_and_parts(viewer, pk)
    things = [f"form:{form.pk}", f"task:{form.task_id}", *(one.part.thing for one in shown if one.is_full)]
    things += [f"dispatch:{one.part.dispatch_id}" for one in shown if one.is_full and one.part.dispatch_id]
    every = [one.part for one in shown]
    times = codes.times_of(form, every)
    handed = reassigning.panels(viewer, every)
    extended = extending.panels(viewer, (one.part for one in shown if one.is_full))
    beside = written.of_parts(one.part for one in shown if one.is_full)
    followed = follow_ups(viewer, (one.part for one in shown if one.is_full))
    things += [found.thing for one in handed.values() for found in one.told]
    things += [letter.thing for one in followed.values() for letter, *_ in one.letters]
    context = {
        "form": form,
        "times": times,
        "uncoded": codes.is_uncoded(form, every, times),
        "parts": [
            {
                "shown": one,
                "may_review": one.part.state == FormPart.State.RECORDED and policy.may_review(viewer, one.part),
                "may_publish": one.part.state == FormPart.State.DECIDED and _is_publisher(viewer, one.part),
                "is_mine": policy.is_member(viewer, one.part),
                "follow": followed.get(one.part.pk),
                "extension": extended.get(one.part.pk),
                "hand": handed.get(one.part.pk),
                "written": beside.get(one.part.pk, []),
            }
            for one in shown
        ],
        "agreement": agreements([f"form:{form.pk}"]).get(f"form:{form.pk}"),
        "may_archive": _may_archive(viewer, form),
        "before": _before(viewer, form),
        "way": presenting.way(form, form.team_label),
        "moved": next(iter(moved_since(form.task.attempt, [(form.object, form.team)])), None),
        "history": history(things),
        "obstacles": Obstacle.objects.filter(part__form=form).select_related(
            "reported_by", "part__form__object", "part__form__task__attempt__draw"
        ),
        **_replacing(viewer, form, shown),
        **notice_panel(viewer, form, every, [one.part for one in shown if one.is_full]),
    }
    return render(request, "inspecting/form.html", context)


def _before(viewer: Viewer, form: Form) -> FormPart | None:
    """Of a re-inspection the part whose problems are looked at again, where the viewer reads it: its photos stand beside."""
    asked = form.task.request
    if asked is None or asked.rechecks_id is None:
        return None
    return queries.whole(queries.parts_seen(viewer).filter(pk=asked.rechecks_id)).first()


def _replacing(viewer: Viewer, form: Form, shown: Sequence[presenting.PartView]) -> dict[str, Any]:
    """Whether the viewer may have the object replaced, or which inspectors of parts that are not submitted."""
    attempt = form.task.attempt
    if attempt is None or form.state in (*Form.FINISHED, Form.State.REPLACED) or not viewer.has(Role.CLERK):
        return {}
    untouched = all(one.part.state in (FormPart.State.OPEN, *FormPart.ENDED) for one in shown)
    people = [
        m.inspector
        for one in shown
        if one.is_full and one.part.is_editable and not hasattr(one.part, "taken_from")
        for m in one.part.members.all()
    ]
    return {
        "draw_number": attempt.draw.number,
        "may_replace_object": untouched and drawing_policy.may_propose_object(viewer, attempt),
        "replaceable": {one.number for one in people if drawing_policy.may_propose_inspector(viewer, attempt, one)},
    }


def _may_archive(viewer: Viewer, form: Form) -> bool:
    """Whether the viewer's own people file this form, or open the file: the archive is the lead's (archiving.policy)."""
    plan = form.task.plan
    if plan is None:
        return not viewer.has(Role.INSPECTOR)
    return not viewer.has(Role.INSPECTOR) and policy.acts_for(viewer, plan.lead)


def _is_publisher(viewer: Viewer, part: FormPart) -> bool:
    return viewer.has(Role.CLERK) and policy.acts_for(viewer, part.organisation)


def _form_and_parts(viewer: Viewer, pk: int) -> tuple[Form, list[presenting.PartView]]:
    """The form with its parts; what the viewer may not read in full is marked so."""
    seen = (
        queries.forms_seen(viewer)
        .select_related(
            "task__plan__lead",
            "task__request",
            "object__kind",
            "object__region",
            "task__attempt__draw__round__plan__lead",
            "replaced_by__object",
            "code",
        )
        .prefetch_related("task__attempt__contributors__organisation", "replaces__object")
    )
    form = visible_or_404(viewer, seen, pk=pk)
    readable = set(queries.parts_seen(viewer).filter(form=form).values_list("pk", flat=True))
    parts = list(queries.whole(FormPart.objects.filter(form=form)).order_by("organisation__path"))
    signatures = queries.signatures_by_part(parts)
    shown = [presenting.part_view(part, signatures[part.pk], is_full=part.pk in readable) for part in parts]
    return form, sorted(shown, key=lambda one: not one.is_full)  # one's own first


@require_GET
@desk_view()
def form_pdf(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The form as the paper one, with the parts that the viewer may read; also for signing on paper."""
    form, shown = _form_and_parts(viewer, pk)
    readable = [one for one in shown if one.is_full and one.part.state != FormPart.State.HANDED]
    if not readable:
        raise Refused("这份检查表里没有您可以打印的部分。")
    return pdf_response(papers.form_pdf(form, readable), f"执法检查表-{form.number}.pdf")


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK, Role.HEAD)
def review(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A second person accepts the record or returns it."""
    part = visible_or_404(viewer, queries.whole(queries.parts_seen(viewer)), pk=pk)
    shown = presenting.part_view(part, queries.signatures_by_part([part])[part.pk])
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.review_part(viewer, part, given["decision"] == "accept", given["comment"], paper=given["paper"])
        except Refused as refusal:
            if not policy.may_review(viewer, part):
                raise
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                "复核通过，由本部门经办人公示。"
                if given["decision"] == "accept"
                else "已退回，检查人员会在表的最上面看到理由。",
            )
            return redirect("inspecting:form", part.form_id)
    context: dict[str, Any] = {
        "part": part,
        "shown": shown,
        "written": written.standing(part),
        "form": form,
        "may_review": policy.may_review(viewer, part) and part.state == FormPart.State.RECORDED,
        "history": history(part.thing),
    }
    return render(request, "inspecting/review.html", context, status=422 if form.errors else 200)


@require_GET
@desk_view()
def signature_file(request: HttpRequest, viewer: Viewer, pk: int, signature: int) -> HttpResponse:
    """The drawing or scan of a signature under a part that the viewer may read. A scan as PDF is downloaded."""
    part = visible_or_404(viewer, queries.parts_seen(viewer), pk=pk)
    found = Signature.objects.filter(pk=signature, thing=part.thing, file__isnull=False).first()
    if found is None or found.file_id is None:
        raise Http404
    content = files.read(found.file_id)
    scan = scans.stored_kind(content)
    drawing = found.way == Signature.Way.HAND
    mime = "image/svg+xml" if drawing else scan.mime if scan else "application/octet-stream"
    response = HttpResponse(content, content_type=mime)
    name = "签名.svg" if drawing else found.file_name
    response["Content-Disposition"] = content_disposition_header(not mime.startswith("image/"), name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK)
def dispatch(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """What dispatching a signed draw will do, and the one button that does it."""
    attempt = visible_or_404(viewer, queries.attempts_led(viewer), pk=pk)
    task = Task.objects.filter(attempt=attempt).first()
    if request.method == "POST":
        made = actions.dispatch(viewer, attempt)
        messages.success(request, f"检查任务 {made.number} 已派发，各检查组和部门现在可以看到。")
        return redirect(f"{request.path}")
    context: dict[str, Any] = {"attempt": attempt, "plan": attempt.draw.round.plan, "task": task}
    context["window"] = window_of(attempt.draw)
    if attempt.result_id is not None:
        context.update(_preview(attempt))
        context["unsettled"] = "" if task else unsettled(attempt)
    context["is_signed"] = attempt.state in (attempt.State.SIGNED, attempt.State.ARCHIVED)
    context["may_dispatch"] = policy.may_dispatch(viewer, attempt.draw.round.plan)
    lines = receiving.lines(viewer, task) if task else []
    context["lines"] = lines
    context["history"] = history([f"task:{task.pk}", *(line.dispatch.thing for line in lines)]) if task else []
    return render(request, "inspecting/dispatch.html", context)


def _preview(attempt: Any) -> dict[str, Any]:
    """Counts by team and department before anything is made, and what will not be dispatched."""
    found = drawn.assignments(attempt)
    items = items_by_participant(attempt.draw.round.plan)
    teams: dict[str, dict[str, Any]] = {}
    departments: dict[str, int] = {}
    without_items = []
    for one in found.objects:
        fitting = drawn.items_for(one, items)
        if not fitting:
            without_items.append(one.object)
            continue
        team = teams.setdefault(one.team, {"label": Form(team=one.team).team_label, "count": 0, "seats": one.seats})
        team["count"] += 1
        for seat in one.seats:
            if seat.participant.pk in fitting:
                departments[seat.organisation.name] = departments.get(seat.organisation.name, 0) + 1
    return {
        "teams": list(teams.values()),
        "departments": departments,
        "unassigned": found.unassigned,
        "without_items": without_items,
        "moved": moved_since(attempt, [(one.object, one.team) for one in found.objects]),
        "forms": len(found.objects) - len(without_items),
    }
