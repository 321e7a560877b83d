"""Pages of objects that may be one: the work list, both side by side, merging and undoing it."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.organisations.viewer import Viewer

from .. import actions, policy, queries
from ..actions.merging import TAKEABLE
from ..forms import duplicates as forms
from ..kinds import attributes_of
from ..lists import duplicates as lists
from ..lists.objects import shown_contact
from ..models import DuplicatePair, InspectionObject, Merge
from ..panels import visits_this_year


@require_GET
@desk_view()
def duplicates(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The pairs to decide about, the newest first."""
    listing = lists.duplicates_listing(request, viewer)
    if listing.wants_export:
        return listing.export("疑似重复的检查对象")
    context = {"listing": listing, "waiting": queries.duplicates_seen(viewer).filter(state="open").count()}
    return render(request, "registry/duplicates.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def pair(request: HttpRequest, viewer: Viewer, first: int, second: int) -> HttpResponse:
    """Two objects side by side, found alike by the scan or named by a person: merged, or told apart."""
    seen = queries.objects_seen(viewer)
    one, other = visible_or_404(viewer, seen, pk=first), visible_or_404(viewer, seen, pk=second)
    if one.pk == other.pk:
        raise Http404
    found = DuplicatePair.objects.filter(first_id=min(first, second), second_id=max(first, second)).first()
    may_decide = policy.may_change(viewer, one) and policy.may_change(viewer, other)
    rows = _side_by_side(viewer, one, other)
    form = forms.MergeForm(request.POST or None, one=one, other=other, rows=rows)
    if request.method == "POST" and "different" in request.POST:
        if found is None:
            raise Http404
        actions.tell_apart(viewer, found, request.POST.get("reason", "")[:200])
        messages.success(request, "已记下不是同一对象，今后不再提示。")
        return redirect("registry:duplicates")
    if request.method == "POST" and form.is_valid() and accepts(form, None, lambda _: _merge(viewer, form)):
        messages.success(request, f"已并入“{form.kept.name}”，合并记录在对象页上，可以撤销。")
        return redirect("registry:object", form.kept.pk)
    context = {"one": one, "other": other, "pair": found, "rows": form.table, "form": form, "may_decide": may_decide}
    return render(request, "registry/pair.html", context)


def _merge(viewer: Viewer, form: forms.MergeForm) -> Merge:
    return actions.merge_objects(viewer, form.kept, form.gone, reason=form.cleaned_data["reason"], take=form.take)


def _side_by_side(viewer: Viewer, one: InspectionObject, other: InspectionObject) -> list[forms.Fact]:
    """Each fact of both, as this viewer may read it."""
    facts = [
        forms.Fact("", "编号", one.number, other.number),
        forms.Fact("name", "名称", one.name, other.name),
        forms.Fact("", "类别", one.kind.name, other.kind.name),
        forms.Fact("", "辖区", one.region.name, other.region.name),
        forms.Fact("address", "地址", one.address, other.address),
        forms.Fact("trade", "行业", one.trade_name, other.trade_name),
        forms.Fact("longitude", "坐标", *(_place(each) for each in (one, other))),
    ]
    contacts = [shown_contact(viewer, each) for each in (one, other)]
    facts += [
        forms.Fact("contact", "现场联系人", contacts[0][0], contacts[1][0]),
        forms.Fact("phone", "现场电话", contacts[0][1], contacts[1][1]),
        forms.Fact("", "信用风险", one.risk_class, other.risk_class),
        forms.Fact("", "状态", one.get_state_display(), other.get_state_display()),
        forms.Fact("", "管理单位", *(each.manager.name if each.manager else "" for each in (one, other))),
    ]
    names = {a.name: a for each in (one, other) for a in attributes_of(each.kind)}
    facts += [
        forms.Fact("", a.label, a.shown(one.attributes.get(name)), a.shown(other.attributes.get(name)))
        for name, a in names.items()
    ]
    visits = visits_this_year([one.pk, other.pk])
    facts.append(forms.Fact("", "今年检查", f"{visits[one.pk]} 次", f"{visits[other.pk]} 次"))
    assert all(not fact.name or fact.name in TAKEABLE for fact in facts)  # noqa: S101 -- the action takes no others
    return facts


def _place(entry: InspectionObject) -> str:
    return f"{entry.longitude}，{entry.latitude}" if entry.longitude is not None else ""


@require_http_methods(["GET", "POST"])
@desk_view()
def choose_twin(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Name the other object by hand, where the scan found none."""
    entry = visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_change(viewer, entry), "重复的对象由其管理单位的经办人或统筹科室处理。")
    form = forms.TwinForm(request.POST or None, visible=queries.objects_seen(viewer).exclude(pk=pk))
    if request.method == "POST" and form.is_valid():
        return redirect("registry:pair", entry.pk, form.cleaned_data["twin"].pk)
    context: dict[str, Any] = {"form": form, "title": "与另一对象合并", "save": "并排比较"}
    context |= {"place": "objects", "back": entry, "back_url": "registry:object"}
    return render(request, "registry/form.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def undo_merge(request: HttpRequest, viewer: Viewer, pk: int, merge: int) -> HttpResponse:
    """Take a merge of the wrong two back."""
    entry = visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_change(viewer, entry), "合并由其管理单位的经办人或统筹科室撤销。")
    of_it = Merge.objects.filter(Q(kept=entry) | Q(gone=entry), undone_at__isnull=True)
    found = of_it.select_related("kept", "gone").filter(pk=merge).first()
    if found is None:
        raise Http404
    form = forms.UndoForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and accepts(form, "reason", lambda data: actions.undo_merge(viewer, found, data["reason"]))
    ):
        messages.success(request, f"已撤销合并，“{found.gone.name}”恢复为单独的对象。")
        return redirect("registry:object", found.gone_id)
    lede = (
        f"“{found.gone.name}”（{found.gone.number}）于 {found.merged_at:%Y-%m-%d} 并入“{found.kept.name}”。"
        "撤销后两个对象恢复原样，今后不再提示它们重复；合并以后在保留对象上新登记的内容不动。"
    )
    context = {"form": form, "title": "撤销合并", "lede": lede, "save": "撤销这次合并"}
    return render(
        request, "registry/form.html", context | {"place": "objects", "back": entry, "back_url": "registry:object"}
    )
