"""Pages of objects and entities that may be one: the work list, both side by side, merging and undoing it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sunlot.desk.forms import accepts
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import masking
from sunlot.organisations.viewer import Viewer

from .. import actions, policy, queries
from ..actions.duplicates import number_of
from ..forms import duplicates as forms
from ..kinds import attributes_of
from ..lists import duplicates as lists
from ..lists.objects import shown_contact
from ..models import DuplicatePair, Entity, EntityMerge, EntityPair, InspectionObject, Involvement, Merge
from ..panels import visits_this_year


@dataclass(frozen=True)
class Registry:
    """What the pages of one registry's duplicates need: what it is called, its tables, its acts and its addresses."""

    what: str
    seen: Callable[[Viewer], Any]
    pairs_seen: Callable[[Viewer], Any]
    pairs: Any
    merges: Any
    merge: Callable[..., Any]
    undo: Callable[..., Any]
    twin: type[forms.TwinForm]
    place: str
    page: str
    list: str
    compare: str
    choose: str
    hint: str


OBJECTS = Registry(
    "检查对象", queries.objects_seen, queries.duplicates_seen, DuplicatePair, Merge, actions.merge_objects,
    actions.undo_merge, forms.TwinForm, "objects", "registry:object", "registry:duplicates", "registry:pair",
    "registry:choose-twin", "另一个退出名录和抽取，编号、历史、检查和抽取记录都保留，并可撤销；许可证、标记、相关主体和回避转到保留的对象上。",
)  # fmt: skip
ENTITIES = Registry(
    "市场主体", queries.entities_seen, queries.entity_pairs_seen, EntityPair, EntityMerge, actions.merge_entities,
    actions.undo_entity_merge, forms.EntityTwinForm, "entities", "registry:entity", "registry:entity-duplicates",
    "registry:entity-pair", "registry:entity-choose-twin",
    "另一个退出名录，代码、历史和检查记录都保留，并可撤销；它的检查对象和信用标记转到保留的主体上，按它的代码查询也找到保留的主体。",
)  # fmt: skip
REGISTRIES = {one.place: one for one in (OBJECTS, ENTITIES)}


@require_GET
@desk_view()
def duplicates(request: HttpRequest, viewer: Viewer, thing: str) -> HttpResponseBase:
    """The pairs to decide about, the newest first."""
    registry = REGISTRIES[thing]
    listing = lists.duplicates_listing(request, registry.pairs_seen(viewer), number_of)
    if listing.wants_export:
        return listing.export(f"疑似重复的{registry.what}")
    rows = [(pair, number_of(pair.first), number_of(pair.second)) for pair in listing.page]
    waiting = registry.pairs_seen(viewer).filter(state="open").count()
    context = {"listing": listing, "waiting": waiting, "rows": rows, "registry": registry}
    return render(request, "registry/duplicates.html", context | {"registries": REGISTRIES.values()})


@require_http_methods(["GET", "POST"])
@desk_view()
def pair(request: HttpRequest, viewer: Viewer, thing: str, first: int, second: int) -> HttpResponse:
    """Two entries side by side, found alike by the scan or named by a person: merged, or told apart."""
    registry = REGISTRIES[thing]
    seen = registry.seen(viewer)
    one, other = visible_or_404(viewer, seen, pk=first), visible_or_404(viewer, seen, pk=second)
    if one.pk == other.pk:
        raise Http404
    found = registry.pairs.objects.filter(first_id=min(first, second), second_id=max(first, second)).first()
    may_decide = policy.may_change(viewer, one) and policy.may_change(viewer, other)
    rows = _entities_side_by_side(viewer, one, other) if thing == "entities" else _side_by_side(viewer, one, other)
    form = forms.MergeForm(request.POST or None, one=one, other=other, rows=rows)
    if request.method == "POST" and "different" in request.POST:
        if found is None:
            raise Http404
        actions.tell_apart(viewer, found, request.POST.get("reason", "")[:200])
        messages.success(request, "已记下不是同一个，今后不再提示。")
        return redirect(registry.list)

    def merge(data: dict[str, Any]) -> object:
        return registry.merge(viewer, form.kept, form.gone, reason=data["reason"], take=form.take)

    if request.method == "POST" and form.is_valid() and accepts(form, None, merge):
        messages.success(request, f"已并入“{form.kept.name}”，合并记录在它的页面上，可以撤销。")
        return redirect(registry.page, form.kept.pk)
    merged = one.merged_into_id is not None or other.merged_into_id is not None
    context = {"one": one, "other": other, "pair": found, "rows": form.table, "form": form, "may_decide": may_decide}
    return render(request, "registry/pair.html", context | {"registry": registry, "merged": merged})


def _entities_side_by_side(viewer: Viewer, one: Entity, other: Entity) -> list[forms.Fact]:
    """Each fact of both entities, as this viewer may read it."""
    ties = Counter(Involvement.objects.filter(entity__in=[one, other]).values_list("entity_id", flat=True))
    contacts = [shown_contact(viewer, each) for each in (one, other)]
    heads = [
        each.representative if policy.sees_contacts(viewer, each) else masking.person(each.representative)
        for each in (one, other)
    ]
    return [
        forms.Fact("", "统一社会信用代码", one.credit_code or "", other.credit_code or ""),
        forms.Fact("name", "名称", one.name, other.name),
        forms.Fact("", "类型", one.get_kind_display(), other.get_kind_display()),
        forms.Fact("", "所在辖区", one.region.name, other.region.name),
        forms.Fact("address", "住所", one.address, other.address),
        forms.Fact("representative", "法定代表人", *heads),
        forms.Fact("contact", "联系人", contacts[0][0], contacts[1][0]),
        forms.Fact("phone", "联系电话", contacts[0][1], contacts[1][1]),
        forms.Fact("", "检查对象", f"{ties[one.pk]} 个", f"{ties[other.pk]} 个"),
        forms.Fact("", "管理单位", *(each.manager.name if each.manager else "" for each in (one, other))),
    ]


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
    return facts


def _place(entry: InspectionObject) -> str:
    return f"{entry.longitude}，{entry.latitude}" if entry.longitude is not None else ""


@require_http_methods(["GET", "POST"])
@desk_view()
def choose_twin(request: HttpRequest, viewer: Viewer, thing: str, pk: int) -> HttpResponse:
    """Name the other one by hand, where the scan found none."""
    registry = REGISTRIES[thing]
    entry = visible_or_404(viewer, registry.seen(viewer), pk=pk)
    policy.require(viewer, policy.may_change(viewer, entry), "重复登记由其管理单位的经办人或统筹科室处理。")
    visible = registry.seen(viewer).filter(merged_into__isnull=True).exclude(pk=pk)
    form = registry.twin(request.POST or None, visible=visible)
    if request.method == "POST" and form.is_valid():
        return redirect(registry.compare, entry.pk, form.cleaned_data["twin"].pk)
    context: dict[str, Any] = {"form": form, "title": f"与另一{registry.what}合并", "save": "并排比较"}
    context |= {"place": registry.place, "back": entry, "back_url": registry.page}
    return render(request, "registry/form.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def undo_merge(request: HttpRequest, viewer: Viewer, thing: str, pk: int, merge: int) -> HttpResponse:
    """Take a merge of the wrong two back."""
    registry = REGISTRIES[thing]
    entry = visible_or_404(viewer, registry.seen(viewer), pk=pk)
    policy.require(viewer, policy.may_change(viewer, entry), "合并由其管理单位的经办人或统筹科室撤销。")
    of_it = registry.merges.objects.filter(Q(kept=entry) | Q(gone=entry), undone_at__isnull=True)
    found = of_it.select_related("kept", "gone").filter(pk=merge).first()
    if found is None:
        raise Http404
    form = forms.UndoForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and accepts(form, "reason", lambda data: registry.undo(viewer, found, data["reason"]))
    ):
        messages.success(request, f"已撤销合并，“{found.gone.name}”恢复为单独的{registry.what}。")
        return redirect(registry.page, found.gone_id)
    lede = (
        f"“{found.gone.name}”（{number_of(found.gone)}）于 {found.merged_at:%Y-%m-%d} 并入“{found.kept.name}”。"
        f"撤销后两者恢复原样，今后不再提示它们重复；合并以后在保留的{registry.what}上新登记的内容不动。"
    )
    context = {"form": form, "title": "撤销合并", "lede": lede, "save": "撤销这次合并"}
    context |= {"place": registry.place, "back": entry, "back_url": registry.page}
    return render(request, "registry/form.html", context)
