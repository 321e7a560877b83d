"""Pages of an inspector's service: his own page, tests, leave, avoidance, loans."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.forms import DeskForm, accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock, masking
from sunlot.organisations import scans
from sunlot.organisations.viewer import Viewer
from sunlot.trail import files

from .. import actions, policy, queries
from ..forms import service as forms
from ..lists import inspectors as lists
from ..models import Assessment, Avoidance, Expert, Inspector, Leave
from ..service import service_of

_NOBODY = "您的账号还没有对应到名录库中的执法检查人员。请本单位经办人在您的登记内容中选定您的账号。"


def _mine(viewer: Viewer) -> Inspector:
    """The viewer as an inspector. Refused as NotAllowed for anybody else."""
    found = queries.inspector_of(viewer)
    policy.require(viewer, found is not None, _NOBODY)
    assert found is not None  # noqa: S101 -- required just now; tells mypy
    return found


@require_GET
@desk_view()
def me(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """An inspector's own page, made for the phone: certificate, tests, leave, what he must not meet, what he did."""
    found = _mine(viewer)
    context = {"inspector": found, "warn_days": lists.WARN_DAYS, **service_of(viewer, found)}
    return render(request, "registry/me.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def declare_avoidance(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Declare of oneself what one must not meet."""
    return _new_avoidance(request, viewer, _mine(viewer), own=True)


@require_http_methods(["GET", "POST"])
@desk_view()
def new_avoidance(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Enter an object that this inspector must not meet."""
    found = visible_or_404(viewer, queries.inspectors_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_avoid(viewer, found), "回避由人员所在单位的经办人或统筹科室登记。")
    return _new_avoidance(request, viewer, found, own=False)


@require_http_methods(["GET", "POST"])
@desk_view()
def new_expert_avoidance(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Enter an object that this expert must not meet."""
    found = visible_or_404(viewer, queries.experts_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_avoid(viewer, found), "专家的回避由聘请单位的经办人或统筹科室登记。")
    return _new_avoidance(request, viewer, found, own=False)


def _new_avoidance(request: HttpRequest, viewer: Viewer, found: Inspector | Expert, *, own: bool) -> HttpResponse:
    form = forms.AvoidanceForm(request.POST or None, request.FILES or None, visible=queries.objects_seen(viewer))

    def enter(data: dict[str, Any]) -> object:
        return actions.add_avoidance(
            viewer, found, data["object"], data["ground"], data["note"], data["expires"],
            left_on=data["left_on"], evidence=data["evidence"],
        )  # fmt: skip

    lede = "抽取和配组时两者不会相遇，从现在起生效。" + (
        "由本单位经办人核实；核实不成立的会写明理由。" if own else "事由只在系统内可见。"
    )
    return _form_page(
        request, form, found, enter, own=own, field="expires", lede=lede,
        title="申报回避" if own else "登记回避",
        done=lambda: f"已{'申报' if own else '登记'}：{found.name}回避“{form.cleaned_data['object'].name}”。",
    )  # fmt: skip


@require_POST
@desk_view()
def decide_avoidance(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Confirm or refuse what an inspector declared."""
    found = visible_or_404(viewer, queries.avoidances_seen(viewer), pk=pk)
    confirm = request.POST.get("decision") == "confirm"
    actions.decide_avoidance(viewer, found, confirm, request.POST.get("reason", ""))
    messages.success(request, f"{'已确认' if confirm else '已不予认可'}对“{found.object.name}”的回避。")
    return _to_person(found.person)


@require_POST
@desk_view()
def end_avoidance(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """End an avoidance, with the reason."""
    found = visible_or_404(viewer, queries.avoidances_seen(viewer), pk=pk)
    actions.end_avoidance(viewer, found, request.POST.get("reason", ""))
    messages.success(request, f"已解除对“{found.object.name}”的回避。")
    return _to_person(found.person)


def _to_person(person: Inspector | Expert) -> HttpResponse:
    return redirect("registry:expert" if isinstance(person, Expert) else "registry:inspector", person.pk)


@require_POST
@desk_view()
def lift_rotation(request: HttpRequest, viewer: Viewer, pk: int, entry: int) -> HttpResponse:
    """Let the last inspector of an object meet it again, with the reason."""
    found = visible_or_404(viewer, queries.inspectors_seen(viewer), pk=pk)
    same = next((one for one in queries.rotations_of([found.pk], clock.today()) if one.object_id == entry), None)
    if same is None:
        raise Http404
    target = visible_or_404(viewer, queries.objects_seen(viewer), pk=entry)
    actions.lift_rotation(viewer, found, target, same.visited_on, request.POST.get("reason", ""))
    messages.success(request, f"已解除对“{target.name}”的轮换回避。")
    return redirect("registry:inspector", found.pk)


@require_GET
@desk_view()
def evidence(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The evidence of an avoidance, for those who may know why."""
    mine = Q(inspector__user=viewer.user_id)
    near = Q(inspector__in=queries.inspectors_seen(viewer)) | Q(expert__in=queries.experts_seen(viewer))
    people = ("inspector__organisation", "expert__organisation")
    seen = Avoidance.objects.filter(mine | Q(expert__user=viewer.user_id) | near)
    found = visible_or_404(viewer, seen.select_related(*people, "evidence"), pk=pk)
    policy.require(
        viewer, policy.sees_ground(viewer, found), "回避的证明材料只给本人、所在单位经办人、统筹科室和纪检看。"
    )
    if found.evidence is None:
        raise Http404
    content = files.read(found.evidence.digest)
    kind = scans.stored_kind(content)
    if kind is None:
        raise Http404
    response = HttpResponse(content, content_type=kind.mime)
    response["Content-Disposition"] = content_disposition_header(True, f"回避证明{kind.suffix}") or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
@desk_view()
def new_assessment(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Record a test with its training."""
    found = visible_or_404(viewer, queries.inspectors_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_set_state(viewer, found), "培训考核由人员所在单位的经办人或统筹科室登记。")
    form = forms.AssessmentForm(request.POST or None, inspector=found)
    return _form_page(
        request, form, found, lambda data: actions.record_assessment(viewer, found, **data), field="tested_on",
        title="登记培训考核", lede="培训考核合格的才能列入抽取；按专业抽取时看对应科目是否合格。", done=lambda: "已登记培训考核。",
    )  # fmt: skip


@require_POST
@desk_view()
def void_assessment(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Say that a recorded test is wrong."""
    seen = Assessment.objects.filter(inspector__in=queries.inspectors_seen(viewer))
    found = visible_or_404(viewer, seen.select_related("inspector__organisation"), pk=pk)
    actions.void_assessment(viewer, found, request.POST.get("reason", ""))
    messages.success(request, f"已作废“{found.subject}”{found.tested_on.isoformat()} 的考核记录。")
    return redirect("registry:inspector", found.inspector_id)


@require_http_methods(["GET", "POST"])
@desk_view()
def ask_leave(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Ask for leave oneself."""
    return _new_leave(request, viewer, _mine(viewer), own=True)


@require_http_methods(["GET", "POST"])
@desk_view()
def new_leave(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Enter when an inspector is away."""
    found = visible_or_404(viewer, queries.inspectors_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_set_state(viewer, found), "休假由本人申请，或由所在单位的经办人登记。")
    return _new_leave(request, viewer, found, own=False)


def _new_leave(request: HttpRequest, viewer: Viewer, found: Inspector, *, own: bool) -> HttpResponse:
    form = forms.LeaveForm(request.POST or None)
    lede = "经单位批准后，休假期间不参加抽取。" if own else "休假期间不参加抽取。"
    return _form_page(
        request, form, found, lambda data: actions.enter_leave(viewer, found, **data), own=own, field="starts",
        title="申请休假" if own else "登记休假", lede=lede, done=lambda: "已申请，等单位批准。" if own else "已登记休假。",
    )  # fmt: skip


@require_POST
@desk_view()
def decide_leave(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Grant, refuse or cancel a leave."""
    own = queries.inspector_of(viewer)
    seen = Leave.objects.filter(inspector__in=queries.inspectors_seen(viewer))
    found = visible_or_404(viewer, seen.select_related("inspector__organisation"), pk=pk)
    decision, reason = request.POST.get("decision"), request.POST.get("reason", "")
    if decision == "cancel":
        done = actions.cancel_leave(viewer, found, reason)
    else:
        done = actions.decide_leave(viewer, found, decision == "grant", reason)
    messages.success(request, f"{found.inspector.name}的休假：{done.get_state_display()}。")
    mine = own is not None and own.pk == found.inspector_id
    return redirect("registry:me") if mine else redirect("registry:inspector", found.inspector_id)


@require_http_methods(["GET", "POST"])
@desk_view()
def new_loan(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Ask that an inspector be lent."""
    found = visible_or_404(viewer, queries.lendable(viewer), pk=pk)
    form = forms.LoanForm(request.POST or None, inspector=found)
    own = viewer.covers(found.organisation)
    name = found.name if own else masking.person(found.name)
    if not own:
        form.initial["borrower"] = viewer.organisation.code

    def ask(data: dict[str, Any]) -> object:
        return actions.ask_loan(
            viewer, found, data["borrower"], starts=data["starts"], ends=data["ends"], reason=data["reason"]
        )

    return _form_page(
        request, form, found, ask, title="提出借调", field="borrower", back_to="registry:loans",
        lede=f"{found.organisation.name}的{name}。双方负责人都同意后，借调期内为借入单位参加抽取，不为本单位参加。",
        done=lambda: "已提出，等双方负责人同意。",
    )  # fmt: skip


@require_GET
@desk_view()
def loans(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The loans of the viewer's units: those that wait for a word first."""
    listing = lists.loans_listing(request, viewer)
    if listing.wants_export:
        return listing.export(f"人员借调-{clock.today().isoformat()}")
    mine = set(queries.loans_to_agree(viewer).values_list("pk", flat=True))
    context = {"listing": listing, "mine": mine, "viewer_heads": viewer.role in policy.HEADS}
    return render(request, "registry/loans.html", context)


@require_GET
@desk_view()
def borrow(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """People of other units who might be borrowed: those on duty of the same department or its partners."""
    listing = lists.lendable_listing(request, viewer)
    return render(request, "registry/borrow.html", {"listing": listing})


@require_POST
@desk_view()
def decide_loan(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Agree to, refuse, end or withdraw a loan."""
    found = visible_or_404(viewer, queries.loans_seen(viewer), pk=pk)
    decision, reason = request.POST.get("decision"), request.POST.get("reason", "")
    act: Callable[[], Any] = {
        "agree": lambda: actions.agree_loan(viewer, found),
        "refuse": lambda: actions.refuse_loan(viewer, found, reason),
    }.get(decision or "", lambda: actions.end_loan(viewer, found, reason))
    done = act()
    messages.success(request, f"{found.inspector.name}的借调：{done.get_state_display()}。")
    return redirect("registry:loans")


def _form_page(
    request: HttpRequest,
    form: DeskForm,
    found: Inspector | Expert,
    act: Callable[[dict[str, Any]], object],
    *,
    title: str,
    lede: str,
    field: str,
    done: Callable[[], str],
    own: bool = False,
    back_to: str = "",
) -> HttpResponse:
    """A form about one inspector or expert; done, back to his page, or to one's own."""
    place, page = ("experts", "registry:expert") if isinstance(found, Expert) else ("inspectors", "registry:inspector")
    if request.method == "POST" and form.is_valid() and accepts(form, field, act):
        messages.success(request, done())
        if own:
            return redirect("registry:me")
        return redirect(back_to) if back_to else redirect(page, found.pk)
    context = {
        "form": form, "title": title, "lede": lede, "save": title, "place": "me" if own else place,
        "back": None if own or back_to else found, "back_url": page,
    }  # fmt: skip
    return render(request, "registry/form.html", context)
