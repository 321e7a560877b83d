"""Published results."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import conditional_page, require_safe

from sunlot.publishing import queries as publishing
from sunlot.publishing.models import Publication

from ..filters import ResultFilters
from ..lists import PublicListing, answer
from ..results import RESULT_COLUMNS, inspected_on, labels
from ..results import published as newest

SORTS: dict[str, Sequence[str]] = {
    "published": ["published_at"],
    "object": ["part__form__object__name"],
    "department": ["part__organisation__path"],
}


@require_safe
@conditional_page
def results(request: HttpRequest, form: str | None = None) -> HttpResponseBase:
    """The newest published result of each check."""
    listing: PublicListing[Publication] = PublicListing(
        request,
        newest(),
        filters=ResultFilters,
        sorts=SORTS,
        default_sort="-published",
        columns=RESULT_COLUMNS,
        unit="条",
    )
    rows = [(one, labels(one), inspected_on(one)) for one in listing.page] if form is None else []
    return answer(listing, form, "portal/results.html", {"rows": rows})


@require_safe
def content(request: HttpRequest, form_number: str, organisation: str, number: int) -> HttpResponse:
    """What was published, to the byte: its SHA-256 is the digest that stands in the log."""
    found = publishing.published().filter(part__form__number=form_number, part__organisation__code=organisation)
    shown = get_object_or_404(found, number=number)
    return HttpResponse(shown.content.encode(), content_type="application/json; charset=utf-8")


@require_safe
@conditional_page
def result(request: HttpRequest, form_number: str, organisation: str) -> HttpResponse:
    """One published result with everything that it replaced."""
    found = publishing.published().filter(part__form__number=form_number, part__organisation__code=organisation)
    every = list(
        found.select_related("part__form__task__attempt__draw")
        .prefetch_related("part__findings__version__item")
        .order_by("-number")
    )
    if not every:
        raise Http404
    context = {
        "publication": every[0],
        "every": [(one, labels(one)) for one in every],
        "inspected_on": inspected_on(every[0]),
    }
    return render(request, "portal/result.html", context)
