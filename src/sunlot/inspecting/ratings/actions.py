"""Taking a rating. The one act of the product that writes no event: an event has a time and a thing, and would tell."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import IntegrityError, transaction

from sunlot.norms import clock
from sunlot.organisations.viewer import Refused

from ..codes import queries as codes
from ..models import Form, FormPart, RatingBucket, RatingSpent
from ..notices import queries as notices
from . import counters

AFTER = timedelta(minutes=10)  # from the entry: a visit is rated when there is something to rate
FORGOTTEN = 5  # quarters after which what was spent is forgotten; no right lasts that long


def why_not(form: Form) -> str:
    """Why the visit can't be rated now; empty where it can, as far as it is not rated already."""
    parts = notices.standing_parts([form])
    if not parts:
        return "这次检查已取消，不能评价。"
    entered = codes.times_of(form, parts).entered_at
    is_recorded = any(part.state in FormPart.SUBMITTED for part in parts)
    if is_recorded or (entered is not None and clock.now() - entered >= AFTER):
        return ""
    return "检查还没有进行，检查之后再评价。"


def rate(form: Form, given: Sequence[int]) -> None:
    """Count a rating for each department of the visit. One visit is rated once.

    The right is spent first: its key is unique, so of two at once one is refused before anything is counted. Both rows
    are written in one transaction, and none of them says anything of the other. Buckets are locked in the order of their
    keys. Raises Refused.
    """
    against = why_not(form)
    if against:
        raise Refused(against)
    quarter = counters.quarter_of(clock.today())
    departments = {part.organisation.department_code for part in notices.standing_parts([form])}
    with transaction.atomic():
        try:
            with transaction.atomic():
                RatingSpent.objects.create(token=counters.spent_token(form.pk), quarter=quarter)
        except IntegrityError:
            raise Refused("这次检查已经评价过了。一次检查评价一次。") from None
        for key in sorted(counters.bucket_key(quarter, department) for department in departments):
            RatingBucket.objects.get_or_create(key=key, defaults={"sealed": counters.seal(key, counters.Counters())})
            bucket = RatingBucket.objects.select_for_update().get(key=key)
            bucket.sealed = counters.seal(key, counters.unseal(key, bytes(bucket.sealed)).plus(given))
            bucket.save(update_fields=["sealed"])


def forget_spent(day: date) -> int:
    """Forget which rights were spent long ago; returns how many."""
    kept = [counters.quarter_of(day), *counters.quarters_before(day, FORGOTTEN)]
    count, _ = RatingSpent.objects.exclude(quarter__in=kept).delete()
    return count
