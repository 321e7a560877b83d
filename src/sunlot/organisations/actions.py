"""Changes to organisations, people and roles. Only the two administrators and the installation itself make them."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.db import IntegrityError, transaction

from sunlot.norms import clock
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from . import events, policy, roles
from .models import Delegation, Membership, Organisation, Region, User
from .passwords import ONE_TIME_LASTS, Hashed, one_time_password
from .roles import Role
from .viewer import NotAllowed, OwnActor, Refused

_CODE_TAKEN = "代码“{}”已有机构使用，换一个。"
_USERNAME_TAKEN = "用户名“{}”已有人使用，换一个。"


@transaction.atomic
def load_regions(actor: Actor, regions: Iterable[tuple[str, str, str | None]]) -> None:
    """Make or rename regions given as (code, name, parent's code or None), parents first."""
    policy.require(actor, Role.SYSTEM_ADMINISTRATOR, "维护区划")
    for code, name, parent in regions:
        Region.objects.update_or_create(code=code, defaults={"name": name, "parent_id": parent})
    record(actor, events.ORGANISATIONS_LOADED, "regions", "导入行政区划")


@transaction.atomic
def load_organisations(actor: Actor, rows: Iterable[Mapping[str, str]]) -> int:
    """Make organisations from rows with `code`, `name`, `kind`, `parent`, `region`, parents first; returns how many are new.

    One that exists already keeps its place and gets the new name.
    """
    policy.require(actor, Role.SYSTEM_ADMINISTRATOR, "维护机构")
    made = 0
    known = {organisation.code: organisation for organisation in Organisation.objects.all()}
    for row in rows:
        found = known.get(row["code"])
        if found is not None:
            if found.name != row["name"]:
                found.name = row["name"]
                found.save(update_fields=["name"])
            continue
        parent = known[row["parent"]] if row["parent"] else None
        known[row["code"]] = Organisation.objects.create(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            parent=parent,
            region_id=row["region"],
            path=f"{parent.path if parent else ''}{row['code']}/",
        )
        made += 1
    record(actor, events.ORGANISATIONS_LOADED, "organisations", f"导入机构，新增 {made} 个", after={"new": made})
    return made


@transaction.atomic
def create_organisation(
    actor: Actor, *, code: str, name: str, kind: str, region: Region, parent: Organisation | None
) -> Organisation:
    """Make a department, a section of one or a partner department; partners of a city stand at the top like the bureau.

    Raises Refused where the code is taken, where a section has no department, or where what it is put under can't hold it.
    """
    policy.require(actor, Role.SYSTEM_ADMINISTRATOR, "维护机构")
    if not policy.keeps(actor, parent):
        raise NotAllowed("新建机构由上级机构的系统管理员办理。")
    if Organisation.objects.filter(code__iexact=code).exists():
        raise Refused(_CODE_TAKEN.format(code))
    if kind == Organisation.Kind.SECTION and parent is None:
        raise Refused("内设科室要选它所属的机构。")
    if parent is not None and parent.is_section:
        raise Refused("科室下面不再设机构，上级请选它所属的部门。")
    made = Organisation(code=code, name=name.strip(), kind=kind, parent=parent, region=region)
    made.path = f"{parent.path if parent else ''}{code}/"
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # somebody else has just taken the code
        raise Refused(_CODE_TAKEN.format(code)) from None
    after = {
        "code": code,
        "name": made.name,
        "kind": kind,
        "parent": parent.code if parent else None,
        "region": region.code,
    }
    record(actor, events.ORGANISATION_CREATED, f"organisation:{made.pk}", f"新建机构：{made.name}", after=after)
    return made


@transaction.atomic
def change_organisation(actor: Actor, organisation: Organisation, *, name: str, is_active: bool) -> Organisation:
    """Rename an organisation, close it or open it again. Who holds roles in a closed one can't act in them."""
    policy.require(actor, Role.SYSTEM_ADMINISTRATOR, "维护机构")
    found = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if not policy.keeps(actor, found):
        raise NotAllowed("这个机构由它自己的系统管理员维护。")
    administered = _administrators_held()
    before = {"name": found.name, "is_active": found.is_active}
    after = {"name": name.strip(), "is_active": is_active}
    if before == after:
        return found
    found.name, found.is_active = name.strip(), is_active
    found.save(update_fields=["name", "is_active"])
    _require_administrators(administered)
    words = f"变更机构：{found.name}" + (
        "" if is_active == before["is_active"] else "，启用" if is_active else "，停用"
    )
    record(actor, events.ORGANISATION_CHANGED, f"organisation:{found.pk}", words, before=before, after=after)
    return found


@transaction.atomic
def create_user(
    actor: Actor,
    username: str,
    name: str,
    password: str | Hashed,
    *,
    phone: str = "",
    must_change: bool = True,
    lasts: timedelta | None = ONE_TIME_LASTS,
    organisation: Organisation | None = None,
) -> User:
    """Make an account without any role, kept by `organisation`. Raises Refused where the user name is taken.

    The password opens the account for as long as `lasts` if it must be changed; None is without end.
    """
    policy.require(actor, Role.SYSTEM_ADMINISTRATOR, "建立账号")
    if not policy.keeps(actor, organisation):
        raise NotAllowed("建立账号由该机构的系统管理员办理。")
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(_USERNAME_TAKEN.format(username))
    user = User(username=username, name=name, phone=phone, must_change_password=must_change, organisation=organisation)
    user.one_time_until = clock.now() + lasts if must_change and lasts else None
    if isinstance(password, Hashed):
        user.password = password.encoded
    else:
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:  # somebody else has just taken the name
        raise Refused(_USERNAME_TAKEN.format(username)) from None
    after = {"username": username, "organisation": organisation.code if organisation else None}
    record(actor, events.USER_CREATED, f"user:{user.pk}", f"建立账号 {username}", after=after)
    return user


@transaction.atomic
def change_user(actor: Actor, user: User, *, name: str, phone: str, organisation: Organisation | None) -> User:
    """Correct a person's name and telephone number, or move the account to another organisation."""
    found = _locked(user)
    policy.require(actor, Role.SYSTEM_ADMINISTRATOR, "变更账号")
    if not policy.keeps(actor, found.organisation) or not policy.keeps(actor, organisation):
        raise NotAllowed("变更账号由所属机构的系统管理员办理。")
    before = _facts(found)
    found.name, found.phone, found.organisation = name.strip(), phone.strip(), organisation
    after = _facts(found)
    if before == after:
        return found
    found.save(update_fields=["name", "phone", "organisation"])
    record(
        actor, events.USER_CHANGED, f"user:{found.pk}", f"变更账号 {found.username} 的资料", before=before, after=after
    )
    return found


@transaction.atomic
def reset_password(actor: Actor, user: User) -> str:
    """Give an account a new one-time password, which is returned and kept nowhere; its sessions end with the old one.

    It lasts for ONE_TIME_LASTS.
    """
    found = _locked(user)
    policy.require_account(actor, Role.SYSTEM_ADMINISTRATOR, "重置密码", found)
    password = one_time_password()
    found.set_password(password)
    found.must_change_password, found.one_time_until = True, clock.now() + ONE_TIME_LASTS
    found.save(update_fields=["password", "must_change_password", "one_time_until"])
    user.one_time_until = found.one_time_until  # the caller shows it
    AccessAttempt.objects.filter(username=found.username).delete()
    end_sessions(found)
    record(actor, events.PASSWORD_RESET, f"user:{found.pk}", f"重置账号 {found.username} 的密码")
    return password


@transaction.atomic
def disable_user(actor: Actor, user: User) -> None:
    """Close an account: it can't sign in, and whoever is signed in with it is not any more. Twice is once."""
    found = _locked(user)
    policy.require_account(actor, Role.SYSTEM_ADMINISTRATOR, "停用账号", found)
    if not found.is_active:
        return
    administered = _administrators_held()
    found.is_active = False
    found.save(update_fields=["is_active"])
    _require_administrators(administered)
    end_sessions(found)
    record(actor, events.USER_DISABLED, f"user:{found.pk}", f"停用账号 {found.username}")


@transaction.atomic
def enable_user(actor: Actor, user: User) -> None:
    """Open a closed account again; its roles are as they were. Twice is once."""
    found = _locked(user)
    policy.require_account(actor, Role.SYSTEM_ADMINISTRATOR, "启用账号", found)
    if found.is_active:
        return
    found.is_active = True
    found.save(update_fields=["is_active"])
    record(actor, events.USER_ENABLED, f"user:{found.pk}", f"启用账号 {found.username}")


@transaction.atomic
def unlock_user(actor: Actor, user: User) -> None:
    """Lift the lock after too many wrong passwords before its time is over."""
    found = _locked(user)
    policy.require_account(actor, Role.SYSTEM_ADMINISTRATOR, "解除登录锁定", found)
    if AccessAttempt.objects.filter(username=found.username).delete()[0]:
        record(actor, events.UNLOCKED, f"user:{found.pk}", f"解除账号 {found.username} 的登录锁定")


@transaction.atomic
def reset_second_factor(actor: Actor, user: User) -> None:
    """Take the second factor off an account whose owner lost phone and recovery codes."""
    found = _locked(user)
    policy.require_account(actor, Role.SYSTEM_ADMINISTRATOR, "解除两步验证", found)
    if Authenticator.objects.filter(user=found).delete()[0]:
        end_sessions(found)
        record(actor, events.SECOND_FACTOR_RESET, f"user:{found.pk}", f"解除账号 {found.username} 的两步验证")


@transaction.atomic
def note_stale_password(user: User, address: str) -> None:
    """That somebody gave the right one-time password after its time; nothing else changes."""
    record(OwnActor(user, address), events.SIGN_IN_FAILED, f"user:{user.pk}", "以过期的一次性密码登录，未予登录")


@transaction.atomic
def change_own_password(user: User, password: str, address: str) -> None:
    """Set the password that a person chose; every other session of the account ends with the old one.

    The caller has checked the old password and the rules of the new one.
    """
    found = _locked(user)
    found.set_password(password)
    found.must_change_password, found.one_time_until = False, None
    found.save(update_fields=["password", "must_change_password", "one_time_until"])
    record(OwnActor(found, address), events.PASSWORD_CHANGED, f"user:{found.pk}", "修改本人的登录密码")
    user.password, user.must_change_password = found.password, False  # the caller's copy signs its session


@transaction.atomic
def end_other_sessions(user: User, keep: str, address: str) -> int:
    """End every session of the account but the one with the key `keep`; returns how many ended."""
    ended = end_sessions(user, keep)
    if ended:
        record(OwnActor(user, address), events.SESSION_ENDED, f"user:{user.pk}", f"结束本人的其他 {ended} 处登录")
    return ended


@transaction.atomic
def grant_role(actor: Actor, user: User, organisation: Organisation, role: Role) -> Membership:
    """Give a person a role in an organisation; one held already is returned as it is.

    Raises Refused for roles that exclude each other (DESIGN.md, Roles).
    """
    found = _locked(user)
    policy.require_account(actor, Role.SECURITY_ADMINISTRATOR, "授予角色", found)
    if not policy.keeps(actor, organisation):
        raise NotAllowed("在这个机构授予角色，由它自己的安全管理员办理。")
    held = list(Membership.objects.filter(user=found, ended_at__isnull=True))
    for membership in held:
        if (
            membership.delegation_id is None
            and membership.organisation_id == organisation.pk
            and membership.role == role
        ):
            return membership
    reason = roles.conflict({Role(membership.role) for membership in held}, role)
    if reason:
        raise Refused(f"不能授予“{role.label}”：{reason}。")
    membership = Membership.objects.create(user=found, organisation=organisation, role=role)
    if found.organisation is None:
        found.organisation = organisation
        found.save(update_fields=["organisation"])
    record(
        actor,
        events.ROLE_GRANTED,
        f"user:{user.pk}",
        f"授予角色：{organisation.name} {role.label}",
        after={"organisation": organisation.code, "role": role.value},
    )
    return membership


@transaction.atomic
def end_role(actor: Actor, membership: Membership) -> None:
    """Take a role away; ended twice is ended once."""
    policy.require_account(actor, Role.SECURITY_ADMINISTRATOR, "收回角色", membership.user)
    administered = _administrators_held()
    if not Membership.objects.filter(pk=membership.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        return
    Delegation.objects.filter(membership=membership, state=Delegation.State.ACCEPTED).update(
        state=Delegation.State.REVOKED, decision="安全管理员收回角色", decided_at=clock.now()
    )
    _require_administrators(administered)
    record(
        actor,
        events.ROLE_ENDED,
        f"user:{membership.user_id}",
        f"收回角色：{membership.organisation.name} {membership.get_role_display()}",
        before={"organisation": membership.organisation.code, "role": membership.role},
    )


@transaction.atomic
def make_first_administrators(actor: Actor) -> list[tuple[str, str, str]]:
    """The three administrators of an empty installation, as (user name, role in Chinese, one-time password).

    The passwords are kept nowhere, and without end: nobody could give these three another. Raises Refused where there are users or no department to put them in.
    """
    home = (
        Organisation.objects.select_for_update(of=("self",))
        .filter(parent__isnull=True, kind=Organisation.Kind.DEPARTMENT)
        .first()
    )
    if home is None:
        raise Refused("还没有机构。先导入机构，再建立管理员账号。")
    if User.objects.exists():
        raise Refused("系统中已有账号，不能再初始化。忘记密码的，由系统管理员重置。")
    made = []
    for username, role in (
        ("sysadmin", Role.SYSTEM_ADMINISTRATOR),
        ("secadmin", Role.SECURITY_ADMINISTRATOR),
        ("auditor", Role.AUDITOR),
    ):
        password = one_time_password()
        user = create_user(actor, username, str(role.label), password, organisation=home, lasts=None)
        grant_role(actor, user, home, role)
        made.append((username, str(role.label), password))
    return made


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=user.pk)


def _facts(user: User) -> dict[str, str | None]:
    return {
        "name": user.name,
        "phone": user.phone,
        "organisation": user.organisation.code if user.organisation else None,
    }


def end_sessions(user: User, keep: str = "") -> int:
    """End every session of the account but the one with the key `keep`; returns how many ended. Writes no event."""
    ended = 0
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep):
        session.end()
        ended += 1
    return ended


def _administrators_held() -> set[str]:
    """The administrators' roles that somebody can act in now.

    Their memberships stay locked to the end of the transaction: two administrators taking each other away at once
    would leave none.
    """
    list(Membership.objects.select_for_update().filter(role__in=roles.ADMINISTRATORS, ended_at__isnull=True))
    return set(
        Membership.objects.filter(
            role__in=roles.ADMINISTRATORS, ended_at__isnull=True, user__is_active=True, organisation__is_active=True
        ).values_list("role", flat=True)
    )


def _require_administrators(before: set[str]) -> None:
    """Raise Refused where a change leaves the installation without one of the administrators it had."""
    for role in sorted(before - _administrators_held()):
        raise Refused(f"这样系统中就没有可用的{Role(role).label}了。先由另一人担任，再办理。")
