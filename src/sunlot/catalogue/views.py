"""The staff's pages of the catalogue under /desk/catalogue/."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.queries import organisations_seen
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.queries import history

from . import actions, forms, policy, queries
from .differences import differences
from .lists import desk_listing
from .models import Item, ItemVersion
from .texts import ItemText, NewItem, text_of

State = ItemVersion.State


@require_GET
@desk_view()
def items(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """All items that this person may see, searched, filtered, as of any day."""
    listing = desk_listing(request, queries.versions_seen(viewer), queries.items_seen(viewer).count())
    day = listing.form.cleaned_data.get("day") if listing.filterset.is_valid() else None
    if listing.wants_export:
        return listing.export(f"抽查事项清单-{clock.today().isoformat()}")
    context = {"listing": listing, "may_write": viewer.role in policy.WRITERS, "day": day, "today": clock.today()}
    return render(request, "catalogue/list.html", context)


@require_GET
@desk_view()
def item(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """One item: how it stands, what waits, what every version says, and its story."""
    found = visible_or_404(viewer, queries.items_seen(viewer), code=code)
    versions = list(
        queries.versions_seen(viewer)
        .filter(item=found)
        .order_by("-number")
        .prefetch_related("kinds", "bases")
        .select_related("approved_by")
    )
    shown = _asked(versions, request.GET.get("version")) or _today_s(versions)
    against = _asked(versions, request.GET.get("against"))
    waiting = next((version for version in versions if version.is_open), None)
    lasting = next((version for version in versions if version.state == State.IN_FORCE), None)
    scheduled = lasting is not None and lasting.effective_from is not None and lasting.effective_from > clock.today()
    context = {
        "item": found,
        "scheduled": lasting if scheduled else None,
        "versions": versions,
        "version": shown,
        "against": against,
        "differences": differences(against, shown) if against else [],
        "waiting": waiting,
        "lasting": lasting,
        "missing": actions.what_is_missing(waiting) if waiting and waiting.state == State.DRAFT else [],
        "may_write": policy.may_write(viewer, found.organisation),
        "may_decide": policy.may_decide(viewer, found.organisation),
        "wrote": waiting is not None and policy.wrote(viewer, waiting),
        "history": history(actions.thing_of(found)),
        "today": clock.today(),
    }
    return render(request, "catalogue/item.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def new_item(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Draft a new item."""
    writable = _writable(viewer)
    own = {
        "organisation": writable.filter(pk=viewer.organisation.pk).first() or writable.first(),
        "category": "general",
    }
    context = {"title": "起草新事项", "back": None}
    if request.method != "POST":
        form, rows = forms.NewItemForm(initial=own, organisations=writable), forms.empty_rows([], extra=3)
        return _form_page(request, form, rows, context)
    form, rows = forms.NewItemForm(request.POST, organisations=writable), forms.BasisRows(request.POST, prefix="bases")
    if forms.MORE_ROWS in request.POST:
        form = forms.NewItemForm(initial=forms.typed(form, request.POST), organisations=writable)
        return _form_page(request, form, _one_more(rows, request), context)
    if not (form.is_valid() and rows.is_valid()):
        return _form_page(request, form, rows, context)
    wanted = NewItem(form.cleaned_data["code"], form.cleaned_data["organisation"])
    try:
        version = actions.draft_version(viewer, wanted, form.text(forms.bases_in(rows)))
    except NotAllowed:
        raise
    except Refused as refused:  # the code is malformed, or somebody took it a moment ago: nothing typed is lost
        form.add_error("code", str(refused))
        return _form_page(request, form, rows, context)
    messages.success(request, f"已保存 {version.item.code} 的草稿。核对后提交统筹科室审核。")
    return redirect("catalogue:item", code=version.item.code)


@require_http_methods(["GET", "POST"])
@desk_view()
def edit(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """Write on at the open draft of an item, or begin its next version from the newest one."""
    found = visible_or_404(viewer, queries.items_seen(viewer), code=code)
    if not policy.may_write(viewer, found.organisation):
        raise NotAllowed(f"{found.organisation.name}的事项由本科室（单位）的经办人或统筹科室起草。")
    newest = found.versions.order_by("-number")[0]
    fresh = not newest.is_open
    number = newest.number + 1 if fresh else newest.number
    context = {"title": f"{code} 第 {number} 版", "back": found, "newest": newest, "fresh": fresh}
    if request.method != "POST":
        text = text_of(newest)
        return _form_page(
            request,
            forms.ItemForm(initial=_initial(text, fresh), is_change=number > 1),
            forms.empty_rows(list(text.bases)),
            context,
        )
    form, rows = forms.ItemForm(request.POST, is_change=number > 1), forms.BasisRows(request.POST, prefix="bases")
    if forms.MORE_ROWS in request.POST:
        return _form_page(
            request,
            forms.ItemForm(initial=forms.typed(form, request.POST), is_change=number > 1),
            _one_more(rows, request),
            context,
        )
    if not (form.is_valid() and rows.is_valid()):
        return _form_page(request, form, rows, context)
    data = form.text(forms.bases_in(rows))
    try:
        version = actions.draft_version(viewer, found, data) if fresh else actions.change_draft(viewer, newest, data)
    except NotAllowed:
        raise
    except Refused as refused:  # submitted or approved by somebody else meanwhile: nothing typed is lost
        form.add_error(None, str(refused))
        return _form_page(request, form, rows, context)
    messages.success(request, f"已保存第 {version.number} 版的草稿。")
    return redirect("catalogue:item", code=code)


@require_POST
@desk_view()
def submit(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """Hand the open draft to the coordinator."""
    version = actions.submit(viewer, _open_version(viewer, code))
    messages.success(request, f"已提交 {code} 第 {version.number} 版，等统筹科室审核。")
    return redirect("catalogue:item", code=code)


@require_http_methods(["GET", "POST"])
@desk_view()
def put_in_force(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """Look at what is going to be in force, and put it in force from a day on."""
    version = _open_version(viewer, code)
    before = version.item.versions.filter(state=State.IN_FORCE).first()
    context = {
        "version": version,
        "before": before,
        "differences": differences(before, version) if before else [],
        "may": policy.may_decide(viewer, version.item.organisation) and not policy.wrote(viewer, version),
    }
    form = forms.PutInForceForm(request.POST or None)
    if form.is_valid() and accepts(
        form, "effective_from", lambda data: actions.put_in_force(viewer, version, data["effective_from"])
    ):
        day = form.cleaned_data["effective_from"]
        messages.success(request, f"{code} 第 {version.number} 版自 {day} 起生效，已写入公开日志。")
        return redirect("catalogue:item", code=code)
    return render(request, "catalogue/put_in_force.html", {**context, "form": form})


@require_http_methods(["GET", "POST"])
@desk_view()
def return_draft(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """Give the version in review back with what is to be mended."""
    version = _open_version(viewer, code)
    form = forms.ReturnForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "catalogue/return.html", {"version": version, "form": form})
    actions.return_draft(viewer, version, form.cleaned_data["comment"])
    messages.success(request, f"已退回 {code} 第 {version.number} 版，起草人会在工作台看到您的意见。")
    return redirect("catalogue:item", code=code)


@require_http_methods(["GET", "POST"])
@desk_view()
def repeal(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """Repeal the version in force."""
    found = visible_or_404(viewer, queries.items_seen(viewer), code=code)
    version = found.versions.filter(effective_from__isnull=False).order_by("-number").first()
    if version is None:
        raise Refused(f"事项 {code} 没有生效过的版本，不需要废止。")
    form = forms.RepealForm(request.POST or None)
    if form.is_valid() and accepts(
        form, "on", lambda data: actions.repeal(viewer, version, data["on"], data["reason"])
    ):
        messages.success(request, f"{code} 自 {form.cleaned_data['on']} 起废止，已写入公开日志。")
        return redirect("catalogue:item", code=code)
    return render(request, "catalogue/repeal.html", {"version": version, "form": form})


@require_http_methods(["GET", "POST"])
@desk_view()
def call_off(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """Take back that a version comes into force, before its day."""
    found = visible_or_404(viewer, queries.items_seen(viewer), code=code)
    version = found.versions.filter(state=State.IN_FORCE, effective_from__gt=clock.today()).first()
    if version is None:
        raise Refused(f"事项 {code} 没有还未生效的版本，不需要撤销。")
    form = forms.CallOffForm(request.POST or None)
    if form.is_valid() and accepts(form, "reason", lambda data: actions.call_off(viewer, version, data["reason"])):
        messages.success(request, f"已撤销 {code} 第 {version.number} 版的生效，起草人可以再改。")
        return redirect("catalogue:item", code=code)
    before = actions.one_before(version)
    return render(request, "catalogue/call_off.html", {"version": version, "before": before, "form": form})


def _form_page(
    request: HttpRequest, form: forms.ItemForm, rows: "BaseFormSet[forms.BasisForm]", context: dict[str, Any]
) -> HttpResponse:
    return render(request, "catalogue/form.html", {**context, "form": form, "rows": rows, "more_rows": forms.MORE_ROWS})


def _one_more(rows: "BaseFormSet[forms.BasisForm]", request: HttpRequest) -> "BaseFormSet[forms.BasisForm]":
    """The rows as typed so far and one blank one."""
    said = [forms.typed(row, request.POST) for row in rows]
    return forms.BasisRows(prefix="bases", initial=said)


def _initial(text: ItemText, fresh: bool) -> dict[str, Any]:
    """The form's first values from what a version says; a next version needs a reason of its own."""
    return {
        "name": text.name,
        "category": text.category,
        "kinds": list(text.kinds),
        "content": text.content,
        "modes": list(text.modes),
        "reason": "" if fresh else text.reason,
    }


def _writable(viewer: Viewer) -> "QuerySet[Organisation]":
    """For whom this person may draft items. NotAllowed where for nobody."""
    if viewer.role not in policy.WRITERS:
        raise NotAllowed("事项由各科室（单位）的经办人或统筹科室起草。")
    return organisations_seen(viewer)


def _open_version(viewer: Viewer, code: str) -> ItemVersion:
    """The version of an item that is being written or reviewed."""
    found: Item = visible_or_404(viewer, queries.items_seen(viewer), code=code)
    if not (policy.may_write(viewer, found.organisation) or policy.may_decide(viewer, found.organisation)):
        raise NotAllowed(f"{found.organisation.name}的事项由本科室（单位）起草，由统筹科室审核。")
    version = queries.versions_seen(viewer).filter(item=found, state__in=queries.OPEN_STATES).first()
    if version is None:
        raise Refused(f"事项 {code} 没有等待办理的草稿，可能已经有人办过。")
    return version


def _asked(versions: list[ItemVersion], number: str | None) -> ItemVersion | None:
    """The version that the address names, if there is one."""
    return next((version for version in versions if str(version.number) == number), None)


def _today_s(versions: list[ItemVersion]) -> ItemVersion:
    """The version in force today, else the newest."""
    return next((version for version in versions if version.holds_on(clock.today())), versions[0])
