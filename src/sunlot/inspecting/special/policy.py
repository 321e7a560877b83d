"""Who asks for a check outside of the plans, and who approves it, as plain predicates."""

from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..models import CheckRequest
from ..policy import acts_for

UNIT_HEAD = "单位负责人"
"""The capacity in which it is approved (国办发〔2024〕54号: 报本单位负责人批准)."""


def may_ask(viewer: Viewer) -> bool:
    """A unit's clerk asks for checks by that unit."""
    return viewer.has(Role.CLERK)


def may_change(viewer: Viewer, request: CheckRequest) -> bool:
    """The clerks of the unit that asked."""
    return viewer.has(Role.CLERK) and acts_for(viewer, request.organisation)


def may_decide(viewer: Viewer, request: CheckRequest) -> bool:
    """The head of the body to which the unit belongs, who did not ask for it."""
    own = viewer.base.pk == request.organisation.department.pk
    return viewer.has(Role.UNIT_HEAD) and own and request.asked_by_id not in viewer.people
