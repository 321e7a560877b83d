"""An inspector's service as its page and his own page show it: may he be drawn today, tests, leave, avoidances, loans, what
he achieved.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from . import policy, queries
from .models import Assessment, Avoidance, Expert, Inspector, Leave, Loan
from .people import achievements
from .qualifying import IN_EFFECT

SHOWN = 30


@dataclass(frozen=True)
class ShownAvoidance:
    """A pair as this viewer may read it; without `why`, only that there is one."""

    row: Avoidance
    why: bool
    is_over: bool


def why_not_drawn(inspector: Inspector, day: date, tests: Iterable[Assessment], leaves: Iterable[Leave]) -> str:
    """Why he can't be drawn on `day`, the reason that comes first, with what to do; empty where he can."""
    if inspector.state != Inspector.State.ACTIVE:
        why = f"：{inspector.state_reason}" if inspector.state_reason else ""
        return f"现在是“{inspector.get_state_display()}”{why}，不参加抽取。"
    if inspector.certificate_expires < day:
        return f"执法证已于 {inspector.certificate_expires.isoformat()} 到期，换证并登记、审核后才能参加抽取。"
    if not any(one.holds_today for one in tests):
        return "没有有效的培训考核合格记录，登记后才能参加抽取。"
    leave = next((one for one in leaves if one.state == Leave.State.GRANTED and one.starts <= day <= one.ends), None)
    if leave is not None:
        return f"{leave.get_kind_display()}至 {leave.ends.isoformat()}，其间不参加抽取。"
    return ""


def avoidances_of(viewer: Viewer, person: Inspector | Expert) -> list[ShownAvoidance]:
    """What an inspector or an expert must not meet, as this viewer may read it; lifted rotations left out."""
    today = clock.today()
    found = (
        person.avoidances.exclude(ground=Avoidance.Ground.ROTATION, state=Avoidance.State.LIFTED)
        .select_related("inspector__organisation", "expert__organisation", "object", "created_by")
        .order_by("ended_at", "-created_at")[: SHOWN * 3]
    )
    return [
        ShownAvoidance(one, policy.sees_ground(viewer, one), one.expires is not None and one.expires < today)
        for one in found
    ]


def service_of(viewer: Viewer, inspector: Inspector) -> dict[str, Any]:
    """All parts of the page. A fixed number of queries."""
    today = clock.today()
    tests = list(inspector.assessments.select_related("recorded_by"))
    leaves = list(inspector.leaves.select_related("asked_by", "decided_by")[:SHOWN])
    loans = list(inspector.loans.select_related("lender", "borrower")[:SHOWN])
    return {
        "today": today,
        "not_drawn": why_not_drawn(inspector, today, tests, leaves),
        "tests": tests,
        "leaves": leaves,
        "loans": loans,
        "lent": next((one for one in loans if one.state in IN_EFFECT and one.starts <= today <= one.ends), None),
        "open_loan": Loan.State.ASKED,
        "avoidances": avoidances_of(viewer, inspector),
        "rotations": queries.rotations_of([inspector.pk], today)[:SHOWN],
        "achieved": achievements([inspector], today.replace(month=1, day=1), today)[inspector.pk],
        "year": today.year,
    }
