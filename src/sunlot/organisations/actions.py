"""Changes to organisations, people and roles. Only the two administrators and the installation itself make them."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from sunlot.norms import clock
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from . import events, roles
from .models import Membership, Organisation, Region, User
from .roles import Role
from .viewer import NotAllowed, Refused, SystemActor, Viewer


def _require(actor: Actor, role: Role, act: str) -> None:
    """Only the installation itself or the administrator named may do this."""
    if isinstance(actor, SystemActor) or (isinstance(actor, Viewer) and actor.role == role):
        return
    raise NotAllowed(f"{act}由{role.label}办理。")


@transaction.atomic
def load_regions(actor: Actor, regions: Iterable[tuple[str, str, str | None]]) -> None:
    """Make or rename regions given as (code, name, parent's code or None), parents first."""
    _require(actor, Role.SYSTEM_ADMINISTRATOR, "维护区划")
    for code, name, parent in regions:
        Region.objects.update_or_create(code=code, defaults={"name": name, "parent_id": parent})
    record(actor, events.ORGANISATIONS_LOADED, "regions", "导入行政区划")


@transaction.atomic
def load_organisations(actor: Actor, rows: Iterable[Mapping[str, str]]) -> int:
    """Make organisations from rows with `code`, `name`, `kind`, `parent`, `region`, parents first; returns how many are new.

    One that exists already keeps its place and gets the new name.
    """
    _require(actor, Role.SYSTEM_ADMINISTRATOR, "维护机构")
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
def create_user(
    actor: Actor, username: str, name: str, password: str, *, phone: str = "", must_change: bool = True
) -> User:
    """Make an account without any role. Raises Refused where the user name is taken."""
    _require(actor, Role.SYSTEM_ADMINISTRATOR, "建立账号")
    if User.objects.filter(username=username).exists():
        raise Refused(f"用户名“{username}”已有人使用，换一个。")
    user = User(username=username, name=name, phone=phone, must_change_password=must_change)
    user.set_password(password)
    user.save()
    record(actor, events.USER_CREATED, f"user:{user.pk}", f"建立账号 {username}", after={"username": username})
    return user


@transaction.atomic
def grant_role(actor: Actor, user: User, organisation: Organisation, role: Role) -> Membership:
    """Give a person a role in an organisation; one held already is returned as it is.

    Raises Refused for roles that exclude each other (DESIGN.md, Roles).
    """
    _require(actor, Role.SECURITY_ADMINISTRATOR, "授予角色")
    User.objects.select_for_update().get(pk=user.pk)
    held = list(Membership.objects.filter(user=user, ended_at__isnull=True))
    for membership in held:
        if membership.organisation_id == organisation.pk and membership.role == role:
            return membership
    reason = roles.conflict({Role(membership.role) for membership in held}, role)
    if reason:
        raise Refused(f"不能授予“{role.label}”：{reason}。")
    membership = Membership.objects.create(user=user, organisation=organisation, role=role)
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
    _require(actor, Role.SECURITY_ADMINISTRATOR, "收回角色")
    if not Membership.objects.filter(pk=membership.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        return
    record(
        actor,
        events.ROLE_ENDED,
        f"user:{membership.user_id}",
        f"收回角色：{membership.organisation.name} {membership.get_role_display()}",
        before={"organisation": membership.organisation.code, "role": membership.role},
    )
