"""Reading visits: of an object, of an entity, and how many there were in a year, without a query for each row."""

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from sunlot.norms import clock
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Entity, InspectionObject
from sunlot.registry.queries import entities_seen, objects_seen

from .models import Visit

CHUNK = 5000


def visits_of_object(viewer: Viewer, entry: InspectionObject) -> "QuerySet[Visit]":
    """The visits to an object that the viewer may see, newest first."""
    return Visit.objects.filter(object=entry, object__in=objects_seen(viewer)).select_related("organisation", "object")


def visits_of_entity(viewer: Viewer, entity: Entity) -> "QuerySet[Visit]":
    """The visits that count as the entity's, wherever its objects lie, newest first."""
    return Visit.objects.filter(entity=entity, entity__in=entities_seen(viewer)).select_related(
        "organisation", "object"
    )


def visits_this_year(objects: Iterable[int], year: int | None = None) -> dict[int, int]:
    """Object id → how many visits took place in the year (the present one by default); 0 where there was none."""
    return _counted("object_id", objects, year)


def entity_visits_this_year(entities: Iterable[int], year: int | None = None) -> dict[int, int]:
    """Entity id → how many visits took place in the year, for the yearly cap; 0 where there was none."""
    return _counted("entity_id", entities, year)


def _counted(column: str, keys: Iterable[int], year: int | None) -> dict[int, int]:
    wanted = list(keys)
    counts = dict.fromkeys(wanted, 0)
    done = Visit.objects.filter(state=Visit.State.DONE, visited_on__year=year or clock.today().year).order_by()
    for start in range(0, len(wanted), CHUNK):
        part = done.filter(**{f"{column}__in": wanted[start : start + CHUNK]})
        counts.update(part.values_list(column).annotate(Count("pk")))
    return counts
