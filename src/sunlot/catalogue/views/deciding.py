"""The way of a version, for items, guides and other families alike: submitted, put in force, returned, called off, repealed; or many at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import actions, forms, policy, queries
from ..actions.families import Family, family_named, family_of
from ..addresses import ways
from ..differences import differences
from ..models import Version

State = Version.State


@require_POST
@desk_view()
def submit(request: HttpRequest, viewer: Viewer, family: str, code: str) -> HttpResponse:
    """Hand the open draft to the coordinator."""
    version = actions.submit(viewer, _open_version(viewer, family_named(family), code))
    messages.success(request, f"已提交 {code} 第 {version.number} 版，等{family_of(version).decider}审核。")
    return redirect(ways(family_named(family), code).page)


@require_http_methods(["GET", "POST"])
@desk_view()
def put_in_force(request: HttpRequest, viewer: Viewer, family: str, code: str) -> HttpResponse:
    """Look at what is going to be in force, and put it in force from a day on."""
    version = _open_version(viewer, family_named(family), code)
    before = version.subject.versions.filter(state=State.IN_FORCE).first()
    context = {
        "before": before,
        "differences": differences(before, version) if before else [],
        "may": family_of(version).may_decide(viewer, version.organisation) and not policy.wrote(viewer, version),
    }
    form = forms.PutInForceForm(request.POST or None)
    if form.is_valid() and accepts(
        form, "effective_from", lambda data: actions.put_in_force(viewer, version, data["effective_from"])
    ):
        day = form.cleaned_data["effective_from"]
        messages.success(request, f"{code} 第 {version.number} 版自 {day} 起生效，已写入公开日志。")
        return redirect(ways(family_named(family), code).page)
    return _page(request, "put_in_force", version, form, context)


@require_http_methods(["GET", "POST"])
@desk_view()
def return_draft(request: HttpRequest, viewer: Viewer, family: str, code: str) -> HttpResponse:
    """Give the version in review back with what is to be mended."""
    version = _open_version(viewer, family_named(family), code)
    form = forms.ReturnForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "return", version, form)
    actions.return_draft(viewer, version, form.cleaned_data["comment"])
    messages.success(request, f"已退回 {code} 第 {version.number} 版，起草人会在工作台看到您的意见。")
    return redirect(ways(family_named(family), code).page)


@require_http_methods(["GET", "POST"])
@desk_view()
def repeal(request: HttpRequest, viewer: Viewer, family: str, code: str) -> HttpResponse:
    """Repeal the version in force."""
    found = _subject(viewer, family_named(family), code)
    version = found.versions.filter(effective_from__isnull=False).order_by("-number").first()
    if version is None:
        raise Refused(f"{family_named(family).noun} {code} 没有生效过的版本，不需要废止。")
    form = forms.RepealForm(request.POST or None)
    if form.is_valid() and accepts(
        form, "on", lambda data: actions.repeal(viewer, version, data["on"], data["reason"])
    ):
        messages.success(request, f"{code} 自 {form.cleaned_data['on']} 起废止，已写入公开日志。")
        return redirect(ways(family_named(family), code).page)
    return _page(request, "repeal", version, form)


@require_http_methods(["GET", "POST"])
@desk_view()
def call_off(request: HttpRequest, viewer: Viewer, family: str, code: str) -> HttpResponse:
    """Take back that a version comes into force, before its day."""
    found = _subject(viewer, family_named(family), code)
    version = found.versions.filter(state=State.IN_FORCE, effective_from__gt=clock.today()).first()
    if version is None:
        raise Refused(f"{family_named(family).noun} {code} 没有还未生效的版本，不需要撤销。")
    form = forms.CallOffForm(request.POST or None)
    if form.is_valid() and accepts(form, "reason", lambda data: actions.call_off(viewer, version, data["reason"])):
        messages.success(request, f"已撤销 {code} 第 {version.number} 版的生效，起草人可以再改。")
        return redirect(ways(family_named(family), code).page)
    return _page(request, "call_off", version, form, {"before": actions.one_before(version)})


@require_http_methods(["GET", "POST"])
@desk_view()
def many(request: HttpRequest, viewer: Viewer, family: str) -> HttpResponse:
    """The drafts to submit and the versions to review, many at once: after an import, or once a year."""
    kind = family_named(family)
    if viewer.role not in policy.WRITERS:
        raise NotAllowed("事项和指引由各科室（单位）的经办人起草，由统筹科室审核。")
    versions: Any = kind.version._default_manager.all()
    drafts = queries.own_open(versions, viewer, State.DRAFT)
    review = queries.not_written_by(queries.own_open(versions, viewer, State.IN_REVIEW), viewer)
    if not policy.may_decide(viewer, viewer.base):
        review = review.none()
    form = forms.PutInForceForm(request.POST if "put-in-force" in request.POST else None)
    chosen = request.POST.getlist("row")
    if "submit" in request.POST:
        return _said(request, actions.submit_many(viewer, drafts.filter(pk__in=_numbers(chosen))), "提交审核", family)
    if "put-in-force" in request.POST and form.is_valid():
        day = form.cleaned_data["effective_from"]
        outcome = actions.put_many_in_force(viewer, review.filter(pk__in=_numbers(chosen)), day)
        return _said(request, outcome, f"定于 {day} 生效", family)
    context = {
        "drafts": [(version, actions.what_is_missing(version)) for version in drafts],
        "review": list(review),
        "form": form,
        "ways": ways(kind, ""),
        "family": family,
    }
    return render(request, "catalogue/many.html", context)


def _numbers(chosen: list[str]) -> list[int]:
    return [int(value) for value in chosen if value.isdecimal()]


def _said(request: HttpRequest, outcome: actions.Many, what: str, family: str) -> HttpResponse:
    """Say what became of each, and show the page anew."""
    if outcome.done:
        messages.success(request, f"{len(outcome.done)} 件已{what}：{'、'.join(one.code for one in outcome.done)}。")
    for words in outcome.refused:
        messages.error(request, words)
    if not (outcome.done or outcome.refused):
        messages.warning(request, "没有选中任何一件。勾选后再办理。")
    return redirect("catalogue:many" if family == "item" else "catalogue:guide-many")


def _page(
    request: HttpRequest, template: str, version: Version, form: Any, context: dict[str, Any] | None = None
) -> HttpResponse:
    given = {"version": version, "form": form, "ways": ways(family_of(version), version.code)}
    return render(request, f"catalogue/{template}.html", {**given, **(context or {})})


def _subject(viewer: Viewer, family: Family, code: str) -> Any:
    """The item or guide that this person may see."""
    return visible_or_404(viewer, queries.subjects_seen(viewer, family.version), code=code)


def _open_version(viewer: Viewer, family: Family, code: str) -> Any:
    """The version that is being written or reviewed."""
    found = _subject(viewer, family, code)
    if not (family.may_write(viewer, found.organisation) or family.may_decide(viewer, found.organisation)):
        raise NotAllowed(f"{found.organisation.name}的{family.noun}由{family.writers}起草，由{family.decider}审核。")
    version = found.versions.filter(state__in=queries.OPEN_STATES).first()
    if version is None:
        raise Refused(f"{family.noun} {code} 没有等待办理的草稿，可能已经有人办过。")
    return version
