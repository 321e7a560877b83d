"""Reading caps: the table in force, how an entity stands to it, and which candidates of a plan have reached it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count as CountOf
from django.db.models import Max, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from sunlot.norms import regions
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Entity, InspectionObject, Involvement

from ..bearers import CHUNK, PARTS, Borne, objects_of
from ..models import CapException, CapLine, CapTable, Visit
from .crowds import Crowd, in_order
from .rules import Count, Line, Measure, measures

State = CapTable.State


def tables() -> "QuerySet[CapTable]":
    """All tables with what they say, newest first in each region."""
    lines = CapLine.objects.select_related("kind", "department")
    return CapTable.objects.select_related("region", "organisation", "proposed_by", "decided_by").prefetch_related(
        Prefetch("lines", lines), "exceptions"
    )


def approved() -> "QuerySet[CapTable]":
    """Those that were approved: for the public."""
    return tables().filter(state=State.APPROVED)


def tables_seen(viewer: Viewer) -> "QuerySet[CapTable]":
    """The public ones, and those that the viewer's own side is still working on or gave up."""
    own = Q(organisation__path__startswith=viewer.base.path)
    return tables().filter(Q(state=State.APPROVED) | own)


def in_force(day: date) -> dict[str, CapTable]:
    """Region → the table that stands on `day`: of those begun the one that begins last."""
    begun = approved().filter(effective_from__lte=day).order_by("effective_from", "number")
    return {table.region_id: table for table in begun}


def table_for(region: str, standing: Mapping[str, CapTable]) -> CapTable | None:
    """The table that holds in a region: its own, else that of the nearest jurisdiction around it."""
    holding = [code for code in standing if regions.is_within(region, code)]
    depth = {code: sum(regions.is_within(code, other) for other in holding) for code in holding}
    return standing[max(holding, key=lambda code: depth[code])] if holding else None


def lines_of(table: CapTable) -> list[Line]:
    """The lines of a table that comes from `tables`."""
    return [
        Line(
            one.risk_class,
            one.cap,
            one.kind.code if one.kind else "",
            one.kind.name if one.kind else "",
            one.department.code if one.department else "",
            one.department.full_name if one.department else "",
            one.department.path if one.department else "",
        )
        for one in table.lines.all()
    ]


def within(year: int) -> Q:
    """The visits that count for a year: those made in it, and those to come that are due in it."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return Q(state=Visit.State.DONE, visited_on__range=(first, last)) | Q(
        state=Visit.State.PLANNED, planned_until__range=(first, last)
    )


def counts(
    year: int,
    entities: Collection[int] | None = None,
    path: str = "",
    *,
    at_least: int = 1,
    things: Collection[str] | None = None,
) -> dict[int, Count]:
    """Entity → its visits of the year, of those with so many at least. With `path` those of that organisation and below
    it alone; with `things` only visits of these. A chunk of entities is one query.
    """
    found: dict[int, Count] = {}
    rows = Visit.objects.filter(within(year), entity__isnull=False).order_by()
    if path:
        rows = rows.filter(organisation__path__startswith=path)
    if things is not None:
        rows = rows.filter(thing__in=list(things))
    if entities is None:
        # Grouped by what the table holds, without a join; the few entities merged into others are counted beside.
        found.update(_counted(rows, "entity", at_least))
        return _with_merged(found, rows, at_least)
    wanted = sorted(set(entities))
    for start in range(0, len(wanted), CHUNK):
        part = set(wanted[start : start + CHUNK])
        # Those of an entity that was merged into another are that one's. The keys are named: by them there is an index.
        named = Entity.objects.filter(Q(pk__in=part) | Q(merged_into__in=part)).order_by().values("pk")
        own = rows.filter(entity__in=named).annotate(bearer=Coalesce("entity__merged_into_id", "entity_id"))
        found.update((key, count) for key, count in _counted(own, "bearer", at_least) if key in part)
    return found


def _with_merged(found: dict[int, Count], rows: "QuerySet[Visit]", at_least: int) -> dict[int, Count]:
    """The same with the visits of entities that were merged into another as that one's. One query."""
    into = Entity.objects.filter(merged_into__isnull=False).order_by()
    family = Q(entity__in=into.values("pk")) | Q(entity__in=into.values("merged_into"))
    made: dict[int, dict[str, bool]] = {}
    asked = rows.filter(family).values_list("entity", "entity__merged_into", "occasion", "state")
    for entity, kept, occasion, state in asked:
        found.pop(entity, None)
        done = made.setdefault(kept or entity, {})
        done[occasion] = done.get(occasion, False) or state == Visit.State.DONE
    for key, occasions in made.items():
        if len(occasions) >= at_least:
            done_count = sum(occasions.values())
            found[key] = Count(done_count, len(occasions) - done_count)
    return found


def _counted(rows: "QuerySet[Visit]", by: str, at_least: int) -> Iterable[tuple[int, Count]]:
    counted = rows.values(by).annotate(
        total=CountOf("occasion", distinct=True),
        # A form of which one department was there is a visit made, though another is still to come.
        done=CountOf("occasion", distinct=True, filter=Q(state=Visit.State.DONE)),
    )
    for row in counted.filter(total__gte=at_least):
        yield row[by], Count(row["done"], row["total"] - row["done"])


@dataclass(frozen=True)
class Standing:
    """How an entity stands to its caps in a year. Without a table, or a line for its class, nothing limits it."""

    entity: int
    year: int
    count: Count
    risk_class: str = ""
    table: CapTable | None = None
    measures: tuple[Measure, ...] = ()

    @property
    def reached(self) -> list[Measure]:
        return [one for one in self.measures if one.is_reached]

    @property
    def is_reached(self) -> bool:
        """Whether a further visit needs a lawful exception."""
        return bool(self.reached)

    @property
    def is_near(self) -> bool:
        return not self.is_reached and any(one.is_near for one in self.measures)

    @property
    def overall(self) -> Measure | None:
        """The cap on everybody's visits together."""
        return next((one for one in self.measures if not one.line.path), None)

    @property
    def exceptions(self) -> list[CapException]:
        """The causes for which the table lets a check go beyond the cap, with their basis."""
        return list(self.table.exceptions.all()) if self.table is not None else []


def standing(
    entity: Entity, day: date, departments: Iterable[str] = (), *, things: Collection[str] | None = None
) -> Standing:
    """How an entity stands to the caps in force on `day`, counting the visits of that day's calendar year.

    `departments` are the paths of the organisations that want to visit it: with them only the lines under which their
    visits fall are looked at. A check that is ordered by a lead asks this first, and where `is_reached`, for one of
    `exceptions` with its reason. With `things` only visits of these are counted: those that the public may know of.
    """
    return standings([entity], day, departments, things=things)[entity.pk]


def standings(
    entities: Iterable[Entity], day: date, departments: Iterable[str] = (), *, things: Collection[str] | None = None
) -> dict[int, Standing]:
    """The same for many, in a number of queries that does not grow with them."""
    known = {entity.pk: entity for entity in entities}
    standing_tables, paths = in_force(day), tuple(departments)
    found = {key: table_for(entity.region_id, standing_tables) for key, entity in known.items()}
    lines = {table.pk: lines_of(table) for table in standing_tables.values()}
    looked_at = {line.path for listed in lines.values() for line in listed} | {""}
    counted = {path: counts(day.year, known, path, things=things) for path in looked_at}
    profiles = _profiles(objects_of(known))
    return {
        key: _standing(key, day.year, table, lines, profiles.get(key), counted, paths) for key, table in found.items()
    }


def _standing(
    key: int,
    year: int,
    table: CapTable | None,
    lines: Mapping[int, list[Line]],
    profile: Borne | None,
    counted: Mapping[str, Mapping[int, Count]],
    departments: tuple[str, ...],
) -> Standing:
    def count(path: str) -> Count:
        return counted[path].get(key, Count())

    everybody = count("") if "" in counted else Count()
    if table is None or profile is None:
        return Standing(key, year, everybody, profile.risk_class if profile else "", table)
    found = measures(lines[table.pk], profile.risk_class, profile.kind, count, departments)
    return Standing(key, year, everybody, profile.risk_class, table, tuple(found))


def _profiles(borne: Iterable[Borne]) -> dict[int, Borne]:
    """Entity → the object that says its class and kind: the one that it is, else of those that it operates the one of the
    highest risk, an active one if there is any.
    """
    found: dict[int, Borne] = {}
    for one in borne:
        best = found.get(one.entity)
        if best is None or _weight(one) > _weight(best):
            found[one.entity] = one
    return found


def _weight(one: Borne) -> tuple[bool, bool, str, int]:
    return one.is_itself, one.is_active, one.risk_class, -one.object


@dataclass(frozen=True)
class Limits:
    """The objects whose entity has reached its cap, those whose entity is one visit from it, and the entities that bear more
    objects than their cap leaves visits.
    """

    reached: frozenset[int] = field(default_factory=frozenset)
    near: frozenset[int] = field(default_factory=frozenset)
    crowds: tuple[Crowd, ...] = ()


def limits(
    year: int, standing_tables: Mapping[str, CapTable], departments: Iterable[str], kinds: Collection[int] = ()
) -> Limits:
    """The objects at and near a cap of the tables that stand (`in_force`), by the visits of `year`, for visits of these
    organisations (paths); with `kinds` (keys) the crowds of objects of these. The work grows with the entities visited in
    the year and those of several objects, not with the registry.
    """
    if not standing_tables:
        return Limits()
    lines = {table.pk: lines_of(table) for table in standing_tables.values()}
    paths, several = tuple(departments), _of_several(kinds)
    lowest: dict[str, int] = {}  # an entity two visits from the lowest cap is neither at nor near any
    for line in (line for listed in lines.values() for line in listed):
        lowest[line.path] = min(line.cap, lowest.get(line.path, line.cap))
    counted = {path: counts(year, path=path, at_least=max(1, cap - 1)) for path, cap in lowest.items()}
    visited = {key for found in counted.values() for key in found}
    for path, cap in lowest.items():
        if several and cap > 2:  # of those of several objects one visit counts already
            counted[path] |= counts(year, several, path)
    borne = objects_of(visited | several)
    profiles, where = _profiles(borne), _regions_of(visited | several)
    held = {
        key: _standing(key, year, table_for(where[key], standing_tables), lines, profiles.get(key), counted, paths)
        for key in visited | several
    }
    return Limits(
        frozenset(one.object for one in borne if held[one.entity].is_reached),
        frozenset(one.object for one in borne if one.entity in visited and held[one.entity].is_near),
        _crowds({key: held[key] for key in several}, borne),
    )


def _of_several(kinds: Collection[int]) -> set[int]:
    """The entities that bear more than one object of these kinds."""
    if not kinds:
        return set()
    ties = Involvement.objects.filter(part__in=PARTS, object__kind__in=list(kinds)).order_by().values("entity")
    return set(ties.annotate(n=CountOf("object", distinct=True)).filter(n__gt=1).values_list("entity", flat=True))


def _crowds(held: Mapping[int, Standing], borne: Iterable[Borne]) -> tuple[Crowd, ...]:
    """Of these entities those with more objects than visits left. Where a cap is reached all are left out already."""
    left = {key: min((one.left for one in standing.measures), default=0) for key, standing in held.items()}
    objects: dict[int, list[Borne]] = {}
    for one in borne:
        if left.get(one.entity):
            objects.setdefault(one.entity, []).append(one)
    crowded = {key: found for key, found in objects.items() if len(found) > left[key]}
    last = _last_visits([one.object for found in crowded.values() for one in found])
    return tuple(Crowd(key, left[key], in_order(found, last)) for key, found in sorted(crowded.items()))


def _last_visits(keys: Collection[int]) -> dict[int, date]:
    """Object → the day on which it was visited last. A query for each chunk."""
    wanted = sorted(keys)
    found: dict[int, date] = {}
    for start in range(0, len(wanted), CHUNK):
        made = Visit.objects.filter(object__in=wanted[start : start + CHUNK], state=Visit.State.DONE).order_by()
        found.update(made.values("object").annotate(last=Max("visited_on")).values_list("object", "last"))
    return found


def _regions_of(entities: Iterable[int]) -> dict[int, str]:
    wanted = sorted(entities)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), CHUNK):
        part = Entity.objects.filter(pk__in=wanted[start : start + CHUNK]).order_by()
        found.update(part.values_list("pk", "region_id"))
    return found


def objects_among(objects: "QuerySet[InspectionObject]", keys: Collection[int]) -> int:
    """How many of `keys` are among `objects`."""
    wanted = sorted(keys)
    return sum(
        objects.filter(pk__in=wanted[start : start + CHUNK]).order_by().count()
        for start in range(0, len(wanted), CHUNK)
    )


def until(table: CapTable, all_approved: Iterable[CapTable]) -> date | None:
    """The last day on which an approved table counts; None while nothing is to follow it."""
    order = (table.effective_from, table.number)
    later = [one for one in all_approved if one.region_id == table.region_id]
    following = [one for one in later if (one.effective_from, one.number) > order]
    if not following:
        return None
    return min(one.effective_from for one in following) - timedelta(days=1)
