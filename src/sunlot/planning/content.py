"""What a plan says, as plain data: what a form sends, what is checked, what is signed and compared."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch

from sunlot.norms import canonical, clock
from sunlot.visits.caps.crowds import WITHIN_ONE_DRAW
from sunlot.visits.models import CapException

from . import narrowing as narrowings
from .models import (
    AnnualLine,
    CompetenceSeat,
    Participant,
    Plan,
    PlanExpert,
    PlanItem,
    PlanRound,
    PlanStratum,
    PlanZone,
    RatioVersion,
)
from .narrowing import EVERYTHING, Narrowing
from .ratios.rules import stratum_id, stratum_order
from .ratios.text import ratios_said, rule_said

DEFAULT_SEATS = 2
"""Two certified inspectors of each department (行政处罚法 第四十二条)."""


MOST_ROUNDS = 12


@dataclass(frozen=True)
class Seat:
    """A participant: its organisation's code, its seats in each team, and its items as keys of `ItemVersion`.

    The lead may have no seats and no items: it leads and sends nobody. `competences` says how many of the seats are for
    those who hold one, by its code; each is a pool of its own in the draw.
    """

    organisation: str
    seats: int = DEFAULT_SEATS
    seats_reason: str = ""
    items: tuple[int, ...] = ()
    competences: tuple[tuple[str, int], ...] = ()

    @property
    def pools(self) -> tuple[tuple[str, str, int], ...]:
        """The pools in which its seats are drawn, as (pool, competence, seats in each team): first that of whoever is
        certified (no competence), where seats are left for it.
        """
        rest = self.seats - sum(count for _, count in self.competences)
        own = ((self.organisation, "", rest),) if rest > 0 else ()
        return own + tuple((pool_name(self.organisation, code), code, count) for code, count in self.competences)


def pool_name(organisation: str, competence: str) -> str:
    """What the public files of a draw call a pool: `zjj.gas` are the inspectors of `zjj` who hold `gas`."""
    return f"{organisation}.{competence}" if competence else organisation


@dataclass(frozen=True)
class ExpertSeat:
    """Experts of one field, by its code, in each team; advisers, never among the certified inspectors."""

    field: str
    seats: int = 1


@dataclass(frozen=True)
class Stratum:
    """How many of one risk class, or of those of it that bear a mark: exactly one of `number` and `permille` (thousandths
    of the candidates). `row` is the row of the plan's table of ratios that rules it, `reason` why it says another number.
    """

    risk_class: str
    number: int | None = None
    permille: int | None = None
    reserve: int = 0
    mark: str = ""
    row: int | None = None
    reason: str = ""

    @property
    def id(self) -> str:
        """Its identifier in the draw: `D`, `C-complaint`."""
        return stratum_id(self.risk_class, self.mark)

    def quota_of(self, candidates: int) -> int:
        """How many of `candidates` are drawn (PlanStratum.quota_of)."""
        return PlanStratum(quota_number=self.number, quota_permille=self.permille).quota_of(candidates)


@dataclass(frozen=True)
class Zone:
    """A zone of the draw, by its region's code, and its number of teams."""

    region: str
    teams: int


@dataclass(frozen=True)
class Window:
    """A round: when it is drawn, and the first and last day of inspecting what it drew."""

    draw_at: datetime
    starts_on: date
    ends_on: date

    @property
    def draw_day(self) -> date:
        return self.draw_at.astimezone(clock.SHANGHAI).date()


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
    ratios_id: int | None = None
    """The version of the table of ratios from which the strata are filled, by its key."""
    cap_exception: str = ""
    """The lawful exception for which objects at their yearly cap are drawn too; without one they are left out."""
    cap_reason: str = ""
    targeted_by: tuple[str, ...] = ()
    """By what a targeted plan is targeted: values of `Plan.Target`."""
    narrowing: Narrowing = EVERYTHING
    rounds: tuple[Window, ...] = ()
    """The rounds of a plan that has several: the first is drawn and begins, the last ends when the plan says."""
    repeats: bool = False
    """Whether a later round may draw what an earlier one drew."""
    visit_cap: int | None = None
    """The most objects that one inspector visits in a round."""
    left_out: frozenset[int] = field(default=frozenset(), compare=False)
    """Of the content of one round (`at`), and not said by the plan: the keys of the objects that earlier rounds drew."""

    @property
    def windows(self) -> tuple[Window, ...]:
        """Every round, the only one too."""
        return self.rounds or (Window(self.draw_at, self.starts_on, self.ends_on),)

    def at(self, number: int, left_out: Collection[int] = ()) -> "PlanContent":
        """The same as round `number` sees it: with its own days, and without what earlier rounds drew."""
        one = self.windows[number - 1]
        days = {"draw_at": one.draw_at, "starts_on": one.starts_on, "ends_on": one.ends_on}
        return replace(self, **days, left_out=frozenset(left_out))  # type: ignore[arg-type]  # each of its own type

    @property
    def lead(self) -> str:
        return self.seats[0].organisation

    @property
    def draw_day(self) -> date:
        return self.draw_at.astimezone(clock.SHANGHAI).date()

    @property
    def item_ids(self) -> frozenset[int]:
        return frozenset(item for seat in self.seats for item in seat.items)

    @property
    def stratum_ids(self) -> frozenset[str]:
        return frozenset(stratum.id for stratum in self.strata)

    def _whole_time(self) -> dict[str, Any]:
        """The plan's days beside its rounds: drawn with the first, from its first day to the last one's end."""
        if len(self.rounds) < 2:
            return {"rounds": (), "repeats": False}
        first, last = self.rounds[0], self.rounds[-1]
        return {"draw_at": first.draw_at, "starts_on": first.starts_on, "ends_on": last.ends_on}

    def zone_of(self, region: str) -> str:
        """The zone in which objects of this region are drawn."""
        if self.zoning == Plan.Zoning.CITY and self.zones:
            return self.zones[0].region
        return region

    def in_order(self) -> "PlanContent":
        """The same, with what has no order of its own sorted: equal plans are then equal values."""
        return replace(
            self,
            seats=tuple(
                replace(seat, items=tuple(sorted(seat.items)), competences=tuple(sorted(seat.competences)))
                for seat in self.seats
            ),
            **self._whole_time(),
            kinds=tuple(sorted(self.kinds)),
            regions=tuple(sorted(self.regions)),
            strata=tuple(sorted(self.strata, key=lambda stratum: stratum_order(stratum.id))),
            zones=tuple(sorted(self.zones, key=lambda zone: zone.region)),
            experts=tuple(sorted(self.experts, key=lambda seat: seat.field)),
            targeted_by=tuple(sorted(set(self.targeted_by), key=Plan.Target.values.index)) if self.targeted else (),
            narrowing=replace(
                self.narrowing,
                conditions=tuple(sorted(self.narrowing.conditions)),
                listed=tuple(sorted(set(self.narrowing.listed))),
            ),
        )


def parts() -> tuple[str | Prefetch, ...]:
    """What content_of and rules_of read, to be prefetched together: a fixed number of queries for any number of plans."""
    return (
        Prefetch("participants", Participant.objects.select_related("organisation__region")),
        Prefetch("participants__items", PlanItem.objects.select_related("version__item")),
        Prefetch("participants__competences", CompetenceSeat.objects.select_related("competence")),
        Prefetch("windows", PlanRound.objects.order_by("number")),
        "kinds",
        "regions",
        "strata",
        Prefetch("experts", PlanExpert.objects.select_related("field")),
        Prefetch("zones", PlanZone.objects.select_related("region")),
        "ratios__ratio_table__organisation",
        "ratios__rows__item",
        "ratios__rows__kind",
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
                tuple((one.competence.code, one.seats) for one in part.competences.all()),
            )
            for part in plan.participants.all()
        ),
        kinds=tuple(kind.code for kind in plan.kinds.all()),
        regions=tuple(region.code for region in plan.regions.all()),
        strata=tuple(
            Stratum(s.risk_class, s.quota_number, s.quota_permille, s.reserve, s.mark, s.rule_row, s.reason)
            for s in plan.strata.all()
        ),
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
        ratios_id=plan.ratios_id,
        cap_exception=plan.cap_exception,
        cap_reason=plan.cap_reason,
        targeted_by=tuple(plan.targeted_by),
        narrowing=narrowings.from_store(plan.narrowing),
        rounds=windows_of(plan) if plan.round_count > 1 else (),
        repeats=plan.repeats,
        visit_cap=plan.visit_cap,
    ).in_order()


def windows_of(plan: Plan) -> tuple[Window, ...]:
    """The rounds of a plan, the only one too, by number. One query at most, none where the plan comes with its parts."""
    if plan.round_count == 1:
        return (Window(plan.draw_at, plan.starts_on, plan.ends_on),)
    return tuple(Window(one.draw_at, one.starts_on, one.ends_on) for one in plan.windows.all())


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
        **({"targeted_by": list(content.targeted_by)} if content.targeted_by else {}),
        "participants": [
            {
                "organisation": seat.organisation,
                "name": named[seat.organisation].organisation.name,
                "seats": seat.seats,
                "seats_reason": seat.seats_reason,
                # What was signed before there were such seats keeps its digest: here and below only what is said.
                **_competences(named[seat.organisation]),
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
        **({"narrowing": narrowings.said(content.narrowing)} if content.narrowing else {}),
        **strata_said(content, plan.ratios),
        "zoning": content.zoning,
        "city_staff_roam": content.city_staff_roam,
        "zones": [{"zone": zone.region, "teams": zone.teams} for zone in content.zones],
        "inspector_scope": content.inspector_scope,
        "experts": [
            {"field": one.field.code, "name": one.field.name, "pool": one.field.pool, "seats": one.seats}
            for one in sorted(plan.experts.all(), key=lambda one: one.field.code)
        ],
        "caps": _caps(content),
        "draw_at": content.draw_at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
        "starts_on": content.starts_on.isoformat(),
        "ends_on": content.ends_on.isoformat(),
        "release_on": content.release_on.isoformat() if content.release_on else None,
        **_rounds(content),
        **({"visit_cap": content.visit_cap} if content.visit_cap is not None else {}),
    }


def _competences(part: Participant) -> dict[str, Any]:
    """The seats for those who hold a competence, with the pool in which each is drawn."""
    said = [
        {
            "code": one.competence.code,
            "name": one.competence.name,
            "pool": pool_name(part.organisation.code, one.competence.code),
            "seats": one.seats,
        }
        for one in sorted(part.competences.all(), key=lambda one: one.competence.code)
    ]
    return {"competences": said} if said else {}


def _rounds(content: PlanContent) -> dict[str, Any]:
    """The rounds of a plan that has several, and whether one may draw what another drew."""
    if not content.rounds:
        return {}
    said = [
        {
            "round": number,
            "draw_at": one.draw_at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
            "starts_on": one.starts_on.isoformat(),
            "ends_on": one.ends_on.isoformat(),
        }
        for number, one in enumerate(content.rounds, 1)
    ]
    return {"rounds": said, "repeats": content.repeats}


def strata_said(content: PlanContent, version: RatioVersion | None) -> dict[str, Any]:
    """The strata with the table of ratios and the row of it that rules each; None for both where there is no table."""
    return {
        "ratios": ratios_said(version),
        "strata": [
            {
                "risk_class": one.risk_class,
                "mark": one.mark,
                "number": one.number,
                "permille": one.permille,
                "reserve": one.reserve,
                "rule": rule_said(version, one.row),
                "reason": one.reason,
            }
            for one in content.strata
        ],
    }


def _caps(content: PlanContent) -> dict[str, Any]:
    """What becomes of candidates that have reached their yearly cap: left out, or drawn for a named exception."""
    if not content.cap_exception:
        return {"over_cap": "left-out", "within_one_draw": WITHIN_ONE_DRAW}
    return {
        "over_cap": "included",
        "exception": content.cap_exception,
        "name": str(CapException.Cause(content.cap_exception).label),
        "reason": content.cap_reason,
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
