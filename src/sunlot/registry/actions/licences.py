"""Changes to the licences that an object holds."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events
from ..bulk_writing import BATCH
from ..models import InspectionObject, Licence
from .common import user_of
from .objects import require_keeper


@transaction.atomic
def add_licence(
    actor: Actor,
    entry: InspectionObject,
    *,
    name: str,
    number: str,
    issuer: str,
    issued: date | None = None,
    expires: date | None = None,
) -> Licence:
    """Enter a licence of an object. One of the same name that stands is ended by it: a renewal takes its place.

    Raises Refused for days out of order and for a licence entered already.
    """
    require_keeper(actor, entry)
    if issued and expires and expires < issued:
        raise Refused("有效期不能早于发证日期。")
    standing = Licence.objects.select_for_update().filter(object=entry, name=name, ended_on__isnull=True)
    if standing.filter(number=number, expires=expires).exists():
        raise Refused("这一许可证已经登记过。")
    replaced = list(standing)
    for old in replaced:
        old.ended_on, old.ended_reason = clock.today(), f"由 {number} 取代"[:120]
        old.save(update_fields=["ended_on", "ended_reason"])
    licence = Licence(
        object=entry,
        name=name,
        number=number,
        issuer=issuer,
        issued=issued,
        expires=expires,
        created_by=user_of(actor),
        created_at=clock.now(),
    )
    try:
        with transaction.atomic():
            licence.save(force_insert=True)
    except IntegrityError:
        raise Refused("这一许可证已经登记过。") from None
    until = f"，有效期至 {expires.isoformat()}" if expires else "，长期有效"
    renewed = f"，取代 {'、'.join(old.number for old in replaced)}" if replaced else ""
    after = {"licence": licence.pk, "number": number, "expires": expires and expires.isoformat()}
    record(actor, events.LICENCE_ADDED, f"object:{entry.pk}", f"登记{name} {number}{until}{renewed}", after=after)
    return licence


def enter_licences(fresh: Sequence[Licence], replaced: Sequence[Licence]) -> None:
    """Write licences that an import brings, inside its transaction; each ends the one that it renews."""
    ends = {(one.object_id, one.name): one for one in replaced}
    for licence in fresh:
        old = ends.get((licence.object_id, licence.name))
        if old is not None:
            old.ended_on, old.ended_reason = clock.today(), f"由 {licence.number} 取代"[:120]
    Licence.objects.bulk_update(replaced, ["ended_on", "ended_reason"], batch_size=BATCH)
    Licence.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)  # a clerk may just enter the same


@transaction.atomic
def end_licence(actor: Actor, licence: Licence, reason: str) -> Licence:
    """Say that a licence no longer stands; it stays on record. Ended twice is ended once."""
    current = Licence.objects.select_for_update(of=("self",)).select_related("object").get(pk=licence.pk)
    require_keeper(actor, current.object)
    if current.ended_on is not None:
        return current
    if not reason.strip():
        raise Refused("写明许可证失效的原因，例如“发证机关注销”。")
    current.ended_on, current.ended_reason = clock.today(), reason.strip()
    current.save(update_fields=["ended_on", "ended_reason"])
    words = f"{current.name} {current.number} 失效：{reason.strip()}"
    record(actor, events.LICENCE_ENDED, f"object:{current.object_id}", words, after={"licence": current.pk})
    return current
