"""Who publishes: the department that inspected (谁检查、谁录入、谁公示)."""

from sunlot.inspecting import policy as inspecting
from sunlot.inspecting.models import FormPart
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer


def may_publish(viewer: Viewer, part: FormPart) -> bool:
    """The clerk of the department that inspected publishes its result and corrects it."""
    return viewer.has(Role.CLERK) and inspecting.acts_for(viewer, part.organisation)
