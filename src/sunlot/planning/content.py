"""What a plan says, as plain data: what a form sends, what is checked, what is signed and compared."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch

from sunlot.norms import canonical, clock

from .models import AnnualLine, Participant, Plan, PlanExpert, PlanItem, PlanStratum, PlanZone

DEFAULT_SEATS = 2
"""Two certified inspectors of each department (行政处罚法 第四十二条)."""


@dataclass(frozen=True)
class Seat:
    """A participant: its organisation's code, its seats in each team, and its items as keys of `ItemVersion`.

    The lead may have no seats and no items: it leads and sends nobody.
    """

    organisation: str
    seats: int = DEFAULT_SEATS
    seats_reason: str = ""
    items: tuple[int, ...] = ()


@dataclass(frozen=True)
class ExpertSeat:
    """Experts of one field, by its code, in each team; advisers, never among the certified inspectors."""

    field: str
    seats: int = 1


@dataclass(frozen=True)
class Stratum:
    """How many of one risk class: exactly one of `number` and `permille` (thousandths of the candidates)."""

    risk_class: str
    number: int | None = None
    permille: int | None = None
    reserve: int = 0

    def quota_of(self, candidates: int) -> int:
        """How many of `candidates` are drawn (PlanStratum.quota_of)."""
        return PlanStratum(quota_number=self.number, quota_permille=self.permille).quota_of(candidates)


@dataclass(frozen=True)
class Zone:
    """A zone of the draw, by its region's code, and its number of teams."""

    region: str
    teams: int


@dataclass(frozen=True)
class PlanContent:
    """All that a plan says. `seats[0]` is the lead; kinds and regions are codes.

    A risk class without a stratum is left out of the draw. With zoning `city` there is one zone, the lead's region.
    """

    title: str
    seats: tuple[Seat, ...]
    kinds: tuple[str, ...]
    regions: tuple[str, ...]
    strata: tuple[Stratum, ...]
    zones: tuple[Zone, ...]
    starts_on: date
    ends_on: date
    draw_at: datetime
    release_on: date | None = None
    zoning: str = Plan.Zoning.DISTRICTS.value
    city_staff_roam: bool = True
    targeted: bool = False
    few_participants_reason: str = ""
    inspector_scope: str = ""
    annual_line_id: int | None = None
    """The line of the annual plan that it carries out, by its key."""
    beside_reason: str = ""
    """Why it stands beside the annual plan, where no line is named."""
    experts: tuple[ExpertSeat, ...] = ()

    @property
    def lead(self) -> str:
        return self.seats[0].organisation

    @property
    def draw_day(self) -> date:
        return self.draw_at.astimezone(clock.SHANGHAI).date()

    @property
    def item_ids(self) -> frozenset[int]:
        return frozenset(item for seat in self.seats for item in seat.items)

    def zone_of(self, region: str) -> str:
        """The zone in which objects of this region are drawn."""
        if self.zoning == Plan.Zoning.CITY and self.zones:
            return self.zones[0].region
        return region

    def in_order(self) -> "PlanContent":
        """The same, with what has no order of its own sorted: equal plans are then equal values."""
        return replace(
            self,
            seats=tuple(replace(seat, items=tuple(sorted(seat.items))) for seat in self.seats),
            kinds=tuple(sorted(self.kinds)),
            regions=tuple(sorted(self.regions)),
            strata=tuple(sorted(self.strata, key=lambda stratum: stratum.risk_class, reverse=True)),
            zones=tuple(sorted(self.zones, key=lambda zone: zone.region)),
            experts=tuple(sorted(self.experts, key=lambda seat: seat.field)),
        )


def parts() -> tuple[str | Prefetch, ...]:
    """What content_of and rules_of read, to be prefetched together: seven queries for any number of plans."""
    return (
        Prefetch("participants", Participant.objects.select_related("organisation__region")),
        Prefetch("participants__items", PlanItem.objects.select_related("version__item")),
        "kinds",
        "regions",
        "strata",
        Prefetch("experts", PlanExpert.objects.select_related("field")),
        Prefetch("zones", PlanZone.objects.select_related("region")),
    )


def content_of(plan: Plan) -> PlanContent:
    """What a plan says now. Prefetch `parts()` where there is more than one plan."""
    return PlanContent(
        title=plan.title,
        seats=tuple(
            Seat(
                part.organisation.code,
                part.seats,
                part.seats_reason,
                tuple(item.version_id for item in part.items.all()),
            )
            for part in plan.participants.all()
        ),
        kinds=tuple(kind.code for kind in plan.kinds.all()),
        regions=tuple(region.code for region in plan.regions.all()),
        strata=tuple(Stratum(s.risk_class, s.quota_number, s.quota_permille, s.reserve) for s in plan.strata.all()),
        zones=tuple(Zone(zone.region_id, zone.teams) for zone in plan.zones.all()),
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        draw_at=plan.draw_at,
        release_on=plan.release_on,
        zoning=plan.zoning,
        city_staff_roam=plan.city_staff_roam,
        targeted=plan.targeted,
        few_participants_reason=plan.few_participants_reason,
        inspector_scope=plan.inspector_scope,
        annual_line_id=plan.annual_line_id,
        beside_reason=plan.beside_reason,
        experts=tuple(ExpertSeat(one.field.code, one.seats) for one in plan.experts.all()),
    ).in_order()


def rules(plan: Plan) -> dict[str, Any]:
    """The canonical content of a plan as it stands in its tables: what is signed, and what its draw follows from.

    ASCII keys, text, integers, booleans and null alone, so that `norms.canonical` can hold it; names stand beside the
    codes for people who compare.
    """
    content = content_of(plan)
    # A change order says what the plan that it revises will say as its next version.
    number, version = (plan.number, plan.version)
    if plan.revises is not None and plan.base_version is not None:
        number, version = plan.revises.number, plan.base_version + 1
    named = {part.organisation.code: part for part in plan.participants.all()}
    return {
        "plan": number,
        "version": version,
        "title": content.title,
        "lead": content.lead,
        "annual_line": _line(plan.annual_line),
        "beside_reason": content.beside_reason,
        "targeted": content.targeted,
        "participants": [
            {
                "organisation": seat.organisation,
                "name": named[seat.organisation].organisation.name,
                "seats": seat.seats,
                "seats_reason": seat.seats_reason,
                "items": sorted(
                    (
                        {"code": item.version.item.code, "version": item.version.number, "name": item.version.name}
                        for item in named[seat.organisation].items.all()
                    ),
                    key=lambda item: str(item["code"]),
                ),
            }
            for seat in content.seats
        ],
        "few_participants_reason": content.few_participants_reason,
        "kinds": _named(content.kinds, {kind.code: kind.name for kind in plan.kinds.all()}),
        "regions": _named(content.regions, {region.code: region.name for region in plan.regions.all()}),
        "strata": [
            {"risk_class": s.risk_class, "number": s.number, "permille": s.permille, "reserve": s.reserve}
            for s in content.strata
        ],
        "zoning": content.zoning,
        "city_staff_roam": content.city_staff_roam,
        "zones": [{"zone": zone.region, "teams": zone.teams} for zone in content.zones],
        "inspector_scope": content.inspector_scope,
        "experts": [
            {"field": one.field.code, "name": one.field.name, "pool": one.field.pool, "seats": one.seats}
            for one in sorted(plan.experts.all(), key=lambda one: one.field.code)
        ],
        "draw_at": content.draw_at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
        "starts_on": content.starts_on.isoformat(),
        "ends_on": content.ends_on.isoformat(),
        "release_on": content.release_on.isoformat() if content.release_on else None,
    }


def _line(line: AnnualLine | None) -> dict[str, Any] | None:
    if line is None:
        return None
    return {"annual_plan": line.annual.number, "line": line.code, "title": line.title}


def _named(codes: Iterable[str], names: dict[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "name": names[code]} for code in codes]


def canonical_text(content: dict[str, Any]) -> str:
    return canonical.dumps(content).decode()


def digest_of(text: str) -> str:
    """The digest that is signed and stands in the notice's `rules`: SHA-256 of the canonical content."""
    return hashlib.sha256(text.encode()).hexdigest()
