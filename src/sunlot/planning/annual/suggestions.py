"""The lines with which an annual plan begins: last year's, or made of the items in force."""

from collections import defaultdict
from dataclasses import replace
from datetime import date

from sunlot.catalogue.queries import in_force
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Refused

from ..models import AnnualPlan
from ..ratios.queries import Table, table_for
from ..ratios.rules import Subject
from .content import LineContent, content_of, lines_of

FIRST_MONTH, LAST_MONTH = 3, 11
"""Draws are spread over these months: the first results are due by spring, the last before the year ends."""


def lines_for(department: Organisation, year: int, source: str) -> list[LineContent]:
    """The first lines of an annual plan; Refused where there is nothing to make them of."""
    if source == "copy":
        return _last_years(department, year)
    return _of_items(department, year) if source == "items" else []


def _last_years(department: Organisation, year: int) -> list[LineContent]:
    """Last year's lines with the items that are still in force; the others are left out, the line stays."""
    last = AnnualPlan.objects.filter(department=department, year=year - 1, state=AnnualPlan.State.PUBLISHED).first()
    if last is None:
        raise Refused(f"{year - 1}年度没有已公布的计划可以照抄。从空白开始，或按抽查事项清单生成。")
    usable = set(in_force(date(year, 1, 1)).values_list("item__code", flat=True))
    return [
        replace(said, items=tuple(code for code in said.items if code in usable))
        for said in map(content_of, lines_of(last))
    ]


def _of_items(department: Organisation, year: int) -> list[LineContent]:
    """One line for each section and each kind of object it inspects, spread over the year."""
    groups: dict[tuple[str, str, str, str], list[tuple[str, bool]]] = defaultdict(list)
    versions = in_force(date(year, 1, 1)).filter(item__organisation__path__startswith=department.path)
    for version in versions.prefetch_related("kinds"):
        for kind in version.kinds.all():
            owner = version.item.organisation
            groups[owner.code, owner.name, kind.code, kind.name].append((version.item.code, version.is_key))
    if not groups:
        raise Refused("本单位没有在用的抽查事项。先在抽查事项清单中启用事项。")
    table = table_for(department, date(year, 1, 1))
    months = LAST_MONTH - FIRST_MONTH + 1
    return [
        LineContent(
            title=f"{year}年{kind_name}双随机抽查",
            lead=owner,
            targeted=any(is_key for _, is_key in items),
            items=tuple(code for code, _ in items),
            kinds=(kind,),
            # Often a year begins early in it, so that there is time for all of them.
            month=FIRST_MONTH + at * (months // often) // len(groups),
            times=often,
        )
        for at, ((owner, _, kind, kind_name), items) in enumerate(sorted(groups.items()))
        for often in [_times(table, [code for code, _ in items], kind)]
    ]


def _times(table: Table | None, items: list[str], kind: str) -> int:
    """How often a year the department's table of ratios has objects of this kind inspected; once where it does not say."""
    if table is None:
        return 1
    figures = table.figures([Subject(code, kind) for code in items])
    return max((rule.times or 1 for rule in figures.values()), default=1)
