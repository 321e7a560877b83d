"""What the QR code of a paper leads to: whether a document with this digest was given out, and where the log says so.

No person and no enterprise is named: who holds the paper reads them there.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from sunlot.archiving.models import CaseFile, CasePaper
from sunlot.inspecting.issuing import label_of
from sunlot.inspecting.models import IssuedDocument
from sunlot.trail.log import reading
from sunlot.trail.models import LogLeaf

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Known:
    """A document as the page tells of it. `index` is the place of its entry in the published log, None while it waits."""

    label: str
    number: str
    day: date
    issued_at: datetime
    issuer: str
    index: int | None
    file: str = ""
    """The case that it is a paper of; its own digest stands in that case's PDF, the case's manifest in the log."""


@require_safe
def document(request: HttpRequest, digest: str = "") -> HttpResponse:
    """A document by its digest: known, or not known. Typed into the field, spaces and capitals don't matter."""
    typed = request.GET.get("digest")
    asked = re.sub(r"\s", "", typed if typed is not None else digest).lower()
    if typed is not None and _DIGEST.fullmatch(asked):
        return redirect("portal:verify-document", asked)
    known = _known(asked) if _DIGEST.fullmatch(asked) else None
    malformed = bool(asked) and not _DIGEST.fullmatch(asked)
    status = 404 if asked and known is None and typed is None else 200
    context = {"asked": asked, "known": known, "malformed": malformed}
    return render(request, "portal/document.html", context, status=status)


def _known(digest: str) -> Known | None:
    issued = IssuedDocument.objects.select_related("part__organisation__parent").filter(digest=digest).first()
    if issued is not None:
        return Known(
            label_of(issued.kind),
            issued.number,
            issued.day,
            issued.issued_at,
            issued.part.organisation.full_name,
            _index(issued.event_id),
        )
    papers = CasePaper.objects.select_related("file__organisation__parent", "file__form").filter(digest=digest)
    paper = papers.filter(file__state__in=[CaseFile.State.FILED, CaseFile.State.DISPOSED]).order_by("pk").first()
    if paper is None or paper.file.filed_at is None:
        return None
    return Known(
        "案卷文书", paper.number, paper.day, paper.file.filed_at, paper.file.organisation.full_name,
        _index(paper.file.filing_id), paper.file.number,
    )  # fmt: skip


def _index(event: int | None) -> int | None:
    """The place of an event in the published log."""
    newest = reading.newest_checkpoint()
    leaf = LogLeaf.objects.filter(event=event).values_list("index", flat=True).first()
    return leaf if leaf is not None and newest is not None and leaf < newest.size else None
