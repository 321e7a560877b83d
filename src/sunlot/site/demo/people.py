"""The officials of the demonstration city and their accounts. Names are invented."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from sunlot.norms import clock
from sunlot.organisations import actions, delegating, wuhai
from sunlot.organisations.models import Membership, Organisation
from sunlot.organisations.passwords import Hashed
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import SYSTEM, Viewer
from sunlot.registry.actions import inspectors as inspector_actions
from sunlot.registry.models import Inspector

from . import invent


@dataclass(frozen=True)
class Official:
    """One account."""

    username: str
    name: str
    organisation: str
    role: Role


OFFICIALS = [
    Official("sysadmin", "佟立新", "zjj", Role.SYSTEM_ADMINISTRATOR),
    Official("secadmin", "安晓光", "zjj", Role.SECURITY_ADMINISTRATOR),
    Official("auditor", "申明哲", "zjj", Role.AUDITOR),
    Official("zjj", "周正文", "zjj", Role.CLERK),
    Official("fagui", "陈文静", "zjj-fagui", Role.COORDINATOR),
    Official("wuye", "苏婉清", "zjj-wuye", Role.CLERK),
    Official("wuye-head", "吴承远", "zjj-wuye", Role.HEAD),
    Official("fangguan", "方思齐", "zjj-fangguan", Role.CLERK),
    Official("fangguan-head", "房玉成", "zjj-fangguan", Role.HEAD),
    Official("chengjian", "程雨泽", "zjj-chengjian", Role.CLERK),
    Official("chengjian-head", "成守业", "zjj-chengjian", Role.HEAD),
    Official("zhianjian", "支安宁", "zjj-zhianjian", Role.CLERK),
    Official("zhianjian-head", "翟建平", "zjj-zhianjian", Role.HEAD),
    Official("shichang", "石昌明", "zjj-shichang", Role.CLERK),
    Official("shichang-head", "时向荣", "zjj-shichang", Role.HEAD),
    Official("leader", "高远峰", "zjj", Role.LEADER),
    Official("unit-head", "张振邦", "zjj", Role.UNIT_HEAD),
    Official("jijian", "纪慎行", "zjj-jijian", Role.SUPERVISOR),
    Official("jijian-2", "季守正", "zjj-jijian", Role.SUPERVISOR),
    Official("hbw-zjj", "海清扬", "hbw-zjj", Role.CLERK),
    Official("hbw-zjj-head", "何北辰", "hbw-zjj", Role.HEAD),
    Official("hn-zjj", "南若溪", "hn-zjj", Role.CLERK),
    Official("hn-zjj-head", "韩南星", "hn-zjj", Role.HEAD),
    Official("wd-zjj", "乌日乐", "wd-zjj", Role.CLERK),
    Official("wd-zjj-head", "巫大川", "wd-zjj", Role.HEAD),
    Official("scjg", "施敬之", "scjg", Role.CLERK),
    Official("scjg-head", "史长林", "scjg", Role.HEAD),
    Official("yjj", "应急先", "yjj", Role.CLERK),
    Official("yjj-head", "尹俊杰", "yjj", Role.HEAD),
    Official("rsj", "任思远", "rsj", Role.CLERK),
    Official("rsj-head", "荣书剑", "rsj", Role.HEAD),
    Official("sthj", "沈天和", "sthj", Role.CLERK),
]

# What `make run` prints: enough for the whole way.
SHOWN = {
    "wuye": "物业科 经办人：抽查计划、抽取、派发、公示",
    "wuye-head": "物业科 科室负责人：签署",
    "leader": "分管领导：签署并公布",
    "fagui": "法规科 统筹科室：事项清单、人员审核",
    "jijian": "机关纪委 纪检监督：参与并签署抽取",
    "scjg": "市场监督管理局 经办人：联合部门",
    "yjj": "应急管理局 经办人：联合部门",
    "sysadmin": "系统管理员", "secadmin": "安全管理员", "auditor": "审计管理员",
}  # fmt: skip

# And of the inspectors one of those whom the draw has given a form that is still to fill.
SHOWN_UNIT = "zjj-zhianjian"
SHOWN_INSPECTOR = "质安监科 执法检查人员：手机上填检查表"

# How many inspectors each organisation has; about ninety.
INSPECTORS = {
    "zjj-wuye": 4, "zjj-fangguan": 4, "zjj-chengjian": 4, "zjj-zhianjian": 6, "zjj-shichang": 4,
    "hbw-zjj": 8, "hn-zjj": 7, "wd-zjj": 7,
    "scjg": 4, "hbw-scjg": 5, "hn-scjg": 4, "wd-scjg": 4,
    "yjj": 3, "hbw-yjj": 4, "hn-yjj": 3, "wd-yjj": 3,
    "rsj": 3, "hbw-rsj": 4, "hn-rsj": 3, "wd-rsj": 3, "sthj": 3,
}  # fmt: skip


@dataclass
class Cast:
    """Everybody with an account, as viewers by user name."""

    viewers: dict[str, Viewer] = field(default_factory=dict)
    officials: list[Official] = field(default_factory=list)
    inspector: str = ""  # who is listed among those shown

    def __getitem__(self, username: str) -> Viewer:
        return self.viewers[username]

    def proof(self, username: str) -> Proof:
        """As if this person had given the password just now."""
        return Proof(self.viewers[username].user_id, clock.now())

    def add(self, official: Official, password: Hashed) -> Viewer:
        """Make an account with its role."""
        user = actions.create_user(SYSTEM, official.username, official.name, password, must_change=False)
        organisation = Organisation.objects.get(code=official.organisation)
        membership = actions.grant_role(SYSTEM, user, organisation, official.role)
        self.viewers[official.username] = _viewer(membership)
        self.officials.append(official)
        return self.viewers[official.username]

    def add_inspectors(self, password: Hashed) -> None:
        """An account for every inspector in the registry, under the staff number."""
        for inspector in Inspector.objects.select_related("organisation").order_by("number"):
            official = Official(inspector.number, inspector.name, inspector.organisation.code, Role.INSPECTOR)
            viewer = self.add(official, password)
            clerk = self.viewers[inspector.organisation.department_code]
            inspector_actions.change_inspector(clerk, inspector, user=viewer.membership.user)

    def listed(self) -> list[Official]:
        """Everybody, those shown first, the inspector last of them."""
        order = [*SHOWN, self.inspector]
        return sorted(
            self.officials,
            key=lambda one: (order.index(one.username) if one.username in order else len(order), one.username),
        )


def make(password: Hashed) -> Cast:
    """Load the organisations and make the officials."""
    wuhai.load(SYSTEM)
    cast = Cast()
    for official in [*OFFICIALS, *_district_officials()]:
        cast.add(official, password)
    return cast


def on_leave(cast: Cast) -> None:
    """One head away next week, stood in for; one who has asked and waits for the answer."""
    today = clock.today()
    for giver, receiver, after, reason, accepted in (
        ("shichang-head", "zhianjian-head", 3, "年休假", True),
        ("wuye-head", "fangguan-head", 10, "参加党校学习", False),
    ):
        asked = delegating.delegate(
            cast[giver],
            cast[receiver].membership.user,
            starts=today + timedelta(days=after),
            ends=today + timedelta(days=after + 4),
            reason=reason,
        )
        if accepted:
            delegating.accept(cast[receiver], asked)


def _district_officials() -> list[Official]:
    """A clerk and a head for each partner department of each district."""
    dice = random.Random(invent.SEED + 2)  # noqa: S311 -- names of a demonstration
    used = {official.name for official in OFFICIALS}
    made = []
    for code in INSPECTORS:
        if code.startswith(("hbw-", "hn-", "wd-")) and not code.endswith("-zjj"):
            made.append(Official(code, invent.person(dice, used), code, Role.CLERK))
            made.append(Official(f"{code}-head", invent.person(dice, used), code, Role.HEAD))
    return made


def _viewer(membership: Membership) -> Viewer:
    found = Membership.objects.select_related("user", "organisation__parent", "organisation__region").get(
        pk=membership.pk
    )
    return Viewer(found, address="")
