"""Items: the list, one item with all its versions, writing."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.queries import organisations_seen
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import actions, forms, policy, queries
from ..lists import desk_listing
from ..texts import ItemText, NewItem, text_of
from .standing import standing


@require_GET
@desk_view()
def items(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """All items that this person may see, searched, filtered, as of any day."""
    listing = desk_listing(request, queries.versions_seen(viewer), queries.items_seen(viewer).count())
    day = listing.form.cleaned_data.get("day") if listing.filterset.is_valid() else None
    if listing.wants_export:
        return listing.export(f"抽查事项清单-{clock.today().isoformat()}")
    context = {
        "listing": listing,
        "may_write": viewer.role in policy.WRITERS,
        "may_keep": policy.may_keep_words(viewer),
        "day": day,
        "today": clock.today(),
    }
    return render(request, "catalogue/list.html", context)


@require_GET
@desk_view()
def item(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """One item: how it stands, what waits, what every version says, and its story."""
    found = visible_or_404(viewer, queries.items_seen(viewer), code=code)
    seen = queries.versions_seen(viewer).filter(item=found).order_by("-number").select_related("approved_by")
    context = standing(request, viewer, found, list(queries.whole(seen)))
    context["guides"] = queries.guides_for([found.pk], clock.today())[found.pk]
    return render(request, "catalogue/item.html", {"item": found, **context})


@require_http_methods(["GET", "POST"])
@desk_view()
def new_item(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Draft a new item."""
    organisations = writable(viewer)
    context = {"title": "起草新事项", "back": None}
    if request.method != "POST":
        initial = {**own_first(viewer, organisations), "category": "general"}
        form = forms.NewItemForm(initial=initial, organisations=organisations)
        return _form_page(request, form, forms.ItemRows.showing(None, extra=2), context)
    form = forms.NewItemForm(request.POST, organisations=organisations)
    if forms.MORE_ROWS in request.POST:
        form = forms.NewItemForm(initial=forms.typed(form, request.POST), organisations=organisations)
        return _form_page(request, form, forms.ItemRows.one_more(request.POST), context)
    rows = forms.ItemRows(request.POST)
    if not all([form.is_valid(), rows.is_valid()]):
        return _form_page(request, form, rows, context)
    wanted = NewItem(form.cleaned_data["code"], form.cleaned_data["organisation"])
    try:
        version = actions.draft_version(viewer, wanted, form.text(rows))
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
    text = text_of(newest)
    context = {"title": f"{code} 第 {number} 版", "back": found, "newest": newest, "fresh": fresh}
    asks: dict[str, Any] = {"is_change": number > 1, "held": text.competences}
    if request.method != "POST":
        form = forms.ItemForm(initial=_initial(text, fresh), **asks)
        return _form_page(request, form, forms.ItemRows.showing(text), context)
    form = forms.ItemForm(request.POST, **asks)
    if forms.MORE_ROWS in request.POST:
        form = forms.ItemForm(initial=forms.typed(form, request.POST), **asks)
        return _form_page(request, form, forms.ItemRows.one_more(request.POST), context)
    rows = forms.ItemRows(request.POST)
    if not all([form.is_valid(), rows.is_valid()]):
        return _form_page(request, form, rows, context)
    data = form.text(rows)
    try:
        version = actions.draft_version(viewer, found, data) if fresh else actions.change_draft(viewer, newest, data)
    except NotAllowed:
        raise
    except Refused as refused:  # submitted or approved by somebody else meanwhile: nothing typed is lost
        form.add_error(None, str(refused))
        return _form_page(request, form, rows, context)
    messages.success(request, f"已保存第 {version.number} 版的草稿。")
    return redirect("catalogue:item", code=code)


def _form_page(
    request: HttpRequest, form: forms.ItemForm, rows: forms.ItemRows, context: dict[str, Any]
) -> HttpResponse:
    return render(request, "catalogue/form.html", {**context, "form": form, "rows": rows, "more_rows": forms.MORE_ROWS})


def _initial(text: ItemText, fresh: bool) -> dict[str, Any]:
    """The form's first values from what a version says; a next version needs a reason of its own."""
    return {
        "name": text.name,
        "category": text.category,
        "kinds": list(text.kinds),
        "content": text.content,
        "modes": list(text.modes),
        "proof": text.proof,
        "competences": list(text.competences),
        "reason": "" if fresh else text.reason,
    }


def writable(viewer: Viewer) -> "QuerySet[Organisation]":
    """For whom this person may draft. NotAllowed where for nobody."""
    if viewer.role not in policy.WRITERS:
        raise NotAllowed("事项和指引由各科室（单位）的经办人或统筹科室起草。")
    return organisations_seen(viewer)


def own_first(viewer: Viewer, organisations: "QuerySet[Organisation]") -> dict[str, Any]:
    """The first values of a new subject's form: the viewer's own organisation."""
    own = organisations.filter(pk=viewer.organisation.pk).first() or organisations.first()
    return {"organisation": own}
