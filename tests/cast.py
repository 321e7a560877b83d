"""The people of the tests, made by the product's own actions. Each room's tests sign in as one of them.

The city is that of the notice. `chen` leads at 物业科, `outsider` is the same kind of person in 乌达区 and must see nothing
of 海勃湾区.
"""

from dataclasses import dataclass
from datetime import date

from django.test import Client

from sunlot.catalogue import seed
from sunlot.organisations import actions, wuhai
from sunlot.organisations.models import Membership, Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import SYSTEM, Viewer

from .remembering import remembered

IN_FORCE_FROM = date(2026, 1, 1)
PASSWORD = "只在测试里用的密码-2026"

PEOPLE: dict[str, tuple[str, str, Role]] = {
    # user name: name, organisation, role
    "sysadmin": ("佟管理", "zjj", Role.SYSTEM_ADMINISTRATOR),
    "secadmin": ("安管理", "zjj", Role.SECURITY_ADMINISTRATOR),
    "auditor": ("审管理", "zjj", Role.AUDITOR),
    "coordinator": ("陈文静", "zjj-fagui", Role.COORDINATOR),
    "chen": ("陈经办", "zjj-wuye", Role.CLERK),
    "wuye-head": ("吴科长", "zjj-wuye", Role.HEAD),
    "leader": ("高山峰", "zjj", Role.LEADER),
    "unit-head": ("张局长", "zjj", Role.UNIT_HEAD),
    "supervisor": ("纪监督", "zjj-jijian", Role.SUPERVISOR),
    "supervisor2": ("季督办", "zjj-jijian", Role.SUPERVISOR),
    "scjg-clerk": ("施经办", "scjg", Role.CLERK),
    "scjg-head": ("施科长", "scjg", Role.HEAD),
    "yjj-clerk": ("应经办", "yjj", Role.CLERK),
    "yjj-head": ("应科长", "yjj", Role.HEAD),
    "hbw-clerk": ("海经办", "hbw-zjj", Role.CLERK),
    "outsider": ("乌经办", "wd-zjj", Role.CLERK),
}


@dataclass
class City:
    """The organisations by code and the viewers by user name."""

    organisations: dict[str, Organisation]
    viewers: dict[str, Viewer]

    def __getitem__(self, username: str) -> Viewer:
        return self.viewers[username]

    def add(self, username: str, name: str, organisation: str, role: Role) -> Viewer:
        """One more person."""
        user = actions.create_user(SYSTEM, username, name, PASSWORD, must_change=False)
        membership = actions.grant_role(SYSTEM, user, self.organisations[organisation], role)
        self.viewers[username] = viewer_of(membership.pk)
        return self.viewers[username]

    def client(self, username: str) -> Client:
        """A browser in which this person is signed in."""
        client = Client()
        client.force_login(self.viewers[username].membership.user, backend="django.contrib.auth.backends.ModelBackend")
        return client


def viewer_of(membership_id: int) -> Viewer:
    """The viewer of a membership, as the middleware would make it."""
    return Viewer(
        Membership.objects.select_related("user", "organisation__parent", "organisation__region").get(pk=membership_id),
        "127.0.0.1",
    )


def build_city() -> City:
    """Load the organisations and make the cast."""
    return remembered("city", _make_city)


def load_items() -> None:
    """Put the items of `seed` in force from the beginning of the year 2026."""
    remembered("items", lambda: seed.load(SYSTEM, IN_FORCE_FROM))


def _make_city() -> City:
    wuhai.load(SYSTEM)
    city = City({organisation.code: organisation for organisation in Organisation.objects.all()}, {})
    for username, (name, organisation, role) in PEOPLE.items():
        city.add(username, name, organisation, role)
    return city
