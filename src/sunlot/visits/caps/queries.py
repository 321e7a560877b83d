"""Reading caps: the table in force, how an entity stands to it, and which candidates of a plan have reached it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count as CountOf
from django.db.models import Max, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from sunlot.norms import regions
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer
from sunlot.registry.among import AT_ONCE, is_one_of
from sunlot.registry.models import Entity, InspectionObject, Involvement

from ..bearers import CHUNK, PARTS, Borne, objects_of
from ..models import CapException, CapLine, CapTable, Visit
from .crowds import Crowd, in_order
from .drawn import Expected, expected
from .rules import Count, Line, Measure, holding, is_concerned, measures

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
    year: int, entities: Collection[int], path: str = "", *, things: Collection[str] | None = None
) -> dict[int, Count]:
    """Entity → its visits of the year, of those of `entities` that had any. With `path` those of that organisation and
    below it alone; with `things` only visits of these. A chunk of entities is one query.
    """
    rows = _rows(year, path)
    if things is not None:
        rows = rows.filter(thing__in=list(things))
    found: dict[int, Count] = {}
    wanted = sorted(set(entities))
    for start in range(0, len(wanted), CHUNK):
        part = set(wanted[start : start + CHUNK])
        # Those of an entity that was merged into another are that one's. The keys are named: by them there is an index.
        named = Entity.objects.filter(Q(pk__in=part) | Q(merged_into__in=part)).order_by().values("pk")
        own = rows.filter(entity__in=named).annotate(bearer=Coalesce("entity__merged_into_id", "entity_id"))
        counted = own.values("bearer").annotate(
            total=CountOf("occasion", distinct=True),
            # A form of which one department was there is a visit made, though another is still to come.
            done=CountOf("occasion", distinct=True, filter=Q(state=Visit.State.DONE)),
        )
        found |= {
            row["bearer"]: Count(row["done"], row["total"] - row["done"]) for row in counted if row["bearer"] in part
        }
    return found


def totals(year: int, path: str = "", *, at_least: int = 1) -> dict[int, int]:
    """Entity → how many visits it has in the year, done and to come, of all entities with so many at least; `path` as above.

    Grouped by what the table holds, without a join; the few entities merged into others are counted beside. Two queries.
    """
    rows = _rows(year, path)
    counted = rows.values("entity").annotate(total=CountOf("occasion", distinct=True)).filter(total__gte=at_least)
    found = dict(counted.values_list("entity", "total"))
    into = Entity.objects.filter(merged_into__isnull=False).order_by()
    family = Q(entity__in=into.values("pk")) | Q(entity__in=into.values("merged_into"))
    occasions: dict[int, set[str]] = {}
    for entity, kept, occasion in rows.filter(family).values_list("entity", "entity__merged_into", "occasion"):
        found.pop(entity, None)
        occasions.setdefault(kept or entity, set()).add(occasion)
    return found | {key: len(made) for key, made in occasions.items() if len(made) >= at_least}


def _rows(year: int, path: str) -> "QuerySet[Visit]":
    rows = Visit.objects.filter(within(year), entity__isnull=False).order_by()
    if not path:
        return rows
    # Named by their keys: without a join the index of the year's visits is enough.
    below = list(Organisation.objects.filter(path__startswith=path).values_list("pk", flat=True))
    return rows.filter(organisation__in=below)


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
    entities: Iterable[Entity],
    day: date,
    departments: Iterable[str] = (),
    *,
    things: Collection[str] | None = None,
    drawn: bool = False,
) -> dict[int, Standing]:
    """The same for many, in a number of queries that does not grow with them. With `drawn` visits count that a draw made
    certain and whose forms are not out: for who decides on a further visit, not for who is to be told of what is to come.
    """
    known = {entity.pk: entity for entity in entities}
    standing_tables, paths = in_force(day), tuple(departments)
    found = {key: table_for(entity.region_id, standing_tables) for key, entity in known.items()}
    lines = {table.pk: lines_of(table) for table in standing_tables.values()}
    looked_at = {line.path for listed in lines.values() for line in listed} | {""}
    counted = {path: counts(day.year, known, path, things=things) for path in looked_at}
    if drawn:
        _add_drawn(counted, expected(day.year), known)
    profiles = _profiles(objects_of(known))
    return {
        key: _standing(key, day.year, table, lines, profiles.get(key), counted, paths) for key, table in found.items()
    }


def _add_drawn(counted: Mapping[str, dict[int, Count]], more: Expected, known: Collection[int]) -> None:
    for path, found in counted.items():
        for key, number in more.by_entity(path).items():
            if key in known:
                had = found.get(key, Count())
                found[key] = Count(had.done, had.planned + number)


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
    """The objects at and near a cap of the tables that stand (`in_force`), by the visits of `year` and those drawn for it,
    for visits of these organisations (paths); with `kinds` (keys) the crowds of objects of these. The work grows with the
    entities visited in the year and those of several objects, not with the registry.
    """
    if not standing_tables:
        return Limits()
    scale, several = _Scale(standing_tables, departments), _of_several(kinds)
    counted = _counted_for(year, scale.lowest(), several)
    visited = {key for found in counted.values() for key in found}
    borne = objects_of(visited | several)
    profiles, where = _profiles(borne), _regions_of(visited | several)
    rooms = {
        key: _room(scale.holding(where[key], profiles[key]), key, counted) if key in profiles else _Room()
        for key in visited | several
    }
    return Limits(
        frozenset(one.object for one in borne if rooms[one.entity].is_reached),
        frozenset(one.object for one in borne if one.entity in visited and rooms[one.entity].is_near),
        _crowds({key: rooms[key].left for key in several}, borne),
    )


def _counted_for(year: int, lowest: Mapping[str, int], several: set[int]) -> dict[str, dict[int, int]]:
    """Department's path (empty: everybody) → entity → its visits of the year, drawn ones too: of all that stand at or near
    the lowest cap, and of `several` from the first visit on.
    """
    drawn, counted = expected(year), {}
    for path, cap in lowest.items():
        more = drawn.by_entity(path)
        exactly = {*more, *(several if cap > 2 else ())}
        found = totals(year, path, at_least=1 if exactly else max(1, cap - 1))
        counted[path] = {key: total for key, total in found.items() if total >= cap - 1 or key in exactly}
        for key, number in more.items():
            counted[path][key] = found.get(key, 0) + number
    return counted


class _Scale:
    """The tables that stand, for many entities: which lines hold for a region, a class and a kind is worked out once."""

    def __init__(self, standing_tables: Mapping[str, CapTable], departments: Iterable[str]) -> None:
        self._tables, self._departments = standing_tables, tuple(departments)
        self._lines = {
            table.pk: [line for line in lines_of(table) if is_concerned(line, self._departments)]
            for table in standing_tables.values()
        }
        self._table_of: dict[str, CapTable | None] = {}
        self._holding: dict[tuple[str, str, str], list[Line]] = {}

    def lowest(self) -> dict[str, int]:
        """Path → the lowest cap of it: an entity two visits from that is neither at nor near any."""
        found: dict[str, int] = {}
        for line in (line for listed in self._lines.values() for line in listed):
            found[line.path] = min(line.cap, found.get(line.path, line.cap))
        return found

    def holding(self, region: str, profile: Borne) -> list[Line]:
        """The lines that hold for an entity of this region and profile."""
        key = (region, profile.risk_class, profile.kind)
        if key not in self._holding:
            table = table_for(region, self._tables)
            lines = self._lines[table.pk] if table is not None else []
            self._holding[key] = holding(lines, profile.risk_class, profile.kind)
        return self._holding[key]


class _Room(NamedTuple):
    """How many more visits the caps leave an entity; by default nothing limits it and nothing is left of a limit."""

    is_reached: bool = False
    is_near: bool = False
    left: int = 0


def _room(lines: Iterable[Line], key: int, counted: Mapping[str, Mapping[int, int]]) -> _Room:
    measured = [(line.cap, counted[line.path].get(key, 0)) for line in lines]
    if not measured:
        return _Room()
    left = min(max(0, cap - total) for cap, total in measured)
    is_near = left > 0 and any(cap - total == 1 and total > 0 for cap, total in measured)
    return _Room(left == 0, is_near, left)


def _of_several(kinds: Collection[int]) -> set[int]:
    """The entities that bear more than one object of these kinds."""
    if not kinds:
        return set()
    ties = Involvement.objects.filter(part__in=PARTS, object__kind__in=list(kinds)).order_by().values("entity")
    return set(ties.annotate(n=CountOf("object", distinct=True)).filter(n__gt=1).values_list("entity", flat=True))


def _crowds(left: Mapping[int, int], borne: Iterable[Borne]) -> tuple[Crowd, ...]:
    """Of these entities those with more objects than visits left. Where a cap is reached all are left out already."""
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
    for start in range(0, len(wanted), AT_ONCE):
        part = Entity.objects.filter(is_one_of("pk", wanted[start : start + AT_ONCE])).order_by()
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
