"""The follow-ups of parts, for the page of their form."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from ..models import CheckRequest, CorrectionOrder, Finding, FormPart, HandOver
from . import policy
from .actions import DECIDED
from .papers import name_of
from .todo import address_of


@dataclass
class Follow:
    """What followed a part: each letter with its name, address and whether it is late; re-inspections; may there be more."""

    may_write: bool = False
    letters: list[tuple[CorrectionOrder | HandOver, str, str, bool]] = field(default_factory=list)
    rechecks: list[CheckRequest] = field(default_factory=list)


def follow_ups(viewer: Viewer, parts: Iterable[FormPart]) -> dict[int, Follow]:
    """Those of parts that the viewer reads in full, by the part's key. Three queries; needs their findings loaded."""
    listed = {part.pk: part for part in parts}
    today = clock.today()
    found = {pk: Follow(may_write=_may(viewer, part)) for pk, part in listed.items()}
    for model in (CorrectionOrder, HandOver):
        for one in model._default_manager.filter(part__in=listed).order_by("written_at", "pk"):
            late = one.state not in ("closed", "void") and one.due_on < today
            found[one.part_id].letters.append((one, name_of(one), address_of(one), late))
    for request in CheckRequest.objects.filter(rechecks__in=listed).order_by("asked_at"):
        if request.rechecks_id is not None:
            found[request.rechecks_id].rechecks.append(request)
    return found


def _may(viewer: Viewer, part: FormPart) -> bool:
    bad = any(one.answer == Finding.Answer.PROBLEM for one in part.findings.all())
    return bad and part.state in DECIDED and policy.may_write(viewer, part)
