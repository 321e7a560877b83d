"""Pages of the registries as of a past day or moment (`?asof=`); the views of the present hand over to them."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from sunlot.desk.lists import Listing
from sunlot.norms import masking
from sunlot.organisations.viewer import Viewer

from .. import marks, policy
from ..kinds import attributes_of
from ..lists import past as lists
from ..models import CreditMark, Entity, Expert, InspectionObject, Inspector
from ..past import (
    Moment,
    entities_then,
    experts_then,
    inspectors_then,
    involvements_then,
    licences_then,
    objects_then,
)
from ..risk import explained
from ..then import as_they_were


def objects(request: HttpRequest, viewer: Viewer, moment: Moment) -> HttpResponseBase:
    """The registry of objects."""
    listing = lists.objects_listing(request, viewer, moment)
    if listing.wants_export:
        return listing.export(f"检查对象名录-{moment.asked[:10]}")
    return render(request, "registry/objects_past.html", {"listing": listing, "moment": moment})


def one_object(request: HttpRequest, viewer: Viewer, entry: InspectionObject, moment: Moment) -> HttpResponse:
    """One object; 404 where it did not exist or lay elsewhere."""
    then = _record(objects_then(viewer, moment), entry)
    counting = marks.marks_of([entry.pk], moment.day).get(entry.pk, [])
    found = marks.classified(then.risk_base, counting, marks.lines_of(marks.rules_in_force(moment.day)))
    context = {
        "entry": entry,
        "then": then,
        "moment": moment,
        "counting": counting,
        "why": explained(then.risk_base, then.risk_reason, found),
        "licences": licences_then(entry.pk, moment),
        "involvements": involvements_then(moment).filter(object=entry),
        "own": [(one.label, one.shown(then.attributes.get(one.name))) for one in attributes_of(then.kind)],
    }
    return render(request, "registry/object_past.html", context)


def entities(request: HttpRequest, viewer: Viewer, moment: Moment) -> HttpResponseBase:
    """The registry of entities."""
    listing = lists.entities_listing(request, viewer, moment)
    return _list(request, moment, listing, title="市场主体", url="registry:entities", page="registry:entity")


def one_entity(request: HttpRequest, viewer: Viewer, entry: Entity, moment: Moment) -> HttpResponse:
    """One entity; 404 where it was not yet entered."""
    then = _record(entities_then(viewer, moment), entry)
    counting = CreditMark.objects.filter(marks.counting(moment.day), entity=entry)
    sees_contacts = policy.sees_contacts(viewer, entry)
    involved = involvements_then(moment).filter(entity=entry, object__region__code__startswith=viewer.region_prefix)
    facts = [
        ("统一社会信用代码", then.credit_code or "没有"),
        ("类型", then.get_kind_display()),
        ("所在辖区", then.region.name),
        ("住所", then.address),
        ("法定代表人", then.representative if sees_contacts else masking.person(then.representative)),
        ("检查对象", _joined(f"{one.object.name}（{one.get_part_display()}）" for one in involved)),
        ("信用标记", _joined(f"{one.get_kind_display()}（{one.source}，{one.since.isoformat()}）" for one in counting)),
    ]
    return _page(request, entry, then, moment, facts, title="市场主体", url="registry:entities", page="registry:entity")


def inspectors(request: HttpRequest, viewer: Viewer, moment: Moment) -> HttpResponseBase:
    """The registry of inspectors, and who could be drawn then."""
    listing = lists.inspectors_listing(request, viewer, moment)
    if listing.wants_export:
        return listing.export(f"执法检查人员名录-{moment.asked[:10]}")
    context = {"listing": listing, "moment": moment, "rows": as_they_were(list(listing.page), moment)}
    return render(request, "registry/inspectors_past.html", context)


def one_inspector(request: HttpRequest, viewer: Viewer, entry: Inspector, moment: Moment) -> HttpResponse:
    """One inspector, and whether he could be drawn then; 404 where he was not yet entered."""
    record = _record(inspectors_then(viewer, moment), entry)
    then = as_they_were([record], moment)[0]
    may_read = policy.may_set_state(viewer, entry)
    facts = [
        ("单位", record.organisation.name + (f"，借给{then.served}" if then.served else "")),
        ("状态", record.get_state_display()),
        ("当天能否抽取", f"不能：{then.not_drawn}" if then.not_drawn else "能"),
        ("执法证号", record.certificate if may_read else masking.certificate(record.certificate)),
        ("执法证有效期至", record.certificate_expires.isoformat()),
        ("专业领域", "、".join(record.fields)),
        ("岗位、职务", "，".join(filter(None, (record.post, record.rank, record.title)))),
    ]
    return _page(
        request,
        entry,
        record,
        moment,
        facts,
        title="执法检查人员",
        url="registry:inspectors",
        page="registry:inspector",
    )


def experts(request: HttpRequest, viewer: Viewer, moment: Moment) -> HttpResponseBase:
    """The registry of experts."""
    listing = lists.experts_listing(request, viewer, moment)
    return _list(request, moment, listing, title="专家", url="registry:experts", page="registry:expert")


def one_expert(request: HttpRequest, viewer: Viewer, entry: Expert, moment: Moment) -> HttpResponse:
    """One expert; 404 where he was not yet entered."""
    then = _record(experts_then(viewer, moment), entry)
    engaged = f"{then.engaged_from.isoformat()} 起，" if then.engaged_from else ""
    facts = [
        ("状态", then.get_state_display()),
        ("专业领域", lists.fields_then(then)),
        ("所在单位", f"{then.institution.name}，{then.institution.get_kind_display()}"),
        ("职称、职务", "，".join(filter(None, (then.title, then.post)))),
        ("聘期", f"{engaged}至 {then.engaged_until.isoformat()}"),
        ("聘请单位", then.organisation.name),
    ]
    return _page(request, entry, then, moment, facts, title="专家", url="registry:experts", page="registry:expert")


def _record(records: "models.QuerySet[Any]", entry: models.Model) -> Any:
    found = records.select_related("history_user").filter(id=entry.pk).first()
    if found is None:
        raise Http404
    return found


def _list(
    request: HttpRequest, moment: Moment, listing: "Listing[Any]", *, title: str, url: str, page: str
) -> HttpResponseBase:
    """A list whose columns are the table's: what a past registry has to show is what its history holds."""
    if listing.wants_export:
        return listing.export(f"{title}名录-{moment.asked[:10]}")
    rows = [(one, [(column, column.value(one)) for column in listing.columns[1:]]) for one in listing.page]
    context = {"listing": listing, "moment": moment, "rows": rows, "title": title, "url": url, "page": page}
    return render(request, "registry/list_past.html", context)


def _page(
    request: HttpRequest,
    entry: models.Model,
    then: Any,
    moment: Moment,
    facts: list[tuple[str, str]],
    *,
    title: str,
    url: str,
    page: str,
) -> HttpResponse:
    context = {"entry": entry, "then": then, "moment": moment, "facts": facts, "title": title, "url": url, "page": page}
    return render(request, "registry/entry_past.html", context)


def _joined(words: Iterable[str]) -> str:
    return "、".join(words)
