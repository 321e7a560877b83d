"""Who may do what with a plan, as plain predicates. Actions raise NotAllowed with who may."""

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from .models import Plan

WRITERS = (Role.CLERK, Role.HEAD, Role.COORDINATOR)
CONFIRMERS = (Role.CLERK, Role.HEAD)


def acts_for(viewer: Viewer, organisation: Organisation) -> bool:
    """Whether the viewer's role is held in this very organisation, or in a section of it."""
    own = viewer.organisation
    return own.pk == organisation.pk or (own.is_section and own.parent_id == organisation.pk)


def may_lead(viewer: Viewer, lead: Organisation) -> bool:
    """Write plans that `lead` leads: its own clerk or head, and the coordinator of its department."""
    if viewer.role == Role.COORDINATOR:
        return viewer.base.pk == lead.department.pk
    return viewer.role in (Role.CLERK, Role.HEAD) and acts_for(viewer, lead)


def may_write(viewer: Viewer, plan: Plan) -> bool:
    """Change, submit and, until it is published, withdraw the plan."""
    return may_lead(viewer, plan.lead)


def knows_of_others(viewer: Viewer) -> bool:
    """Know that other departments have handed in plans, by name, lead, time and figures alone: who writes plans must, to
    bring visits to one enterprise together. Their pages stay closed.
    """
    return viewer.role in WRITERS


def may_confirm(viewer: Viewer, organisation: Organisation) -> bool:
    """Answer for a participant: its clerk or head."""
    return viewer.role in CONFIRMERS and acts_for(viewer, organisation)


def may_sign_as_head(viewer: Viewer, plan: Plan) -> bool:
    """科室负责人: the head of the lead section, or a section's head where the whole department leads."""
    return viewer.role == Role.HEAD and acts_for(viewer, plan.lead)


def may_sign_as_leader(viewer: Viewer, plan: Plan) -> bool:
    """分管领导: a leader of the department to which the lead belongs."""
    return viewer.role == Role.LEADER and viewer.base.pk == plan.lead.department.pk


def may_withdraw(viewer: Viewer, plan: Plan) -> bool:
    """Until publication whoever may write it; a published plan only those who signed it into force."""
    if plan.published_at is None:
        return may_write(viewer, plan) or may_sign_as_leader(viewer, plan)
    return may_sign_as_head(viewer, plan) or may_sign_as_leader(viewer, plan)
