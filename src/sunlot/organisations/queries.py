"""Reading organisations, people and the trail, scoped to the viewer."""

from django.db.models import Case, Count, Prefetch, Q, QuerySet, Value, When

from sunlot.trail.models import EventDetail

from .models import Delegation, ErasureRequest, Membership, Organisation, Signature, User, in_effect
from .roles import ADMINISTRATORS, Role
from .viewer import Viewer

_GUESTS = frozenset({Role.INSPECTOR, Role.EXPERT, Role.COMMISSIONED})


def organisations_seen(viewer: Viewer) -> "QuerySet[Organisation]":
    """The viewer's base organisation and all below it; everything for the administrators at the top."""
    if viewer.administers_everything:
        return Organisation.objects.all()
    return Organisation.objects.filter(path__startswith=viewer.base.path)


def with_people(organisations: "QuerySet[Organisation]") -> "QuerySet[Organisation]":
    """The organisations with `people_count`, how many persons hold a role in each of them, and `is_partner_tree`, by
    which the housing departments come before their partners.
    """
    active = in_effect("memberships__") & Q(memberships__user__is_active=True)
    return organisations.select_related("region", "parent").annotate(
        people_count=Count("memberships__user", filter=active, distinct=True),
        is_partner_tree=Case(When(kind=Organisation.Kind.PARTNER, then=Value(1)), default=Value(0)),
    )


def people_seen(viewer: Viewer) -> "QuerySet[User]":
    """For administrators the accounts kept where they administer, for others who holds a role in what they see.

    Each with `held`: its present memberships.
    """
    people = User.objects.select_related("organisation").prefetch_related(
        Prefetch("memberships", queryset=memberships_held(), to_attr="held")
    )
    if viewer.administers_everything:
        return people
    path = viewer.base.path
    if viewer.role in ADMINISTRATORS:
        return people.filter(organisation__path__startswith=path)
    holders = Membership.objects.held().filter(organisation__path__startswith=path)
    return people.filter(is_active=True, pk__in=holders.values("user"))


def memberships_held() -> "QuerySet[Membership]":
    """The memberships that can be acted in today, with their organisations and whom they stand in for."""
    return Membership.objects.held().select_related("organisation", "delegation__giver__user")


def members_of(organisation: Organisation, *roles: str) -> "QuerySet[Membership]":
    """Who holds one of `roles` in this organisation or, for roles held by a section for the whole, in its sections."""
    return (
        Membership.objects.held()
        .filter(organisation__path__startswith=organisation.path, role__in=roles)
        .exclude(organisation__kind=Organisation.Kind.DEPARTMENT, organisation__path__regex=rf"^{organisation.path}.+")
        .select_related("user", "organisation")
    )


def delegations_seen(viewer: Viewer) -> "QuerySet[Delegation]":
    """One's own, given and received, and for everybody but experts and guests those of the department."""
    own = Q(giver__user=viewer.user_id) | Q(receiver=viewer.user_id)
    if viewer.role not in _GUESTS:
        own |= Q(giver__organisation__path__startswith=viewer.base.path)
    return Delegation.objects.filter(own).select_related("giver__user", "giver__organisation", "receiver")


def stand_ins(viewer: Viewer) -> "QuerySet[User]":
    """Whom the viewer may ask to sign in its place: who holds a role in its department, by name."""
    home = viewer.organisation.department
    there = Q(organisation=home) | Q(organisation__parent=home, organisation__kind=Organisation.Kind.SECTION)
    held = Membership.objects.held().filter(there).exclude(role__in=[*ADMINISTRATORS, Role.SUPERVISOR])
    people = User.objects.filter(is_active=True, pk__in=held.values("user"))
    return people.exclude(pk=viewer.user_id).order_by("name", "pk")


def events_seen(viewer: Viewer) -> "QuerySet[EventDetail]":
    """What the auditor reads: the events of its level, sign-ins and refusals too. Nobody else reads any."""
    if viewer.role != Role.AUDITOR:
        return EventDetail.objects.none()
    if viewer.administers_everything:
        return EventDetail.objects.all()
    return EventDetail.objects.filter(organisation__in=organisations_seen(viewer).values("code"))


def erasures_seen(viewer: Viewer) -> "QuerySet[ErasureRequest]":
    """The requests to erase: for the administrators at the top, who ask for them and carry them out."""
    if not viewer.administers_everything or viewer.role == Role.SECURITY_ADMINISTRATOR:
        return ErasureRequest.objects.none()
    return ErasureRequest.objects.select_related("asked_by", "decided_by", "event")


def signatures_of(*things: str) -> "QuerySet[Signature]":
    """The signatures under a thing, or under several, in the order in which they were given."""
    return Signature.objects.filter(thing__in=things).select_related(
        "user", "organisation", "entered_by", "confirmed_by", "file", "on_behalf_of"
    )
