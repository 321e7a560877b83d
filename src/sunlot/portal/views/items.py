"""The item catalogue of today and of any past day, and what changed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import conditional_page, require_safe

from sunlot.catalogue import queries as catalogue
from sunlot.catalogue.differences import differences
from sunlot.catalogue.lists import COLUMNS, SORTS, ItemFilters, whole
from sunlot.catalogue.models import ItemVersion
from sunlot.norms import clock

from ..lists import PublicListing, answer


@require_safe
@conditional_page
def items(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """The items in force today, or on the day that the address asks for."""
    listing: PublicListing[ItemVersion] = PublicListing(
        request,
        whole(catalogue.made_public()),
        filters=ItemFilters,
        sorts=SORTS,
        default_sort="code",
        columns=COLUMNS,
        unit="项",
    )
    day = listing.form.cleaned_data.get("day") if listing.filterset.is_valid() else None
    listing.total = catalogue.in_force(day or clock.today()).count()
    return answer(listing, form, "portal/items.html", {"day": day, "today": clock.today()})


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
        "today": today,
    }
    return render(request, "portal/item.html", context)
