"""Two plans of the same weeks for the same enterprises, so that 综合查一次 has something to show: one department asks the
other to make one plan of both, and nobody has answered yet. One of them draws more than the table of ratios, with its reason.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta

from sunlot.catalogue import queries as catalogue
from sunlot.norms import clock, working_days
from sunlot.norms.regions import DISTRICTS
from sunlot.organisations.models import Organisation
from sunlot.planning import actions, suggestions
from sunlot.planning.content import PlanContent, Seat, Stratum, Zone
from sunlot.planning.models import Plan
from sunlot.planning.ratios.queries import table_for
from sunlot.planning.ratios.rules import Subject
from sunlot.planning.together import actions as together

from .people import Cast

KIND = "物业服务企业"
DRAWN_IN = 15
"""Working days from now."""
LASTS = timedelta(days=40)
MORE = 100
"""Thousandths of class C that are drawn beyond the table, within its bounds."""


def begin(cast: Cast) -> None:
    """Written and handed in today; the request waits for 物业科."""
    own = actions.create_plan(
        cast["wuye"], _by_table(_content("物业服务企业合同履约和承接查验抽查", "zjj", "WY-01")), is_demo=True
    )
    other = actions.create_plan(cast["scjg"], _content("物业服务收费明码标价抽查", "scjg", "SCJG-01"), is_demo=True)
    for username, plan in (("wuye", own), ("scjg", other)):
        actions.submit_plan(cast[username], plan)
    reason = "两个计划同期检查同一批物业服务企业，合并为一次检查，减少对企业的打扰"
    together.ask_to_merge(cast["scjg"], _now(other), _now(own), reason, into=_now(own))


def _now(plan: Plan) -> Plan:
    return Plan.objects.get(pk=plan.pk)


def _content(title: str, lead: str, item: str) -> PlanContent:
    version = catalogue.in_force(clock.today()).get(item__code=item)
    kinds = {kind.name: kind.code for kind in catalogue.kinds_covered(clock.today())}
    day = working_days.due(clock.today(), DRAWN_IN).day
    starts_on = working_days.due(day, 1).day
    return PlanContent(
        title=title,
        seats=(Seat(lead, 2, items=(version.pk,)),),
        kinds=(kinds[KIND],),
        regions=DISTRICTS,
        strata=(Stratum("D", permille=600, reserve=2), Stratum("C", permille=300, reserve=1)),
        zones=tuple(Zone(region, 1) for region in DISTRICTS),
        starts_on=starts_on,
        ends_on=starts_on + LASTS,
        draw_at=datetime.combine(day, time(9, 30), clock.SHANGHAI),
        beside_reason="近期投诉反映集中，年初未列入",
    )


def _by_table(content: PlanContent) -> PlanContent:
    """The strata as the bureau's table of ratios gives them, one of them raised with its reason."""
    table = table_for(Organisation.objects.get(code=content.lead), content.draw_day)
    if table is None:
        return content
    item = catalogue.in_force(clock.today()).get(pk=next(iter(content.item_ids))).item.code
    rules = table.figures([Subject(item, kind) for kind in content.kinds])
    filled = suggestions.by_rules(content, table, rules)
    raised = rules["C"].permille or 0
    strata = tuple(
        replace(one, permille=min(raised + MORE, rules["C"].maximum or raised), reason="今年以来同类企业投诉增多")
        if one.id == "C"
        else one
        for one in filled.strata
    )
    return suggestions.complete(replace(filled, strata=strata), (), [one.id for one in strata])
