"""The registries as they stood: at the end of a past day, or at the moment at which a draw froze its roster."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from simple_history.utils import get_history_model_for_model

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer

from . import queries
from .models import Entity, Expert, InspectionObject, Inspector, Involvement, Licence
from .policy import BLIND

_TICK = timedelta(milliseconds=1)  # notices write moments as exact as this


@dataclass(frozen=True)
class Moment:
    """A moment of the past as an address writes it, `asked`; everything before `end` had happened."""

    asked: str
    end: datetime

    @property
    def day(self) -> date:
        """The day for what is known by days: marks, licences, items, leave."""
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


def records_then(model: type[models.Model], moment: Moment) -> "QuerySet[Any]":
    """Of each entry the history record that was the newest then."""
    history: Any = get_history_model_for_model(model)
    earlier = history.objects.filter(id=OuterRef("id"), history_date__lt=moment.end)
    newest = earlier.order_by("-history_date", "-history_id").values("history_id")[:1]
    known: QuerySet[Any] = history.objects.filter(history_date__lt=moment.end, history_id=Subquery(newest))
    return known.exclude(history_type="-")


def _seen(viewer: Viewer, records: "QuerySet[Any]") -> "QuerySet[Any]":
    return records.none() if viewer.role in BLIND else records


def objects_then(viewer: Viewer, moment: Moment) -> "QuerySet[Any]":
    """The objects of the viewer's jurisdiction as they stood then."""
    standing = records_then(InspectionObject, moment).filter(region__code__startswith=viewer.region_prefix)
    return _seen(viewer, standing).select_related("kind", "region", "manager")


def entities_then(viewer: Viewer, moment: Moment) -> "QuerySet[Any]":
    """The entities as they stood then: those registered in the jurisdiction, and those involved in an object there now."""
    here = Q(region__code__startswith=viewer.region_prefix)
    involved = Involvement.everything.filter(
        entity=OuterRef("id"), object__region__code__startswith=viewer.region_prefix
    )
    standing = records_then(Entity, moment).filter(here | models.Exists(involved))
    return _seen(viewer, standing).select_related("region", "manager")


def inspectors_then(viewer: Viewer, moment: Moment) -> "QuerySet[Any]":
    """The inspectors as they stood then, of the units that the viewer sees today."""
    standing = records_then(Inspector, moment).filter(organisation__path__startswith=viewer.base.path)
    return _seen(viewer, standing).select_related("organisation")


def experts_then(viewer: Viewer, moment: Moment) -> "QuerySet[Any]":
    """The experts as they stood then, of the units that the viewer sees today, with their fields."""
    standing = records_then(Expert, moment).filter(queries.experts_near(viewer))
    fields = "historicalexpert_fields_set__competence"
    return _seen(viewer, standing).select_related("institution", "organisation").prefetch_related(fields)


def regions_then(keys: Iterable[int], moment: datetime) -> dict[int, tuple[str, str]]:
    """The region, by code and name, in which each of these objects lay at an exact moment; asked for nobody in particular."""
    records = records_then(InspectionObject, Moment("", moment + _TICK)).filter(id__in=list(keys))
    return {key: (code, name) for key, code, name in records.values_list("id", "region_id", "region__name")}


def involvements_then(moment: Moment) -> "QuerySet[Involvement]":
    """Who was involved in what on that day, as far as the days are known."""
    day = moment.day
    standing = Involvement.everything.filter(Q(since__isnull=True) | Q(since__lte=day))
    return standing.filter(Q(until__isnull=True) | Q(until__gt=day)).select_related("entity", "object")


def licences_then(object_id: int, moment: Moment) -> "QuerySet[Licence]":
    """The licences that were entered and had not ended then."""
    return Licence.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=moment.day), object=object_id, created_at__lt=moment.end
    )
