"""Who may do what with a table of ratios, as plain predicates."""

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

WRITERS = "本单位的统筹科室"
DECIDER = "分管领导"


def may_write(viewer: Viewer, department: Organisation) -> bool:
    """Draft the table: the coordinator of the department whose it is."""
    return viewer.role == Role.COORDINATOR and viewer.base.pk == department.pk


def may_decide(viewer: Viewer, department: Organisation) -> bool:
    """Approve it: the leader in charge there."""
    return viewer.role == Role.LEADER and viewer.base.pk == department.pk
