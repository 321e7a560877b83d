"""Reading codes: entry and exit, visits recorded without one, complaints."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Max, Min, OuterRef, QuerySet

from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from .. import queries
from ..models import CodeScan, Complaint, FieldDevice, Form, FormPart, VisitCode
from . import tokens

LEAVING = timedelta(minutes=10)
"""A scan so long after the first one is of leaving; sooner it is somebody else of the inspected who looks."""
_FROM_AFAR = ("paper", "network", "paper,network")  # modes in which nobody comes, so nobody has a code to show
AHEAD = 3  # days for which a phone gets keys: a weekend's visit is made with Friday's sync


@dataclass(frozen=True)
class Times:
    """When the inspectors came and left. Without a scan both are unknown; `left_by_scan` says where the end comes from."""

    entered_at: datetime | None
    left_at: datetime | None
    left_by_scan: bool = False

    @property
    def words(self) -> str:
        if self.entered_at is None:
            return "未扫检查码"
        local = self.entered_at.astimezone(clock.SHANGHAI)
        entered = f"{local.month}月{local.day}日 {local:%H:%M}"
        if self.left_at is None:
            return f"扫码进入 {entered}"
        left = f"{self.left_at.astimezone(clock.SHANGHAI):%H:%M}"
        return f"扫码进入 {entered}，离开 {left}（{'扫码' if self.left_by_scan else '检查人员结束'}）"


def times_of(form: Form, parts: Collection[FormPart]) -> Times:
    """Entry by the first scan; exit by a later one, else when the last department ended. One query."""
    found = CodeScan.objects.filter(code__form=form).aggregate(first=Min("at"), last=Max("at"))
    first, last = found["first"], found["last"]
    if first is None:
        return Times(None, None)
    if last - first >= LEAVING:
        return Times(first, last, left_by_scan=True)
    ended = [part.ended_at for part in parts if part.ended_at and part.ended_at >= first]
    return Times(first, max(ended, default=None))


def is_uncoded(form: Form, parts: Collection[FormPart], times: Times) -> bool:
    """Whether a visit was recorded of which no code was scanned: it stands out wherever it is shown."""
    return times.entered_at is None and any(
        part.state in FormPart.SUBMITTED and part.mode not in _FROM_AFAR for part in parts
    )


def uncoded(viewer: Viewer) -> "QuerySet[FormPart]":
    """The recorded parts of visits without a scanned code, for the supervisor; newest first."""
    scanned = CodeScan.objects.filter(code__form=OuterRef("form"))
    parts = queries.parts_seen(viewer).filter(~Exists(scanned), state__in=FormPart.SUBMITTED)
    parts = parts.exclude(mode__in=_FROM_AFAR)
    return parts.select_related("form__object", "form__task", "organisation__parent", "recorded_by").order_by(
        "-completed_on", "-pk"
    )


def complaints_seen(viewer: Viewer) -> "QuerySet[Complaint]":
    """For supervisors alone, of the forms that they see."""
    if not viewer.has(Role.SUPERVISOR):
        return Complaint.objects.none()
    seen = queries.forms_seen(viewer).filter(pk=OuterRef("form"))
    return Complaint.objects.filter(Exists(seen)).select_related("form__object", "form__task", "answered_by")


def for_phone(device: FieldDevice, base: str) -> dict[str, object]:
    """What a phone needs to show codes without a network: its own keys, today's and those of the days to come."""
    days = [clock.today() + timedelta(days=later) for later in range(AHEAD)]
    return {
        "base": base,
        "device": tokens.base36(device.pk),
        "step": tokens.STEP,
        "keys": {day.isoformat(): tokens.key_of(device.number, day).hex() for day in days},
    }


def numbers_of(forms: Collection[int]) -> dict[int, str]:
    """Form → the number of its code; one query."""
    return dict(VisitCode.objects.filter(form__in=forms).values_list("form_id", "number"))
