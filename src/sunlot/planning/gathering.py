"""From a plan's content and the registries of a day to the facts that feasibility asks. A fixed number of queries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from sunlot.catalogue.models import Competence, ItemVersion, ObjectKind
from sunlot.catalogue.queries import kinds_covered
from sunlot.norms.regions import is_within
from sunlot.organisations.models import Organisation, Region
from sunlot.registry import queries as registry
from sunlot.registry.models import Expert, InspectionObject, Inspector
from sunlot.registry.qualifying import competences_held, qualified_experts, qualified_inspectors

from . import capping, checks, narrowing, placing
from .annual.queries import published_lines
from .content import PlanContent, Seat
from .feasibility import ANY_ZONE, EXPERTS, Department, Facts, Feasibility, Shunned, assess
from .models import AnnualLine
from .ratios.queries import Table, subjects_of, table_for, table_of
from .ratios.rules import Rule
from .words import pool_in_words, short_name


@dataclass(frozen=True)
class PoolMember:
    """An inspector who may be drawn, for which participant, in which of its pools, and in which zone (`*` where the draw
    decides).
    """

    inspector: Inspector
    organisation: str
    zone: str
    pool: str


@dataclass(frozen=True)
class Known:
    """What the codes and keys in a content stand for."""

    organisations: dict[str, Organisation]
    versions: dict[int, ItemVersion]
    kinds: dict[str, ObjectKind]
    covered: frozenset[str]
    regions: dict[str, Region]
    annual_lines: dict[int, AnnualLine]  # those that a plan of this lead and year may carry out
    table: Table | None  # the table of ratios that holds for the lead on the day
    filled_from: Table | None  # the version of it from which the content is filled
    capping: capping.Known
    competences: dict[str, str]  # the names of those that the seats and the items ask for, by code

    def rules_for(self, content: PlanContent, table: Table | None) -> dict[str, Rule]:
        """The rows of a table by the strata that they make of this content."""
        return table.figures(subjects_of(self.versions.values(), content.kinds)) if table is not None else {}


def look_up(content: PlanContent, day: date) -> Known:
    """Organisations, item versions with their kinds, object kinds, regions, lines of the annual plan and the tables of ratios. A fixed number of queries."""
    codes = [seat.organisation for seat in content.seats]
    versions = ItemVersion.objects.filter(pk__in=content.item_ids).select_related("item__organisation")
    organisations = {one.code: one for one in Organisation.objects.filter(code__in=codes).select_related("parent")}
    lead = organisations.get(content.lead)
    lines = published_lines(lead, content.windows[0].draw_day.year) if lead is not None else ()
    table = table_for(lead, day) if lead is not None else None
    same = table is not None and table.key == content.ratios_id
    covered = {kind.code: kind for kind in kinds_covered(day)}
    kinds = {code: covered[code] for code in content.kinds if code in covered}
    if len(kinds) < len(set(content.kinds)):  # no item covers one: its fault is told at the field
        kinds = {kind.code: kind for kind in ObjectKind.objects.filter(code__in=content.kinds)}
    return Known(
        organisations=organisations,
        versions={version.pk: version for version in versions.prefetch_related("kinds", "competences")},
        kinds=kinds,
        covered=frozenset(covered),
        regions={region.code: region for region in Region.objects.all()},
        annual_lines={line.pk: line for line in lines},
        table=table,
        filled_from=table if same else table_of(content.ratios_id),
        capping=capping.look_up(content, organisations, day, [kind.pk for kind in kinds.values()]),
        competences=competences_of(content),
    )


def competences_of(content: PlanContent) -> dict[str, str]:
    """The names of the competences that the content's seats ask for, by code."""
    asked = {code for seat in content.seats for code, _ in seat.competences}
    return dict(Competence.objects.filter(code__in=asked).values_list("code", "name")) if asked else {}


def scope_of(content: PlanContent, day: date, known: Known | None = None) -> "QuerySet[InspectionObject]":
    """The candidates: objects of the plan's kinds, regions and strata that may be drawn on `day` and that its
    conditions mean, without those at their yearly cap unless the plan names an exception. What is forecast, listed and
    frozen is this and nothing else.
    """
    found = whole_scope_of(content, day, known)
    return capping.within_caps(
        found, content, known.capping if known is not None else capping.look_up_for(content, day)
    )


def whole_scope_of(content: PlanContent, day: date, known: Known | None = None) -> "QuerySet[InspectionObject]":
    """The same, whatever their entities' caps."""
    kinds: Iterable[int] = ObjectKind.objects.filter(code__in=content.kinds).values_list("pk", flat=True)
    if known is not None:
        kinds = [kind.pk for kind in known.kinds.values()]
    found = registry.candidates(kinds, content.regions, day, known.regions if known is not None else None)
    found = narrowing.applied(found, content.narrowing, day)
    if content.left_out:
        found = found.exclude(pk__in=sorted(content.left_out))
    return placing.within_strata(found, content.stratum_ids, day)


def pool_of(
    content: PlanContent, organisations: Iterable[Organisation], day: date, names: dict[str, str] | None = None
) -> list[PoolMember]:
    """The inspectors who may be drawn, each for one participant: the deepest in whose subtree the unit stands that it
    serves on `day`, its own or the one that borrows it; of its pools in one (`_in_pools`).

    One in a district that the plan leaves out, or in the city where city staff do not roam, has no zone and is not
    in the pool; nor is one who holds none of the competences that all seats of the participant ask for. `names` are those of the competences asked for, where they are at hand.
    """
    deepest_first = sorted(organisations, key=lambda one: len(one.path), reverse=True)
    if not deepest_first:
        return []
    people = qualified_inspectors([one.path for one in deepest_first], day).order_by("number")
    seats = {seat.organisation: seat for seat in content.seats}
    names = competences_of(content) if names is None else names
    held = competences_held(people, day, names.values()) if names else {}
    found: dict[tuple[str, str], list[tuple[Inspector, frozenset[str]]]] = {}
    for person in people:
        own = next(one for one in deepest_first if person.serves_path.startswith(one.path))  # type: ignore[attr-defined]  # annotated
        zone = _zone_of_person(content, person.serves_region)  # type: ignore[attr-defined]  # annotated
        if zone is not None:
            found.setdefault((own.code, zone), []).append((person, held.get(person.pk, frozenset())))
    members = [
        PoolMember(person, code, zone, pool)
        for (code, zone), group in found.items()
        for person, pool in _in_pools(seats[code], group, names)
    ]
    return sorted(members, key=lambda one: one.inspector.number)


def _in_pools(
    seat: Seat, people: Sequence[tuple[Inspector, frozenset[str]]], names: dict[str, str]
) -> list[tuple[Inspector, str]]:
    """Each of a participant's people of one zone in one pool: a person has one row in a roster, and one seat in a team.

    In turn those who fit the fewest pools, by number, each goes where fewest are for a seat, at equal numbers where a
    competence is asked for: so no pool starves beside another, and nobody chooses.
    """
    if not seat.competences:
        return [(person, seat.organisation) for person, _ in people]
    pools = [(pool, names.get(code, ""), count) for pool, code, count in reversed(seat.pools)]
    fitting = [
        (person, [(pool, count) for pool, name, count in pools if pool == seat.organisation or name in held])
        for person, held in people
    ]
    size: Counter[str] = Counter()
    placed = []
    for person, possible in sorted(fitting, key=lambda one: (len(one[1]), one[0].number)):
        if possible:
            pool, _ = min(possible, key=lambda one: size[one[0]] / one[1])
            size[pool] += 1
            placed.append((person, pool))
    return placed


@dataclass(frozen=True)
class PoolExpert:
    """An expert who may be drawn, in which pool, and in which zone (`*` where the draw decides)."""

    expert: Expert
    pool: str
    zone: str


def experts_of(content: PlanContent, day: date) -> list[PoolExpert]:
    """The experts who may be drawn, by number, each in one pool: who has several of the plan's fields stands where fewest
    do, so that no pool starves beside another. A city's experts serve every zone of it: the draw places them.
    """
    wanted = {seat.field for seat in content.experts}
    if not wanted or not content.zones:
        return []
    lead = Organisation.objects.get(code=content.lead)
    engaged = qualified_experts(day).filter(organisation__path__startswith=f"{lead.department_code}/")
    found = list(engaged.filter(fields__code__in=wanted).distinct().order_by("number").prefetch_related("fields"))
    can = {one.pk: sorted({field.code for field in one.fields.all()} & wanted) for one in found}
    size = Counter[str]()
    pools: dict[int, str] = {}
    for one in sorted(found, key=lambda one: (len(can[one.pk]), one.number)):
        pools[one.pk] = min(can[one.pk], key=lambda code: (size[code], code))
        size[pools[one.pk]] += 1
    zone = content.zones[0].region if len(content.zones) == 1 else ANY_ZONE
    return [PoolExpert(one, f"{EXPERTS}{pools[one.pk]}", zone) for one in found]


def expert_departments(experts: Iterable[tuple[str, str, int]], region: str) -> list[Department]:
    """The pools of experts as departments of the draw, from (field's code, its name, seats); they serve all of `region`."""
    return [Department(f"{EXPERTS}{code}", f"{name}专家", seats, region) for code, name, seats in experts]


def _zone_of_person(content: PlanContent, region: str) -> str | None:
    zones = [zone.region for zone in content.zones]
    if content.zoning == "city":
        return zones[0] if zones else None
    if any(zone != region and is_within(zone, region) for zone in zones):
        return ANY_ZONE if content.city_staff_roam else None
    return region if region in zones else None


def assess_content(content: PlanContent, day: date, *, published: bool = False, turn: int = 1) -> Feasibility:
    """What a plan of this content amounts to on `day`: figures, faults at their fields, warnings; of its round `turn`, the
    first that is not drawn, and as a forecast of those after it.
    """
    content = content.at(turn, content.left_out)
    known = look_up(content, day)
    faults, warnings = checks.check(content, known, day, published=published, turn=turn)
    capped = capping.assess(content, whole_scope_of(content, day, known), known.capping)
    facts = facts_of(content, day, known)
    if not published:  # what is published stands as it was signed
        facts = replace(facts, ratios=known.rules_for(content, known.table))
    facts = replace(facts, turn=turn)
    found = assess(facts, [*faults, *capped.faults], [*warnings, *capped.warnings])
    return replace(found, capping=capped)


def facts_of(content: PlanContent, day: date, known: Known | None = None) -> Facts:
    """What the registries hold for this content on `day`."""
    known = known or look_up(content, day)
    organisations = [
        known.organisations[seat.organisation]
        for seat in content.seats
        if seat.seats and seat.organisation in known.organisations
    ]
    scope = scope_of(content, day, known)
    candidates: Counter[tuple[str, str]] = Counter()
    for stratum, region, count in placing.counted(scope, content.stratum_ids, day):
        candidates[stratum, content.zone_of(region)] += count
    members, experts = pool_of(content, organisations, day, known.competences), experts_of(content, day)
    staff = Counter((member.pool, member.zone) for member in members)
    staff.update((one.pool, one.zone) for one in experts)
    return Facts(
        day=day,
        departments=(
            *departments_of(content, known.organisations, known.competences),
            *expert_departments(_fields(content), _lead_region(content, known)),
        ),
        zones=content.zones,
        zone_names={code: region.name for code, region in known.regions.items()},
        strata=content.strata,
        candidates=candidates,
        staff=staff,
        shunned=_shunned(content, members, experts, scope, day),
        windows=content.windows,
        repeats=content.repeats,
        left_out=len(content.left_out),
        visit_cap=content.visit_cap,
    )


def departments_of(
    content: PlanContent, organisations: dict[str, Organisation], competences: dict[str, str]
) -> list[Department]:
    """The pools of the content's participants in the plan's order, as the draw sees them."""
    return [
        Department(
            pool,
            pool_in_words(short_name(one.name), competences.get(code, code)),
            count,
            one.region_id,
            seat.organisation,
        )
        for seat in content.seats
        if (one := organisations.get(seat.organisation)) is not None
        for pool, code, count in seat.pools
    ]


def _lead_region(content: PlanContent, known: Known) -> str:
    lead = known.organisations.get(content.lead)
    return lead.region_id if lead is not None else content.zones[0].region if content.zones else ""


def _fields(content: PlanContent) -> list[tuple[str, str, int]]:
    """The fields of experts that a content names, with name and seats."""
    if not content.experts:
        return []
    names = dict(Competence.objects.values_list("code", "name"))
    return [(seat.field, names.get(seat.field, seat.field), seat.seats) for seat in content.experts]


def _shunned(
    content: PlanContent,
    members: Sequence[PoolMember],
    experts: Sequence[PoolExpert],
    scope: "QuerySet[InspectionObject]",
    day: date,
) -> list[Shunned]:
    """The candidates with avoid pairs, with how many of each department who may serve their zone they must not meet."""
    people = {member.inspector.number: (member.pool, member.zone) for member in members}
    people |= {one.expert.number: (one.pool, one.zone) for one in experts}
    # Only objects with some pair are asked about: the candidates may be a whole registry.
    inspector_ids, expert_ids = [one.inspector.pk for one in members], [one.expert.pk for one in experts]
    found = list(registry.pairs_on(inspector_ids, day, expert_ids))
    rows = {number: (name, region) for number, name, region in registry.places_among(scope, {key for *_, key in found})}
    pairs: dict[str, list[tuple[str, str]]] = {}
    for person, number, _ in found:
        if number in rows:
            pairs.setdefault(number, []).append(people[person])
    shunned = []
    for number, (name, region) in rows.items():
        zone = content.zone_of(region)
        blocked = Counter(department for department, serves in pairs[number] if serves in (zone, ANY_ZONE))
        shunned.append(Shunned(number, name, zone, blocked))
    return sorted(shunned, key=lambda one: one.number)
