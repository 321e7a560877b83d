"""The pages of one visit, many checks: the objects that others visit too, the request to merge, its answer."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import policy
from .. import queries as plans
from ..content import content_of
from ..gathering import assess_content
from ..merged_items import items_by_kind
from ..models import MergeRequest, Plan
from . import actions, forms, panel, queries
from .common import common_objects
from .listing import listing_of, plans_at, visit_in_words
from .merged import Merged, merged
from .overlap import overlap_of

Form = MergeRequest.Form


@require_GET
@desk_view()
def shared(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponseBase:
    """The plan's objects that other plans of its time visit too, those in the viewer's jurisdiction."""
    plan = _plan(viewer, number)
    found = overlap_of(viewer, plan)
    listing = listing_of(request, viewer, found)
    if listing.wants_export:
        return listing.export(f"同期计划也检查的对象-{plan.number}")
    rows = [
        (entry, plans_at(entry, found), [visit_in_words(visit) for visit in entry.others_visits])  # type: ignore[attr-defined]  # prefetched
        for entry in listing.page
    ]
    context = {
        "plan": plan,
        "listing": listing,
        "rows": rows,
        "overlap": found,
        "panel": panel.figures(viewer, plan, found),
    }
    return render(request, "planning/together/shared.html", context)


@require_GET
@desk_view()
def figures(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The figures alone, which the plan's page fetches."""
    plan = _plan(viewer, number)
    context = {"panel": panel.figures(viewer, plan, overlap_of(viewer, plan))}
    return render(request, "planning/together/_figures.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def ask(request: HttpRequest, viewer: Viewer, number: str, other: str) -> HttpResponse:
    """Ask the lead of another plan to merge: into one plan while both are being written, else on one day."""
    ours = _plan(viewer, number)
    if not policy.may_write(viewer, ours):
        raise NotAllowed(f"由{ours.lead.name}的经办人、负责人或统筹科室请求合并。")
    theirs = visible_or_404(viewer, plans.with_parts(plans.plans_known(viewer)), number=other)
    if ours.is_open and theirs.is_open:
        return _ask_for_one_plan(request, viewer, ours, theirs)
    return _ask_for_one_day(request, viewer, ours, theirs)


def _ask_for_one_plan(request: HttpRequest, viewer: Viewer, ours: Plan, theirs: Plan) -> HttpResponse:
    form = forms.OnePlanForm(request.POST or None, ours=ours, theirs=theirs)
    made: MergeRequest | None = None

    def act(data: dict[str, Any]) -> None:
        nonlocal made
        into = ours if data["stays"] == forms.OURS else theirs
        made = actions.ask_to_merge(viewer, ours, theirs, data["reason"], into=into)

    if request.method == "POST" and form.is_valid() and accepts(form, None, act) and made is not None:
        return _asked(request, made)
    context = {"plan": ours, "other": theirs, "form": form}
    return render(request, "planning/together/ask_plan.html", context)


def _ask_for_one_day(request: HttpRequest, viewer: Viewer, ours: Plan, theirs: Plan) -> HttpResponse:
    common = common_objects(ours, theirs)
    if not common:
        raise Refused(
            "这两个计划现在没有双方都还要检查的对象。已公布的计划，抽取并派发任务以后，对双方都抽中的对象才能约定同一天。"
        )
    form = forms.OneDayForm(request.POST or None, common=common)
    made: MergeRequest | None = None

    def act(data: dict[str, Any]) -> None:
        nonlocal made
        made = actions.ask_for_one_day(viewer, ours, theirs, data["reason"], day=data["day"], objects=data["objects"])

    if request.method == "POST" and form.is_valid() and accepts(form, None, act) and made is not None:
        return _asked(request, made)
    chosen = set(request.POST.getlist("objects"))
    rows = [(one, str(one.object.pk) in chosen) for one in common]
    context = {"plan": ours, "other": theirs, "form": form, "rows": rows}
    return render(request, "planning/together/ask_day.html", context)


def _asked(request: HttpRequest, made: MergeRequest) -> HttpResponse:
    messages.success(request, f"已请求合并，等{made.asked.lead.name}答复。")
    return redirect("planning:merge", pk=made.pk)


@require_http_methods(["GET", "POST"])
@desk_view()
def merge(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A request: what would become of it, its answer, taking it back."""
    found = visible_or_404(viewer, queries.requests_seen(viewer), pk=pk)
    form = forms.AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _answered(request, viewer, found, form):
        return redirect("planning:merge", pk=pk)
    both = (found.asking, found.asked)
    opens = set(plans.plans_seen(viewer).filter(pk__in=[one.pk for one in both]).values_list("pk", flat=True))
    may_answer = found.is_open and policy.may_write(viewer, found.asked)
    possible = found.is_open and (found.form == Form.ONE_DAY or all(one.is_open for one in both))
    # Whoever asked need not see what another department's plan says; whoever is asked sees what it would become.
    shows = possible and found.form == Form.ONE_PLAN and (may_answer or len(opens) == len(both))
    if not form.is_bound and found.form == Form.ONE_PLAN:
        form.initial["seen"] = actions.fingerprint(found)
    context = {
        "merge": found,
        "plans": both,
        "form": form,
        "objects": queries.objects_of(found) if found.form == Form.ONE_DAY else (),
        "becomes": _becomes(found) if shows else None,
        "possible": possible,
        "may_answer": may_answer,
        "may_cancel": found.is_open and policy.may_write(viewer, found.asking),
        "opens": opens,
    }
    return render(request, "planning/together/merge.html", context)


def _answered(request: HttpRequest, viewer: Viewer, found: MergeRequest, form: forms.AnswerForm) -> bool:
    """Do what the button says; what is refused stands in the form."""
    if "cancel" in request.POST:
        done = accepts(form, None, lambda _: actions.cancel_request(viewer, found))
        words = "已撤回请求。"
    elif "decline" in request.POST:
        done = accepts(form, "answer", lambda data: actions.decline_to_merge(viewer, found, data["answer"]))
        words = f"已答复不同意，{found.asking.lead.name}会看到您的意见。"
    else:
        done = accepts(
            form, None, lambda data: actions.agree_to_merge(viewer, found, data["answer"], seen=data["seen"] or None)
        )
        words = "已同意合并。"
    if done:
        messages.success(request, words)
    return done


def _becomes(found: MergeRequest) -> dict[str, Any]:
    """What the plan that stays would say: its parts, items, and what it amounts to."""
    both = {plan.pk: plan for plan in plans.with_parts(Plan.objects.filter(pk__in=[found.asking_id, found.asked_id]))}
    stays, leaves = both[found.into_id or found.asking_id], both[found.leaving.pk]
    result: Merged = merged(content_of(stays), content_of(leaves))
    parts = [*stays.participants.all(), *leaves.participants.all()]
    kinds = {kind.pk: kind.name for plan in (stays, leaves) for kind in plan.kinds.all()}
    return {
        "stays": stays,
        "leaves": leaves,
        "departments": list(dict.fromkeys(part.organisation.name for part in parts if part.seats or not part.position)),
        "groups": items_by_kind(parts, kinds.items()),
        "figures": assess_content(result.content, result.content.draw_day),
        "left_out": result.left_out,
    }


def _plan(viewer: Viewer, number: str) -> Plan:
    return visible_or_404(viewer, plans.with_parts(plans.plans_seen(viewer)), number=number)
