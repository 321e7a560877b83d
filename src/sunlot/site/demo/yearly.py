"""The annual plans of the demonstration city: published, changed once, with next year's being written."""

from collections.abc import Sequence
from datetime import date

from sunlot.catalogue import queries as catalogue
from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.planning.annual import actions
from sunlot.planning.annual.content import LineContent
from sunlot.planning.models import AnnualLine, AnnualPlan

from .people import Cast

# What the bureau plans besides the drafts of the story: title, lead, kind, item, month.
OTHERS = (
    ("施工许可执行情况抽查", "zjj-shichang", "在建工程项目", "SC-01", 4),
    ("物业共用部位经营收益抽查", "zjj-wuye", "物业服务企业", "WY-03", 10),
    ("城镇供热单位检查", "zjj-chengjian", "供热单位", "CJ-02", 11),
)


def plan_years(cast: Cast, lines: Sequence[tuple[int, LineContent]]) -> None:
    """Publish the annual plan of each year in which something is drawn, and change the first once."""
    department = Organisation.objects.get(code="zjj")
    first = True
    for year in sorted({year for year, _ in lines}):
        said = [line for at, line in lines if at == year] + _others(year)
        annual = actions.create_annual(cast["fagui"], department, year, is_demo=True)
        for line in sorted(said, key=lambda one: one.month):
            actions.save_line(cast["fagui"], annual, None, line)
        _sign(cast, annual)
        if first:
            _change(cast, annual)
            first = False


def begin_next_year(cast: Cast) -> None:
    """From October on next year's is being written, copied from this year's."""
    year = actions.year_now()
    department = Organisation.objects.get(code="zjj")
    published = AnnualPlan.objects.filter(department=department, state=AnnualPlan.State.PUBLISHED)
    years = set(published.values_list("year", flat=True))
    if year not in years and year - 1 in years:
        actions.create_annual(cast["fagui"], department, year, actions.COPY, is_demo=True)


def line_of(title: str, day: date) -> int | None:
    """The line of the year's published plan that has this title."""
    found = AnnualLine.objects.filter(
        annual__state=AnnualPlan.State.PUBLISHED, annual__year=day.year, title=title
    ).first()
    return found.pk if found else None


def _others(year: int) -> list[LineContent]:
    day = max(clock.today(), date(year, 1, 1))
    kinds = {kind.name: kind.code for kind in catalogue.kinds_covered(day)}
    items = set(catalogue.in_force(day).values_list("item__code", flat=True))
    return [
        LineContent(f"{year}年{title}", lead, items=(item,), kinds=(kinds[kind],), month=month, permille=50)
        for title, lead, kind, item, month in OTHERS
        if kind in kinds and item in items
    ]


def _sign(cast: Cast, annual: AnnualPlan) -> None:
    actions.submit_annual(cast["fagui"], annual)
    actions.sign_annual(cast["leader"], annual, cast.proof("leader"))
    actions.approve_annual(cast["unit-head"], annual, cast.proof("unit-head"))


def _change(cast: Cast, annual: AnnualPlan) -> None:
    """The last line is put off by a month, with the reason."""
    order = actions.open_change_order(cast["fagui"], annual, "与采暖季开始前的专项检查错开")
    line = order.lines.order_by("-position").first()
    if line is None:
        return
    said = actions.content_of(line)
    actions.save_line(
        cast["fagui"], order, line.code, LineContent(**{**said.__dict__, "month": min(12, said.month + 1)})
    )
    _sign(cast, order)
