"""A day's visits of a team or a unit: of several plans merged by enterprise, on a plain map, and all forms as one file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import cos, radians

from django.conf import settings
from django.db.models import Prefetch, Q

from sunlot.documents.typesetting import typeset_together
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Entity, InspectionObject
from sunlot.visits.bearers import entities_of
from sunlot.visits.queries import Agreement, agreements

from . import deadlines, papers, presenting, queries
from .models import Form, FormPart

MOST = 200
"""Forms of one page and one file; what is due later stands on later days."""

WIDTH, HEIGHT, EDGE = 640, 400, 36


@dataclass
class Stop:
    """An enterprise to go to, with the parts to fill there, whatever plan they come from."""

    name: str
    objects: list[InspectionObject] = field(default_factory=list)
    parts: list[FormPart] = field(default_factory=list)
    agreed: Agreement | None = None
    number: int = 0

    @property
    def until(self) -> date:
        return min(part.inspect_by for part in self.parts)

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude of the first object that has them."""
        known = (one for one in self.objects if one.latitude is not None and one.longitude is not None)
        return next(((float(one.latitude or 0), float(one.longitude or 0)) for one in known), None)


def stops(viewer: Viewer, day: date) -> tuple[list[Stop], bool]:
    """Where to go: what is agreed for this day first, then what may be visited on it, by deadline; and whether there is
    more than is shown. Forms agreed for another day are left out. A fixed number of queries.
    """
    open_ones = queries.parts_seen(viewer).filter(
        Q(extended_to__gte=day) | Q(extended_to__isnull=True, form__task__ends_on__gte=day),
        state__in=[FormPart.State.OPEN, FormPart.State.RETURNED],
        form__task__starts_on__lte=day,
    )
    rows = open_ones.select_related("form__task", "form__object__region", "organisation").prefetch_related(
        "members__inspector"
    )
    parts = list(rows.order_by(deadlines.inspect_by(), "form__number", "pk")[: MOST + 1])
    agreed = agreements(f"form:{part.form_id}" for part in parts[:MOST])
    bearers = entities_of({part.form.object_id for part in parts[:MOST]})
    names = dict(Entity.objects.filter(pk__in=set(bearers.values())).values_list("pk", "name"))
    found: dict[tuple[str, int], Stop] = {}
    for part in parts[:MOST]:
        agreement = agreed.get(f"form:{part.form_id}")
        if agreement is not None and agreement.day != day:
            continue
        entry, entity = part.form.object, bearers.get(part.form.object_id)
        key = ("entity", entity) if entity is not None else ("object", entry.pk)
        stop = found.setdefault(key, Stop(names[entity] if entity is not None else entry.name))
        stop.agreed = stop.agreed or agreement
        stop.parts.append(part)
        if entry not in stop.objects:
            stop.objects.append(entry)
    listed = sorted(found.values(), key=lambda stop: (stop.agreed is None, stop.until, stop.name))
    for number, stop in enumerate(listed, 1):
        stop.number = number
    return listed, len(parts) > MOST


@dataclass(frozen=True)
class Dot:
    """A stop on the map, in its units."""

    number: int
    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Map:
    """The stops by their registered coordinates, north above; `bar` units are `metres` on the ground."""

    dots: Sequence[Dot]
    bar: int
    metres: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def scale(self) -> str:
        return f"{self.metres // 1000} 公里" if self.metres >= 1000 else f"{self.metres} 米"


def map_of(listed: Sequence[Stop]) -> Map | None:
    """The map of those that have coordinates, equirectangular about their middle; None where none has."""
    places = [(stop, stop.place) for stop in listed]
    known = [(stop, place) for stop, place in places if place is not None]
    if not known:
        return None
    north, south = max(at[0] for _, at in known), min(at[0] for _, at in known)
    west, east = min(at[1] for _, at in known), max(at[1] for _, at in known)
    narrow = cos(radians((north + south) / 2))
    # Half a kilometre at least, so that one stop alone, or two in one yard, give a map too.
    high, wide = max(north - south, 0.005), max((east - west) * narrow, 0.005)
    unit = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)  # units a degree of latitude
    middle_lat, middle_lon = (north + south) / 2, (west + east) / 2
    dots = [
        Dot(
            stop.number,
            stop.name,
            round(WIDTH / 2 + (lon - middle_lon) * narrow * unit),
            round(HEIGHT / 2 - (lat - middle_lat) * unit),
        )
        for stop, (lat, lon) in known
    ]
    metre = unit / 111_195  # metres a degree of latitude, on the sphere of places.EARTH
    metres = next((one for one in (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000) if one * metre >= 60), 50_000)
    return Map(dots, round(metres * metre), metres)


def day_pdf(viewer: Viewer, listed: Sequence[Stop], day: date) -> bytes:
    """All forms of the day as one file, each with the parts that the viewer reads. Raises ValueError where there is none."""
    keys = {part.form_id for stop in listed for part in stop.parts}
    order = {part.form_id: at for at, part in enumerate(part for stop in listed for part in stop.parts)}
    parts = list(queries.whole(queries.parts_seen(viewer).filter(form__in=keys)).order_by("organisation__path"))
    signatures = queries.signatures_by_part(parts)
    by_form: dict[int, list[presenting.PartView]] = {}
    for part in parts:
        by_form.setdefault(part.form_id, []).append(presenting.part_view(part, signatures[part.pk]))
    forms = Form.objects.filter(pk__in=keys).select_related("task", "object__kind", "object__region", "replaced_by")
    ordered = sorted(forms.prefetch_related(Prefetch("replaces")), key=lambda form: order[form.pk])
    documents = [papers.document(form, by_form[form.pk]) for form in ordered]
    title = f"{day.isoformat()} 执法检查表"
    return typeset_together(documents, title=title, author=settings.SUNLOT_CITY, day=day)
