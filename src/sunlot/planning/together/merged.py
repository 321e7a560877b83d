"""What two plans say as one: the participants and items of both, drawn and inspected when the plan that stays says.

Nothing here is decided for good: what comes out is a draft, which its lead completes and everybody confirms and signs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sunlot.catalogue.models import ItemVersion

from ..content import DEFAULT_SEATS, ExpertSeat, PlanContent, Seat, Stratum, Zone
from ..models import Plan


@dataclass(frozen=True)
class Merged:
    """The content, and what of the plan that is given up it does not hold, in words."""

    content: PlanContent
    left_out: tuple[str, ...] = ()


def merged(stays: PlanContent, leaves: PlanContent) -> Merged:
    """The content of `stays` with the participants, items, objects and zones of `leaves`. One query.

    A stratum or zone that both name has the greater number, the cap of visits the smaller; dates, rounds, grouping, targeting and the way of the caps are those
    of the plan that stays. Of two versions of one item of a participant the newer is kept.
    """
    facts = _facts({*stays.item_ids, *leaves.item_ids})
    content = replace(
        stays,
        seats=_seats(stays.seats, leaves.seats, facts),
        kinds=tuple({**dict.fromkeys(stays.kinds), **dict.fromkeys(leaves.kinds)}),
        regions=tuple({**dict.fromkeys(stays.regions), **dict.fromkeys(leaves.regions)}),
        strata=_strata(stays, leaves),
        zones=_zones(stays, leaves),
        experts=_experts(stays.experts, leaves.experts),
        few_participants_reason=stays.few_participants_reason or leaves.few_participants_reason,
        visit_cap=min((cap for cap in (stays.visit_cap, leaves.visit_cap) if cap is not None), default=None),
    )
    return Merged(content.in_order(), tuple(_left_out(stays, leaves)))


def _facts(keys: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Version → (its item, its number)."""
    rows = ItemVersion.objects.filter(pk__in=list(keys)).values_list("pk", "item_id", "number")
    return {pk: (item, number) for pk, item, number in rows}


def _seats(ours: Sequence[Seat], theirs: Sequence[Seat], facts: Mapping[int, tuple[int, int]]) -> tuple[Seat, ...]:
    """Our participants, then those of theirs that are not among them. A lead of theirs that sends nobody has no seat."""
    found = {seat.organisation: seat for seat in ours}
    for seat in theirs:
        known = found.get(seat.organisation)
        if known is None:
            if seat.seats:
                found[seat.organisation] = seat
            continue
        skilled = _greatest(known.competences, seat.competences)
        seats = max(known.seats, seat.seats, sum(count for _, count in skilled))
        reason = (known if known.seats == seats else seat).seats_reason if 0 < seats < DEFAULT_SEATS else ""
        items = _newest({*known.items, *seat.items}, facts)
        found[seat.organisation] = Seat(seat.organisation, seats, reason, items, skilled)
    return tuple(found.values())


def _greatest(ours: Iterable[tuple[str, int]], theirs: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The seats for each competence that either asks for, as many as the one that asks for more."""
    found = dict(ours)
    for code, count in theirs:
        found[code] = max(count, found.get(code, 0))
    return tuple(sorted(found.items()))


def _newest(keys: Iterable[int], facts: Mapping[int, tuple[int, int]]) -> tuple[int, ...]:
    """Each item once, in its newest version; a key that stands for nothing stays, to be told at its field."""
    best: dict[int, int] = {}
    for key in sorted(keys):
        item, number = facts.get(key, (-key, 0))
        if item not in best or number > facts[best[item]][1]:
            best[item] = key
    return tuple(sorted(best.values()))


def _strata(stays: PlanContent, leaves: PlanContent) -> tuple[Stratum, ...]:
    """A row of another version of the table of ratios rules nothing here."""
    found = {stratum.id: stratum for stratum in stays.strata}
    for stratum in leaves.strata:
        known = found.get(stratum.id)
        theirs = stratum if stays.ratios_id == leaves.ratios_id else replace(stratum, row=None)
        found[stratum.id] = theirs if known is None else _greater(known, theirs)
    return tuple(found.values())


def _greater(ours: Stratum, theirs: Stratum) -> Stratum:
    """The one that draws more, with the longer reserve. A number and a ratio can't be compared: ours stands."""
    both_numbers = ours.number is not None and theirs.number is not None
    both_ratios = ours.permille is not None and theirs.permille is not None
    more = ours
    if (both_numbers and (theirs.number or 0) > (ours.number or 0)) or (
        both_ratios and (theirs.permille or 0) > (ours.permille or 0)
    ):
        more = theirs
    return replace(more, reserve=max(ours.reserve, theirs.reserve), row=ours.row)


def _zones(stays: PlanContent, leaves: PlanContent) -> tuple[Zone, ...]:
    """With one zone for all ours stands; else the zones of both."""
    if Plan.Zoning.CITY in (stays.zoning, leaves.zoning):
        return stays.zones
    teams = {zone.region: zone.teams for zone in stays.zones}
    for zone in leaves.zones:
        teams[zone.region] = max(zone.teams, teams.get(zone.region, 0))
    return tuple(Zone(region, count) for region, count in teams.items())


def _experts(ours: Sequence[ExpertSeat], theirs: Sequence[ExpertSeat]) -> tuple[ExpertSeat, ...]:
    seats = {one.field: one.seats for one in ours}
    for one in theirs:
        seats[one.field] = max(one.seats, seats.get(one.field, 0))
    return tuple(ExpertSeat(code, count) for code, count in seats.items())


def _left_out(stays: PlanContent, leaves: PlanContent) -> Iterable[str]:
    """What the lead of the plan that stays must look at, because it can't be brought together."""
    times = (leaves.draw_at, leaves.starts_on, leaves.ends_on)
    if times != (stays.draw_at, stays.starts_on, stays.ends_on):
        yield f"抽取和检查时间，原为 {leaves.starts_on.isoformat()} 至 {leaves.ends_on.isoformat()} 检查"
    if len(leaves.windows) != len(stays.windows):
        yield f"抽取批次，原为 {len(leaves.windows)} 批"
    if leaves.narrowing and leaves.narrowing != stays.narrowing:
        yield "对象范围条件"
    if stays.narrowing and not leaves.narrowing:
        yield "没有条件的对象范围：合并后按保留计划的条件收窄"
    if leaves.targeted and not stays.targeted:
        yield "定向抽查"
    if leaves.annual_line_id is not None and leaves.annual_line_id != stays.annual_line_id:
        yield "所执行的年度计划项目"
    if leaves.cap_exception and leaves.cap_exception != stays.cap_exception:
        yield "列入已达频次上限的对象的事由"
    if not leaves.seats[0].seats and leaves.lead not in {seat.organisation for seat in stays.seats}:
        yield "只牵头、不派员的牵头科室（单位）"
    if leaves.zoning != stays.zoning:
        yield "组队方式和检查组数"
