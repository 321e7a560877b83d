"""Who may see and do what with the registries. An unmet rule is raised as NotAllowed with who may."""

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, SystemActor, Viewer
from sunlot.trail.events import Actor

from .models import Entity, InspectionObject, Inspector

WRITERS = (Role.CLERK, Role.COORDINATOR)
BLIND = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.EXPERT, Role.COMMISSIONED)
"""They keep accounts, or are invited to single forms: the registries are not for them."""


def department_of(organisation: Organisation) -> Organisation:
    """The department that keeps what this organisation enters: itself, or that of the section."""
    if organisation.is_section and organisation.parent is not None:
        return organisation.parent
    return organisation


def may_write(viewer: Viewer) -> bool:
    """Enter and import objects and entities of one's own jurisdiction."""
    return viewer.role in WRITERS


def manages(viewer: Viewer, entry: Entity | InspectionObject) -> bool:
    """Whether the viewer's organisation keeps this entry: it lies in its jurisdiction and its department tree entered it.

    What the installation brought in without a manager is kept by the housing departments, whose registry this is.
    """
    if not entry.region_id.startswith(viewer.region_prefix):
        return False
    if entry.manager is None:
        return _root(viewer.organisation) != Organisation.Kind.PARTNER
    return entry.manager.department_code == viewer.organisation.department_code


def _root(organisation: Organisation) -> str:
    return department_of(organisation).kind


def may_change(viewer: Viewer, entry: Entity | InspectionObject) -> bool:
    """Change an entry: a clerk or the coordinator of the organisation that keeps it."""
    return may_write(viewer) and manages(viewer, entry)


def sees_contacts(viewer: Viewer, entry: Entity | InspectionObject) -> bool:
    """Names and phones of contact persons are for those who keep the entry (个人信息保护法 第六条)."""
    return manages(viewer, entry) and viewer.role not in BLIND


def may_propose_rules(viewer: Viewer) -> bool:
    """Draft the table “mark → risk class”: the coordinator of the department at the top, for the whole city."""
    return viewer.role == Role.COORDINATOR and viewer.base.parent_id is None and not viewer.base.is_partner


def may_decide_rules(viewer: Viewer) -> bool:
    """Approve it: the leader in charge there."""
    return viewer.role == Role.LEADER and viewer.base.parent_id is None and not viewer.base.is_partner


def may_recommend(viewer: Viewer, organisation: Organisation) -> bool:
    """Recommend inspectors of a unit and keep their entries: its own clerk."""
    return viewer.role == Role.CLERK and viewer.covers(organisation)


def may_review(viewer: Viewer, inspector: Inspector) -> bool:
    """Review a recommended inspector: the coordinator above the unit; in a partner department its section head."""
    if not viewer.covers(inspector.organisation):
        return False
    partner = inspector.organisation.kind == Organisation.Kind.PARTNER
    return viewer.role == Role.COORDINATOR or (partner and viewer.role == Role.HEAD)


def may_set_state(viewer: Viewer, inspector: Inspector) -> bool:
    """Suspend, bring back or end an inspector's service: those who recommend or review it."""
    return may_recommend(viewer, inspector.organisation) or may_review(viewer, inspector)


def may_avoid(viewer: Viewer, inspector: Inspector) -> bool:
    """Enter that an inspector must not meet an object: its unit's clerk, or the coordinator."""
    return may_set_state(viewer, inspector)


def require(actor: Actor, allowed: bool, message: str) -> None:
    """Raise NotAllowed with `message` unless `allowed`; the installation itself always may."""
    if not allowed and not isinstance(actor, SystemActor):
        raise NotAllowed(message)
