"""Who may write and approve caps, and whose calendar may be looked at, as plain predicates."""

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import ADMINISTRATORS, Role
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Inspector

from .models import CapTable

BLIND = ADMINISTRATORS | {Role.EXPERT, Role.COMMISSIONED}
"""They see no visits: they keep accounts, or are invited to single forms."""


def may_propose_caps(viewer: Viewer) -> bool:
    """Write the caps of its jurisdiction: the coordinator of a housing department."""
    return viewer.role == Role.COORDINATOR and not viewer.base.is_partner


def may_decide_caps(viewer: Viewer, table: CapTable) -> bool:
    """Approve them: a leader of the same department."""
    return viewer.role == Role.LEADER and viewer.base.pk == table.organisation_id


def sees_unit(viewer: Viewer, unit: Organisation) -> bool:
    """The calendar of a unit: its own people and those above it; inspectors see their own visits alone."""
    return viewer.role not in BLIND and viewer.role != Role.INSPECTOR and viewer.covers(unit)


def sees_inspector(viewer: Viewer, inspector: Inspector) -> bool:
    """The calendar of an inspector: the person itself, and those who see its unit's."""
    own = inspector.user_id is not None and inspector.user_id == viewer.user_id
    return own or sees_unit(viewer, inspector.organisation)


def may_subscribe(viewer: Viewer) -> bool:
    """Subscribe to the calendar of the role it acts in: whoever has one of its own. What is borrowed for a leave ends with it
    and is subscribed to by nobody.
    """
    return viewer.role not in BLIND and viewer.giver is None
