"""What the yearly caps mean for a plan: which candidates have reached theirs, and what becomes of these (R19).

The visits of the calendar year in which the plan's inspections end count, those planned by other plans among them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from sunlot.catalogue.models import ObjectKind
from sunlot.organisations.models import Organisation
from sunlot.registry import queries as registry
from sunlot.registry.models import InspectionObject
from sunlot.visits.caps import queries as caps
from sunlot.visits.models import CapException, CapTable

from .content import PlanContent
from .feasibility import Fault

FIELD = "cap_exception"
"""The field of the form at which faults and warnings stand."""

WITHIN_ONE_DRAW_IN_WORDS = (
    "同一市场主体的对象多于本年余下次数的，按风险从高到低、最久未检查的在前、编号的次序只列入余下的次数"
)
"""The rule `crowds.WITHIN_ONE_DRAW` for people."""


@dataclass(frozen=True)
class Known:
    """The table that holds for the plan's lead, the objects at and near their cap, and the entities of which one draw could
    take more objects than their cap leaves (`limits.crowds`).
    """

    table: CapTable | None
    limits: caps.Limits


@dataclass(frozen=True)
class Capping:
    """How many candidates have reached their cap or are one visit from it, and whether the first are drawn all the same."""

    table: CapTable | None
    reached: int
    near: int
    beyond: int = 0
    """How many are left out though their entity has visits left: it bears more objects than these."""
    exception: str = ""
    """The basis of the exception for which they are drawn; empty where they are left out."""
    name: str = ""
    reason: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def rule(self) -> str:
        """By what rule `beyond` are left out, in words."""
        return WITHIN_ONE_DRAW_IN_WORDS

    @property
    def is_included(self) -> bool:
        return bool(self.name)

    @property
    def warnings(self) -> list[Fault]:
        found = []
        if self.reached and self.is_included:
            words = f"{self.reached} 户已达年度频次上限，按“{self.name}”仍列入抽取"
            found.append(Fault(FIELD, f"{words}。"))
        elif self.reached:
            words = f"{self.reached} 户已达年度频次上限，不列入抽取"
            found.append(Fault(FIELD, f"{words}。确有法定事由的，选定事由并写明理由后列入。"))
        if self.beyond and not self.is_included:
            words = f"{self.beyond} 户与同一市场主体的其他对象合起来会超过年度频次上限，不列入抽取"
            found.append(Fault(FIELD, f"{words}。{WITHIN_ONE_DRAW_IN_WORDS}。"))
        if self.near:
            found.append(Fault(FIELD, f"{self.near} 户再检查一次即达年度频次上限。可以与同期其他计划合并检查。"))
        return found


def look_up(
    content: PlanContent, organisations: Mapping[str, Organisation], day: date, kinds: Collection[int]
) -> Known:
    """The caps in force on `day` as they bear on this content; `organisations` are its participants by code, `kinds` the
    keys of its object kinds.
    """
    lead = organisations.get(content.lead)
    paths = [organisations[seat.organisation].path for seat in content.seats if seat.organisation in organisations]
    standing = caps.in_force(day)
    table = caps.table_for(lead.region_id, standing) if lead is not None else None
    crowded = () if content.cap_exception else kinds
    return Known(table, caps.limits(content.ends_on.year, standing, paths, crowded))


def look_up_for(content: PlanContent, day: date) -> Known:
    """The same where the participants are not at hand."""
    found = Organisation.objects.filter(code__in=[seat.organisation for seat in content.seats])
    kinds = ObjectKind.objects.filter(code__in=content.kinds).values_list("pk", flat=True)
    return look_up(content, {one.code: one for one in found}, day, list(kinds))


def within_caps(
    objects: "QuerySet[InspectionObject]", content: PlanContent, known: Known
) -> "QuerySet[InspectionObject]":
    """Those of `objects` that the plan may draw: without those at their cap, and of one entity no more than its cap leaves."""
    if content.cap_exception:
        return objects
    left_out = known.limits.reached | _beyond(objects, known)
    return objects.exclude(pk__in=sorted(left_out)) if left_out else objects


def _beyond(objects: "QuerySet[InspectionObject]", known: Known) -> frozenset[int]:
    """The candidates that are left out for their entity's other ones. One query, none where there is no crowd."""
    if not known.limits.crowds:
        return frozenset()
    bearable = {key for one in known.limits.crowds for key in one.objects}
    candidates = set(registry.among(objects, bearable)) - known.limits.reached
    return frozenset(key for one in known.limits.crowds for key in one.beyond(candidates))


def assess(content: PlanContent, objects: "QuerySet[InspectionObject]", known: Known) -> Capping:
    """Count the candidates at and near their cap (`objects` are all of them), and what is wrong with the exception."""
    bases = {one.cause: one.basis for one in known.table.exceptions.all()} if known.table is not None else {}
    faults = []
    if content.cap_exception and content.cap_exception not in bases:
        faults.append(Fault(FIELD, "所选事由不在现行频次上限规定的例外之中，不能据此列入。改选事由，或不列入。"))
    if content.cap_exception and not content.cap_reason.strip():
        faults.append(Fault(FIELD, "列入已达频次上限的对象，须写明理由。"))
    return Capping(
        known.table,
        caps.objects_among(objects, known.limits.reached),
        caps.objects_among(objects, known.limits.near),
        len(_beyond(objects, known)),
        bases.get(content.cap_exception, ""),
        str(CapException.Cause(content.cap_exception).label) if content.cap_exception else "",
        content.cap_reason,
        tuple(faults),
    )
