"""Who may see and do what with the registries. An unmet rule is raised as NotAllowed with who may."""

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, SystemActor, Viewer
from sunlot.trail.events import Actor

from .models import Avoidance, Entity, Expert, InspectionObject, Inspector

WRITERS = (Role.CLERK, Role.COORDINATOR)
BLIND = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.EXPERT, Role.COMMISSIONED)
"""They keep accounts, or are invited to single forms: the registries are not for them."""


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
    return organisation.department.kind


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


def is_self(viewer: Viewer, person: Inspector | Expert) -> bool:
    """Whether the viewer is this very person."""
    return person.user_id is not None and person.user_id == viewer.user_id


def may_keep(viewer: Viewer, person: Inspector | Expert) -> bool:
    """Decide on an inspector's or an expert's entry: those who recommend or review it."""
    return may_keep_expert(viewer, person) if isinstance(person, Expert) else may_set_state(viewer, person)


def may_avoid(viewer: Viewer, person: Inspector | Expert) -> bool:
    """Enter, confirm, refuse and lift what an inspector or an expert must not meet: the unit's clerk, or the coordinator;
    never about oneself.
    """
    return may_keep(viewer, person) and not is_self(viewer, person)


def sees_ground(viewer: Viewer, avoidance: Avoidance) -> bool:
    """Why two must not meet is for the person, those who decide on it, and 纪检; others see only that they must not."""
    person = avoidance.person
    watches = viewer.role == Role.SUPERVISOR and viewer.covers(person.organisation)
    return is_self(viewer, person) or may_keep(viewer, person) or watches


HEADS = (Role.HEAD, Role.LEADER, Role.UNIT_HEAD, Role.COORDINATOR)


def may_ask_loan(viewer: Viewer, lender: Organisation, borrower: Organisation) -> bool:
    """Ask for a loan of an inspector: a clerk of either side."""
    return viewer.role == Role.CLERK and (viewer.covers(lender) or viewer.covers(borrower))


def may_agree(viewer: Viewer, side: Organisation) -> bool:
    """Agree to a loan for one side: a head above its people."""
    return viewer.role in HEADS and viewer.covers(side)


def may_engage(viewer: Viewer, organisation: Organisation) -> bool:
    """Recommend experts and keep their entries: a clerk of the unit that engages them."""
    return viewer.role == Role.CLERK and viewer.covers(organisation)


def may_keep_institutions(viewer: Viewer) -> bool:
    """Enter and change the bodies that experts come from: a clerk or the coordinator."""
    return viewer.role in WRITERS


def may_review_expert(viewer: Viewer, expert: Expert) -> bool:
    """Review a recommended expert: the coordinator above the unit; in a partner department its section head."""
    if not viewer.covers(expert.organisation):
        return False
    partner = expert.organisation.kind == Organisation.Kind.PARTNER
    return viewer.role == Role.COORDINATOR or (partner and viewer.role == Role.HEAD)


def may_keep_expert(viewer: Viewer, expert: Expert) -> bool:
    """Change the state of an expert: those who engage or review it."""
    return may_engage(viewer, expert.organisation) or may_review_expert(viewer, expert)


def require(actor: Actor, allowed: bool, message: str) -> None:
    """Raise NotAllowed with `message` unless `allowed`; the installation itself always may."""
    if not allowed and not isinstance(actor, SystemActor):
        raise NotAllowed(message)
