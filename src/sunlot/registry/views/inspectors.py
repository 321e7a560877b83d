"""Pages of inspectors: list, entry, review, state."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock, masking
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import actions, policy, queries
from ..editing import merged
from ..forms import inspectors as forms
from ..lists import inspectors as lists
from ..models import Inspector
from ..panels import links_of
from ..past import moment_of
from ..qualifying import qualified_inspectors
from ..service import service_of
from ..story import story_of
from . import past

_WHO = "执法检查人员的登记内容由所在单位的经办人修改。"


@require_GET
@desk_view()
def inspectors(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """All inspectors of the viewer's subtree; with `?asof=` as they stood then."""
    moment = moment_of(request.GET.get("asof", ""))
    if moment is not None:
        return past.inspectors(request, viewer, moment)
    listing = lists.inspectors_listing(request, viewer)
    if listing.wants_export:
        return listing.export(f"执法检查人员名录-{clock.today().isoformat()}")
    context = {
        "listing": listing,
        "on_duty": qualified_inspectors(viewer.base.path, clock.today()).count(),
        "waiting": queries.waiting_for_review(viewer).count(),
        "may_recommend": policy.may_recommend(viewer, viewer.organisation),
        "urgent_days": lists.URGENT_DAYS,
        "warn_days": lists.WARN_DAYS,
    }
    return render(request, "registry/inspectors.html", context)


@require_GET
@desk_view()
def inspector(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One inspector: facts, certificate, avoidances, story."""
    found = visible_or_404(
        viewer, queries.inspectors_seen(viewer).select_related("user", "recommended_by", "reviewed_by"), pk=pk
    )
    moment = moment_of(request.GET.get("asof", ""))
    if moment is not None:
        return past.one_inspector(request, viewer, found, moment)
    may_set_state = policy.may_set_state(viewer, found)
    context = {
        "inspector": found,
        "certificate": lists.shown_certificate(viewer, found),
        "second_certificate": lists.shown_second_certificate(viewer, found),
        "phone": found.phone if may_set_state else masking.phone(found.phone),
        "warn_days": lists.WARN_DAYS,
        "may_change": policy.may_recommend(viewer, found.organisation),
        "may_review": found.state == Inspector.State.RECOMMENDED and policy.may_review(viewer, found),
        "links": links_of(viewer, found),
        "own": found.recommended_by_id == viewer.user_id,
        "may_set_state": may_set_state and bool(forms.InspectorStateForm(inspector=found).fields["state"].choices),  # type: ignore[attr-defined]  # a ChoiceField
        "may_keep": may_set_state and not policy.is_self(viewer, found),
        "may_lend": policy.may_ask_loan(viewer, found.organisation, found.organisation),
        "may_avoid": policy.may_avoid(viewer, found),
        "history": story_of(found, f"inspector:{found.pk}"),
        **service_of(viewer, found),
    }
    return render(request, "registry/inspector.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def new_inspector(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Recommend a person."""
    policy.require(viewer, policy.may_recommend(viewer, viewer.organisation), "执法检查人员由所在单位的经办人推荐。")
    form = forms.NewInspectorForm(request.POST or None, viewer=viewer, initial={"organisation": viewer.organisation.pk})
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.recommend_inspector(viewer, **form.values)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, f"已推荐{found.name}，等待审核。审核通过后才能参加抽取。")
            return redirect("registry:inspector", found.pk)
    lede = "推荐后由统筹科室审核（联合部门由其科室负责人审核），审核通过后才列入抽取。"
    context = {"form": form, "title": "推荐执法检查人员", "lede": lede, "save": "推荐并送审", "place": "inspectors"}
    return render(request, "registry/form.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def edit_inspector(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Change an inspector's facts."""
    found = visible_or_404(viewer, queries.inspectors_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_recommend(viewer, found.organisation), _WHO)

    def make(data: Any) -> forms.InspectorForm:
        return forms.InspectorForm(data, initial=forms.InspectorForm.values_of(found), viewer=viewer, inspector=found)

    form = make(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.change_inspector(viewer, found, version=form.cleaned_data["version"], **form.values)
        except actions.Stale as stale:
            form = merged(form, stale.current, make)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            again = changed.state == Inspector.State.RECOMMENDED and found.state != Inspector.State.RECOMMENDED
            messages.success(request, f"已保存{found.name}的登记内容" + ("，重新送审。" if again else "。"))
            return redirect("registry:inspector", found.pk)
    lede = "姓名、单位、执法证号或有效期变更后须重新审核，审核前不参加抽取。"
    context = {
        "form": form, "title": "修改登记内容", "lede": lede, "save": "保存登记内容",
        "place": "inspectors", "back": found, "back_url": "registry:inspector",
    }  # fmt: skip
    return render(request, "registry/form.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def inspector_state(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Suspend, bring back, end."""
    found = visible_or_404(viewer, queries.inspectors_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_set_state(viewer, found), "人员状态由所在单位的经办人或统筹科室变更。")
    form = forms.InspectorStateForm(request.POST or None, inspector=found)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.set_inspector_state(viewer, found, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("reason" if "写明" in str(refusal) else "state", str(refusal))
        else:
            messages.success(request, f"{found.name}现在是“{changed.get_state_display()}”。")
            return redirect("registry:inspector", found.pk)
    lede = f"现在是“{found.get_state_display()}”。只有在岗且执法证有效的人员参加抽取。"
    context = {
        "form": form, "title": "变更状态", "lede": lede, "save": "变更状态",
        "place": "inspectors", "back": found, "back_url": "registry:inspector",
    }  # fmt: skip
    return render(request, "registry/form.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def review(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """All who wait for review, decided one by one or several at once."""
    allowed = viewer.has(Role.COORDINATOR, Role.HEAD)
    policy.require(viewer, allowed, "执法检查人员由统筹科室审核；联合部门的由其科室负责人审核。")
    waiting = queries.waiting_for_review(viewer)
    if request.method == "POST":
        chosen = list(waiting.filter(pk__in=[key for key in request.POST.getlist("row") if key.isdecimal()]))
        accept = request.POST.get("decision") == "accept"
        if not chosen:
            raise Refused("还没有选择人员。勾选后再审核。")
        count = actions.review_inspectors(viewer, chosen, accept, request.POST.get("comment", ""))
        messages.success(
            request, f"审核通过 {count} 人。" if accept else f"退回 {count} 人，推荐单位会在工作台看到理由。"
        )
        return redirect("registry:review")
    own = queries.inspectors_seen(viewer).filter(state=Inspector.State.RECOMMENDED, recommended_by=viewer.user_id)
    waiting = waiting.select_related("recommended_by", "organisation").prefetch_related("assessments")
    context = {"waiting": waiting, "own": own, "today": clock.today()}
    return render(request, "registry/review.html", context)
