"""Reading organisations and people, scoped to the viewer."""

from django.db.models import QuerySet

from .models import Membership, Organisation, Signature
from .viewer import Viewer


def organisations_seen(viewer: Viewer) -> "QuerySet[Organisation]":
    """The viewer's base organisation and all below it."""
    return Organisation.objects.filter(path__startswith=viewer.base.path)


def members_of(organisation: Organisation, *roles: str) -> "QuerySet[Membership]":
    """Who holds one of `roles` in this organisation or, for roles held by a section for the whole, in its sections."""
    return (
        Membership.objects.filter(
            organisation__path__startswith=organisation.path, role__in=roles, ended_at__isnull=True
        )
        .exclude(organisation__kind=Organisation.Kind.DEPARTMENT, organisation__path__regex=rf"^{organisation.path}.+")
        .select_related("user", "organisation")
    )


def signatures_of(thing: str) -> "QuerySet[Signature]":
    """The signatures under a thing, in the order in which they were given."""
    return Signature.objects.filter(thing=thing).select_related(
        "user", "organisation", "entered_by", "confirmed_by", "file"
    )
