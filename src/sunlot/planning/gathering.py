"""From a plan's content and the registries of a day to the facts that feasibility asks. A fixed number of queries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from sunlot.catalogue.models import ItemVersion, ObjectKind
from sunlot.catalogue.queries import kinds_covered
from sunlot.norms.regions import is_within
from sunlot.organisations.models import Organisation, Region
from sunlot.registry import queries as registry
from sunlot.registry.models import Expert, ExpertField, InspectionObject, Inspector
from sunlot.registry.qualifying import qualified_experts, qualified_inspectors

from . import checks
from .annual.queries import published_lines
from .content import PlanContent
from .feasibility import ANY_ZONE, EXPERTS, Department, Facts, Feasibility, Shunned, assess
from .models import AnnualLine
from .words import short_name


@dataclass(frozen=True)
class PoolMember:
    """An inspector who may be drawn, for which participant, and in which zone (`*` where the draw decides)."""

    inspector: Inspector
    organisation: str
    zone: str


@dataclass(frozen=True)
class Known:
    """What the codes and keys in a content stand for."""

    organisations: dict[str, Organisation]
    versions: dict[int, ItemVersion]
    kinds: dict[str, ObjectKind]
    covered: frozenset[str]
    regions: dict[str, Region]
    annual_lines: dict[int, AnnualLine]  # those that a plan of this lead and year may carry out


def look_up(content: PlanContent, day: date) -> Known:
    """Organisations, item versions with their kinds, object kinds, regions and lines of the annual plan. Seven queries."""
    codes = [seat.organisation for seat in content.seats]
    versions = ItemVersion.objects.filter(pk__in=content.item_ids).select_related("item__organisation")
    organisations = {one.code: one for one in Organisation.objects.filter(code__in=codes).select_related("parent")}
    lead = organisations.get(content.lead)
    lines = published_lines(lead, content.draw_day.year) if lead is not None else ()
    return Known(
        organisations=organisations,
        versions={version.pk: version for version in versions.prefetch_related("kinds")},
        kinds={kind.code: kind for kind in ObjectKind.objects.filter(code__in=content.kinds)},
        covered=frozenset(kinds_covered(day).values_list("code", flat=True)),
        regions={region.code: region for region in Region.objects.all()},
        annual_lines={line.pk: line for line in lines},
    )


def scope_of(content: PlanContent, day: date, known: Known | None = None) -> "QuerySet[InspectionObject]":
    """The candidates: objects of the plan's kinds, regions and risk classes that may be drawn on `day`."""
    kinds: Iterable[int] = ObjectKind.objects.filter(code__in=content.kinds).values_list("pk", flat=True)
    if known is not None:
        kinds = [kind.pk for kind in known.kinds.values()]
    found = registry.candidates(kinds, content.regions, day)
    return found.filter(risk_class__in=[stratum.risk_class for stratum in content.strata])


def pool_of(content: PlanContent, organisations: Iterable[Organisation], day: date) -> list[PoolMember]:
    """The inspectors who may be drawn, each for one participant: the deepest in whose subtree the unit stands that it
    serves on `day`, its own or the one that borrows it.

    One in a district that the plan leaves out, or in the city where city staff do not roam, has no zone and is not
    in the pool.
    """
    deepest_first = sorted(organisations, key=lambda one: len(one.path), reverse=True)
    if not deepest_first:
        return []
    people = qualified_inspectors([one.path for one in deepest_first], day).order_by("number")
    members = []
    for person in people:
        own = next(one for one in deepest_first if person.serves_path.startswith(one.path))  # type: ignore[attr-defined]  # annotated
        zone = _zone_of_person(content, person.serves_region)  # type: ignore[attr-defined]  # annotated
        if zone is not None:
            members.append(PoolMember(person, own.code, zone))
    return members


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


def assess_content(content: PlanContent, day: date, *, published: bool = False) -> Feasibility:
    """What a plan of this content amounts to on `day`: figures, faults at their fields, warnings."""
    known = look_up(content, day)
    faults, warnings = checks.check(content, known, day, published=published)
    return assess(facts_of(content, day, known), faults, warnings)


def facts_of(content: PlanContent, day: date, known: Known | None = None) -> Facts:
    """What the registries hold for this content on `day`."""
    known = known or look_up(content, day)
    seated = [seat for seat in content.seats if seat.seats and seat.organisation in known.organisations]
    organisations = [known.organisations[seat.organisation] for seat in seated]
    scope = scope_of(content, day, known)
    candidates: Counter[tuple[str, str]] = Counter()
    for risk, region, count in scope.order_by().values_list("risk_class", "region_id").annotate(Count("pk")):
        candidates[risk, content.zone_of(region)] += count
    members = pool_of(content, organisations, day)
    staff = Counter((member.organisation, member.zone) for member in members)
    staff.update((one.pool, one.zone) for one in experts_of(content, day))
    return Facts(
        day=day,
        departments=(
            *(
                Department(one.code, short_name(one.name), seat.seats, one.region_id)
                for seat, one in zip(seated, organisations, strict=True)
            ),
            *expert_departments(_fields(content), _lead_region(content, known)),
        ),
        zones=content.zones,
        zone_names={code: region.name for code, region in known.regions.items()},
        strata=content.strata,
        candidates=candidates,
        staff=staff,
        shunned=_shunned(content, members, scope, day),
    )


def _lead_region(content: PlanContent, known: Known) -> str:
    lead = known.organisations.get(content.lead)
    return lead.region_id if lead is not None else content.zones[0].region if content.zones else ""


def _fields(content: PlanContent) -> list[tuple[str, str, int]]:
    """The fields of experts that a content names, with name and seats."""
    if not content.experts:
        return []
    names = dict(ExpertField.objects.values_list("code", "name"))
    return [(seat.field, names.get(seat.field, seat.field), seat.seats) for seat in content.experts]


def _shunned(
    content: PlanContent, members: Sequence[PoolMember], scope: "QuerySet[InspectionObject]", day: date
) -> list[Shunned]:
    """The candidates with avoid pairs, with how many of each department who may serve their zone they must not meet."""
    people = {member.inspector.number: member for member in members}
    # Only objects with some pair are asked about: the candidates may be a whole registry.
    found = list(registry.pairs_on([member.inspector.pk for member in members], day))
    inside = set(registry.among(scope, {key for _, _, key in found}))
    pairs: dict[str, list[PoolMember]] = {}
    for inspector, number, key in found:
        if key in inside:
            pairs.setdefault(number, []).append(people[inspector])
    if not pairs:
        return []
    rows = InspectionObject.objects.filter(number__in=list(pairs)).values_list("number", "name", "region_id")
    shunned = []
    for number, name, region in rows:
        zone = content.zone_of(region)
        blocked = Counter(member.organisation for member in pairs[number] if member.zone in (zone, ANY_ZONE))
        shunned.append(Shunned(number, name, zone, blocked))
    return sorted(shunned, key=lambda one: one.number)
