"""The items of plans against the catalogue: which were changed or repealed since, and what a law's amendment touches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from sunlot.catalogue import queries as catalogue
from sunlot.catalogue.models import ItemVersion

from .content import windows_of
from .models import Plan, PlanItem
from .rounds import next_round

AHEAD = (*Plan.UNPUBLISHED, Plan.State.LEADER_SIGNED, Plan.State.PUBLISHED)
"""The states of plans whose draw is still to come."""


@dataclass(frozen=True)
class Outdated:
    """An item of a plan whose version ends before the plan's inspections do."""

    version: ItemVersion
    last_day: date
    successor: ItemVersion | None
    """The version that follows; None where the item is repealed."""
    stops_draw: bool
    """Whether it has ended by the day of the draw, so that the draw refuses."""

    @property
    def words(self) -> str:
        """事项 WY-01 物业服务企业检查（第 1 版）用到 2026-11-24 为止，已由第 2 版取代；抽取日不再有效."""
        what = f"已由第 {self.successor.number} 版取代" if self.successor else "已废止"
        when = "抽取日不再有效，不得据以抽查" if self.stops_draw else "检查结束前失效"
        return (
            f"事项 {self.version}（第 {self.version.number} 版）用到 {self.last_day.isoformat()} 为止，{what}；{when}"
        )


def outdated(plan: Plan, day: date) -> list[Outdated]:
    """The plan's items that end before its inspections do, seen from `day` (its day of drawing). Two queries."""
    held = ItemVersion.objects.filter(plan_items__plan=plan, effective_to__lt=plan.ends_on).distinct()
    ending = list(held.select_related("item__organisation").order_by("item__code"))
    following: dict[int, ItemVersion] = {}
    wanted = [version.item_id for version in ending]
    for version in catalogue.made_public().filter(item__in=wanted).order_by("number"):
        following[version.item_id] = version
    return [_outdated(version, following[version.item_id], day) for version in ending if version.effective_to]


def ahead(plan: Plan) -> list[Outdated]:
    """What a published plan's page has to say: its items that end before its inspections do, seen from the day of the next
    draw; nothing of a plan in any other state.
    """
    if plan.state != Plan.State.PUBLISHED:
        return []
    return outdated(plan, windows_of(plan)[next_round(plan) - 1].draw_day)


def _outdated(version: ItemVersion, newest: ItemVersion, day: date) -> Outdated:
    assert version.effective_to is not None  # noqa: S101 -- asked for by the caller
    successor = newest if newest.number > version.number and newest.state != ItemVersion.State.REPEALED else None
    return Outdated(version, version.effective_to, successor, stops_draw=version.effective_to < day)


@dataclass(frozen=True)
class Touched:
    """An item that stands on a law, and the plans with it whose draw is still to come."""

    version: ItemVersion
    plans: Sequence[Plan]


def touched_by_law(plans: "QuerySet[Plan]", law: str, article: str, day: date) -> list[Touched]:
    """The items in force on `day` that stand on the law (and article), each with those of `plans` that hold it and are
    not drawn. A fixed number of queries.
    """
    versions = list(catalogue.whole(catalogue.touched_by(catalogue.in_force(day), law, article).order_by("item__code")))
    return [Touched(version, found) for version, found in _with_plans(versions, plans)]


def _with_plans(
    versions: Sequence[ItemVersion], plans: "QuerySet[Plan]"
) -> Iterable[tuple[ItemVersion, Sequence[Plan]]]:
    """By item, whatever version the plan holds: the amendment touches it all the same."""
    ahead = plans.filter(state__in=AHEAD)
    rows = PlanItem.objects.filter(plan__in=ahead, version__item__in=[version.item_id for version in versions])
    held: dict[int, dict[int, Plan]] = {}
    for row in rows.select_related("plan", "version").order_by("plan__draw_at"):
        held.setdefault(row.version.item_id, {})[row.plan_id] = row.plan
    return [(version, list(held.get(version.item_id, {}).values())) for version in versions]
