"""Lists of accounts: what a row says, how it compares with the accounts that there are, and making the good ones.

The accounts belong to the room of organisations, which knows nothing of imports. They come in without a password and
without a role: passwords are printed afterwards (`actions/accounts.py`), roles are the security administrator's to give.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.db.models.functions import Lower

from sunlot.organisations import actions, policy, roles
from sunlot.organisations.models import PHONE_FORM, USERNAME_FORM, USERNAME_RULE, Membership, Organisation, User
from sunlot.organisations.passwords import Hashed
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from ..models import Import, ImportedAccount
from .reading import Cells, Table
from .roster import Roster
from .rows import Cursor, Row, Verdict
from .units import Units
from .values import text_of, words_of

TARGET = Import.Target.ACCOUNTS.value
MOST_ROWS = 500
"""Of one list: so many slips are printed in one go, and nobody hands out more in a day."""

_USERNAME, _PHONE = re.compile(USERNAME_FORM, re.ASCII), re.compile(PHONE_FORM, re.ASCII)
_ROLES = {str(role.label): role for role in Role}
_PASSWORD_HEADS = ("密码", "口令", "password")


def require_keeper(viewer: Viewer) -> None:
    """Raise NotAllowed unless this person may make accounts."""
    if viewer.role != Role.SYSTEM_ADMINISTRATOR:
        raise NotAllowed("账号名单由系统管理员导入，其中的角色由安全管理员授予。")


@dataclass(slots=True)
class AccountRow(Row):
    """A row of a list of accounts. Empty text: the file says nothing."""

    username: str = ""
    organisation: Organisation | None = None
    names_unit: bool = False
    phone: str = ""
    roles: list[Role] = field(default_factory=list)
    existing: User | None = None

    @property
    def full_name(self) -> str:
        return f"{self.name}（演示）" if self.is_demo else self.name


class AccountRoster(Roster):
    """Reads and compares the rows of one import of accounts, for one viewer."""

    target = TARGET
    matters = ("name", "username", "organisation", "roles")

    def __init__(self, viewer: Viewer, defaults: Mapping[str, str], *, lock: bool = False) -> None:
        self._viewer = viewer
        self._units = Units(viewer, defaults, policy.keeps, "由该机构的系统管理员导入")

    @staticmethod
    def refuse(table: Table) -> None:
        """A file with passwords in it is not even stored, nor one that is too long."""
        for head in table.heads:
            if any(word in head.lower() for word in _PASSWORD_HEADS):
                raise Refused(f"名单中有“{head}”一列。密码由系统生成，不要写在名单里；删去这一列再上传。")
        if len(table.rows) > MOST_ROWS:
            raise Refused(f"名单有 {len(table.rows)} 行，账号一次最多导入 {MOST_ROWS} 行。分成几份上传。")

    def missing(self, columns: Iterable[str]) -> list[str]:
        """The columns without which no row can be taken, by label."""
        filled = set(columns)
        return [label for name, label in {"name": "姓名", "username": "用户名"}.items() if name not in filled]

    def parse(
        self, number: int, cells: Cells, columns: Mapping[str, int], behind: Mapping[tuple[int, int], str]
    ) -> AccountRow:
        """What one row says, with all its faults at once."""
        row = AccountRow(number)
        at = Cursor(TARGET, row, cells, columns, behind)
        at.called("name", 40)
        row.username = _username(at)
        row.names_unit = bool(text_of(at.raw("organisation")))
        row.organisation = self._units.named(at)
        row.phone = at.text("phone", 20, phone=True)
        if row.phone and not _PHONE.fullmatch(row.phone):
            at.fault("phone", "手机号只含数字", "写成 13800001234，或留空")
        row.roles = _roles(at)
        return row

    def mark(self, rows: Sequence[AccountRow]) -> None:
        """A later row with the same user name is a fault; one of the same name in the same unit is to be confirmed."""
        usernames: dict[str, AccountRow] = {}
        people: dict[tuple[str, int], AccountRow] = {}
        for row in rows:
            if row.is_faulty or row.organisation is None:
                continue
            earlier = usernames.setdefault(row.username.lower(), row)
            if earlier is not row:
                what = f"与第 {earlier.number} 行的用户名相同"
                row.say(Verdict.FAULT, "用户名", row.username, what, "每人一个用户名；同一人的几个角色写在一行")
                continue
            namesake = people.setdefault((row.full_name, row.organisation.pk), row)
            if namesake is not row:
                _ask_namesake(row, f"与第 {namesake.number} 行同名，又在同一单位")

    def compare(self, rows: Sequence[AccountRow]) -> None:
        """Find which accounts there are already; sets status and further faults."""
        good = [row for row in rows if not row.is_faulty]
        wanted = {row.username.lower() for row in good}
        found = User.objects.annotate(lower=Lower("username")).filter(lower__in=wanted).select_related("organisation")
        held = {user.username.lower(): user for user in found}
        tasks: dict[int, list[Membership]] = {}
        for one in Membership.objects.filter(user__in=held.values(), ended_at__isnull=True, delegation__isnull=True):
            tasks.setdefault(one.user_id, []).append(one)
        same = Q(name__in={row.full_name for row in good}, organisation__in={row.organisation for row in good})
        namesakes = Counter(User.objects.filter(same, is_active=True).values_list("name", "organisation"))
        for row in good:
            row.existing = held.get(row.username.lower())
            if row.existing is not None:
                self._against(row, row.existing, tasks.get(row.existing.pk, []))
            else:
                row.status = "new"
                if row.organisation and namesakes[row.full_name, row.organisation.pk]:
                    _ask_namesake(row, "这个单位已有同名的账号")

    def _against(self, row: AccountRow, user: User, held: Sequence[Membership]) -> None:
        """Compare a row with the account of its user name."""
        if not policy.keeps(self._viewer, user.organisation):
            row.say(Verdict.FAULT, "用户名", row.username, "这个用户名已有人使用", "换一个用户名")
        elif user.name != row.full_name:
            row.say(
                Verdict.FAULT, "用户名", row.username, f"这个用户名是“{user.name}”的账号", "换一个用户名，或改正姓名"
            )
        elif not user.is_active:
            row.say(Verdict.FAULT, "用户名", row.username, "这个账号已停用", "先在“人员”中启用")
        else:
            where = row.organisation.pk if row.organisation else None
            has = {Role(one.role) for one in held}
            row.roles = [
                role for role in row.roles if not any(m.role == role and m.organisation_id == where for m in held)
            ]
            refused = [(role, why) for role in row.roles if (why := roles.conflict(has, role))]
            for role, why in refused[:1]:
                row.say(Verdict.FAULT, "角色", str(role.label), why, "改正角色，或先收回原有的角色")
            row.status = "changed" if row.roles or _facts(row, user) != _facts(None, user) else "same"


def _facts(row: AccountRow | None, user: User) -> tuple[str, int | None]:
    """Telephone number and unit as they are, or as the row would have them; an empty cell changes nothing."""
    phone, unit = user.phone, user.organisation_id
    if row is not None:
        phone = row.phone or phone
        unit = row.organisation.pk if row.names_unit and row.organisation else unit
    return phone, unit


def _ask_namesake(row: AccountRow, what: str) -> None:
    row.say(Verdict.WARNING, "姓名", row.name, what, "是另一人的，勾选确认；是同一人的，删去这一行")


def _username(at: Cursor) -> str:
    if at.is_broken("username"):
        return ""
    value = text_of(at.raw("username")).replace(" ", "")
    if not value:
        at.fault("username", "没有填写用户名", "登录时用，建议用姓名拼音")
    elif not _USERNAME.fullmatch(value):
        at.fault("username", "用户名的写法不对", USERNAME_RULE)
    else:
        at.mended("username", value)
    return value


def _roles(at: Cursor) -> list[Role]:
    """The roles of a row; one that there is not, and two that exclude each other, are faults."""
    words = words_of(at.text("roles", 200))
    unknown = [word for word in words if word not in _ROLES]
    if unknown:
        at.fault("roles", f"没有“{'、'.join(unknown)}”这个角色", f"角色有：{'、'.join(_ROLES)}")
        return []
    found = [_ROLES[word] for word in words]
    for place, role in enumerate(found):
        why = roles.conflict(set(found[:place]), role)
        if why:
            at.fault("roles", why, "分给不同的人")
            return []
    return found


class AccountTaking:
    """One import's accounts, inside its transaction: each is made by the act that makes a single one."""

    def __init__(self, viewer: Viewer, roster: Import) -> None:
        self._viewer, self._roster = viewer, roster

    def take(self, rows: Sequence[AccountRow]) -> None:
        """Make the new accounts, without a password, and correct those that there are."""
        states = ImportedAccount.State
        ImportedAccount.objects.bulk_create(
            ImportedAccount(
                roster=self._roster,
                user=self._account(row),
                organisation=row.organisation,
                roles=[role.value for role in row.roles],
                state=states.WAITING if row.roles else states.NONE,
            )
            for row in rows
            if row.status != "same"
        )

    def _account(self, row: AccountRow) -> User:
        if row.existing is None:
            return actions.create_user(
                self._viewer,
                row.username,
                row.full_name,
                Hashed.none(),
                phone=row.phone,
                lasts=None,
                organisation=row.organisation,
            )
        unit = row.organisation if row.names_unit else row.existing.organisation
        phone = row.phone or row.existing.phone
        return actions.change_user(self._viewer, row.existing, name=row.existing.name, phone=phone, organisation=unit)
