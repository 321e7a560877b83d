"""Who may do what to tasks, forms and parts: plain predicates, without the state of the thing."""

from collections.abc import Collection

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer
from sunlot.planning.models import Plan

from .models import Form, FormPart

LEAST_INSPECTORS = 2
"""Who inspects signs, and is not alone (行政处罚法第四十二条). A part has fewer members only where its plan said why."""


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


def may_issue(viewer: Viewer, part: FormPart) -> bool:
    """Who gives out the documents of a part: its inspectors, and clerk or head of the department."""
    if is_member(viewer, part):
        return True
    return viewer.has(Role.CLERK, Role.HEAD) and acts_for(viewer, part.organisation)


def may_review(viewer: Viewer, part: FormPart) -> bool:
    """Clerk or head of the department that inspected, never its recorder nor a member of the part."""
    return (
        viewer.has(Role.CLERK, Role.HEAD)
        and acts_for(viewer, part.organisation)
        and part.recorded_by_id != viewer.user_id
        and not was_member(viewer, part)
    )


def may_notify(viewer: Viewer, form: Form, parts: Collection[FormPart]) -> bool:
    """Who tells the inspected of the visit: the lead's clerk, the clerks of the departments on the form, its inspectors."""
    parts = [part for part in parts if not part.is_ended]
    if viewer.has(Role.INSPECTOR):
        return any(was_member(viewer, part) for part in parts)
    plan = form.task.plan
    leads = plan is not None and acts_for(viewer, plan.lead)
    return viewer.has(Role.CLERK) and (leads or any(acts_for(viewer, part.organisation) for part in parts))


def may_decide_avoidance(viewer: Viewer, part: FormPart) -> bool:
    """The heads of the department whose inspector is to stay away (行政处罚法 第四十三条), none of the team."""
    heads = viewer.has(Role.HEAD, Role.LEADER, Role.UNIT_HEAD)
    return heads and acts_for(viewer, part.organisation) and not was_member(viewer, part)
