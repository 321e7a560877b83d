"""Guides and detailed rules as the public sees them: of today and of any past day, each with all its versions."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import conditional_page, require_safe

from sunlot.catalogue import printing
from sunlot.catalogue import queries as catalogue
from sunlot.catalogue.differences import differences
from sunlot.catalogue.lists import GUIDE_COLUMNS, GUIDE_SORTS, GuideFilters, with_items
from sunlot.catalogue.models import GuideVersion
from sunlot.catalogue.views.files import pdf
from sunlot.documents.guide import guide as typeset_guide
from sunlot.norms import clock

from ..lists import PublicListing, answer


@require_safe
@conditional_page
def guides(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """The guides that hold today, or on the day that the address asks for."""
    listing: PublicListing[GuideVersion] = PublicListing(
        request,
        with_items(catalogue.guides_made_public()),
        filters=GuideFilters,
        sorts=GUIDE_SORTS,
        default_sort="code",
        columns=GUIDE_COLUMNS,
        unit="件",
    )
    day = listing.form.cleaned_data.get("day") if listing.filterset.is_valid() else None
    listing.total = catalogue.guides_in_force(day or clock.today()).count()
    return answer(listing, form, "portal/guides.html", {"day": day, "today": clock.today()})


@require_safe
@conditional_page
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """One guide: what it says today, all its versions, and what changed between two of them."""
    versions = list(with_items(catalogue.guides_made_public().filter(guide__code=code)).order_by("-number"))
    if not versions:
        raise Http404
    today = clock.today()
    numbered = {str(version.number): version for version in versions}
    now = next((version for version in versions if version.holds_on(today)), versions[0])
    shown = numbered.get(request.GET.get("version", ""), now)
    against = numbered.get(request.GET.get("against", ""))
    context = {
        "guide": shown.guide,
        "version": shown,
        "versions": versions,
        "against": against,
        "differences": differences(against, shown) if against else [],
        "today": today,
    }
    return render(request, "portal/guide.html", context)


@require_safe
@conditional_page
def printed(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A published version of a guide as PDF."""
    version = with_items(catalogue.guides_made_public().filter(guide__code=code, number=number)).first()
    if version is None:
        raise Http404
    found = printing.document_of(version, catalogue.names_of(version))
    return pdf(typeset_guide(found), f"{version.name}-第{number}版.pdf")
