"""Who may word the documents of a department or section."""

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

WRITERS = (Role.COORDINATOR, Role.CLERK, Role.UNIT_HEAD)
READERS = (*WRITERS, Role.HEAD, Role.LEADER, Role.SUPERVISOR, Role.STEERING)


def may_word(viewer: Viewer, organisation: Organisation) -> bool:
    """Its own clerk and unit head, and the coordinator for the whole department and its own section."""
    return viewer.has(*WRITERS) and organisation.pk in {viewer.base.pk, viewer.organisation.pk}
