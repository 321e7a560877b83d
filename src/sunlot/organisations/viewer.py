"""Who is looking or acting: every query and every action is given one."""

from dataclasses import dataclass
from functools import cached_property

from .models import Membership, Organisation, User
from .roles import ADMINISTRATORS, DEPARTMENT_WIDE, Role


class Refused(Exception):  # noqa: N818 -- reads as what happened
    """An act that can't be done now. The message says what is wrong and what to do, in the user's words."""


class NotAllowed(Refused):
    """An act that this person may not do. The message says who may."""


@dataclass(frozen=True)
class Viewer:
    """A person acting in one role for one organisation. Satisfies `trail.events.Actor`.

    `base` is the organisation whose subtree is seen: the own one, or, for roles that act for the whole department, the
    department of the section that they are held in.
    """

    membership: Membership
    address: str = ""

    @property
    def user_id(self) -> int:
        return self.membership.user_id

    @property
    def organisation(self) -> Organisation:
        return self.membership.organisation

    @property
    def role(self) -> Role:
        return Role(self.membership.role)

    @property
    def organisation_code(self) -> str:
        return self.organisation.code

    @property
    def role_code(self) -> str:
        return self.membership.role

    @property
    def username(self) -> str:
        return self.membership.user.username

    @property
    def person(self) -> str:
        return self.membership.user.name

    @property
    def giver(self) -> User | None:
        """Whose role the viewer acts in while that person is on leave; None in a role of its own."""
        delegation = self.membership.delegation
        return None if delegation is None else delegation.giver.user

    @property
    def on_behalf_of(self) -> str:
        return "" if self.giver is None else self.giver.name

    @property
    def people(self) -> frozenset[int]:
        """Whose acts these are: the viewer's own and, in a borrowed role, also those of the person whose role it is.

        Where two must be different persons, neither pair may overlap.
        """
        return frozenset({self.user_id} if self.giver is None else {self.user_id, self.giver.pk})

    @cached_property
    def base(self) -> Organisation:
        own = self.organisation
        if own.is_section and own.parent is not None and self.role in DEPARTMENT_WIDE | ADMINISTRATORS:
            return own.parent
        return own

    @property
    def administers_everything(self) -> bool:
        """An administrator of the department at the top keeps the whole installation, partner departments too."""
        return self.role in ADMINISTRATORS and self.base.parent_id is None and not self.base.is_partner

    @property
    def region_code(self) -> str:
        """The jurisdiction: this region and all below it."""
        return self.organisation.region_id

    @property
    def region_prefix(self) -> str:
        """What the codes of the jurisdiction begin with: `150300` holds `1503xx`, `150000` holds `15xxxx`."""
        code = self.region_code
        if code.endswith("0000"):
            return code[:2]
        return code[:4] if code.endswith("00") else code

    def covers(self, organisation: Organisation) -> bool:
        """Whether `organisation` stands in the subtree that this viewer sees."""
        return self.administers_everything or organisation.path.startswith(self.base.path)

    def has(self, *roles: Role) -> bool:
        """Whether the viewer acts in one of these roles."""
        return self.role in roles


@dataclass(frozen=True)
class OwnActor:
    """A person in what belongs to no role: signing in and out, the own password. Satisfies `trail.events.Actor`."""

    user: User
    address: str = ""

    role_code = "person"

    @property
    def organisation_code(self) -> str:
        return self.user.organisation.code if self.user.organisation else SystemActor.organisation_code

    @property
    def username(self) -> str:
        return self.user.username

    @property
    def person(self) -> str:
        return self.user.name

    on_behalf_of = ""


@dataclass(frozen=True)
class Stranger:
    """Somebody who is not signed in, at an address."""

    address: str = ""

    organisation_code = "system"
    role_code = "stranger"
    username = ""
    person = "未登录者"
    on_behalf_of = ""


class SystemActor:
    """The installation itself, for what no person does: a deadline passes, a certificate expires."""

    organisation_code = "system"
    role_code = "system"
    username = ""
    person = "系统"
    on_behalf_of = ""
    address = ""


SYSTEM = SystemActor()
