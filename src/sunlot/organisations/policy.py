"""Who may keep organisations, accounts and roles. The installation itself may do all of it (`sunlot init`, the demo)."""

from sunlot.trail.events import Actor

from .models import Organisation, User
from .roles import Role
from .viewer import NotAllowed, SystemActor, Viewer


def is_administrator(actor: Actor, role: Role) -> bool:
    """Whether the actor acts as this administrator, or is the installation itself."""
    return isinstance(actor, SystemActor) or (isinstance(actor, Viewer) and actor.role == role)


def keeps(actor: Actor, organisation: Organisation | None) -> bool:
    """Whether what belongs to this organisation is the actor's to administer; to none: the top's alone."""
    if not isinstance(actor, Viewer):
        return isinstance(actor, SystemActor)
    return actor.covers(organisation) if organisation else actor.administers_everything


def require(actor: Actor, role: Role, act: str) -> None:
    """Raise NotAllowed, naming who may, unless the actor acts as this administrator."""
    if not is_administrator(actor, role):
        raise NotAllowed(f"{act}由{role.label}办理。")


def require_account(actor: Actor, role: Role, act: str, user: User) -> None:
    """Raise NotAllowed unless the actor is this administrator where the account is kept, and not of its own account."""
    require(actor, role, act)
    if not keeps(actor, user.organisation):
        raise NotAllowed(f"{act}由该账号所属机构的{role.label}办理。")
    if isinstance(actor, Viewer) and actor.user_id == user.pk:
        raise NotAllowed(f"不能为自己{act}，由另一位{role.label}办理。")
