"""Who may do what with an item, a guide or a dictionary. An unmet rule is raised as NotAllowed with who may."""

from sunlot.organisations.models import Organisation
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import Viewer

from .models import Version

WRITERS = (Role.CLERK, Role.HEAD, Role.COORDINATOR)


def may_write(viewer: Viewer, organisation: Organisation) -> bool:
    """Draft, change and submit the items and guides of `organisation`."""
    return viewer.role in WRITERS and viewer.covers(organisation)


def may_decide(viewer: Viewer, organisation: Organisation) -> bool:
    """Put in force, return or repeal items and guides of `organisation`: the coordinator above it."""
    return viewer.role == Role.COORDINATOR and viewer.covers(organisation)


def may_keep_words(viewer: Viewer) -> bool:
    """Add to the dictionaries and retire their words."""
    return viewer.role == Role.COORDINATOR


def wrote(viewer: Viewer, version: Version) -> bool:
    """Whether this person wrote some of the version's text, in whatever role."""
    return version.created_by_id == viewer.user_id or version.writers.filter(pk=viewer.user_id).exists()
