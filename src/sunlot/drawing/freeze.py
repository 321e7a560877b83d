"""Freezing: the registries of this moment written as the protocol's files (docs/spec/draw-protocol.md, Files).

What comes out are bytes and the parts of a notice; digests, counts and every rule are the lottery core's.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import prefetch_related_objects

from sunlot.catalogue.queries import in_force
from sunlot.lottery import Rosters
from sunlot.lottery.names import MEMBER, is_name
from sunlot.norms import canonical, clock
from sunlot.norms.canonical import Json
from sunlot.planning import queries as planning
from sunlot.planning.feasibility import Feasibility
from sunlot.planning.models import Plan
from sunlot.registry.queries import avoidance_pairs, being_imported

from .models import Attempt
from .naming import names_of

ROWS_A_PART = 50_000
PROTOCOL = "sunlot-draw/1"

Row = tuple[str, ...]


@dataclass(frozen=True)
class Frozen:
    """The roster files of one moment, and what the notice says of strata, teams and rules.

    `faults` are what already stands against drawing, as (place, words) in Chinese; the rules of the notice come later.
    `object_ids` are in the order of the file, to say which object a fault is about.
    """

    objects: tuple[bytes, ...]
    inspectors: tuple[bytes, ...]
    avoid: tuple[bytes, ...]
    rows: dict[str, tuple[int, ...]]
    strata: list[Json]
    teams: list[Json]
    rules: bytes
    object_ids: tuple[str, ...]
    faults: tuple[tuple[str, str], ...]

    @property
    def rosters(self) -> Rosters:
        return Rosters(self.objects, self.inspectors, self.avoid)


def freeze(plan: Plan, day: date, number: int = 1) -> Frozen:
    """The rosters, strata, teams and rules of the plan's round `number` as the registries stand on `day`."""
    figures = planning.feasibility(plan, day, number)
    strata, objects, keys = candidates(plan, day, number, figures)
    pool, experts = planning.pool(plan, day), planning.experts(plan, day)
    inspectors = sorted(
        [
            *((one.inspector.number, one.pool, one.zone) for one in pool),
            *((one.expert.number, one.pool, one.zone) for one in experts),
        ]
    )
    advisers = [one.expert.pk for one in experts]
    avoid = sorted(avoidance_pairs([one.inspector.pk for one in pool], keys, day, advisers))
    return frozen_of(
        objects,
        inspectors,
        avoid,
        strata=strata,
        teams=_teams(plan, {row[2] for row in objects} if number > 1 else None),
        rules=canonical.dumps(planning.rules_of(plan)),
        faults=tuple(_faults(plan, day, figures, Counter(row[1] for row in objects), number)),
    )


def candidates(
    plan: Plan, day: date, number: int = 1, figures: Feasibility | None = None
) -> tuple[list[Json], list[Row], list[int]]:
    """The notice's strata of round `number`, the rows of objects.csv in its order, and the keys of the objects, in no
    order. `figures` are those of this day and round, where they are at hand.
    """
    prefetch_related_objects([plan], "zones")  # asked for each object by zone_of
    strata = planning.notice_strata(figures or planning.feasibility(plan, day, number))
    found, places = planning.scope(plan, day, number), planning.placing(plan, day, number)
    rows, keys = [], []
    # Of a registry of hundreds of thousands no more than the rows is held.
    needed = ("number", "name", "risk_class", "region", "kind")
    for one in found.select_related(None).only(*needed).iterator(chunk_size=5000):
        stratum, tickets = places.of(one)
        if stratum is not None:
            rows.append((one.number, stratum, planning.zone_of(plan, one), str(tickets), one.name))
            keys.append(one.pk)
    return [{"id": one.id, "quota": one.quota, "reserve": one.reserve} for one in strata], sorted(rows), keys


def frozen_of(
    objects: Sequence[Row],
    inspectors: Sequence[Row],
    avoid: Sequence[Row],
    *,
    strata: list[Json],
    teams: list[Json],
    rules: bytes,
    faults: tuple[tuple[str, str], ...],
) -> Frozen:
    """Rows in the protocol's order as its files, with what the notice says beside them."""
    files = {
        "objects": _parts("id,stratum,zone,tickets,name", objects),
        "inspectors": _parts("id,department,zone", inspectors),
        "avoid": _parts("inspector,object", avoid),
    }
    return Frozen(
        objects=tuple(part for part, _ in files["objects"]),
        inspectors=tuple(part for part, _ in files["inspectors"]),
        avoid=tuple(part for part, _ in files["avoid"]),
        rows={name: tuple(rows for _, rows in parts) for name, parts in files.items()},
        strata=strata,
        teams=teams,
        rules=rules,
        object_ids=tuple(row[0] for row in objects),
        faults=faults,
    )


def _faults(
    plan: Plan, day: date, figures: Feasibility, candidates: Counter[str], number: int
) -> Iterable[tuple[str, str]]:
    """What the notice's own rules can't see: a roster half in, items no longer in force, strata that vanished from the
    registry, a draw that could break the cap of visits.
    """
    for roster in being_imported(plan.regions.values_list("code", flat=True)):
        yield (
            "检查对象名录库",
            f"{roster.organisation.name}的《{roster.file_name}》{roster.get_state_display()}。导入完成或就此结束后再封存。",
        )
    versions = [item.version for item in plan.items.select_related("version__item")]
    usable = set(in_force(day).filter(pk__in=[version.pk for version in versions]).values_list("pk", flat=True))
    for version in versions:
        if version.pk not in usable:
            yield (
                f"事项 {version.item.code} {version.name}",
                "今天不在有效期内，不得据以抽查。办理计划调整，换用在用的版本，公布后再抽取。",
            )
    if why := planning.ratios_changed(plan):
        yield ("抽查比例和频次表", why)
    for stratum in plan.strata.all():
        if not candidates[stratum.name] and stratum.quota_of(0):
            remedy = "核对名录库，或撤回计划调整数量。" if number == 1 else "前批抽取后没有余下的，办理计划调整。"
            yield (
                stratum.label,
                f"计划抽取 {stratum.quota_of(0)} 个，名录库中没有一个在册的候选对象。{remedy}",
            )
    for message in figures.faults_at("visit_cap"):
        yield ("每人检查户数上限", message)


def _teams(plan: Plan, zones: Collection[str] | None) -> list[Json]:
    """The notice's teams; of a later round those of the zones in which it has candidates left."""
    return [
        {
            "zone": zone.zone,
            "count": zone.count,
            "seats": [{"department": seat.department, "count": seat.count} for seat in zone.seats],
        }
        for zone in planning.notice_teams(plan)
        if zones is None or zone.zone in zones
    ]


def _parts(header: str, rows: Sequence[Row]) -> list[tuple[bytes, int]]:
    """The files of a roster, each with its number of rows; an empty roster is the header alone."""
    starts = range(0, len(rows), ROWS_A_PART) if rows else (0,)
    pieces = (rows[start : start + ROWS_A_PART] for start in starts)
    return [("".join(f"{line}\n" for line in (header, *map(_line, piece))).encode(), len(piece)) for piece in pieces]


def _line(row: Row) -> str:
    """A line of RFC 4180 as the protocol narrows it: quoted only where a comma or a quote is inside."""
    return ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' if "," in cell or '"' in cell else cell for cell in row)


def template(attempt: Attempt, frozen: Frozen, rules_digest: str, sealed_at: datetime) -> dict[str, Json]:
    """The notice without digests and counts of the rosters, which the lottery core fills in.

    `attempt` comes with draw, round, plan and lead; its contributors have all committed.
    """
    plan = attempt.draw.round.plan
    return {
        "protocol": PROTOCOL,
        "hash": attempt.hash_name,
        "draw": attempt.draw.number,
        "attempt": attempt.number,
        "previous": [
            {"notice": one.notice_digest, "contributors": one.abort_failed, "reason": one.abort_reason}
            for one in attempt.draw.attempts.filter(number__lt=attempt.number)
        ],
        "title": attempt.draw.title,
        "authority": authority_of(plan),
        "sealed_at": moment(sealed_at),
        "reveal_by": moment(attempt.reveal_by),
        "release": None if attempt.release_at is None else moment(attempt.release_at),
        "rules": rules_digest,
        "supplements": attempt.draw.supplements.notice_digest if attempt.draw.supplements else None,
        "objects": {"strata": frozen.strata},
        "teams": frozen.teams,
        "contributors": [
            {"id": one.code, "role": one.title, "commitment": one.commitment} for one in attempt.contributors.all()
        ],
        "beacon": attempt.beacon_form,
        MEMBER: _names(frozen.teams),
    }


def _names(teams: Sequence[Json]) -> Json:
    """What the codes of pools and zones in a notice stand for, for whoever verifies it without this installation."""
    known = names_of()
    zones = {str(one["zone"]) for one in teams if isinstance(one, dict)}
    seats = [one["seats"] for one in teams if isinstance(one, dict)]
    pools = {str(seat["department"]) for group in seats if isinstance(group, list) for seat in group}  # type: ignore[index, call-overload]  # built above
    said: dict[str, Json] = {
        "departments": {code: name for code in sorted(pools) if is_name(name := known.organisation(code))},
        "zones": {code: name for code in sorted(zones) if is_name(name := known.region(code))},
    }
    return said


def moment(value: datetime) -> str:
    """A time as the notice writes it: whole seconds without fraction, else milliseconds."""
    text = clock.iso(value)
    return text.replace(".000", "", 1)


def authority_of(plan: Plan) -> str:
    """The department that draws: the lead itself, or that of the section that leads."""
    return plan.lead.department.name
