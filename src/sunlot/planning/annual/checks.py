"""What must hold before an annual plan is submitted, each fault at its line."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sunlot.catalogue.models import ItemVersion

from ..models import AnnualLine, AnnualPlan


@dataclass(frozen=True)
class LineFault:
    """What is wrong in one line; `line` is None for the plan as a whole."""

    line: int | None
    message: str


def day_of_draw(year: int, line: AnnualLine) -> date:
    """The day on which a line is drawn; the last of the month where only that is known."""
    last = calendar.monthrange(year, line.month)[1]
    return date(year, line.month, min(line.day or last, last))


def faults_of(annual: AnnualPlan, lines: Sequence[AnnualLine]) -> list[LineFault]:
    """Everything that keeps the plan from being submitted. Two queries."""
    if not lines:
        return [LineFault(None, "还没有计划项目。逐条增加，或从上年计划、抽查事项清单生成。")]
    versions = _versions({item.pk for line in lines for item in line.items.all()})
    return [
        LineFault(line.code, message)
        for line in lines
        for message in _faults_of_line(line, day_of_draw(annual.year, line), versions)
    ]


def _versions(items: Iterable[int]) -> dict[int, list[ItemVersion]]:
    found: dict[int, list[ItemVersion]] = {}
    rows = ItemVersion.objects.filter(item__in=list(items), effective_from__isnull=False)
    for version in rows.select_related("item").prefetch_related("kinds"):
        found.setdefault(version.item_id, []).append(version)
    return found


def _faults_of_line(line: AnnualLine, day: date, versions: dict[int, list[ItemVersion]]) -> list[str]:
    items = list(line.items.all())
    kinds = list(line.kinds.all())
    faults = []
    if not items:
        faults.append("没有抽查事项。凡是没有依据的，不得列入计划。")
    if not kinds:
        faults.append("没有选定对象类别。")
    holding = {item: [one for one in versions.get(item.pk, []) if one.holds_on(day)] for item in items}
    faults += [
        f"{item.code} 在 {day.isoformat()} 不在用，换成在用的事项。" for item, found in holding.items() if not found
    ]
    covered = {kind.pk for found in holding.values() for version in found for kind in version.kinds.all()}
    faults += [f"所选事项都不适用于“{kind.name}”。" for kind in kinds if items and kind.pk not in covered]
    return faults
