"""The staff's pages of what comes after the draw: teams today, replacements, supplementary draws."""

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations import scans
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail import files
from sunlot.trail.queries import history

from . import actions, after, following, policy, queries
from .actions.preparing import HOST_WORDS
from .actions.replacing import MAX_REASON, computed, inspector_named
from .finding import require_names
from .following import Change
from .forms import SettingsForm, supplement_settings
from .models import Attempt, Replacement
from .naming import names_of
from .replacement_forms import ProposalForm, RefusalForm
from .standing import Standing, root_of, standing_of

Kind = Replacement.Kind


def _drawn(viewer: Viewer, number: str) -> Attempt:
    """The draw's attempt with a result, for somebody who may see names."""
    newest = Attempt.objects.filter(draw__number=number).aggregate(newest=Max("number"))["newest"]
    found = visible_or_404(viewer, queries.attempts_concerning(viewer), draw__number=number, number=newest or 0)
    if found.result_id is None:
        raise Http404
    require_names(viewer, found)
    return found


@require_GET
@desk_view()
def replacements(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The teams as they stand today, what was replaced, and what waits for a supplementary draw."""
    attempt = _drawn(viewer, number)
    standing = standing_of(attempt)
    describer = after.Describer(standing.root, names_of(), people=True)
    everything = after.in_words(after.replacements_of(attempt), describer)
    teams = after.teams_in_words(standing, attempt, describer)
    people = describer.names.people({seat.number for one in teams for _, seat in one.members})
    context = {
        "attempt": attempt,
        "plan": attempt.draw.round.plan,
        "root": standing.root,
        "teams": teams,
        "waiting": [one for one in everything if one.replacement.state == Replacement.State.PROPOSED],
        "decided": [one for one in everything if one.replacement.state != Replacement.State.PROPOSED],
        "step": after.step_in_words(standing, describer),
        "supplements": after.supplements_of(standing.root),
        "host": policy.may_host(viewer, attempt.draw.round.plan),
        "submitted": following.begun(standing.attempts),
        "may_propose_object": policy.may_propose_object(viewer, attempt),
        "replaceable": {n for n, one in people.items() if policy.may_propose_inspector(viewer, attempt, one)},
    }
    return render(request, "drawing/replacements.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def replace_object(request: HttpRequest, viewer: Viewer, number: str, object: str) -> HttpResponse:
    """Propose the replacement of an object: what will happen, and why it is to be."""
    attempt = _drawn(viewer, number)
    policy.require(viewer, policy.may_propose_object(viewer, attempt), policy.PROPOSERS_OF_OBJECTS)
    draft = Replacement(attempt=root_of(attempt), kind=Kind.OBJECT, outgoing=object)
    known = {
        name: request.GET.get(name, "")[:MAX_REASON] for name in ("cause", "reason")
    }  # the page that leads here may know why
    form = ProposalForm(request.POST or None, request.FILES or None, kind=Kind.OBJECT, initial=known)

    def propose(given: dict[str, Any]) -> Replacement:
        return actions.propose_object(viewer, attempt, object, given["cause"], given["reason"], form.uploads())

    return _proposal_page(request, attempt, draft, form, propose)


@require_http_methods(["GET", "POST"])
@desk_view()
def replace_inspector(request: HttpRequest, viewer: Viewer, number: str, inspector: str) -> HttpResponse:
    """Propose the replacement of an inspector, for the whole team or for the one object in `?object=`."""
    attempt = _drawn(viewer, number)
    policy.require(
        viewer,
        policy.may_propose_inspector(viewer, attempt, inspector_named(inspector)),
        policy.PROPOSERS_OF_INSPECTORS,
    )
    alone = request.GET.get("object", "")
    draft = Replacement(attempt=attempt, kind=Kind.INSPECTOR, outgoing=inspector, object=alone)
    form = ProposalForm(request.POST or None, request.FILES or None, kind=Kind.INSPECTOR, whole=not alone)

    def propose(given: dict[str, Any]) -> Replacement:
        return actions.propose_inspector(
            viewer, attempt, inspector, given["cause"], given["reason"], form.uploads(), object=alone
        )

    return _proposal_page(request, attempt, draft, form, propose)


def _proposal_page(
    request: HttpRequest, attempt: Attempt, draft: Replacement, form: ProposalForm, propose: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            made = propose(form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已提交，等第二人批准。批准之前什么都没有改变。")
            return redirect("drawing:replacement", made.pk)
    standing = standing_of(attempt)
    describer = after.Describer(standing.root, names_of(), people=True)
    context = {
        "attempt": attempt,
        "plan": attempt.draw.round.plan,
        "draft": draft,
        "form": form,
        **_now(standing, draft, describer),
    }
    if not draft.is_of_object:
        describer.learn([draft.outgoing])
        seat = standing.seat(attempt, draft.outgoing)
        if seat is not None:
            context["objects"] = [describer.object(one) for one in seat[0].objects]
    context["outgoing"] = describer.thing(draft.outgoing, is_object=draft.is_of_object)
    return render(request, "drawing/replace.html", context, status=422 if form.errors else 200)


def _now(standing: Standing, proposal: Replacement, describer: after.Describer) -> dict[str, Any]:
    """What the proposal would do now, in words: `change` and `consequences`, or why it can't be done (`against`)."""
    try:
        change: Change = computed(standing, proposal)
    except Refused as refusal:
        return {"change": None, "against": str(refusal)}
    return {
        "change": describer.change(change),
        "computed": change,
        "consequences": following.consequences(change),
        "against": "",
    }


@require_http_methods(["GET", "POST"])
@desk_view()
def replacement(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One proposal: what goes out and why, what would happen now, and the second person's button."""
    found = _seen(viewer, pk)
    person = None if found.is_of_object else inspector_named(found.outgoing)
    may_decide = policy.may_decide(viewer, found, person) and found.proposed_by_id != viewer.user_id
    form = RefusalForm(request.POST if request.POST.get("act") == "refuse" else None)
    refusal = ""
    if request.method == "POST":
        try:
            if _decide(request, viewer, found, form):
                return redirect("drawing:replacement", found.pk)
        except NotAllowed:
            raise
        except Refused as refused:
            refusal = str(refused)
            found = _seen(viewer, pk)
    standing = standing_of(found.attempt)
    describer = after.Describer(standing.root, names_of(), people=True)
    (shown,) = after.in_words([found], describer)
    context = {
        "attempt": found.attempt,
        "plan": found.attempt.draw.round.plan,
        "shown": shown,
        "one": found,
        "may_decide": may_decide and found.state == Replacement.State.PROPOSED,
        "form": form,
        "refusal": refusal,
        "history": history(found.thing),
        **(_now(standing, found, describer) if found.state == Replacement.State.PROPOSED else {}),
    }
    return render(request, "drawing/replacement.html", context, status=409 if refusal else 422 if form.errors else 200)


def _decide(request: HttpRequest, viewer: Viewer, found: Replacement, form: RefusalForm) -> bool:
    """Do what the posted button says; False where the reason for refusing is missing."""
    if request.POST.get("act") == "refuse":
        if not form.is_valid():
            return False
        actions.refuse_replacement(viewer, found, form.cleaned_data["reason"])
        messages.success(request, "没有批准，理由已留痕，提出的人会看到。")
        return True
    actions.approve_replacement(viewer, found, shown=request.POST.get("shown"))
    messages.success(request, "已批准。替补已生效。")
    return True


def _seen(viewer: Viewer, pk: int) -> Replacement:
    attempts = queries.attempts_concerning(viewer).order_by().values("pk")
    rows = Replacement.objects.filter(attempt__in=attempts).select_related(
        "attempt__draw__round__plan__lead__parent",
        "attempt__draw__supplements",
        "proposed_by",
        "decided_by",
        "entry__leaf",
    )
    found = visible_or_404(viewer, rows.prefetch_related("evidence", "attempt__contributors__organisation"), pk=pk)
    require_names(viewer, found.attempt)
    return found


@require_GET
@desk_view()
def evidence(request: HttpRequest, viewer: Viewer, pk: int, file: int) -> HttpResponse:
    """A scan of the evidence. A PDF is downloaded, a picture shown."""
    kept = _seen(viewer, pk).evidence.filter(pk=file).first()
    if kept is None:
        raise Http404
    content = files.read(kept.file_id)
    kind = scans.stored_kind(content)
    response = HttpResponse(content, content_type=kind.mime if kind else "application/octet-stream")
    is_picture = kind is not None and kind.mime.startswith("image/")
    response["Content-Disposition"] = content_disposition_header(not is_picture, kept.name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
@desk_view()
def supplement(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Prepare the supplementary draw that comes next: for which objects is not asked."""
    attempt = _drawn(viewer, number)
    plan = attempt.draw.round.plan
    policy.require(viewer, policy.may_host(viewer, plan), HOST_WORDS)
    standing = standing_of(attempt)
    step = after.step_in_words(standing, after.Describer(standing.root, names_of(), people=False))
    form = SettingsForm(request.POST or None, initial=supplement_settings(standing.root))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.prepare_supplement(
                viewer,
                attempt,
                form.cleaned_data["beacon_kind"],
                form.cleaned_data["reveal_by"],
                rolls=form.rolls_or_default(),
                lottery=form.lottery(),
                hash_name=form.cleaned_data["hash_name"],
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"补充抽取编号 {made.draw.number}。各参与方现在可以提交承诺。")
            return redirect("drawing:ceremony", made.draw.number)
    context = {
        "plan": plan,
        "form": form,
        "step": step,
        "attempt": attempt,
        "title": "准备补充抽取",
        "button": "准备补充抽取，取得编号",
        "cancel": "暂不准备，返回",
    }
    return render(request, "drawing/supplement.html", context, status=409 if form.is_bound else 200)
