"""Who may do what with an annual plan, as plain predicates."""

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

LEADER = "分管领导"
STEERING = "领导小组"
WRITER_WORDS = "年度计划由本单位的统筹科室，或没有内设科室的单位的经办人、负责人编制。"


def may_write(viewer: Viewer, department: Organisation) -> bool:
    """Write the annual plan: the department's coordinator, or its own clerk and head (those of a section do not)."""
    if viewer.role == Role.COORDINATOR:
        return viewer.base.pk == department.pk
    return viewer.role in (Role.CLERK, Role.HEAD) and viewer.organisation.pk == department.pk


def may_sign(viewer: Viewer, department: Organisation) -> bool:
    """分管领导 of the department."""
    return viewer.role == Role.LEADER and viewer.base.pk == department.pk


def may_approve(viewer: Viewer, department: Organisation) -> bool:
    """领导小组 of the department, or its head where it has no such group (notice, part 六（一）)."""
    return viewer.role in (Role.STEERING, Role.UNIT_HEAD) and viewer.base.pk == department.pk
