"""Who writes, signs, serves, receives and closes follow-ups, as plain predicates."""

from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from ..models import CorrectionOrder, FormPart, HandOver
from ..policy import acts_for


def may_write(viewer: Viewer, part: FormPart) -> bool:
    """Clerks of the department that inspected write, serve and close."""
    return viewer.has(Role.CLERK) and acts_for(viewer, part.organisation)


def may_sign(viewer: Viewer, letter: CorrectionOrder | HandOver) -> bool:
    """Its heads sign, who did not write it."""
    heads = viewer.has(Role.HEAD, Role.LEADER, Role.UNIT_HEAD)
    return heads and acts_for(viewer, letter.part.organisation) and letter.written_by_id not in viewer.people


def may_receive(viewer: Viewer, handover: HandOver) -> bool:
    """The receiver's clerk; for one that is not in the system the giver's, who enters what came on paper."""
    if not viewer.has(Role.CLERK):
        return False
    if handover.receiver is not None:
        return acts_for(viewer, handover.receiver)
    return acts_for(viewer, handover.part.organisation)
