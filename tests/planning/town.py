"""What a plan needs around it: the items in force, 物业服务企业 in three districts, inspectors of three departments."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sunlot.catalogue import seed
from sunlot.catalogue.models import ItemVersion, ObjectKind
from sunlot.norms import clock
from sunlot.norms.regions import DISTRICTS
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import SYSTEM, Viewer
from sunlot.planning import actions
from sunlot.planning.content import PlanContent, Seat, Stratum, Zone
from sunlot.planning.models import Plan
from sunlot.registry.models import Assessment, InspectionObject, Inspector

from ..cast import IN_FORCE_FROM, City
from ..remembering import remembered

# Objects of each risk class in each district.
OBJECTS = {"A": 6, "B": 10, "C": 5, "D": 4}
# Inspectors by organisation: the city's own roam, the districts' stay at home.
INSPECTORS = {
    "zjj-wuye": 8, "hbw-zjj": 4, "hn-zjj": 4, "wd-zjj": 4,
    "scjg": 3, "hbw-scjg": 3, "hn-scjg": 3, "wd-scjg": 3,
    "hbw-yjj": 5, "hn-yjj": 5, "wd-yjj": 3,
}  # fmt: skip


@dataclass
class Town:
    """The city with rosters, and a plan content that is possible."""

    city: City
    content: PlanContent

    def __getitem__(self, username: str) -> Viewer:
        return self.city[username]

    def draft(self, **changes: object) -> Plan:
        return actions.create_plan(self["chen"], replace(self.content, **changes))  # type: ignore[arg-type]  # any field

    def submitted(self, **changes: object) -> Plan:
        return actions.submit_plan(self["chen"], self.draft(**changes))

    def confirmed(self) -> Plan:
        plan = self.submitted()
        for username, code in (("scjg-clerk", "scjg"), ("yjj-head", "yjj")):
            plan = actions.confirm_participation(self[username], plan.participants.get(organisation__code=code))
        return plan

    def head_signed(self) -> Plan:
        return actions.sign_as_head(self["wuye-head"], self.confirmed(), self.proof("wuye-head"))

    def published(self) -> Plan:
        return actions.sign_as_leader(self["leader"], self.head_signed(), self.proof("leader"))

    def proof(self, username: str) -> Proof:
        return Proof(self[username].user_id, clock.now())


def item(code: str) -> int:
    """The key of the version of an item that was installed first."""
    return ItemVersion.objects.get(item__code=code, number=1).pk


def build_town(city: City) -> Town:
    """Fill the rosters and say a plan of three departments, led by 物业科."""
    content, head = remembered("town", lambda: _fill(city))
    city.viewers["hbw-head"] = head
    return Town(city, content)


def _fill(city: City) -> tuple[PlanContent, Viewer]:
    seed.load(SYSTEM, IN_FORCE_FROM)
    kind = ObjectKind.objects.get(code="property")
    InspectionObject.objects.bulk_create(
        InspectionObject(
            number=f"{region}-{risk}-{n:03}",
            name=f"{region}{risk}{n}物业",
            kind=kind,
            region_id=region,
            risk_class=risk,
        )
        for region in DISTRICTS
        for risk, count in OBJECTS.items()
        for n in range(count)
    )
    Inspector.objects.bulk_create(
        Inspector(
            number=f"{code}-{n:02}",
            name=f"{code}{n}",
            organisation=city.organisations[code],
            certificate=f"证{code}{n}",
            certificate_expires=date(2030, 12, 31),
            state=Inspector.State.ACTIVE,
        )
        for code, count in INSPECTORS.items()
        for n in range(count)
    )
    Assessment.objects.bulk_create(
        Assessment(inspector=one, subject=Assessment.GENERAL, tested_on=IN_FORCE_FROM)
        for one in Inspector.objects.all()
    )
    head = city.add("hbw-head", "海科长", "hbw-zjj", Role.HEAD)
    now = clock.now()
    draw_at = datetime(now.year + 1, 3, 2, 9, 30, tzinfo=clock.SHANGHAI)
    content = PlanContent(
        title="物业服务企业部门联合抽查",
        seats=(
            Seat("zjj-wuye", 2, items=(item("WY-01"), item("WY-02"))),
            Seat("scjg", 1, "该局执法人员不足", (item("SCJG-01"),)),
            Seat("yjj", 1, "该局执法人员不足", (item("YJJ-01"),)),
        ),
        kinds=("property",),
        regions=DISTRICTS,
        strata=(
            Stratum("D", permille=600, reserve=2),
            Stratum("C", permille=300, reserve=1),
            Stratum("B", number=3, reserve=1),
            Stratum("A", permille=50, reserve=1),
        ),
        zones=(Zone("150302", 2), Zone("150303", 1), Zone("150304", 1)),
        draw_at=draw_at,
        starts_on=draw_at.date() + timedelta(days=1),
        ends_on=draw_at.date() + timedelta(days=60),
        targeted=True,
    ).in_order()
    return content, head


def published_change(town: Town, plan: Plan, **changes: object) -> Plan:
    """A change order of a published plan, taken the whole way; returns the order."""
    order = actions.open_change_order(town["chen"], plan, "乌达区检查人员借调")
    content = replace(town.content, **changes)  # type: ignore[arg-type]  # any field
    order = actions.submit_plan(town["chen"], actions.change_plan(town["chen"], order, content))
    for username, code in (("scjg-clerk", "scjg"), ("yjj-head", "yjj")):
        order = actions.confirm_participation(town[username], order.participants.get(organisation__code=code))
    order = actions.sign_as_head(town["wuye-head"], order, town.proof("wuye-head"))
    return actions.sign_as_leader(town["leader"], order, town.proof("leader"))
