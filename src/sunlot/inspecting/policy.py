"""Who may do what to tasks, forms and parts: plain predicates, without the state of the thing."""

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer
from sunlot.planning.models import Plan

from .models import FormPart


def acts_for(viewer: Viewer, organisation: Organisation) -> bool:
    """Whether the viewer acts for the organisation that inspected: its own people, those of a section for their
    department, and those of a department for what stands below it.
    """
    own = viewer.organisation
    return viewer.covers(organisation) or (own.is_section and own.parent_id == organisation.pk)


def may_dispatch(viewer: Viewer, plan: Plan) -> bool:
    """The lead's clerk sends the tasks out."""
    return viewer.has(Role.CLERK) and acts_for(viewer, plan.lead)


def is_member(viewer: Viewer, part: FormPart) -> bool:
    """Whether the viewer, acting as an inspector, was drawn into this part's team."""
    return viewer.has(Role.INSPECTOR) and was_member(viewer, part)


def was_member(viewer: Viewer, part: FormPart) -> bool:
    """Whether this person belongs to the part's team, in whatever role it acts now."""
    return any(member.inspector.user_id == viewer.user_id for member in part.members.all())


def may_review(viewer: Viewer, part: FormPart) -> bool:
    """Clerk or head of the department that inspected, never its recorder nor a member of the part."""
    return (
        viewer.has(Role.CLERK, Role.HEAD)
        and acts_for(viewer, part.organisation)
        and part.recorded_by_id != viewer.user_id
        and not was_member(viewer, part)
    )
