"""The catalogue on paper: the official list of a day, a guide."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from sunlot.desk.views import desk_view, pdf_response, visible_or_404
from sunlot.documents.guide import guide as typeset_guide
from sunlot.documents.item_list import item_list as typeset_list
from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from .. import printing, queries
from ..lists import desk_listing


@require_GET
@desk_view()
def item_list(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The official list as PDF: of today or the day asked for, narrowed as the address says."""
    listing = desk_listing(request, queries.made_public(), 0)
    day = (listing.form.cleaned_data.get("day") if listing.filterset.is_valid() else None) or clock.today()
    rows = queries.holding_on(listing.rows, day).prefetch_related(None)
    versions = list(queries.whole(rows))
    narrowed = "；".join(one.label for one in listing.chosen if not one.label.startswith("某一天的清单"))
    found = printing.list_of(versions, day, printing.authority_of(viewer.organisation), narrowed)
    return pdf(typeset_list(found), f"随机抽查事项清单-{day.isoformat()}.pdf")


@require_GET
@desk_view()
def guide(request: HttpRequest, viewer: Viewer, code: str, number: int) -> HttpResponse:
    """A version of a guide as PDF, a draft too."""
    found = visible_or_404(viewer, queries.guides_seen(viewer), code=code)
    version = queries.guide_versions_seen(viewer).filter(guide=found, number=number).first()
    if version is None:
        raise Http404
    return pdf(
        typeset_guide(printing.document_of(version, queries.names_of(version))), f"{version.name}-第{number}版.pdf"
    )


def pdf(content: bytes, name: str) -> HttpResponse:
    """The bytes as a file to look at."""
    return pdf_response(content, name)
