"""Tables of ratios and frequency as the public sees them: today's rules and those of any past day, each with all versions."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import conditional_page, require_safe

from sunlot.catalogue.differences import differences
from sunlot.catalogue.views.standing import asked, today_s
from sunlot.norms import clock
from sunlot.planning.models import RatioRow
from sunlot.planning.ratios import queries as ratios
from sunlot.planning.ratios.lists import COLUMNS, SORTS, RatioFilters
from sunlot.planning.ratios.text import canonical_text, digest_of

from ..lists import PublicListing, answer


@require_safe
@conditional_page
def rows(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """The rules that hold today, or on the day that the address asks for."""
    listing: PublicListing[RatioRow] = PublicListing(
        request,
        ratios.rows_made_public(),
        filters=RatioFilters,
        sorts=SORTS,
        default_sort="table",
        columns=COLUMNS,
        unit="条",
    )
    day = listing.form.cleaned_data.get("day") if listing.filterset.is_valid() else None
    listing.total = ratios.rows_on(ratios.rows_made_public(), day or clock.today()).count()
    tables = ratios.tables_on(day or clock.today())
    return answer(listing, form, "portal/ratios.html", {"day": day, "today": clock.today(), "tables": tables})


@require_safe
@conditional_page
def table(request: HttpRequest, code: str) -> HttpResponse:
    """One table: what it says today, all its versions, and what changed between two of them."""
    versions = list(ratios.with_rows(ratios.made_public().filter(ratio_table__code=code)).order_by("-number"))
    if not versions:
        raise Http404
    shown = asked(versions, request.GET.get("version")) or today_s(versions)
    against = asked(versions, request.GET.get("against"))
    context = {
        "table": shown.ratio_table,
        "version": shown,
        "versions": versions,
        "against": against,
        "differences": differences(against, shown) if against else [],
        "digest": digest_of(shown),
        "today": clock.today(),
    }
    return render(request, "portal/ratio_table.html", context)


@require_safe
def content(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The canonical content of a version; its SHA-256 is the digest in the plans that were filled from it."""
    versions = ratios.with_rows(ratios.made_public())
    found = get_object_or_404(versions, ratio_table__code=code, number=number)
    return HttpResponse(canonical_text(found), content_type="application/json; charset=utf-8")
