"""Pages of experts: list, entry, review, state, their fields and institutions."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.catalogue.models import Competence
from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import actions, policy, queries
from ..editing import merged
from ..forms import experts as forms
from ..lists import experts as lists
from ..lists.inspectors import WARN_DAYS
from ..models import Expert
from ..past import moment_of
from ..people import expert_panels_of
from ..qualifying import qualified_experts
from ..service import avoidances_of
from ..story import story_of
from . import past

_WHO = "专家的登记内容由聘请单位的经办人修改。"


@require_GET
@desk_view()
def experts(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """All experts who may serve the viewer's department; with `?asof=` as they stood then."""
    moment = moment_of(request.GET.get("asof", ""))
    if moment is not None:
        return past.experts(request, viewer, moment)
    listing = lists.experts_listing(request, viewer)
    if listing.wants_export:
        return listing.export(f"专家名录-{clock.today().isoformat()}")
    today = clock.today()
    context = {
        "listing": listing,
        "engaged": qualified_experts(today).filter(pk__in=queries.experts_seen(viewer).values("pk")).count(),
        "waiting": queries.experts_waiting_for_review(viewer),
        "may_recommend": policy.may_engage(viewer, viewer.organisation),
        "pools": _pools(),
    }
    return render(request, "registry/experts.html", context)


def _pools() -> "QuerySet[Competence]":
    """The fields that have experts, with `may_be_drawn`, how many of them may be drawn today."""
    able = Q(experts__in=qualified_experts(clock.today()).order_by().values("pk"))
    fields = Competence.objects.annotate(people=Count("experts"), may_be_drawn=Count("experts", filter=able))
    return fields.filter(people__gt=0)


@require_GET
@desk_view()
def expert(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One expert: facts, institution, story."""
    seen = queries.experts_seen(viewer).select_related("user", "recommended_by", "reviewed_by")
    found = visible_or_404(viewer, seen, pk=pk)
    moment = moment_of(request.GET.get("asof", ""))
    if moment is not None:
        return past.one_expert(request, viewer, found, moment)
    may_review = found.state == Expert.State.RECOMMENDED and policy.may_review_expert(viewer, found)
    context = {
        "expert": found,
        "phone": lists.shown_phone(viewer, found),
        "fields": lists.fields_of(found),
        "warn_days": WARN_DAYS,
        "may_change": policy.may_engage(viewer, found.organisation),
        "may_review": may_review and found.recommended_by_id != viewer.user_id,
        "may_set_state": policy.may_keep_expert(viewer, found),
        "review_form": forms.ReviewForm(),
        "may_avoid": policy.may_avoid(viewer, found),
        "avoidances": avoidances_of(viewer, found),
        "panels": expert_panels_of(viewer, found),
        "history": story_of(found, f"expert:{found.pk}"),
    }
    return render(request, "registry/expert.html", context)


def _values(viewer: Viewer, form: Any) -> dict[str, Any]:
    """The form's values with the institution of that name, entered where it is new."""
    values: dict[str, Any] = form.values
    name, kind = values["institution"]
    return values | {"institution": actions.institution_named(viewer, name, kind)}


@require_http_methods(["GET", "POST"])
@desk_view()
def new_expert(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Recommend a person as expert."""
    policy.require(viewer, policy.may_engage(viewer, viewer.organisation), "专家由聘请单位的经办人推荐。")
    form = forms.NewExpertForm(request.POST or None, viewer=viewer, initial={"organisation": viewer.organisation.pk})

    def recommend(_data: dict[str, Any]) -> object:
        with transaction.atomic():
            return actions.recommend_expert(viewer, **_values(viewer, form))

    if request.method == "POST" and form.is_valid() and accepts(form, "number", recommend):
        messages.success(request, f"已推荐{form.cleaned_data['name']}，等待审核。审核通过后按领域参加抽取。")
        return redirect("registry:experts")
    lede = "专家只提供意见，不计入两名执法检查人员；推荐后由统筹科室审核。"
    context = {"form": form, "title": "推荐专家", "lede": lede, "save": "推荐并送审", "place": "experts"}
    return render(request, "registry/form.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def edit_expert(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Change an expert's facts."""
    found = visible_or_404(viewer, queries.experts_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_engage(viewer, found.organisation), _WHO)

    def make(data: Any) -> forms.ExpertForm:
        return forms.ExpertForm(data, initial=forms.ExpertForm.values_of(found), viewer=viewer, expert=found)

    form = make(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                changed = actions.change_expert(
                    viewer, found, version=form.cleaned_data["version"], **_values(viewer, form)
                )
        except actions.Stale as stale:
            form = merged(form, stale.current, make)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            again = changed.state == Expert.State.RECOMMENDED and found.state != Expert.State.RECOMMENDED
            messages.success(request, f"已保存{found.name}的登记内容" + ("，重新送审。" if again else "。"))
            return redirect("registry:expert", found.pk)
    lede = "姓名、单位、专业领域变更后须重新审核，审核前不参加抽取。"
    context = {
        "form": form, "title": "修改登记内容", "lede": lede, "save": "保存登记内容",
        "place": "experts", "back": found, "back_url": "registry:expert",
    }  # fmt: skip
    return render(request, "registry/form.html", context)


@require_POST
@desk_view()
def review_expert(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Decide on a recommended expert."""
    found = visible_or_404(viewer, queries.experts_seen(viewer), pk=pk)
    accept = request.POST.get("decision") == "accept"
    actions.review_expert(viewer, found, accept, request.POST.get("comment", ""))
    messages.success(request, f"{found.name}：审核{'通过，在聘' if accept else '退回'}。")
    return redirect("registry:expert", found.pk)


@require_http_methods(["GET", "POST"])
@desk_view()
def expert_state(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Suspend, bring back, dismiss."""
    found = visible_or_404(viewer, queries.experts_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_keep_expert(viewer, found), "专家状态由聘请单位的经办人或统筹科室变更。")
    form = forms.ExpertStateForm(request.POST or None, expert=found)
    act = lambda data: actions.set_expert_state(viewer, found, **data)  # noqa: E731 -- one line beside its use
    if request.method == "POST" and form.is_valid() and accepts(form, "reason", act):
        messages.success(request, f"已变更{found.name}的状态。")
        return redirect("registry:expert", found.pk)
    context = {
        "form": form, "title": "变更状态", "lede": f"现在是“{found.get_state_display()}”。", "save": "变更状态",
        "place": "experts", "back": found, "back_url": "registry:expert",
    }  # fmt: skip
    return render(request, "registry/form.html", context)
