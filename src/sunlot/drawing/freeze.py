"""Freezing: the registries of this moment written as the protocol's files (docs/spec/draw-protocol.md, Files).

What comes out are bytes and the parts of a notice; digests, counts and every rule are the lottery core's.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import prefetch_related_objects

from sunlot.catalogue.queries import in_force
from sunlot.lottery import Rosters
from sunlot.norms import canonical, clock
from sunlot.norms.canonical import Json
from sunlot.planning import queries as planning
from sunlot.planning.models import Plan
from sunlot.registry.queries import avoidance_pairs, being_imported

from .models import Attempt, Draw

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


def freeze(plan: Plan, day: date) -> Frozen:
    """The plan's rosters, strata, teams and rules as the registries stand on `day`."""
    prefetch_related_objects([plan], "zones")  # asked for each object by zone_of
    strata = planning.notice_strata(plan, day)
    found = list(planning.scope(plan, day).filter(risk_class__in=[stratum.id for stratum in strata]))
    objects = sorted((one.number, one.risk_class, planning.zone_of(plan, one), "1", one.name) for one in found)
    pool = planning.pool(plan, day)
    inspectors = sorted(
        [
            *((one.inspector.number, one.organisation, one.zone) for one in pool),
            *((one.expert.number, one.pool, one.zone) for one in planning.experts(plan, day)),
        ]
    )
    avoid = sorted(avoidance_pairs([one.inspector.pk for one in pool], [one.pk for one in found], day))
    return frozen_of(
        objects,
        inspectors,
        avoid,
        strata=[{"id": one.id, "quota": one.quota, "reserve": one.reserve} for one in strata],
        teams=_teams(plan),
        rules=canonical.dumps(planning.rules_of(plan)),
        faults=tuple(_faults(plan, day, Counter(row[1] for row in objects))),
    )


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


def _faults(plan: Plan, day: date, candidates: Counter[str]) -> Iterable[tuple[str, str]]:
    """What the notice's own rules can't see: a roster half in, items no longer in force, strata that vanished from the
    registry.
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
    for stratum in plan.strata.all():
        if not candidates[stratum.risk_class] and stratum.quota_of(0):
            yield (
                f"{stratum.risk_class} 类",
                f"计划抽取 {stratum.quota_of(0)} 个，名录库中没有一个在册的候选对象。核对名录库，或撤回计划调整数量。",
            )


def _teams(plan: Plan) -> list[Json]:
    return [
        {
            "zone": zone.zone,
            "count": zone.count,
            "seats": [{"department": seat.department, "count": seat.count} for seat in zone.seats],
        }
        for zone in planning.notice_teams(plan)
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
        "title": title_of(attempt.draw),
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
    }


def title_of(draw: Draw) -> str:
    """What a draw is called: as its plan; a supplementary one says so."""
    title = draw.round.plan.title
    return title if draw.supplements_id is None else f"{title}（补充抽取）"


def moment(value: datetime) -> str:
    """A time as the notice writes it: whole seconds without fraction, else milliseconds."""
    text = clock.iso(value)
    return text.replace(".000", "", 1)


def authority_of(plan: Plan) -> str:
    """The department that draws: the lead itself, or that of the section that leads."""
    lead = plan.lead
    return lead.parent.name if lead.is_section and lead.parent else lead.name
