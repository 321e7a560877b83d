"""The item catalogue of today and of any past day, and what changed."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import conditional_page, require_safe

from sunlot.catalogue import printing
from sunlot.catalogue import queries as catalogue
from sunlot.catalogue.differences import differences
from sunlot.catalogue.forms import PeriodForm
from sunlot.catalogue.lists import COLUMNS, SORTS, ItemFilters
from sunlot.catalogue.models import ItemVersion
from sunlot.catalogue.queries import Change, listed, whole
from sunlot.catalogue.views.files import pdf
from sunlot.desk.lists import Column
from sunlot.documents.item_list import item_list
from sunlot.norms import clock
from sunlot.organisations.models import Organisation

from ..lists import PublicListing, answer, table

QUARTER = timedelta(days=92)
CHANGE_COLUMNS: list[Column[Any]] = [
    Column("change", "变化", lambda one: one.kind),
    Column("code", "编号", lambda one: one.version.item.code),
    Column("name", "事项名称", lambda one: one.version.name),
    Column("organisation", "科室（单位）", lambda one: one.version.item.organisation.name),
    Column("before", "原版本", lambda one: one.before.number if one.before else ""),
    Column("after", "现版本", lambda one: one.after.number if one.after else ""),
    Column("fields", "变更的项目", lambda one: "、".join(said.label for said in _said(one))),
    Column("reason", "理由", lambda one: one.after.reason if one.after else ""),
]


def _listing(request: HttpRequest, *, is_page: bool = False) -> "PublicListing[ItemVersion]":
    versions = catalogue.made_public()
    return PublicListing(
        request,
        listed(versions) if is_page else whole(versions),  # a file says everything, a row does not
        filters=ItemFilters,
        sorts=SORTS,
        default_sort="code",
        columns=COLUMNS,
        unit="项",
    )


@require_safe
@conditional_page
def items(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """The items in force today, or on the day that the address asks for."""
    listing = _listing(request, is_page=form is None)
    day = listing.form.cleaned_data.get("day") if listing.filterset.is_valid() else None
    listing.total = catalogue.in_force(day or clock.today()).count()
    return answer(listing, form, "portal/items.html", {"day": day, "today": clock.today()})


@require_safe
@conditional_page
def printed(request: HttpRequest) -> HttpResponse:
    """The official list as PDF: of today or the day asked for, narrowed as the address says."""
    listing = _listing(request)
    day = (listing.form.cleaned_data.get("day") if listing.filterset.is_valid() else None) or clock.today()
    narrowed = "；".join(one.label for one in listing.chosen if not one.label.startswith("某一天的清单"))
    versions = list(listing.rows)
    authorities = {printing.authority_of(version.item.organisation) for version in versions}
    top = Organisation.objects.filter(parent__isnull=True).order_by("pk").first()
    authority = authorities.pop() if len(authorities) == 1 else top.name if top else ""
    return pdf(
        item_list(printing.list_of(versions, day, authority, narrowed)), f"随机抽查事项清单-{day.isoformat()}.pdf"
    )


@require_safe
@conditional_page
def changes(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """What is new, changed and repealed from one day's list to another's; by default over the last quarter."""
    today = clock.today()
    asked = PeriodForm(request.GET if request.GET.get("since") or request.GET.get("until") else None)
    asked.fields["since"].initial, asked.fields["until"].initial = today - QUARTER, today
    since, until = today - QUARTER, today
    if asked.is_valid():
        since, until = asked.cleaned_data["since"], asked.cleaned_data["until"]
    found = catalogue.changes_between(since, until)
    if form is not None:
        return table(request, form, CHANGE_COLUMNS, found, len(found))
    context = {
        "form": asked,
        "since": since,
        "until": until,
        "changes": [(one, _said(one)) for one in found],
        "query": request.GET.urlencode(),
    }
    return render(request, "portal/item_changes.html", context)


def _said(change: Change) -> list[Any]:
    return differences(change.before, change.after) if change.before and change.after else []


@require_safe
@conditional_page
def item(request: HttpRequest, code: str) -> HttpResponse:
    """One item: what it says today, all its versions, and what changed between two of them."""
    versions = list(whole(catalogue.made_public().filter(item__code=code)).order_by("-number"))
    if not versions:
        raise Http404
    today = clock.today()
    numbered = {str(version.number): version for version in versions}
    now = next((version for version in versions if version.holds_on(today)), versions[0])
    shown = numbered.get(request.GET.get("version", ""), now)
    against = numbered.get(request.GET.get("against", ""))
    context = {
        "item": shown.item,
        "version": shown,
        "versions": versions,
        "against": against,
        "differences": differences(against, shown) if against else [],
        "guides": catalogue.guides_for([shown.item_id], today)[shown.item_id],
        "today": today,
    }
    return render(request, "portal/item.html", context)
