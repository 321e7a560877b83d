"""The pages of checks outside of the plans, and of the share of random checks."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.lists import Column, Listing
from sunlot.desk.views import desk_view, pdf_response, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.staff.keys import has_key
from sunlot.staff.signing import SigningForm
from sunlot.trail.queries import history
from sunlot.visits.models import Visit

from ..models import CheckRequest, Finding, FormPart
from ..queries import parts_seen, whole
from . import actions, checks, papers, policy, queries
from .content import COLUMNS, content_of
from .forms import ReasonForm, RequestFilters, RequestForm, ShareFilters

State = CheckRequest.State

_SORTS: dict[str, Sequence[str]] = {
    "asked": ["asked_at"],
    "title": ["title"],
    "starts": ["starts_on"],
    "state": ["state", "asked_at"],
}
_COLUMNS: list[Column[CheckRequest]] = [
    Column("number", "编号", lambda one: one.number),
    Column("title", "检查任务", lambda one: one.title),
    Column("source", "类别", lambda one: one.get_source_display()),
    Column("unit", "承办单位", lambda one: one.organisation.full_name),
    Column("basis", "任务依据", lambda one: one.basis),
    Column("objects", "对象（户）", lambda one: one.count, number=True),  # type: ignore[attr-defined]  # annotated
    Column("starts_on", "检查开始", lambda one: one.starts_on),
    Column("ends_on", "检查截止", lambda one: one.ends_on),
    Column("state", "状态", lambda one: one.get_state_display()),
]


@require_GET
@desk_view()
def request_list(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The checks outside of the plans, asked for and approved, newest first."""
    rows = queries.requests_seen(viewer).select_related("organisation__parent").annotate(count=Count("objects_named"))
    listing = Listing(
        request, rows, filters=RequestFilters, sorts=_SORTS, default_sort="-asked", columns=_COLUMNS, unit="件"
    )
    if listing.wants_export:
        return listing.export("计划外检查")
    context = {"listing": listing, "may_ask": policy.may_ask(viewer)}
    return render(request, "inspecting/special/list.html", context)


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK)
def new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Write a request; `?object=` begins it with an object, `?recheck=` with a part that is looked at again."""
    initial: dict[str, Any] = {"starts_on": clock.today()}
    part = _part_to_recheck(request, viewer)
    if part is not None:
        initial |= _of_recheck(part)
    elif request.GET.get("object", "").isdecimal():
        initial["objects"] = [int(request.GET["object"])]
    return _write(request, viewer, viewer.organisation, None, initial)


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK)
def edit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Change a request that waits or was returned."""
    found = _request(viewer, number)
    if not policy.may_change(viewer, found):
        raise NotAllowed(f"由{found.organisation.name}的经办人修改。")
    if not found.is_open:
        raise Refused(f"这份申请{found.get_state_display()}，不能再改。")
    said = content_of(found)
    initial = {name: getattr(said, name) for name in (*COLUMNS, "objects", "items", "inspectors", "rechecks")}
    return _write(request, viewer, found.organisation, found, initial)


def _write(
    request: HttpRequest, viewer: Viewer, unit: Organisation, found: CheckRequest | None, initial: dict[str, Any]
) -> HttpResponse:
    """The form: looking for objects keeps what is typed, sending it submits the request."""
    looks = request.method == "POST" and "look" in request.POST
    form = RequestForm(viewer, unit, request.POST or None, initial=initial)
    made: CheckRequest | None = None

    def act(_: dict[str, Any]) -> None:
        nonlocal made
        said = form.content()
        made = actions.ask(viewer, said) if found is None else actions.change(viewer, found, said)

    if request.method == "POST" and not looks and form.is_valid() and accepts(form, None, act) and made is not None:
        messages.success(request, f"已提交，等{made.organisation.department.name}的{policy.UNIT_HEAD}审批。")
        return redirect("inspecting:request", made.number)
    if looks:  # what was typed stays, nothing is found fault with yet
        form = RequestForm(viewer, unit, initial={**initial, **_typed(request)})
    context = {"form": form, "unit": unit, "found": found, "ticked": form.ticked, "looks": looks}
    faulty = request.method == "POST" and not looks
    return render(request, "inspecting/special/form.html", context, status=422 if faulty else 200)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What stands in the form, as it is to be shown again."""
    lists = {name: request.POST.getlist(name) for name in ("objects", "items", "inspectors")}
    names = (*COLUMNS, "find", "rechecks")
    return {name: request.POST.get(name, "") for name in names} | lists


def _part_to_recheck(request: HttpRequest, viewer: Viewer) -> FormPart | None:
    asked = request.GET.get("recheck", "")
    if not asked.isdecimal():
        return None
    return visible_or_404(viewer, whole(parts_seen(viewer)), pk=int(asked))


def _of_recheck(part: FormPart) -> dict[str, Any]:
    """A re-inspection looks at the items of which problems were found; those not in force any more are left out."""
    problems = [one for one in part.findings.all() if one.answer == Finding.Answer.PROBLEM]
    codes = [one.version.item.code for one in problems or part.findings.all()]
    items = checks.items_for(part.organisation, clock.today()).filter(item__code__in=codes)
    return {
        "source": Visit.Source.RECHECK.value,
        "title": f"{part.form.object.name}整改复查"[:80],
        "basis": f"检查表 {part.form.number} 的检查结果：{'、'.join(part.category_labels)}"[:300],
        "reason": "复查发现的问题是否按期改正。",
        "objects": [part.form.object_id],
        "items": [one.pk for one in items],
        "rechecks": part.pk,
    }


@require_http_methods(["GET", "POST"])
@desk_view()
def detail(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """A request: what is asked for, how its objects stand to their caps, its approval."""
    found = _request(viewer, number)
    may_decide = found.state == State.ASKED and policy.may_decide(viewer, found)
    form = SigningForm(actions.page_of(found), request.POST or None, has_key=has_key(viewer)) if may_decide else None
    if request.method == "POST":
        if form is None:
            raise NotAllowed(f"由{found.organisation.department.name}的{policy.UNIT_HEAD}审批。")
        if form.is_valid() and _decided(request, viewer, found, form):
            return redirect("inspecting:request", number)
    task = getattr(found, "task", None)
    context = {
        "found": found,
        "form": form,
        "counted": checks.counted(list(found.objects_named.all()), found.organisation, found.starts_on),
        "faults": checks.faults(viewer, found.organisation, content_of(found)) if may_decide else [],
        "may_change": found.is_open and policy.may_change(viewer, found),
        "task": task,
        "forms": list(task.forms.select_related("object").order_by("number")) if task else [],
        "history": history([found.thing, *([f"task:{task.pk}"] if task else [])]),
    }
    return render(request, "inspecting/special/detail.html", context, status=422 if form and form.errors else 200)


def _decided(request: HttpRequest, viewer: Viewer, found: CheckRequest, form: SigningForm) -> bool:
    """Do what the valid form says; what is wrong stands in it."""
    if form.refuses:
        done = accepts(form, "reason", lambda _: actions.return_request(viewer, found, form.refusal))
        words = "已退回，经办人会看到您的意见。"
    else:
        proof = form.proven(request, viewer)
        done = proof is not None and accepts(
            form, None, lambda _: actions.approve(viewer, found, proof, form.comment_given)
        )
        words = "已批准并派发，检查人员现在可以看到。"
    if done:
        messages.success(request, words)
    return done


@require_http_methods(["GET", "POST"])
@desk_view(Role.CLERK)
def withdraw(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Give a request up, with the reason."""
    found = _request(viewer, number)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and accepts(form, "reason", lambda data: actions.withdraw(viewer, found, data["reason"])):
        messages.success(request, "已撤回。")
        return redirect("inspecting:request", number)
    return render(request, "inspecting/special/withdraw.html", {"found": found, "form": form})


@require_GET
@desk_view()
def pdf(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The 行政检查审批表."""
    found = _request(viewer, number)
    return pdf_response(papers.approval_pdf(found), f"行政检查审批表-{found.number}.pdf")


def _request(viewer: Viewer, number: str) -> CheckRequest:
    return visible_or_404(viewer, queries.whole(queries.requests_seen(viewer)), number=number)


def _count(one: Organisation, name: str) -> int:
    return int(getattr(one, name))


def _percent(one: Organisation) -> str:
    return f"{_count(one, 'n_draw') * 1000 // _count(one, 'total') / 10}%"


_SHARE_COLUMNS: list[Column[Organisation]] = [
    Column("unit", "单位", lambda one: one.full_name),
    *(
        Column(source, label, lambda one, name=f"n_{source}": _count(one, name), number=True)  # type: ignore[misc]
        for source, label in Visit.Source.choices
    ),
    Column("total", "合计", lambda one: _count(one, "total"), number=True),
    Column("share", "随机检查占比", _percent),
]


@require_GET
@desk_view()
def share(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The share of random checks among all that were made in a year (三（一）提高随机抽查比重), by unit and by item."""
    this = clock.today().year
    years = sorted({this, *queries.years_with_visits(viewer)}, reverse=True)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in {str(one) for one in years} else this
    choices = [(str(one), f"{one}年") for one in years]
    filters = type("Filters", (ShareFilters,), {})
    filters.base_filters["year"].extra["choices"] = choices  # type: ignore[attr-defined]  # django-filter's own
    listing = Listing(
        request,
        queries.shares(viewer, year),
        filters=filters,
        sorts={"unit": ["path"], "total": ["total"]},
        default_sort="unit",
        columns=_SHARE_COLUMNS,
        unit="个单位",
    )
    if listing.wants_export:
        return listing.export(f"随机检查占比-{year}")
    sources = Visit.Source.choices
    rows = [(one, [_count(one, f"n_{source}") for source, _ in sources]) for one in listing.page]
    everything = list(listing.rows)
    context = {
        "listing": listing,
        "rows": rows,
        "year": year,
        "sources": [label for _, label in sources],
        "random": sum(_count(one, "n_draw") for one in everything),
        "total": sum(_count(one, "total") for one in everything),
        "items": queries.shares_by_item(viewer, year),
    }
    return render(request, "inspecting/special/share.html", context)
