"""What is filled in where somebody left a field open: dates, ratios by risk, reserves, teams. All of it can be changed."""

import calendar
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import ceil

from sunlot.catalogue.queries import in_force
from sunlot.norms import clock, working_days

from .checks import may_bring
from .content import DEFAULT_SEATS, PlanContent, Seat, Stratum, Zone
from .feasibility import ANY_ZONE, Facts, assess
from .gathering import facts_of
from .models import AnnualLine

RATIOS = {"D": 600, "C": 300, "B": 100, "A": 50}
"""Thousandths of the candidates by credit risk. 国市监信发〔2022〕6号 gives no figures; these follow what districts use."""

DRAW_IN = 10
"""Working days from now to the draw: time for participants to answer and for two signatures."""

DRAW_TIME = time(9, 30)
PERIOD = timedelta(days=60)
VISITS_PER_TEAM = 5
RESERVE_SHARE = 5
"""One in reserve for every five drawn."""


def dates(now: datetime) -> tuple[datetime, date, date]:
    """When to draw, and the first and last day of inspecting."""
    draw_day = working_days.due(now.date(), DRAW_IN).day
    starts_on = working_days.due(draw_day, 1).day
    return datetime.combine(draw_day, DRAW_TIME, tzinfo=clock.SHANGHAI), starts_on, starts_on + PERIOD


def complete(content: PlanContent, open_zones: Collection[str], open_reserves: Collection[str]) -> PlanContent:
    """Fill in the teams of the zones and the reserves of the risk classes that were left open.

    `open_zones` are regions that need teams; one without candidates gets none. With zoning `city` the one zone is
    named there or in the content.
    """
    if not open_zones and not open_reserves:
        return content
    given = [zone for zone in content.zones if zone.region not in open_zones]
    tried = replace(content, zones=(*given, *(Zone(region, 1) for region in sorted(open_zones)))).in_order()
    facts = facts_of(tried, tried.draw_day)
    figures = assess(facts)
    quotas = {stratum.risk_class: stratum.quota for stratum in figures.strata}
    zones = [
        Zone(zone.code, teams_for(facts, zone.code, zone.expected))
        if zone.code in open_zones
        else Zone(zone.code, zone.teams)
        for zone in figures.zones
        if zone.candidates or zone.code not in open_zones
    ]
    strata = [
        replace(stratum, reserve=reserve_for(quotas[stratum.risk_class]))
        if stratum.risk_class in open_reserves
        else stratum
        for stratum in content.strata
    ]
    return replace(content, zones=tuple(zones), strata=tuple(strata)).in_order()


def teams_for(facts: Facts, zone: str, expected: float) -> int:
    """About five objects a team, as far as the people suffice; one team at least."""
    wanted = max(1, ceil(expected / VISITS_PER_TEAM))
    zones = max(1, len(facts.zones))
    most = [
        (facts.staff.get((one.code, zone), 0) + facts.staff.get((one.code, ANY_ZONE), 0) // zones) // one.seats
        for one in facts.departments
        if one.serves(zone) and one.seats
    ]
    return max(1, min([wanted, *most]))


def reserve_for(quota: int) -> int:
    return ceil(quota / RESERVE_SHARE)


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
    )


def from_line(line: AnnualLine, regions: tuple[str, ...]) -> PlanContent:
    """A plan that carries out a line of the annual plan: as far as the line says it, the rest as for any new plan."""
    start = blank(line.lead.code, regions, sends=not _only_leads(line))
    last = calendar.monthrange(line.annual.year, line.month)[1]
    planned = datetime.combine(
        date(line.annual.year, line.month, min(line.day or 15, last)), DRAW_TIME, tzinfo=clock.SHANGHAI
    )
    draw_at = max(planned, start.draw_at)
    starts_on = working_days.due(draw_at.date(), 1).day
    versions = in_force(draw_at.date()).filter(item__in=line.items.all()).select_related("item__organisation")
    organisations = [line.lead, *line.participants.all()]
    brought: dict[str, list[int]] = {}
    for version in versions:
        owner = next((one for one in reversed(organisations) if may_bring(one, version.item.organisation)), line.lead)
        brought.setdefault(owner.code, []).append(version.pk)
    seats = tuple(
        Seat(one.code, 0 if at == 0 and _only_leads(line) else DEFAULT_SEATS, items=tuple(brought.get(one.code, ())))
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
        ends_on=starts_on + PERIOD,
        targeted=line.targeted,
        annual_line_id=line.pk,
    )


def _only_leads(line: AnnualLine) -> bool:
    """Whether the lead brings no item of its own and so sends nobody."""
    return not any(may_bring(line.lead, item.organisation) for item in line.items.select_related("organisation"))
