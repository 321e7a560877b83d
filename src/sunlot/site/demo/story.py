"""What happened in the demonstration city: four draws of past months at every stage, and a plan ready to be drawn.

Each plan is a life: a generator that does something and yields the moment until which it waits. `tell` lets all lives
run side by side in the order of their moments, so that the clock only moves forward and the trail reads like a year.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sunlot.catalogue import queries as catalogue
from sunlot.desk.running import Hands, claim
from sunlot.desk.work import job_of
from sunlot.drawing.simulating.actions import start_simulation
from sunlot.drawing.simulating.background import SIMULATE
from sunlot.norms import clock, working_days
from sunlot.organisations.viewer import Viewer
from sunlot.planning import actions as planning
from sunlot.planning.annual.content import LineContent
from sunlot.planning.content import ExpertSeat, PlanContent, Seat, Stratum, Zone
from sunlot.planning.models import Plan

from . import ceremony, inspections, overlapping, people, ratios, yearly
from .people import Cast

Life = Iterator[datetime]
BEGINNING_DAYS = 175


@dataclass(frozen=True)
class Signers:
    """Who writes, signs, confirms and contributes: user names."""

    clerk: str
    head: str
    partners: tuple[str, ...]  # clerks who confirm for the other participants, in their order
    dice: tuple[str, str]


@dataclass(frozen=True)
class Draft:
    """A plan of the demonstration; days count back from now."""

    title: str
    signers: Signers
    seats: tuple[tuple[str, int, tuple[str, ...]], ...]  # organisation, seats, codes of items
    kinds: tuple[str, ...]  # names
    strata: tuple[Stratum, ...]
    teams: tuple[tuple[str, int], ...]
    written: int  # days ago
    drawn: int
    ends: int
    zoning: str = Plan.Zoning.DISTRICTS.value
    few_reason: str = ""
    release_in: int | None = None
    beside: str = ""  # why it stands beside the annual plan
    experts: tuple[ExpertSeat, ...] = ()
    competences: tuple[tuple[str, str, int], ...] = ()  # organisation, field of competence, how many of its seats


_THREE = (("150302", 2), ("150303", 1), ("150304", 1))

BROKERS = Draft(
    "房地产经纪机构部门联合抽查",
    Signers("fangguan", "fangguan-head", ("scjg", "rsj"), ("fangguan", "scjg")),
    (("zjj", 2, ("FG-03",)), ("scjg", 2, ("SCJG-01",)), ("rsj", 2, ("RSJ-01",))),
    ("房地产经纪机构",),
    (Stratum("D", number=3, reserve=1), Stratum("C", number=3, reserve=1), Stratum("B", number=2, reserve=1)),
    _THREE,
    written=165, drawn=150, ends=110,
)  # fmt: skip

GAS = Draft(
    "城镇燃气经营企业检查",
    Signers("chengjian", "chengjian-head", (), ("chengjian", "jijian-2")),
    (("zjj-chengjian", 2, ("CJ-01",)),),
    ("燃气经营企业",),
    (Stratum("D", permille=1000), Stratum("C", permille=500, reserve=1), Stratum("B", permille=300, reserve=1)),
    (("150300", 2),),
    written=95, drawn=85, ends=45,
    zoning=Plan.Zoning.CITY.value,
    beside="自治区部署的城镇燃气安全专项整治，年初未列入",
    competences=(("zjj-chengjian", "gas", 1),),
)  # fmt: skip

PRESALE = Draft(
    "商品房预售资金监管抽查",
    Signers("fangguan", "fangguan-head", ("scjg",), ("fangguan", "scjg")),
    (("zjj", 2, ("FG-01", "FG-02")), ("scjg", 2, ("SCJG-01",))),
    ("房地产开发企业",),
    (Stratum("D", number=3, reserve=1), Stratum("C", number=3, reserve=1), Stratum("B", number=2, reserve=1)),
    _THREE,
    written=60, drawn=50, ends=-10,
    few_reason="本次抽查只涉及住建和市场监管两个部门的职责",
)  # fmt: skip

SITES = Draft(
    "房屋市政工程安全生产抽查",
    Signers("zhianjian", "zhianjian-head", ("shichang",), ("zhianjian", "shichang")),
    (("zjj-zhianjian", 2, ("ZA-01", "ZA-02", "ZA-03")), ("zjj-shichang", 2, ("SC-03", "SC-09"))),
    ("在建工程项目",),
    (Stratum("D", number=5, reserve=2), Stratum("C", number=4, reserve=2), Stratum("B", number=3, reserve=1)),
    (("150300", 2),),
    written=32, drawn=22, ends=-25,
    zoning=Plan.Zoning.CITY.value,
    experts=(ExpertSeat("hoisting", 1),),
)  # fmt: skip

PROPERTY = Draft(
    "三区物业服务企业部门联合抽查",
    Signers("wuye", "wuye-head", ("scjg", "yjj"), ("wuye", "scjg")),
    (("zjj", 2, ("WY-01", "WY-02", "WY-03")), ("scjg", 2, ("SCJG-01",)), ("yjj", 2, ("YJJ-01",))),
    ("物业服务企业",),
    (
        Stratum("D", number=6, reserve=3), Stratum("C", number=8, reserve=3), Stratum("B", number=6, reserve=3),
        Stratum("A", number=2, reserve=1),
    ),
    (("150302", 2), ("150303", 2), ("150304", 2)),
    written=9, drawn=0, ends=-40,
)  # fmt: skip


DRAFTS = (BROKERS, GAS, PRESALE, SITES, PROPERTY)


def beginning(end: datetime) -> datetime:
    """When the story begins: early on a day some months before `end`."""
    day = (end - timedelta(days=BEGINNING_DAYS)).date()
    return datetime.combine(day, time(8, 30), clock.SHANGHAI)


def tell(cast: Cast, end: datetime, say: Callable[[str], None]) -> None:
    """Let all plans live until `end`; the clock stands at `end` afterwards."""
    yearly.plan_years(cast, [_annual_line(draft, end) for draft in DRAFTS if not draft.beside])
    lives = [
        _life(cast, BROKERS, end, inspections.all_published, say),
        _life(cast, GAS, end, inspections.some_overdue, say),
        _life(cast, PRESALE, end, inspections.at_every_stage, say),
        _life(cast, SITES, end, inspections.under_way, say),
        _planned(cast, PROPERTY, end),
    ]
    waiting = [(moment, at, life) for at, life in enumerate(lives) if (moment := next(life, None)) is not None]
    heapq.heapify(waiting)
    while waiting:
        moment, at, life = heapq.heappop(waiting)
        clock.move_to(max(moment, clock.now()))
        following = next(life, None)
        if following is not None and following < end:
            heapq.heappush(waiting, (following, at, life))
    clock.move_to(end)
    yearly.begin_next_year(cast)
    people.on_leave(cast)
    ratios.put_in_force(cast)
    overlapping.begin(cast)


def on(end: datetime, days_ago: int, hour: int, minute: int = 0) -> datetime:
    """That hour of the working day on or before `days_ago` days before `end`."""
    day = (end - timedelta(days=days_ago)).date()
    while not working_days.is_working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(hour, minute), clock.SHANGHAI)


def _life(cast: Cast, draft: Draft, end: datetime, inspect: inspections.Course, say: Callable[[str], None]) -> Life:
    """A plan from its first draft through the draw to wherever its inspections have come."""
    yield from _until_published(cast, draft, end)
    plan = Plan.objects.get(title=draft.title)
    yield on(end, draft.drawn, 9, 30)
    attempt = ceremony.hold(cast, plan, draft.signers.clerk, draft.signers.partners, draft.signers.dice)
    say(f"抽取：{draft.title}")
    yield from inspect(cast, attempt, end)


def _planned(cast: Cast, draft: Draft, end: datetime) -> Life:
    """A plan that is published and waits for its draw."""
    yield from _until_published(cast, draft, end)


def _until_published(cast: Cast, draft: Draft, end: datetime) -> Life:
    yield on(end, draft.written, 10)
    plan = planning.create_plan(cast[draft.signers.clerk], _content(draft, end), is_demo=True)
    if not draft.drawn:
        _simulate(cast[draft.signers.clerk], plan)
    yield clock.now() + timedelta(hours=4)
    planning.submit_plan(cast[draft.signers.clerk], plan)
    for hours, participant in enumerate(plan.participants.filter(position__gt=0).order_by("position"), 1):
        yield clock.now() + timedelta(hours=hours)
        planning.confirm_participation(cast[draft.signers.partners[hours - 1]], participant, "与本部门检查合并进行")
    yield on(end, draft.written - 3, 15)
    planning.sign_as_head(cast[draft.signers.head], plan, cast.proof(draft.signers.head))
    yield on(end, draft.written - 4, 16)
    planning.sign_as_leader(cast["leader"], plan, cast.proof("leader"))


def _simulate(viewer: Viewer, plan: Plan) -> None:
    """What those who confirm and sign will look at: the draw tried before anybody agrees to it."""
    start_simulation(viewer, plan)
    job = job_of(plan.thing, SIMULATE)
    claimed = claim(job.pk) if job is not None else None
    if claimed is not None:
        Hands(beating=False).do(claimed)


def _content(draft: Draft, end: datetime) -> PlanContent:
    in_force = {version.item.code: version.pk for version in catalogue.in_force(clock.today()).select_related("item")}
    kinds = {kind.name: kind.code for kind in catalogue.kinds_covered(clock.today())}
    draw_at = on(end, draft.drawn, 9, 30) if draft.drawn else _next_hour(end)
    return PlanContent(
        title=draft.title,
        seats=tuple(
            Seat(
                code,
                seats,
                items=tuple(in_force[item] for item in items),
                competences=tuple((name, count) for whose, name, count in draft.competences if whose == code),
            )
            for code, seats, items in draft.seats
        ),
        kinds=tuple(kinds[name] for name in draft.kinds),
        regions=("150302", "150303", "150304"),
        strata=draft.strata,
        zones=tuple(Zone(region, teams) for region, teams in draft.teams),
        starts_on=working_days.due(draw_at.date(), 1).day,
        ends_on=(end - timedelta(days=draft.ends)).date(),
        draw_at=draw_at,
        release_on=None if draft.release_in is None else (end + timedelta(days=draft.release_in)).date(),
        zoning=draft.zoning,
        few_participants_reason=draft.few_reason,
        annual_line_id=yearly.line_of(draft.title, draw_at.astimezone(clock.SHANGHAI).date()),
        beside_reason=draft.beside,
        experts=draft.experts,
    )


def _annual_line(draft: Draft, end: datetime) -> tuple[int, LineContent]:
    """The year of the draft's draw, and how the annual plan of that year names it."""
    draw_at = (on(end, draft.drawn, 9, 30) if draft.drawn else _next_hour(end)).astimezone(clock.SHANGHAI)
    kinds = {kind.name: kind.code for kind in catalogue.kinds_covered(clock.today())}
    lead, *others = (code for code, _, _ in draft.seats)
    line = LineContent(
        title=draft.title,
        lead=lead,
        participants=tuple(others),
        items=tuple(item for _, _, items in draft.seats for item in items),
        kinds=tuple(kinds[name] for name in draft.kinds),
        month=draw_at.month,
    )
    return draw_at.year, line


def _next_hour(end: datetime) -> datetime:
    """The first full hour that leaves whoever looks at the demonstration half an hour to begin with."""
    soon = end.astimezone(clock.SHANGHAI) + timedelta(minutes=90)
    return soon.replace(minute=0, second=0, microsecond=0)
