"""Pairs of inspector and object that must not meet (回避)."""

from datetime import date

from django.db import IntegrityError, transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record

from .. import events, policy
from ..models import Avoidance, InspectionObject, Inspector

_WHO = "回避由人员所在单位的经办人或统筹科室登记。"


@transaction.atomic
def add_avoidance(
    viewer: Viewer,
    inspector: Inspector,
    entry: InspectionObject,
    ground: str,
    note: str = "",
    expires: date | None = None,
) -> Avoidance:
    """Enter that the two must not meet, until `expires` where given. The same pair twice is one entry.

    The reason stays inside: the trail of the object says only that there is one.
    """
    policy.require(viewer, policy.may_avoid(viewer, inspector), _WHO)
    if expires is not None and expires < clock.today():
        raise Refused("有效期至不能早于今天。")
    found = Avoidance.objects.filter(inspector=inspector, object=entry, ended_at__isnull=True).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            avoidance = Avoidance.objects.create(
                inspector=inspector,
                object=entry,
                ground=ground,
                note=note,
                expires=expires,
                created_by=viewer.membership.user,
                created_at=clock.now(),
            )
    except IntegrityError:  # entered by somebody else at the same moment
        return Avoidance.objects.get(inspector=inspector, object=entry, ended_at__isnull=True)
    after = {"object": entry.number, "ground": ground, "expires": expires}
    record(viewer, events.AVOIDANCE_ADDED, f"inspector:{inspector.pk}", f"登记回避：{entry.name}", after=after)
    return avoidance


@transaction.atomic
def end_avoidance(viewer: Viewer, avoidance: Avoidance, reason: str) -> Avoidance:
    """End an avoidance, with the reason; ended twice is ended once."""
    policy.require(viewer, policy.may_avoid(viewer, avoidance.inspector), _WHO)
    if not reason.strip():
        raise Refused("写明解除回避的理由。")
    if not Avoidance.objects.filter(pk=avoidance.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        return avoidance
    avoidance.refresh_from_db()
    words = f"解除回避：{avoidance.object.name}（{reason.strip()}）"
    after = {"object": avoidance.object.number, "reason": reason.strip()}
    record(viewer, events.AVOIDANCE_ENDED, f"inspector:{avoidance.inspector_id}", words, after=after)
    return avoidance
