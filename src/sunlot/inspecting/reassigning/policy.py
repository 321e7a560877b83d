"""Who hands a part on, who approves it and who takes it, as plain predicates."""

from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..models import FormPart, Reassignment
from ..policy import acts_for

GIVER, TAKER = "移交单位负责人", "接收单位负责人"
_HEADS = (Role.HEAD, Role.LEADER, Role.UNIT_HEAD)


def may_ask(viewer: Viewer, part: FormPart) -> bool:
    """The clerk of the unit that has the part."""
    return viewer.has(Role.CLERK) and acts_for(viewer, part.organisation)


def may_decide(viewer: Viewer, found: Reassignment) -> bool:
    """A head of the unit that hands on, who did not ask."""
    return viewer.has(*_HEADS) and acts_for(viewer, found.part.organisation) and found.asked_by_id not in viewer.people


def may_take(viewer: Viewer, found: Reassignment) -> bool:
    """A head of the unit that is to take it, or of the body above it; nobody who asked or approved."""
    gave = {found.asked_by_id, found.decided_by_id}
    return viewer.has(*_HEADS) and acts_for(viewer, found.to) and not gave & viewer.people
