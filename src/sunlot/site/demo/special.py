"""A check of the demonstration outside of the plans: a complaint about a building site, approved by the unit's head."""

from datetime import timedelta

from sunlot.catalogue import queries as catalogue
from sunlot.inspecting.special import actions
from sunlot.inspecting.special.checks import inspectors_for
from sunlot.inspecting.special.content import RequestContent
from sunlot.norms import clock
from sunlot.registry.models import InspectionObject
from sunlot.visits.models import Visit

from .people import Cast

CLERK = "zhianjian"


def make(cast: Cast) -> None:
    """Asked for and approved today; the next two weeks are for the visit."""
    today, unit = clock.today(), cast[CLERK].organisation
    item = catalogue.in_force(today).get(item__code="ZA-01")
    sites = InspectionObject.objects.filter(kind__in=item.kinds.all(), state=InspectionObject.State.ACTIVE)
    site = sites.filter(forms__isnull=True).order_by("number")[0]
    people = inspectors_for(unit, today).exclude(avoidances__object=site)[:2]
    asked = actions.ask(
        cast[CLERK],
        RequestContent(
            source=Visit.Source.COMPLAINT.value,
            title="施工现场安全防护核查",
            basis="12345 政务服务便民热线转办单（演示）",
            reason="群众反映临街一侧脚手架防护网破损，须现场核实",
            mode="on-site",
            starts_on=today,
            ends_on=today + timedelta(days=14),
            objects=(site.pk,),
            items=(item.pk,),
            inspectors=tuple(sorted(one.pk for one in people)),
        ),
        is_demo=True,
    )
    actions.approve(cast["unit-head"], asked, cast.proof("unit-head"), "同意，三日内到现场核实。")
