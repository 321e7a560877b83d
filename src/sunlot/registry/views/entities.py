"""Pages of market entities (一企一档 grows from here)."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock, masking
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import actions, marks, policy, queries
from ..editing import merged
from ..forms import objects as forms
from ..lists import objects as lists
from ..models import EntityMerge
from ..panels import panels_of
from ..past import moment_of
from ..story import story_of
from . import past


@require_GET
@desk_view()
def entities(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """All entities of the jurisdiction; with `?asof=` as they stood then."""
    moment = moment_of(request.GET.get("asof", ""))
    if moment is not None:
        return past.entities(request, viewer, moment)
    listing = lists.entities_listing(request, viewer)
    if listing.wants_export:
        return listing.export(f"市场主体名录-{clock.today().isoformat()}")
    twins = queries.entity_pairs_seen(viewer).filter(state="open").count()
    context = {"listing": listing, "may_write": policy.may_write(viewer), "twins": twins}
    return render(request, "registry/entities.html", context)


@require_GET
@desk_view()
def entity(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One entity: its facts, its objects, its visits, its story; with `?asof=` as it stood then."""
    entry = visible_or_404(viewer, queries.entities_seen(viewer), pk=pk)
    moment = moment_of(request.GET.get("asof", ""))
    if moment is not None:
        return past.one_entity(request, viewer, entry, moment)
    contact, phone = lists.shown_contact(viewer, entry)
    sees_contacts = policy.sees_contacts(viewer, entry)
    involvements = entry.involvements.filter(object__in=queries.objects_seen(viewer)).select_related(
        "object__kind", "object__region"
    )
    today = clock.today()
    counting = entry.marks.filter(marks.counting(today)).select_related("entity")
    context = {
        "entry": entry,
        "counting": counting,
        "past_marks": entry.marks.exclude(marks.counting(today)),
        "thing": "entities",
        "contact": contact,
        "phone": phone,
        "representative": entry.representative if sees_contacts else masking.person(entry.representative),
        "sees_contacts": sees_contacts,
        "involvements": involvements,
        "may_change": policy.may_change(viewer, entry),
        "panels": panels_of(viewer, entry),
        "merges": EntityMerge.objects.filter(Q(kept=entry) | Q(gone=entry)).select_related("kept", "gone"),
        "merged_panels": [(other, panels_of(viewer, other)) for other in entry.merged_from.all()],
        "twins": queries.entity_pairs_seen(viewer).filter(Q(first=entry) | Q(second=entry), state="open"),
        "history": story_of(entry, f"entity:{entry.pk}"),
    }
    return render(request, "registry/entity.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def new_entity(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Enter an entity by hand: a building unit of a site, for example."""
    policy.require(viewer, policy.may_write(viewer), "市场主体由经办人或统筹科室新增。")
    form = forms.NewEntityForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        try:
            entry = actions.create_entity(viewer, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("credit_code", str(refusal))
        else:
            messages.success(request, f"已新增“{entry.name}”。")
            return redirect("registry:entity", entry.pk)
    lede = "这里登记建设、施工、监理、运营等单位。要列入抽查的企业，在“检查对象”中新增。"
    context = {"form": form, "title": "新增市场主体", "lede": lede, "save": "新增主体", "place": "entities"}
    return render(request, "registry/form.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def edit_entity(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Change an entity's facts."""
    entry = visible_or_404(viewer, queries.entities_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_change(viewer, entry), "市场主体由其管理单位的经办人或统筹科室修改。")

    def make(data: Any) -> forms.EntityForm:
        return forms.EntityForm(data, initial=forms.EntityForm.values_of(entry), viewer=viewer)

    form = make(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_entity(viewer, entry, **form.cleaned_data)
        except actions.Stale as stale:
            form = merged(form, stale.current, make)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("credit_code", str(refusal))
        else:
            messages.success(request, f"已保存“{entry.name}”的登记内容。")
            return redirect("registry:entity", entry.pk)
    context = {
        "form": form,
        "title": "修改登记内容",
        "save": "保存登记内容",
        "place": "entities",
        "back": entry,
        "back_url": "registry:entity",
    }
    return render(request, "registry/form.html", context)
