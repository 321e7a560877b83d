"""Reading requests for checks, and the share of random checks among all."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer
from sunlot.visits.models import Visit

from ..models import CheckRequest, Finding, FormPart

_OUTSIDE = ADMINISTRATORS | {Role.EXPERT, Role.COMMISSIONED, Role.INSPECTOR}


def requests_seen(viewer: Viewer) -> "QuerySet[CheckRequest]":
    """The requests of the units that the viewer sees; inspectors see the forms that come of them."""
    if viewer.role in _OUTSIDE:
        return CheckRequest.objects.none()
    return CheckRequest.objects.filter(organisation__path__startswith=viewer.base.path)


def whole(requests: "QuerySet[CheckRequest]") -> "QuerySet[CheckRequest]":
    """Requests with all that their pages show, in a fixed number of queries."""
    return requests.select_related(
        "organisation__parent", "organisation__region", "asked_by", "decided_by", "rechecks__form__object", "task"
    ).prefetch_related(
        "objects_named__kind",
        "objects_named__region",
        "objects_named__involvements__entity",
        "items__item",
        "items__kinds",
        "items__bases",
        "inspectors__organisation",
    )


def waiting(viewer: Viewer) -> "QuerySet[CheckRequest]":
    """Those that wait for this unit's head, or were returned to this clerk's unit."""
    seen = requests_seen(viewer).select_related("organisation__parent", "asked_by")
    if viewer.has(Role.UNIT_HEAD):
        own = Q(organisation=viewer.base) | Q(organisation__parent=viewer.base, organisation__kind="section")
        return seen.filter(own, state=CheckRequest.State.ASKED)
    if viewer.has(Role.CLERK):
        return seen.filter(state=CheckRequest.State.RETURNED, organisation=viewer.organisation)
    return seen.none()


def shares(viewer: Viewer, year: int) -> "QuerySet[Organisation]":
    """The bodies within what the viewer sees, of a section the section itself, that made visits in the year, each with
    `total` and, by source, `n_draw`, `n_daily` …: a department's part on a form is one visit, its sections' are its own.
    """
    if viewer.role in _OUTSIDE:
        return Organisation.objects.none()
    below = Organisation.objects.filter(path__startswith=viewer.base.path).select_related("parent", "region")
    bodies = below.filter(~Q(kind=Organisation.Kind.SECTION) | Q(pk=viewer.base.pk))
    by_source = {f"n_{source}": _visits_in(year, source) for source in Visit.Source.values}
    return bodies.annotate(total=_visits_in(year), **by_source).filter(total__gt=0)


def _visits_in(year: int, source: str = "") -> Coalesce:
    """How many visits of a source, or of all, an organisation of the outer query made in the year."""
    own = Q(organisation=OuterRef("pk")) | Q(
        organisation__parent=OuterRef("pk"), organisation__kind=Organisation.Kind.SECTION
    )
    made = Visit.objects.filter(
        own, state=Visit.State.DONE, visited_on__range=(date(year, 1, 1), date(year, 12, 31))
    ).order_by()
    if source:
        made = made.filter(source=source)
    counted = made.annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


@dataclass(frozen=True)
class ItemShare:
    """How often an item was inspected in a year, and how often of that by a random check."""

    code: str
    name: str
    random: int
    total: int


def shares_by_item(viewer: Viewer, year: int) -> list[ItemShare]:
    """The same per item (事项), by its code. One query."""
    if viewer.role in _OUTSIDE:
        return []
    rows = (
        Finding.objects.filter(
            part__organisation__path__startswith=viewer.base.path,
            part__state__in=FormPart.SUBMITTED,
            part__ended_at__year=year,
        )
        .order_by()
        .values_list("version__item__code")
        .annotate(
            name=Max("version__name"),
            random=Count("pk", filter=Q(part__form__task__source=Visit.Source.DRAW)),
            total=Count("pk"),
        )
    )
    return sorted((ItemShare(*row) for row in rows), key=lambda one: one.code)


def years_with_visits(viewer: Viewer) -> list[int]:
    """The years in which the viewer's side made visits, the newest first."""
    made = Visit.objects.filter(state=Visit.State.DONE, organisation__path__startswith=viewer.base.path)
    return sorted({day.year for day in made.dates("visited_on", "year")}, reverse=True)
