"""Pages of bulk edits: choose the field, give the value, look at what would change, apply, take back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.catalogue.models import ObjectKind
from sunlot.desk.forms import accepts
from sunlot.desk.lists import Listing
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations.viewer import Refused, Viewer

from .. import actions, policy, queries
from ..actions.bulk import ATTR, LIMIT, label_of
from ..forms.bulk import BulkForm
from ..kinds import attributes_of
from ..lists.bulk import BulkEditFilters
from ..lists.objects import ObjectFilters
from ..models import BulkEdit

COMMON = ("trade", "region", "risk_base", "state")
SHOWN = 50
_WHO = "批量修改由经办人或统筹科室办理。"


def _chosen_ids(request: HttpRequest, viewer: Viewer) -> list[int]:
    """The rows ticked, or with `which=all` all that the filters of the address match; within what the viewer sees."""
    seen = queries.objects_seen(viewer)
    if request.GET.get("which") == "all":
        found = ObjectFilters(request.GET, queryset=seen, request=request).qs
    else:
        found = seen.filter(pk__in=[row for row in request.GET.getlist("row") if row.isdecimal()])
    ids = list(found.order_by("pk").values_list("pk", flat=True)[: LIMIT + 1])
    if not ids:
        raise Refused("没有选中对象。在名录里勾选，或筛选后选择“修改符合条件的全部”。")
    if len(ids) > LIMIT:
        raise Refused(f"一次最多修改 {LIMIT} 个对象。先筛选缩小范围，或用导入。")
    return ids


@require_GET
@desk_view()
def choose(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How many are chosen, and which of their fields is to be changed."""
    policy.require(viewer, policy.may_write(viewer), _WHO)
    ids = _chosen_ids(request, viewer)
    kinds = list(ObjectKind.objects.filter(inspection_objects__in=ids).distinct()[:2])
    own = [f"{ATTR}{one.name}" for one in attributes_of(kinds[0])] if len(kinds) == 1 else []
    query = request.GET.urlencode()
    fields = [(label_of(name), f"{reverse('registry:bulk-edit', args=[name])}?{query}") for name in (*COMMON, *own)]
    return render(request, "registry/bulk_choose.html", {"count": len(ids), "fields": fields})


@require_http_methods(["GET", "POST"])
@desk_view()
def edit(request: HttpRequest, viewer: Viewer, field: str) -> HttpResponse:
    """The value and the reason; then what would change; then it is done."""
    policy.require(viewer, policy.may_write(viewer), _WHO)
    ids = _chosen_ids(request, viewer)
    kinds = ObjectKind.objects.filter(inspection_objects__in=ids).distinct()
    if field not in COMMON and field.removeprefix(ATTR) not in {
        one.name for kind in kinds for one in attributes_of(kind)
    }:
        raise Http404
    form = BulkForm(request.POST or None, field=field, viewer=viewer)
    preview = None
    if request.method == "POST" and form.is_valid():
        if "apply" in request.POST:
            made: list[BulkEdit] = []
            if accepts(
                form,
                None,
                lambda data: made.append(actions.apply_bulk(viewer, ids, field, form.held, data["reason"])),
            ):
                messages.success(request, f"已修改 {len(made[0].rows)} 个对象：{made[0].words}。可以在这里撤销。")
                return redirect("registry:bulk-edits")
        else:
            preview = actions.preview_bulk(viewer, ids, field, form.held)
    context = {"form": form, "label": label_of(field), "count": len(ids), "preview": preview, "shown": SHOWN}
    return render(request, "registry/bulk_edit.html", context)


@require_GET
@desk_view()
def edits(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What was edited in bulk, newest first."""
    listing: Listing[BulkEdit] = Listing(
        request,
        queries.bulk_edits_seen(viewer),
        filters=BulkEditFilters,
        sorts={"made": ["made_at"]},
        default_sort="-made",
        unit="次",
    )
    return render(request, "registry/bulk_edits.html", {"listing": listing, "may_write": policy.may_write(viewer)})


@require_POST
@desk_view()
def undo(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Take an edit back."""
    found = visible_or_404(viewer, queries.bulk_edits_seen(viewer), pk=pk)
    back, left = actions.undo_bulk(viewer, found)
    rest = f"；{left} 个后来又改过，保持不变" if left else ""
    messages.success(request, f"已恢复 {back} 个对象{rest}。" if back or left else "这次批量修改已经撤销过。")
    return redirect("registry:bulk-edits")
