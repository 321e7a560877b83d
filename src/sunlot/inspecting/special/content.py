"""What a request for a check says: as it is typed, stored, and digested for the signature."""

import hashlib
from dataclasses import dataclass
from datetime import date

from sunlot.norms import canonical

from ..models import CheckRequest


@dataclass(frozen=True, kw_only=True)
class RequestContent:
    """All that is asked for; objects, item versions and inspectors by their keys."""

    source: str
    title: str
    basis: str
    reason: str
    mode: str
    starts_on: date
    ends_on: date
    objects: tuple[int, ...]
    items: tuple[int, ...]
    inspectors: tuple[int, ...]
    cap_cause: str = ""
    cap_reason: str = ""
    rechecks: int | None = None


COLUMNS = ("source", "title", "basis", "reason", "mode", "starts_on", "ends_on", "cap_cause", "cap_reason")


def content_of(request: CheckRequest) -> RequestContent:
    """What a stored request says."""
    return RequestContent(
        **{name: getattr(request, name) for name in COLUMNS},
        objects=tuple(sorted(one.pk for one in request.objects_named.all())),
        items=tuple(sorted(one.pk for one in request.items.all())),
        inspectors=tuple(sorted(one.pk for one in request.inspectors.all())),
        rechecks=request.rechecks_id,
    )


def digest_of(request: CheckRequest) -> str:
    """SHA-256 over what is signed: the request by public numbers, as canonical JSON."""
    said: dict[str, canonical.Json] = {
        "request": request.number,
        "organisation": request.organisation.code,
        **{name: str(getattr(request, name)) for name in COLUMNS},
        "objects": [*sorted(one.number for one in request.objects_named.all())],
        "items": [*sorted(f"{one.item.code} v{one.number}" for one in request.items.all())],
        "inspectors": [*sorted(one.number for one in request.inspectors.all())],
        "rechecks": request.rechecks.form.number if request.rechecks else "",
    }
    return hashlib.sha256(canonical.dumps(said)).hexdigest()
