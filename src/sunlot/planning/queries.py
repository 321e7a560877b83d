"""Reading plans, scoped to the viewer; and what a draw needs of a plan on its day."""

import json
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, prefetch_related_objects

from sunlot.lottery.notice import Seat, Stratum, ZoneTeams
from sunlot.organisations.models import Signature
from sunlot.organisations.queries import signatures_of
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import InspectionObject

from . import content, gathering, narrowing, policy, rounds
from .content import PlanContent, Window
from .feasibility import Feasibility, seats_in
from .gathering import PoolExpert, PoolMember
from .models import Plan, PlanVersion
from .placing import Placing, placing_of
from .ratios.queries import subjects_of, table_of
from .ratios.text import digest_of

__all__ = [
    "PoolExpert",
    "PoolMember",
    "as_round",
    "experts",
    "feasibility",
    "made_public",
    "narrowed_in_words",
    "next_draws",
    "notice_strata",
    "notice_teams",
    "placing",
    "plans_known",
    "plans_seen",
    "pool",
    "published_plans",
    "published_versions",
    "ratios_changed",
    "rules_of",
    "scope",
    "signatures_under",
    "versions_of",
    "windows",
    "with_parts",
    "zone_of",
]

State = Plan.State

# They see no business data, or only the forms they are asked to fill.
_BLIND = ADMINISTRATORS | {Role.INSPECTOR, Role.EXPERT, Role.COMMISSIONED}


def plans_seen(viewer: Viewer) -> "QuerySet[Plan]":
    """The plans that the viewer's side leads or takes part in, and those of the bodies below it.

    Participants see a plan from its first submission on; while it is first being written only the lead's side does.
    """
    if viewer.role in _BLIND:
        return Plan.objects.none()
    path = viewer.base.path
    own = Q(lead__path__startswith=path)
    takes_part = Q(participants__organisation__path__startswith=path)
    if viewer.organisation.is_section:
        # A section acts for its department where the department itself takes part.
        takes_part |= Q(participants__organisation_id=viewer.organisation.parent_id)
        own |= Q(lead_id=viewer.organisation.parent_id)
    submitted = ~Q(state=State.DRAFT) | Q(version__gt=1)
    ids = Plan.objects.filter(own | (takes_part & submitted)).values("pk")
    return Plan.objects.filter(pk__in=ids).select_related(
        "lead__parent", "created_by", "revises", "annual_line__annual"
    )


def plans_known(viewer: Viewer) -> "QuerySet[Plan]":
    """The plans of whose being the viewer knows: those it sees, those that are public, and for those who write plans also
    what other departments have handed in (`policy.knows_of_others` says how much of these). No change orders.
    """
    if viewer.role in _BLIND:
        return Plan.objects.none()
    known = Q(pk__in=plans_seen(viewer).values("pk")) | Q(published_at__isnull=False)
    if policy.knows_of_others(viewer):
        known |= ~Q(state=State.DRAFT) | Q(version__gt=1)
    return Plan.objects.filter(known, revises__isnull=True).select_related("lead__parent")


def published_plans() -> "QuerySet[Plan]":
    """The plans that stand published: waiting for their draw, drawn, or completed."""
    return Plan.objects.filter(state__in=[State.PUBLISHED, State.DRAWN, State.COMPLETED]).select_related("lead")


def made_public() -> "QuerySet[Plan]":
    """All plans that were ever published, those withdrawn since with their reason among them: for the portal."""
    return Plan.objects.filter(published_at__isnull=False).select_related("lead")


def with_parts(plans: "QuerySet[Plan]") -> "QuerySet[Plan]":
    """The same plans with everything that they say, in a fixed number of queries."""
    return plans.prefetch_related(*content.parts())


def windows(plan: Plan) -> tuple[Window, ...]:
    """The rounds of the plan, by number: when each is drawn and in which days what it drew is inspected."""
    return content.windows_of(plan)


def next_draws(plans: "QuerySet[Plan]") -> list[tuple[Plan, str, Window]]:
    """Of each published plan the round that is drawn next, in words (empty for the only one), by its time. Three queries."""
    found = list(plans.filter(state=State.PUBLISHED).prefetch_related("windows"))
    drawn = rounds.drawn_rounds(found)
    ahead = []
    for plan in found:
        for number, window in enumerate(windows(plan), 1):
            if number not in drawn[plan.pk]:
                ahead.append((plan, rounds.round_in_words(plan, number), window))
                break
    return sorted(ahead, key=lambda one: (one[2].draw_at, one[0].pk))


def as_round(plan: Plan, number: int) -> PlanContent:
    """What the plan says as its round `number` sees it: with its own days, and without what earlier rounds drew."""
    return rounds.round_of(plan, content.content_of(plan), number)


def pool(plan: Plan, day: date) -> list[PoolMember]:
    """The inspectors who may be drawn on `day`, by number, each for one participant (the deepest one wins) and in one of
    its pools.
    """
    said = content.content_of(plan)
    organisations = [part.organisation for part in plan.participants.filter(seats__gt=0).select_related("organisation")]
    return gathering.pool_of(said, organisations, day)


def experts(plan: Plan, day: date) -> list[PoolExpert]:
    """The experts who may be drawn on `day`, by number, each in one pool of the plan's fields."""
    return gathering.experts_of(content.content_of(plan), day)


def scope(plan: Plan, day: date, number: int = 1) -> "QuerySet[InspectionObject]":
    """The candidates of round `number` of the plan on `day`, with kind and region, by number."""
    return gathering.scope_of(as_round(plan, number), day)


def placing(plan: Plan, day: date, number: int = 1) -> Placing:
    """In which stratum each candidate of round `number` of the plan is on `day`, and how many tickets the plan's table of
    ratios gives it.
    """
    said = as_round(plan, number)
    table = table_of(plan.ratios_id)
    versions = [item.version for item in plan.items.select_related("version__item").prefetch_related("version__kinds")]
    return placing_of(
        gathering.scope_of(said, day),
        said.stratum_ids,
        table.rules if table is not None else (),
        subjects_of(versions, said.kinds),
        dict(plan.kinds.values_list("pk", "code")),
        day,
    )


def ratios_changed(plan: Plan) -> str:
    """Why the table of ratios no longer says what the plan was signed with; empty where it does. A version that holds
    can't be changed, but one that was called off before its first day is written anew.
    """
    signed = rules_of(plan).get("ratios")
    table = table_of(plan.ratios_id)
    if signed is None or table is None or digest_of(table.version) == signed["digest"]:
        return ""
    return f"{table.name}在计划签署后撤销生效、又有改动，不能据以抽取。办理计划调整，按在用的表重新填写。"


def zone_of(plan: Plan, found: InspectionObject) -> str:
    """The zone in which an object of the plan is drawn. The plan's zones are read once, however many objects ask."""
    if plan.zoning == Plan.Zoning.CITY:
        prefetch_related_objects([plan], "zones")
        zones = list(plan.zones.all())
        return zones[0].region_id if zones else found.region_id
    return found.region_id


def feasibility(plan: Plan, day: date | None = None, number: int | None = None) -> Feasibility:
    """What the plan amounts to on `day` (its day of drawing unless given), and what makes it impossible: round `number`,
    the next to be drawn unless given, and the rounds after it.
    """
    turn = number or rounds.next_round(plan)
    said = as_round(plan, turn)
    return gathering.assess_content(said, day or said.draw_day, published=plan.published_at is not None, turn=turn)


def notice_teams(plan: Plan) -> tuple[ZoneTeams, ...]:
    """The notice's `teams`: each zone with its teams and the seats of the participants that serve it, in plan order.

    A district's bureau has seats in its own district alone; those for who holds a competence follow the participant's
    others. Pools of experts come last.
    """
    said = content.content_of(plan)
    organisations = {part.organisation.code: part.organisation for part in plan.participants.all()}
    departments = gathering.departments_of(said, organisations, {})
    fields = [(one.field.code, one.field.name, one.seats) for one in plan.experts.select_related("field")]
    departments += gathering.expert_departments(fields, plan.lead.region_id)
    return tuple(
        ZoneTeams(
            zone.region_id, zone.teams, tuple(Seat(d.code, d.seats) for d in seats_in(departments, zone.region_id))
        )
        for zone in plan.zones.all()
    )


def notice_strata(figures: Feasibility) -> tuple[Stratum, ...]:
    """The notice's `strata`: those of the plan that have candidates on its day, the highest risk first."""
    return tuple(Stratum(one.id, one.quota, one.stratum.reserve) for one in figures.strata if one.candidates)


def rules_of(plan: Plan) -> dict[str, Any]:
    """The canonical content of the plan. Its digest is what is signed and what a notice's `rules` names.

    From submission on it is read as it was stored then, so that nothing renamed since can change it.
    """
    if plan.digest:
        stored = PlanVersion.objects.get(plan=plan, number=plan.version)
        frozen: dict[str, Any] = json.loads(stored.content)
        return frozen
    return content.rules(plan)


def narrowed_in_words(plan: Plan) -> list[str]:
    """What narrows the plan's objects beyond kinds, regions and classes, one phrase for each condition."""
    return narrowing.in_words(rules_of(plan)["narrowing"]) if plan.narrowing else []


def signatures_under(plan: Plan) -> list[Signature]:
    """The signatures under the plan, those under the change orders that it took on among them, in their order."""
    if plan.published_at is None or plan.version == 1:  # no order was ever taken on
        return list(signatures_of(plan.thing))
    orders = Plan.objects.filter(revises=plan, state=State.APPLIED)
    return list(signatures_of(plan.thing, *(order.thing for order in orders)))


def orders_of(viewer: Viewer, plan: Plan) -> list[Plan]:
    """The change orders of a plan that this viewer sees, newest first; only what was published has any."""
    if plan.published_at is None:
        return []
    return list(plans_seen(viewer).filter(revises=plan).order_by("-created_at"))


def published_versions(plan: Plan) -> "QuerySet[PlanVersion]":
    """The versions of a plan that were published, newest first: for the public."""
    return PlanVersion.objects.filter(plan=plan, published_at__isnull=False)


def versions_of(plan: Plan) -> "QuerySet[PlanVersion]":
    """What the plan said at each submission, newest first."""
    return PlanVersion.objects.filter(plan=plan).select_related("made_by")
