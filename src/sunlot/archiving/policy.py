"""Who may file, see, hold and propose: plain predicates, without the state of the thing."""

from sunlot.inspecting import policy as inspecting
from sunlot.inspecting.models import Form
from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer


def keeper_of(form: Form) -> Organisation:
    """Whose archive keeps a form: the lead of its plan; without a plan who asked for the check."""
    if form.task.plan is not None:
        return form.task.plan.lead
    if form.task.request is not None:
        return form.task.request.organisation
    return form.parts.select_related("organisation").order_by("pk")[0].organisation


def may_file(viewer: Viewer, form: Form) -> bool:
    """The keeper's clerk files what is finished."""
    return viewer.has(Role.CLERK) and inspecting.acts_for(viewer, keeper_of(form))


def may_set_retention(viewer: Viewer) -> bool:
    """The coordinating section (法规科) of a department at the top says how long files are kept."""
    return viewer.has(Role.COORDINATOR) and viewer.base.parent_id is None and not viewer.base.is_partner


def may_hold(viewer: Viewer, organisation: Organisation) -> bool:
    """The coordinating section and 纪检 of the keeper's level."""
    return viewer.has(Role.COORDINATOR, Role.SUPERVISOR) and viewer.covers(organisation)


def may_propose(viewer: Viewer) -> bool:
    """The coordinating section proposes what may be destroyed of its own level."""
    return viewer.has(Role.COORDINATOR)


def may_decide(viewer: Viewer, organisation: Organisation) -> bool:
    """The leader in charge or the unit's head decides."""
    return viewer.has(Role.LEADER, Role.UNIT_HEAD) and viewer.covers(organisation)
