"""Pages of inspection objects."""

from typing import Any

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sunlot.catalogue.models import ObjectKind
from sunlot.catalogue.queries import in_force, kinds_covered
from sunlot.desk.lists import count_of
from sunlot.desk.views import desk_view, visible_or_404
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from .. import actions, marks, policy, queries
from ..editing import merged
from ..forms import objects as forms
from ..kinds import attributes_of
from ..lists import objects as lists
from ..models import InspectionObject, Involvement, Merge
from ..panels import panels_of, visits_this_year
from ..past import moment_of
from ..risk import explained
from ..story import story_of
from . import past

_WHO = "检查对象由其管理单位的经办人或统筹科室修改。"


@require_GET
@desk_view()
def objects(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """All objects of the jurisdiction; with `?asof=` as they stood then."""
    moment = moment_of(request.GET.get("asof", ""))
    if moment is not None:
        return past.objects(request, viewer, moment)
    listing = lists.objects_listing(request, viewer)
    if listing.wants_export:
        return listing.export(f"检查对象名录-{clock.today().isoformat()}")
    covered = set(kinds_covered(clock.today()).values_list("pk", flat=True))
    seen = queries.objects_seen(viewer)
    context = {
        "listing": listing,
        "active": count_of(seen.filter(state=InspectionObject.State.ACTIVE)),
        "beyond": count_of(seen.filter(kind__in=queries.kinds_beyond()).exclude(state=InspectionObject.State.MERGED)),
        "covered": covered,
        "filters_in_force": [
            (name, value) for name in listing.form.fields for value in request.GET.getlist(name) if value
        ],
        "twins": queries.duplicates_seen(viewer).filter(state="open").count(),
        "visits": visits_this_year(one.pk for one in listing.page),
        "may_write": policy.may_write(viewer),
        "may_plan": viewer.has(Role.CLERK, Role.HEAD, Role.COORDINATOR) and listing.chosen,
    }
    return render(request, "registry/objects.html", context)


@require_GET
@desk_view()
def object_page(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One object: its facts, who is involved, its visits, its story; with `?asof=` as it stood then."""
    entry = visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    moment = moment_of(request.GET.get("asof", ""))
    if moment is not None:
        return past.one_object(request, viewer, entry, moment)
    involvements = list(entry.involvements.select_related("entity__region", "entity__manager"))
    ended = Involvement.everything.filter(object=entry, until__isnull=False).select_related("entity").order_by("-until")
    itself = next((one.entity for one in involvements if one.part == Involvement.Part.ITSELF), None)
    holder = entry if entry.contact or entry.phone or itself is None else itself
    contact, phone = lists.shown_contact(viewer, holder)
    counting = marks.marks_of([entry.pk], clock.today()).get(entry.pk, [])
    found = marks.classified(entry.risk_base, counting, marks.lines_of(marks.rules_in_force()))
    items = in_force(clock.today()).filter(kinds=entry.kind).order_by("item__code")
    context = {
        "entry": entry,
        "involvements": involvements,
        "past_involvements": ended,
        "own": [(one.label, one.shown(entry.attributes.get(one.name))) for one in attributes_of(entry.kind)],
        "lacking": [one.label for one in attributes_of(entry.kind) if one.name not in entry.attributes],
        "itself": itself,
        "why": explained(entry.risk_base, entry.risk_reason, found),
        "counting": counting,
        "merges": Merge.objects.filter(Q(kept=entry) | Q(gone=entry)).select_related("kept", "gone", "merged_by"),
        "twins": queries.duplicates_seen(viewer).filter(Q(first=entry) | Q(second=entry), state="open"),
        "merged_panels": [(other, shown) for other in entry.merged_from.all() if (shown := panels_of(viewer, other))],
        "past_marks": entry.marks.exclude(pk__in=[one.pk for one in counting]),
        "licences": entry.licences.order_by(F("ended_on").asc(nulls_first=True), "name"),
        "thing": "objects",
        "contact": contact,
        "phone": phone,
        "sees_contacts": policy.sees_contacts(viewer, holder),
        "items": items,
        "may_change": policy.may_change(viewer, entry),
        "involvement_form": forms.InvolvementForm() if policy.may_change(viewer, entry) else None,
        "avoidances": [
            (one, policy.sees_ground(viewer, one))
            for one in queries.avoidances_seen(viewer).filter(object=entry, ended_at__isnull=True)
        ],
        "panels": panels_of(viewer, entry),
        "visits": visits_this_year([entry.pk])[entry.pk],
        "history": story_of(entry, f"object:{entry.pk}"),
    }
    return render(request, "registry/object.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def new_object(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Enter an object by hand."""
    policy.require(viewer, policy.may_write(viewer), "检查对象由经办人或统筹科室新增。")
    kind = ObjectKind.objects.filter(code=request.GET.get("kind", "")).first()
    if kind is None and request.method == "GET":
        return render(request, "registry/choose_kind.html", {"groups": _kinds_by_nature()})
    form = forms.NewObjectForm(request.POST or None, viewer=viewer, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            entry = actions.create_object(viewer, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已新增“{entry.name}”，编号 {entry.number}。")
            return redirect("registry:object", entry.pk)
    return render(
        request, "registry/form.html", {"form": form, "title": "新增检查对象", "save": "新增对象", "place": "objects"}
    )


def _kinds_by_nature() -> list[tuple[str, list[ObjectKind]]]:
    """The kinds under the name of their nature: the form asks for what the chosen one has of its own."""
    kinds = list(ObjectKind.objects.all())
    natures = [(nature.label, [kind for kind in kinds if kind.nature == nature]) for nature in ObjectKind.Nature]
    return [(label, found) for label, found in natures if found]


@require_http_methods(["GET", "POST"])
@desk_view()
def edit_object(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Change an object's facts."""
    entry = visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_change(viewer, entry), _WHO)

    def make(data: Any) -> forms.ObjectForm:
        form = forms.ObjectForm(data, initial=forms.ObjectForm.values_of(entry), viewer=viewer, kind=entry.kind)
        if entry.kind.nature == ObjectKind.Nature.ENTITY:
            del form.fields["contact"], form.fields["phone"]  # those of the entity
        return form

    form = make(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_object(viewer, entry, **form.cleaned_data)
        except actions.Stale as stale:
            form = merged(form, stale.current, make)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已保存“{entry.name}”的登记内容。")
            return redirect("registry:object", entry.pk)
    context = {
        "form": form,
        "title": "修改登记内容",
        "save": "保存登记内容",
        "place": "objects",
        "back": entry,
        "back_url": "registry:object",
    }
    return render(request, "registry/form.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def object_state(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Another state, with its day and source."""
    entry = visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_change(viewer, entry), _WHO)
    form = forms.StateForm(request.POST or None, entry=entry, initial={"since": clock.today()})
    if request.method == "POST" and form.is_valid():
        changed = actions.set_object_state(viewer, entry, **form.cleaned_data)
        messages.success(request, f"“{entry.name}”现在是“{changed.get_state_display()}”。")
        return redirect("registry:object", entry.pk)
    lede = f"现在是“{entry.get_state_display()}”。不在册的对象不参加抽取；以前的检查记录保留。"
    context = {
        "form": form,
        "title": "变更状态",
        "lede": lede,
        "save": "变更状态",
        "place": "objects",
        "back": entry,
        "back_url": "registry:object",
    }
    return render(request, "registry/form.html", context)


@require_http_methods(["GET", "POST"])
@desk_view()
def object_risk(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Another credit risk class, with the reason."""
    entry = visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    policy.require(viewer, policy.may_change(viewer, entry), _WHO)
    form = forms.RiskForm(request.POST or None, initial={"risk_class": entry.risk_base})
    if request.method == "POST" and form.is_valid():
        changed = actions.set_risk(viewer, entry, **form.cleaned_data)
        held = "" if changed.risk_class == changed.risk_base else f"；信用标记使它现在是 {changed.risk_class}"
        messages.success(request, f"“{entry.name}”评定为 {changed.risk_base}{held}。")
        return redirect("registry:object", entry.pk)
    lede = (
        f"现在评定为 {entry.risk_base}。信用标记按规则可以使类别更高；类别决定抽查的比例和频次，已封存的抽取不受影响。"
    )
    context = {
        "form": form, "title": "调整信用风险类别", "lede": lede, "save": "调整类别",
        "place": "objects", "back": entry, "back_url": "registry:object",
    }  # fmt: skip
    return render(request, "registry/form.html", context)


@require_POST
@desk_view()
def involve(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Tie an entity to an object."""
    entry = visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    form = forms.InvolvementForm(request.POST)
    if form.is_valid():
        actions.involve(viewer, entry, **form.cleaned_data)
        messages.success(request, f"已登记：{form.cleaned_data['entity'].name}。")
    else:
        for faults in form.errors.values():
            messages.error(request, " ".join(str(fault) for fault in faults))
    return redirect("registry:object", entry.pk)


@require_POST
@desk_view()
def end_involvement(request: HttpRequest, viewer: Viewer, pk: int, involvement: int) -> HttpResponse:
    """Take an entity's part in an object away."""
    entry = visible_or_404(viewer, queries.objects_seen(viewer), pk=pk)
    found = (
        entry.involvements.filter(pk=involvement)
        .exclude(part=Involvement.Part.ITSELF)
        .select_related("object__manager", "entity")
        .first()
    )
    if found is not None:
        try:
            actions.end_involvement(viewer, found, parse_date(request.POST.get("until", "")) or None)
        except ValueError:
            raise Refused("结束日期不是一个日子，按 2026-05-31 的样子填写。") from None
        messages.success(request, f"已解除与{found.entity.name}的关系。")
    return redirect("registry:object", entry.pk)
