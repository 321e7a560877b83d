"""Putting a content into the tables of a plan: the last step of the actions that write one, inside their transaction."""

from typing import Any

from django.db import IntegrityError, transaction

from sunlot.catalogue.models import Competence, ObjectKind
from sunlot.lottery.notice import MAX_SEAT
from sunlot.norms import clock
from sunlot.norms.initials import search_keys
from sunlot.organisations.models import Organisation, Region
from sunlot.organisations.viewer import Refused, Viewer

from . import narrowing
from .checks import kind_of
from .content import MOST_ROUNDS, PlanContent
from .models import CompetenceSeat, Participant, Plan, PlanExpert, PlanItem, PlanRound, PlanStratum, PlanZone

TRIES = 5
"""For a number that somebody else takes at the same moment."""

COLUMNS = (
    "title", "starts_on", "ends_on", "draw_at", "release_on", "zoning", "city_staff_roam", "targeted",
    "few_participants_reason", "inspector_scope", "annual_line_id", "beside_reason", "ratios_id",
    "cap_exception", "cap_reason", "repeats", "visit_cap",
)  # fmt: skip


def columns_of(content: PlanContent) -> dict[str, Any]:
    """The columns of a plan's own row for this content."""
    columns: dict[str, Any] = {name: getattr(content, name) for name in COLUMNS}
    return columns | {
        "targeted_by": list(content.targeted_by),
        "narrowing": narrowing.to_store(content.narrowing),
        "round_count": len(content.windows),
    }


def new_plan(viewer: Viewer, lead: Organisation, content: PlanContent, is_demo: bool) -> Plan:
    """Make the row under the next free number; two at once get two numbers."""
    now = clock.now()
    prefix = f"{lead.region_id}-{now.year}-P"
    columns = columns_of(content)
    for _ in range(TRIES):
        last = (
            Plan.objects.filter(number__startswith=prefix, revises__isnull=True)
            .order_by("-number")
            .values_list("number", flat=True)
            .first()
        )
        serial = int(last.removeprefix(prefix)) + 1 if last else 1
        try:
            with transaction.atomic():
                return Plan.objects.create(
                    number=f"{prefix}{serial:04}",
                    lead=lead,
                    created_by_id=viewer.user_id,
                    created_at=now,
                    is_demo=is_demo,
                    **columns,
                )
        except IntegrityError:
            continue
    raise Refused("同时有多人在编制计划，没有取到编号。再试一次。")


def new_order(viewer: Viewer, plan: Plan, reason: str, content: PlanContent) -> Plan:
    """Make a change order of a plan whose row is locked: `<plan>-T1`, `-T2` …, saying what the plan says now."""
    order = Plan.objects.create(
        number=f"{plan.number}-T{plan.change_orders.count() + 1}",
        lead=plan.lead,
        revises=plan,
        base_version=plan.version,
        change_reason=reason,
        created_by_id=viewer.user_id,
        created_at=clock.now(),
        is_demo=plan.is_demo,
        **columns_of(content),
    )
    write(order, content)
    return order


def set_columns(plan: Plan, content: PlanContent, *others: str) -> None:
    """Put what has columns into the plan's row; `others` are columns that the caller set already."""
    columns = columns_of(content)
    for name, value in columns.items():
        setattr(plan, name, value)
    plan.save(update_fields=[*columns, *others])


def write_order(plan: Plan, order: Plan, content: PlanContent) -> None:
    """Put what a change order says into the plan; its participants stay confirmed as they confirmed the order."""
    set_columns(plan, content)
    write(plan, content)
    answers = {part.organisation_id: part for part in order.participants.all()}
    parts = list(plan.participants.all())
    for part in parts:
        answer = answers[part.organisation_id]
        part.state, part.comment = answer.state, answer.comment
        part.decided_by_id, part.decided_at = answer.decided_by_id, answer.decided_at
    Participant.objects.bulk_update(parts, ["state", "comment", "decided_by", "decided_at"])


def organisations_of(content: PlanContent) -> dict[str, Organisation]:
    """The participants' organisations by code. Refused for what can't be stored even in a draft."""
    codes = [seat.organisation for seat in content.seats]
    found = {one.code: one for one in Organisation.objects.filter(code__in=codes).select_related("parent")}
    for code in codes:
        if code not in found:
            raise Refused(f"没有代码为 {code} 的部门或科室。")
    if len(set(codes)) != len(codes):
        raise Refused("同一个部门或科室填了两次，去掉一个。")
    for position, seat in enumerate(content.seats):
        if not (1 <= seat.seats <= MAX_SEAT or (seat.seats == 0 and position == 0)):
            raise Refused(f"{found[seat.organisation].name}每组人数应为 1 至 {MAX_SEAT}；只有牵头科室可以不派员。")
        if seat.seats == 1 and not seat.seats_reason.strip():
            raise Refused(f"{found[seat.organisation].name}每组少于两名执法检查人员，须写明理由。")
        if sum(count for _, count in seat.competences) > seat.seats:
            raise Refused(f"{found[seat.organisation].name}的专业席位多于每组人数。减少专业席位，或增加每组人数。")
    if not 1 <= len(content.windows) <= MOST_ROUNDS:
        raise Refused(f"抽取批次应为 1 至 {MOST_ROUNDS}。")
    for expert in content.experts:
        if not 1 <= expert.seats <= MAX_SEAT:
            raise Refused(f"每组专家人数应为 1 至 {MAX_SEAT}；不设专家席位的留空。")
    return found


def write(plan: Plan, content: PlanContent) -> None:
    """What has tables of its own; participants begin anew."""
    organisations = organisations_of(content)
    plan.kind = kind_of(list(organisations.values()))
    plan.search_keys = search_keys(plan.title).text[:500]
    plan.save(update_fields=["kind", "search_keys"])
    plan._prefetched_objects_cache = {}  # type: ignore[attr-defined]  # Django's own cache of related rows, stale now
    plan.participants.all().delete()  # and their items with them
    parts = Participant.objects.bulk_create(
        Participant(
            plan=plan,
            organisation=organisations[seat.organisation],
            position=position,
            seats=seat.seats,
            seats_reason=seat.seats_reason.strip(),
        )
        for position, seat in enumerate(content.seats)
    )
    PlanItem.objects.bulk_create(
        PlanItem(plan=plan, participant=part, version_id=key)
        for part, seat in zip(parts, content.seats, strict=True)
        for key in seat.items
    )
    _write_competences(parts, content)
    plan.windows.all().delete()
    PlanRound.objects.bulk_create(
        PlanRound(plan=plan, number=number, draw_at=one.draw_at, starts_on=one.starts_on, ends_on=one.ends_on)
        for number, one in enumerate(content.rounds, 1)
    )
    plan.kinds.set(ObjectKind.objects.filter(code__in=content.kinds))
    plan.regions.set(Region.objects.filter(code__in=content.regions))
    plan.strata.all().delete()
    PlanStratum.objects.bulk_create(
        PlanStratum(
            plan=plan,
            risk_class=stratum.risk_class,
            quota_number=stratum.number,
            quota_permille=stratum.permille,
            reserve=stratum.reserve,
            mark=stratum.mark,
            rule_row=stratum.row,
            reason=stratum.reason,
        )
        for stratum in content.strata
    )
    plan.experts.all().delete()
    fields = {one.code: one for one in Competence.objects.filter(code__in=[seat.field for seat in content.experts])}
    PlanExpert.objects.bulk_create(
        PlanExpert(plan=plan, field=fields[seat.field], seats=seat.seats)
        for seat in content.experts
        if seat.field in fields
    )
    plan.zones.all().delete()
    PlanZone.objects.bulk_create(PlanZone(plan=plan, region_id=zone.region, teams=zone.teams) for zone in content.zones)


def _write_competences(parts: list[Participant], content: PlanContent) -> None:
    """The seats of the participants, in the content's order, for those who hold a competence."""
    asked = {code for seat in content.seats for code, _ in seat.competences}
    known = {one.code: one for one in Competence.objects.filter(code__in=asked)}
    for code in sorted(asked - known.keys()):
        raise Refused(f"没有代码为 {code} 的专业领域。刷新页面，重新选择。")
    CompetenceSeat.objects.bulk_create(
        CompetenceSeat(participant=part, competence=known[code], seats=count)
        for part, seat in zip(parts, content.seats, strict=True)
        for code, count in seat.competences
    )
