"""Who asks for more time, and who gives it, as plain predicates."""

from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..models import Extension, FormPart
from ..policy import acts_for, is_member

UNIT_HEAD = "单位负责人"
"""The capacity in which it is approved (notice, part 4（三）: 经本单位负责人批准)."""


def may_ask(viewer: Viewer, part: FormPart) -> bool:
    """Who inspects the part, and the clerk of its department."""
    return is_member(viewer, part) or (viewer.has(Role.CLERK) and acts_for(viewer, part.organisation))


def may_withdraw(viewer: Viewer, extension: Extension) -> bool:
    """Who asked, and the clerk of the department."""
    return extension.asked_by_id == viewer.user_id or may_ask(viewer, extension.part)


def may_decide(viewer: Viewer, extension: Extension) -> bool:
    """The head of the body that inspects, who did not ask."""
    own = viewer.base.pk == extension.part.organisation.department.pk
    return viewer.has(Role.UNIT_HEAD) and own and extension.asked_by_id not in viewer.people
