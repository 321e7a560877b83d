"""Reading annual plans, scoped to the viewer; their progress, gathered from all rooms."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, Q, QuerySet

from sunlot.catalogue.models import ItemVersion
from sunlot.catalogue.queries import representative
from sunlot.norms import clock
from sunlot.organisations.models import Organisation, Signature
from sunlot.organisations.queries import signatures_of
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer

from ..models import AnnualLine, AnnualPlan, AnnualVersion, Plan
from ..rounds import drawn_rounds

State = AnnualPlan.State
_BLIND = ADMINISTRATORS | {Role.INSPECTOR, Role.EXPERT, Role.COMMISSIONED}


def annual_seen(viewer: Viewer) -> "QuerySet[AnnualPlan]":
    """The annual plans of the viewer's department and of the bodies below it, and every published one."""
    if viewer.role in _BLIND:
        return AnnualPlan.objects.none()
    below = Q(department__path__startswith=viewer.base.path)
    own = Q(department__path=viewer.organisation.path.split("/", 1)[0] + "/")
    return AnnualPlan.objects.filter(below | own | Q(state=State.PUBLISHED)).select_related("department", "revises")


def made_public() -> "QuerySet[AnnualPlan]":
    """The annual plans that are published: for the portal."""
    return AnnualPlan.objects.filter(state=State.PUBLISHED).select_related("department")


def published_versions(annual: AnnualPlan) -> "QuerySet[AnnualVersion]":
    """The versions that were published, newest first."""
    return AnnualVersion.objects.filter(annual=annual, published_at__isnull=False)


def signatures_under(annual: AnnualPlan) -> list[Signature]:
    """The signatures under it, those under the change orders that it took on among them."""
    orders = AnnualPlan.objects.filter(revises=annual, state=State.APPLIED)
    return list(signatures_of(annual.thing, *(order.thing for order in orders)))


def item_names(codes: Iterable[str], day: date | None = None) -> dict[str, str]:
    """The items' names by code, as their versions of `day` (today) have them."""
    versions = ItemVersion.objects.filter(item__code__in=list(codes)).select_related("item")
    return {version.item.code: version.name for version in representative(versions, day or clock.today())}


def may_carry_out(viewer: Viewer, line: AnnualLine) -> bool:
    """Whether a plan within this line is the viewer's side's to make: its own department's, or as one of the districts."""
    own, department = viewer.base.department.path, line.annual.department.path
    return (own.startswith(department) and own != department) if line.by_districts else own == department


def published_lines(lead: Organisation, year: int) -> "QuerySet[AnnualLine]":
    """The lines that a plan of `lead` drawn in `year` may carry out: those of the published annual plan of its own
    department, and those of the bodies above that the districts carry out.
    """
    own = lead.department
    above = [own.path[: end + 1] for end, sign in enumerate(own.path) if sign == "/"][:-1]
    return AnnualLine.objects.filter(
        Q(annual__department=own) | Q(annual__department__path__in=above, by_districts=True),
        annual__state=State.PUBLISHED,
        annual__year=year,
    ).select_related("annual__department", "lead")


@dataclass(frozen=True)
class District:
    """How far one district is with a line that the districts carry out."""

    organisation: Organisation
    plans: list[Plan]

    @property
    def words(self) -> str:
        return "、".join(plan.get_state_display() for plan in self.plans) or "未编制"


def districts_of(annual: AnnualPlan, progress: Mapping[int, "Progress"]) -> dict[int, list[District]]:
    """Of each line that the districts carry out, by its code: the bureaus below, each with its plans. One query."""
    codes = list(annual.lines.filter(by_districts=True).values_list("code", flat=True))
    if not codes:
        return {}
    below = list(
        Organisation.objects.filter(parent=annual.department, is_active=True)
        .exclude(kind=Organisation.Kind.SECTION)
        .select_related("region")
        .order_by("path")
    )
    plans = {code: progress[code].plans if code in progress else [] for code in codes}
    return {
        code: [District(one, [plan for plan in plans[code] if plan.lead.path.startswith(one.path)]) for one in below]
        for code in codes
    }


@dataclass
class Progress:
    """How far a line is: plans made and published, rounds drawn, objects to inspect, inspected, published."""

    plans: list[Plan] = field(default_factory=list)
    objects: int = 0
    inspected: int = 0
    published: int = 0
    rounds_drawn: int = 0

    @property
    def rounds(self) -> int:
        """The rounds of all its plans."""
        return sum(plan.round_count for plan in self.plans)

    @property
    def planned(self) -> int:
        return sum(1 for plan in self.plans if plan.published_at is not None)

    @property
    def drawn_in_words(self) -> str:
        """已抽取; of several rounds 已抽取 1/2 批."""
        return "已抽取" if self.rounds <= len(self.plans) else f"已抽取 {self.rounds_drawn}/{self.rounds} 批"

    @property
    def words(self) -> str:
        """Where it stands: 未编制、编制中、已公布、已抽取、已检查 n/m、已完成."""
        if not self.plans:
            return "未编制"
        if all(plan.state == Plan.State.COMPLETED for plan in self.plans):
            return "已完成"
        if self.objects:
            checked = f"已检查 {self.inspected}/{self.objects}，已公示 {self.published}"
            return checked if self.rounds_drawn == self.rounds else f"{self.drawn_in_words}；{checked}"
        if self.rounds_drawn:
            return self.drawn_in_words
        return "已公布" if self.planned else "编制中"

    @property
    def public_words(self) -> str:
        """The same without what is not public yet: a draft is as good as none."""
        return self.words if self.planned else "未公布"


# How many objects of these plans are to be inspected, are inspected, and have all results published: of a later room.
Counter = Callable[[list[int]], Mapping[int, tuple[int, int, int]]]
_COUNTERS: list[Counter] = []


def progress_counter(count: Counter) -> Counter:
    """Register how a later room counts the progress of plans: a function of their keys, without a query in a loop."""
    _COUNTERS.append(count)
    return count


def progress_of(annual: AnnualPlan) -> dict[int, Progress]:
    """The progress of each line by its code."""
    root = annual.revises or annual
    plans = Plan.objects.filter(annual_line__annual=root, revises__isnull=True).exclude(state=Plan.State.WITHDRAWN)
    found: dict[int, Progress] = defaultdict(Progress)
    keys = {}
    for plan in plans.select_related("lead").annotate(line_code=F("annual_line__code")).order_by("draw_at"):
        found[plan.line_code].plans.append(plan)
        keys[plan.pk] = plan.line_code
    drawn = drawn_rounds([plan for one in found.values() for plan in one.plans])
    for one in found.values():
        one.rounds_drawn = sum(plan.round_count if plan.is_drawn else len(drawn[plan.pk]) for plan in one.plans)
    for count in _COUNTERS:
        for key, (objects, inspected, published) in count(list(keys)).items():
            one = found[keys[key]]
            one.objects += objects
            one.inspected += inspected
            one.published += published
    return dict(found)
