"""The registry as it stood: at the end of a past day, or at the moment at which a draw froze its roster."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from .models import InspectionObject, Involvement, Licence
from .policy import BLIND

History: Any = InspectionObject.history.model
_TICK = timedelta(milliseconds=1)  # notices write moments as exact as this


@dataclass(frozen=True)
class Moment:
    """A moment of the past as an address writes it, `asked`; everything before `end` had happened."""

    asked: str
    end: datetime

    @property
    def day(self) -> date:
        """The day for what is known by days: marks, licences, items."""
        return timezone.localtime(self.end - _TICK).date()

    @property
    def words(self) -> str:
        """“2026-05-01 终了时”, or the exact moment."""
        if len(self.asked) == 10:
            return f"{self.asked} 终了时"
        return f"{timezone.localtime(self.end - _TICK):%Y-%m-%d %H:%M:%S}"


def moment_of(text: str) -> Moment | None:
    """The moment that `?asof=` names: a day (its end), or a moment with offset. None for nothing, nonsense, the future."""
    try:
        day, moment = parse_date(text), parse_datetime(text)
    except ValueError:
        return None
    if day is not None and len(text) == 10:
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
        return Moment(text, end) if day <= clock.today() else None
    if moment is None or timezone.is_naive(moment) or moment > clock.now():
        return None
    return Moment(text, moment + _TICK)


def objects_then(viewer: Viewer, moment: Moment) -> "QuerySet[Any]":
    """The objects of the viewer's jurisdiction as they stood then, by their history records."""
    if viewer.role in BLIND:
        return History.objects.none()
    standing = records_then(moment).filter(region__code__startswith=viewer.region_prefix)
    return standing.select_related("kind", "region", "manager")


def records_then(moment: Moment) -> "QuerySet[Any]":
    """The record of each object that was the newest then."""
    earlier = History.objects.filter(id=OuterRef("id"), history_date__lt=moment.end)
    newest = earlier.order_by("-history_date", "-history_id").values("history_id")[:1]
    known: QuerySet[Any] = History.objects.filter(history_date__lt=moment.end, history_id=Subquery(newest))
    return known.exclude(history_type="-")


def involvements_then(object_id: int, day: date) -> "QuerySet[Involvement]":
    """Who was involved in an object on `day`, as far as the days are known."""
    standing = Involvement.everything.filter(Q(since__isnull=True) | Q(since__lte=day), object=object_id)
    return standing.filter(Q(until__isnull=True) | Q(until__gt=day)).select_related("entity")


def licences_then(object_id: int, moment: Moment) -> "QuerySet[Licence]":
    """The licences that were entered and had not ended then."""
    return Licence.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=moment.day), object=object_id, created_at__lt=moment.end
    )
