"""What goes on among the inspectors of the demonstration today: leave, loans, avoidance declared by themselves."""

from datetime import timedelta

from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.registry import actions
from sunlot.registry.models import Avoidance, InspectionObject, Inspector, Leave

from .people import Cast


def make(cast: Cast) -> None:
    """A leave granted and one asked for, a loan in force and one that waits, an avoidance to be looked into."""
    today = clock.today()

    def person(number: str) -> Inspector:
        return Inspector.objects.select_related("organisation").get(number=number)

    actions.enter_leave(
        cast["shichang"], person("zjj-shichang-004"), kind=Leave.Kind.ANNUAL, starts=today + timedelta(days=7),
        ends=today + timedelta(days=13), note="年休假",
    )  # fmt: skip
    actions.enter_leave(
        cast["zjj-wuye-002"], person("zjj-wuye-002"), kind=Leave.Kind.STUDY, starts=today + timedelta(days=20),
        ends=today + timedelta(days=24), note="自治区物业管理培训班",
    )  # fmt: skip
    site = InspectionObject.objects.filter(kind__name="物业服务企业").order_by("-number")[0]
    actions.add_avoidance(
        cast["zjj-wuye-001"], person("zjj-wuye-001"), site, Avoidance.Ground.FORMER, "演示：曾任项目经理",
        left_on=today - timedelta(days=500),
    )  # fmt: skip
    gas = Organisation.objects.get(code="zjj-chengjian")
    lent = actions.ask_loan(
        cast["fangguan"], person("zjj-fangguan-004"), gas, starts=today + timedelta(days=1),
        ends=today + timedelta(days=60), reason="冬季燃气供热专项抽查人手不足",
    )  # fmt: skip
    for head in ("fangguan-head", "chengjian-head"):
        actions.agree_loan(cast[head], lent)
    actions.ask_loan(
        cast["wuye"], person("zjj-wuye-004"), Organisation.objects.get(code="hn-zjj"), starts=today + timedelta(days=10),
        ends=today + timedelta(days=40), reason="海南区物业服务企业抽查人手不足",
    )  # fmt: skip
