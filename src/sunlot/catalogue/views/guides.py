"""Guides and detailed rules: the list, one guide with all its versions, writing with a preview."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import actions, forms, policy, queries
from ..lists import desk_guides, with_items
from ..models import GuideVersion
from ..texts import NewGuide, guide_text_of
from .items import own_first, writable
from .standing import standing

PREVIEW = "preview"
"""The button's name: show how it reads, store nothing."""


@require_GET
@desk_view()
def guides(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """All guides that this person may see, searched, filtered, as of any day."""
    listing = desk_guides(request, queries.guide_versions_seen(viewer), queries.guides_seen(viewer).count())
    day = listing.form.cleaned_data.get("day") if listing.filterset.is_valid() else None
    if listing.wants_export:
        return listing.export(f"工作指引和细则-{clock.today().isoformat()}")
    context = {"listing": listing, "may_write": viewer.role in policy.WRITERS, "day": day, "today": clock.today()}
    return render(request, "catalogue/guides.html", context)


@require_GET
@desk_view()
def guide(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """One guide: how it stands, what waits, what every version says, and its story."""
    found = visible_or_404(viewer, queries.guides_seen(viewer), code=code)
    seen = queries.guide_versions_seen(viewer).filter(guide=found).order_by("-number").select_related("approved_by")
    context = standing(request, viewer, found, list(with_items(seen)))
    return render(request, "catalogue/guide.html", {"guide": found, **context})


@require_http_methods(["GET", "POST"])
@desk_view()
def new_guide(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Draft a new guide."""
    organisations = writable(viewer)
    given: dict[str, Any] = {"items": _items(viewer), "organisations": organisations}
    context = {"title": "起草指引或细则", "back": None}
    if request.method != "POST":
        return _form_page(request, forms.NewGuideForm(initial=own_first(viewer, organisations), **given), context)
    form = forms.NewGuideForm(request.POST, **given)
    if PREVIEW in request.POST:
        return _preview(request, forms.NewGuideForm(initial=forms.typed(form, request.POST), **given), context)
    if not form.is_valid():
        return _form_page(request, form, context)
    said = form.cleaned_data
    wanted = NewGuide(said["code"], said["organisation"], said["type"], said["degree"])
    try:
        version = actions.draft_version(viewer, wanted, form.text())
    except NotAllowed:
        raise
    except Refused as refused:  # the code is malformed, or somebody took it a moment ago: nothing typed is lost
        form.add_error("code", str(refused))
        return _form_page(request, form, context)
    messages.success(request, f"已保存 {version.code} 的草稿。核对后提交统筹科室审核。")
    return redirect("catalogue:guide-page", code=version.code)


@require_http_methods(["GET", "POST"])
@desk_view()
def edit_guide(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """Write on at the open draft of a guide, or begin its next version from the newest one."""
    found = visible_or_404(viewer, queries.guides_seen(viewer), code=code)
    if not policy.may_write(viewer, found.organisation):
        raise NotAllowed(f"{found.organisation.name}的指引由本科室（单位）的经办人或统筹科室起草。")
    newest: GuideVersion = found.versions.order_by("-number")[0]
    fresh = not newest.is_open
    number = newest.number + 1 if fresh else newest.number
    context = {"title": f"{code} 第 {number} 版", "back": found, "newest": newest, "fresh": fresh}
    given: dict[str, Any] = {"items": _items(viewer, newest), "is_change": number > 1}
    if request.method != "POST":
        text = guide_text_of(newest)
        initial = {"name": text.name, "items": text.items, **text.parts, "reason": "" if fresh else text.reason}
        return _form_page(request, forms.GuideForm(initial=initial, **given), context)
    form = forms.GuideForm(request.POST, **given)
    if PREVIEW in request.POST:
        return _preview(request, forms.GuideForm(initial=forms.typed(form, request.POST), **given), context)
    if not form.is_valid():
        return _form_page(request, form, context)
    try:
        data = form.text()
        version = actions.draft_version(viewer, found, data) if fresh else actions.change_draft(viewer, newest, data)
    except NotAllowed:
        raise
    except Refused as refused:  # submitted or approved by somebody else meanwhile: nothing typed is lost
        form.add_error(None, str(refused))
        return _form_page(request, form, context)
    messages.success(request, f"已保存第 {version.number} 版的草稿。")
    return redirect("catalogue:guide-page", code=code)


def _items(viewer: Viewer, held: GuideVersion | None = None) -> Any:
    """What a guide may be for: the items that this person sees, as they stand today."""
    seen = queries.representative(queries.versions_seen(viewer), clock.today())
    if held is None:
        return seen.filter(item__in=queries.items_of(viewer))
    return seen.filter(item__in=queries.items_of(viewer)) | seen.filter(item__in=held.items.all())


def _preview(request: HttpRequest, form: forms.GuideForm, context: dict[str, Any]) -> HttpResponse:
    """The form with how its parts read beside it; nothing is judged or stored."""
    parts = [(GuideVersion.label_of(part), str(form[part].value() or "")) for part in GuideVersion.PARTS]
    return _form_page(request, form, {**context, "preview": parts})


def _form_page(request: HttpRequest, form: forms.GuideForm, context: dict[str, Any]) -> HttpResponse:
    return render(request, "catalogue/guide_form.html", {**context, "form": form, "preview_name": PREVIEW})
