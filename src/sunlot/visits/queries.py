"""Reading visits: of an object, of an entity, and how many there were in a year, without a query for each row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

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


def to_come_between(first: date, last: date) -> "QuerySet[Visit]":
    """The visits to come that may be made, or are agreed, on a day from `first` to `last`, by whomever."""
    agreed = Q(agreed_on__range=(first, last))
    open_ = Q(agreed_on__isnull=True, planned_until__gte=first)
    open_ &= Q(planned_from__isnull=True) | Q(planned_from__lte=last)
    return Visit.objects.filter(agreed | open_, state=Visit.State.PLANNED)


@dataclass(frozen=True)
class Agreement:
    """A day agreed on, and who else comes on it."""

    day: date
    units: tuple[str, ...]


def agreements(forms: Iterable[str]) -> dict[str, Agreement]:
    """Form (`form:9`) → the day on which its visits to come are made together with those of other forms. Two queries."""
    agreed = Visit.objects.filter(form__in=list(forms), state=Visit.State.PLANNED, agreed_on__isnull=False)
    names = {form: (day, name) for form, day, name in agreed.values_list("form", "agreed_on", "together") if day}
    others: dict[str, dict[str, str]] = {}
    rows = Visit.objects.filter(together__in={name for _, name in names.values()}, state=Visit.State.PLANNED)
    for name, form, unit in rows.order_by("pk").values_list("together", "form", "organisation__name"):
        others.setdefault(name, {}).setdefault(unit, form)
    found = {
        form: Agreement(day, tuple(unit for unit, other in others[name].items() if other != form))
        for form, (day, name) in names.items()
    }
    return {form: agreement for form, agreement in found.items() if agreement.units}  # the others may be called off


def visits_this_year(objects: Iterable[int], year: int | None = None) -> dict[int, int]:
    """Object id → how many visits took place in the year (the present one by default); 0 where there was none.

    Several departments on one form came once.
    """
    wanted = list(objects)
    counts = dict.fromkeys(wanted, 0)
    done = Visit.objects.filter(state=Visit.State.DONE, visited_on__year=year or clock.today().year).order_by()
    for start in range(0, len(wanted), CHUNK):
        part = done.filter(object__in=wanted[start : start + CHUNK])
        counts.update(part.values_list("object").annotate(Count("occasion", distinct=True)))
    return counts


def unvisited_since(objects: "QuerySet[InspectionObject]", since: date, until: date) -> "QuerySet[InspectionObject]":
    """Those of `objects` that nobody inspected from `since` to `until`, both counted."""
    done = Visit.objects.filter(object=OuterRef("pk"), state=Visit.State.DONE, visited_on__range=(since, until))
    return objects.filter(~Exists(done))


def visited_at_most(
    objects: "QuerySet[InspectionObject]", most: int, since: date, until: date
) -> "QuerySet[InspectionObject]":
    """Those of `objects` with at most so many visits from `since` to `until`, done or still to come.

    Several departments on one form came once.
    """
    counting = Q(state=Visit.State.DONE, visited_on__range=(since, until))
    counting |= Q(state=Visit.State.PLANNED, planned_until__range=(since, until))
    often = (
        Visit.objects.filter(counting)
        .order_by()
        .values("object")
        .annotate(visits=Count("occasion", distinct=True))
        .filter(visits__gt=most)
    )
    return objects.exclude(pk__in=often.values("object"))
