"""What is filled in where somebody left a field open: dates, ratios by risk, reserves, teams. All of it can be changed."""

import calendar
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import ceil

from sunlot.catalogue.queries import in_force
from sunlot.norms import clock, working_days
from sunlot.organisations.models import Organisation

from .checks import last_days_to_decide, may_bring
from .content import DEFAULT_SEATS, PlanContent, Seat, Stratum, Window, Zone
from .feasibility import ANY_ZONE, Facts, assess
from .gathering import facts_of
from .models import AnnualLine, Plan
from .ratios.queries import Table
from .ratios.rules import Rule
from .ratios.suggested import SUGGESTED

RATIOS = {risk: ratio for risk, (ratio, _, _) in SUGGESTED.items()}
"""Thousandths of the candidates by credit risk, for plans without a table of ratios."""

DRAW_IN = 10
"""Working days from now to the draw: time for participants to answer and for two signatures."""

DRAW_TIME = time(9, 30)
PERIOD = timedelta(days=60)
SHORTEST = 30
"""Days for a round, at the least, where rounds are spread over the rest of a year."""

VISITS_PER_TEAM = 5
RESERVE_SHARE = 5
"""One in reserve for every five drawn."""


def dates(now: datetime) -> tuple[datetime, date, date]:
    """When to draw, and the first and last day of inspecting."""
    draw_day = working_days.due(now.date(), DRAW_IN).day
    starts_on = working_days.due(draw_day, 1).day
    return datetime.combine(draw_day, DRAW_TIME, tzinfo=clock.SHANGHAI), starts_on, starts_on + PERIOD


def spread(draw_at: datetime, starts_on: date, ends_on: date, count: int) -> tuple[Window, ...]:
    """So many rounds spread evenly over a plan's time, each drawn on the working day before it begins."""
    days = (ends_on - starts_on).days + 1
    begins = [starts_on + timedelta(days=at * days // count) for at in range(count)]
    ends = [*(day - timedelta(days=1) for day in begins[1:]), ends_on]
    return tuple(
        Window(draw_at if at == 0 else draw_before(begin, draw_at), begin, max(begin, end))
        for at, (begin, end) in enumerate(zip(begins, ends, strict=True))
    )


def draw_before(begins: date, draw_at: datetime) -> datetime:
    """The last working day before a round begins, at the time of day of `draw_at`."""
    return datetime.combine(last_days_to_decide(begins, 1)[0], draw_at.astimezone(clock.SHANGHAI).timetz())


def ends_before(starts: Sequence[date | None], at: int, otherwise: date) -> date:
    """The day before the round after `at` begins, where that is given."""
    following = starts[at + 1] if at + 1 < len(starts) else None
    return following - timedelta(days=1) if following is not None else otherwise


def end_of_rounds(starts_on: date, count: int) -> date:
    """The last day of a plan of so many rounds a year: that of the year; in its last months so many times a plan's usual
    time.
    """
    last = date(starts_on.year, 12, 31)
    return last if (last - starts_on).days >= count * SHORTEST else starts_on + count * PERIOD


def complete(content: PlanContent, open_zones: Collection[str], open_reserves: Collection[str]) -> PlanContent:
    """Fill in the teams of the zones and the reserves of the strata that were left open.

    `open_zones` are regions that need teams; one without candidates gets none. With zoning `city` the one zone is
    named there or in the content.
    """
    if not open_zones and not open_reserves:
        return content
    given = [zone for zone in content.zones if zone.region not in open_zones]
    tried = replace(content, zones=(*given, *(Zone(region, 1) for region in sorted(open_zones)))).in_order()
    facts = facts_of(tried, tried.draw_day)
    figures = assess(facts)
    quotas = {stratum.id: stratum.quota for stratum in figures.strata}
    zones = [
        Zone(zone.code, teams_for(facts, zone.code, zone.expected, zone.most))
        if zone.code in open_zones
        else Zone(zone.code, zone.teams)
        for zone in figures.zones
        if zone.candidates or zone.code not in open_zones
    ]
    strata = [
        replace(stratum, reserve=reserve_for(quotas[stratum.id])) if stratum.id in open_reserves else stratum
        for stratum in content.strata
    ]
    return replace(content, zones=tuple(zones), strata=tuple(strata)).in_order()


def teams_for(facts: Facts, zone: str, expected: float, at_most: int = 0) -> int:
    """About five objects a team, and no more than the plan's cap of visits allows, as far as the people suffice; one team at
    least. `at_most` objects can fall on the zone.
    """
    wanted = max(1, ceil(expected / VISITS_PER_TEAM), ceil(at_most / facts.visit_cap) if facts.visit_cap else 1)
    zones = max(1, len(facts.zones))
    most = [
        (facts.staff.get((one.code, zone), 0) + facts.staff.get((one.code, ANY_ZONE), 0) // zones) // one.seats
        for one in facts.departments
        if one.serves(zone) and one.seats
    ]
    return max(1, min([wanted, *most]))


def reserve_for(quota: int) -> int:
    return ceil(quota / RESERVE_SHARE)


def by_rules(content: PlanContent, table: Table | None, figures: Mapping[str, Rule]) -> PlanContent:
    """The same with the strata that the table of ratios gives it, as `figures` of it say; unchanged without a table."""
    if table is None:
        return content
    strata = (
        Stratum(rule.risk_class, permille=rule.permille, mark=rule.mark, row=rule.row) for rule in figures.values()
    )
    return replace(content, strata=tuple(strata), ratios_id=table.key).in_order()


def ratio_of(risk_class: str) -> Stratum:
    return Stratum(risk_class, permille=RATIOS[risk_class])


def blank(lead: str, regions: tuple[str, ...], *, sends: bool) -> PlanContent:
    """What a new plan's form shows before anything is filled in; `sends`: whether the lead has people in the teams."""
    draw_at, starts_on, ends_on = dates(clock.now())
    return PlanContent(
        title="",
        seats=(Seat(lead, DEFAULT_SEATS if sends else 0),),
        kinds=(),
        regions=regions,
        strata=tuple(ratio_of(risk_class) for risk_class in RATIOS),
        zones=(),
        starts_on=starts_on,
        ends_on=ends_on,
        draw_at=draw_at,
        targeted=True,
        targeted_by=(Plan.Target.RISK.value,),
    )


def from_line(line: AnnualLine, regions: tuple[str, ...], district: Organisation | None = None) -> PlanContent:
    """A plan that carries out a line of the annual plan: as far as the line says it, the rest as for any new plan.

    `district` is the bureau that carries out a line of the districts: it leads, with its own district's departments.
    """
    lead = district or line.lead
    participants = list(line.participants.all())
    if district is not None:
        participants = _of_district(participants, district)
    only_leads = district is None and _only_leads(line)
    start = blank(lead.code, regions, sends=not only_leads)
    last = calendar.monthrange(line.annual.year, line.month)[1]
    planned = datetime.combine(
        date(line.annual.year, line.month, min(line.day or 15, last)), DRAW_TIME, tzinfo=clock.SHANGHAI
    )
    draw_at = max(planned, start.draw_at)
    starts_on = working_days.due(draw_at.date(), 1).day
    ends_on = starts_on + PERIOD if line.times == 1 else end_of_rounds(starts_on, line.times)
    versions = in_force(draw_at.date()).filter(item__in=line.items.all()).select_related("item__organisation")
    organisations = [lead, *participants]
    brought: dict[str, list[int]] = {}
    for version in versions:
        owner = next((one for one in reversed(organisations) if may_bring(one, version.item.organisation)), lead)
        brought.setdefault(owner.code, []).append(version.pk)
    seats = tuple(
        Seat(one.code, 0 if at == 0 and only_leads else DEFAULT_SEATS, items=tuple(brought.get(one.code, ())))
        for at, one in enumerate(organisations)
    )
    strata = start.strata
    if line.quota_permille is not None:
        strata = tuple(Stratum(one.risk_class, permille=line.quota_permille) for one in strata)
    return replace(
        start,
        title=line.title,
        seats=seats,
        kinds=tuple(kind.code for kind in line.kinds.all()),
        strata=strata,
        draw_at=draw_at,
        starts_on=starts_on,
        ends_on=ends_on,
        rounds=spread(draw_at, starts_on, ends_on, line.times) if line.times > 1 else (),
        targeted=line.targeted,
        targeted_by=start.targeted_by if line.targeted and line.quota_permille is None else (),
        annual_line_id=line.pk,
    )


def _of_district(participants: list[Organisation], district: Organisation) -> list[Organisation]:
    """The same departments in a district: each one's own body there; one that has none is left out."""
    found = Organisation.objects.filter(
        parent__in=participants, region=district.region_id, is_active=True, kind=Organisation.Kind.PARTNER
    )
    there = {one.parent_id: one for one in found}
    return [there[one.pk] for one in participants if one.pk in there]


def _only_leads(line: AnnualLine) -> bool:
    """Whether the lead brings no item of its own and so sends nobody."""
    return not any(may_bring(line.lead, item.organisation) for item in line.items.select_related("organisation"))
