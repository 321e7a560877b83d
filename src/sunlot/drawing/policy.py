"""Who may do what at a draw, as predicates on viewer and attempt; `require` turns an unmet one into NotAllowed."""

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import NotAllowed, SystemActor, Viewer
from sunlot.planning import policy as planning
from sunlot.planning.models import Plan
from sunlot.registry.models import Expert, Inspector
from sunlot.trail.events import Actor

from .models import Attempt, Contributor, Replacement

HOSTS = (Role.CLERK, Role.COORDINATOR)
SPEAKERS = (Role.CLERK, Role.COORDINATOR, Role.HEAD, Role.LEADER, Role.UNIT_HEAD)
"""Who may act for the lead or a participant at the ceremony. 纪检 acts for itself alone."""

WATCHERS = (Role.SUPERVISOR, Role.STEERING)


def may_host(viewer: Viewer, plan: Plan) -> bool:
    """Prepare, seal and repeat the draw of a plan: the lead's clerk, or the coordinator above the lead."""
    return viewer.role in HOSTS and planning.may_lead(viewer, plan.lead)


def acts_for(viewer: Viewer, contributor: Contributor) -> bool:
    """Commit, reveal and sign for a contributor: its own people, and for 纪检 its own supervisors alone."""
    if _is_watch(contributor):
        return viewer.role == Role.SUPERVISOR and contributor.organisation_id == viewer.organisation.pk
    return viewer.role in SPEAKERS and planning.acts_for(viewer, contributor.organisation)


def may_type_beacon(viewer: Viewer, attempt: Attempt) -> bool:
    """Type what the dice or the lottery show: anybody who acts for a contributor, and the host."""
    return may_host(viewer, attempt.draw.round.plan) or any(acts_for(viewer, one) for one in attempt.contributors.all())


def may_see_names(viewer: Viewer, attempt: Attempt) -> bool:
    """See what was drawn while it is held back: those who need it to send teams out, and those who watch the draw."""
    if viewer.role in WATCHERS:
        return True
    if viewer.role not in SPEAKERS:
        return False
    if viewer.role == Role.COORDINATOR and viewer.covers(attempt.draw.round.plan.lead):
        return True
    return any(_belongs(viewer, one.organisation) for one in attempt.contributors.all() if not _is_watch(one))


PROPOSERS_OF_OBJECTS = "检查对象的替补由牵头科室（单位）或参与部门的经办人提出。"
PROPOSERS_OF_INSPECTORS = "检查人员的更换由牵头科室（单位）的经办人，或该检查人员所在部门的经办人提出。"
DECIDERS = "替补由牵头科室（单位）负责人、该检查人员所在部门的负责人或统筹科室批准。"


def may_propose_object(viewer: Viewer, attempt: Attempt) -> bool:
    """Say that a drawn object can't be inspected: a clerk of the lead or of a participant, its districts' among them."""
    return viewer.role == Role.CLERK and any(_takes_part(viewer, one) for one in _inspecting(attempt))


def may_propose_inspector(viewer: Viewer, attempt: Attempt, person: Inspector | Expert | None) -> bool:
    """Say that an inspector falls out: the lead's clerk, and the clerk of the inspector's own department."""
    if viewer.role != Role.CLERK:
        return False
    return _takes_part(viewer, attempt.draw.round.plan.lead) or (person is not None and _is_chief_of(viewer, person))


def may_decide(viewer: Viewer, replacement: Replacement, person: Inspector | Expert | None) -> bool:
    """Approve or refuse a replacement: the lead's head, the head of the inspector's department, the coordinator."""
    lead = replacement.attempt.draw.round.plan.lead
    if viewer.role == Role.COORDINATOR:
        return viewer.covers(lead)
    if viewer.role != Role.HEAD:
        return False
    return planning.acts_for(viewer, lead) or (person is not None and _is_chief_of(viewer, person))


def _is_chief_of(viewer: Viewer, person: Inspector | Expert) -> bool:
    """Whether the inspector stands in the viewer's organisation or below it, or in the department of its section."""
    own = viewer.organisation
    return viewer.covers(person.organisation) or (own.is_section and own.parent_id == person.organisation_id)


def _inspecting(attempt: Attempt) -> list[Organisation]:
    return [one.organisation for one in attempt.contributors.all() if not _is_watch(one)]


def _takes_part(viewer: Viewer, organisation: Organisation) -> bool:
    return planning.acts_for(viewer, organisation) or _belongs(viewer, organisation)


def _belongs(viewer: Viewer, organisation: Organisation) -> bool:
    """Whether the viewer stands in the organisation or in the tree below it that its seats are filled from."""
    return viewer.organisation.path.startswith(organisation.path) or viewer.base.pk == organisation.pk


def _is_watch(contributor: Contributor) -> bool:
    return contributor.part == Contributor.Part.SUPERVISOR


def require(actor: Actor, allowed: bool, message: str) -> None:
    """Raise NotAllowed with `message` unless `allowed`; the installation itself always may."""
    if not allowed and not isinstance(actor, SystemActor):
        raise NotAllowed(message)
