"""Reading the departments' own words."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db.models import Q, QuerySet

from sunlot.documents.parts import Slots
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer

from .models import Wording


def offices_of(viewer: Viewer) -> list[Organisation]:
    """Whose words concern the viewer: the own section's and its department's, or the own department's alone."""
    own = viewer.organisation
    return [own.department, own] if own.is_section else [own]


def newest_by_kind(organisations: Iterable[Organisation]) -> Mapping[tuple[int, str], Wording]:
    """The version that counts for each organisation (by key) and kind of document that have one; one query."""
    found: dict[tuple[int, str], Wording] = {}
    for one in _with_people(Wording.objects.filter(organisation__in=list(organisations))).order_by("number"):
        found[one.organisation_id, one.document] = one
    return found


def versions_of(organisation: Organisation, document: str) -> "QuerySet[Wording]":
    """All versions of one wording, newest first."""
    return _with_people(Wording.objects.filter(organisation=organisation, document=document)).order_by("-number")


def slots_for(organisation: Organisation, document: str) -> Slots:
    """The words that a document of this organisation bears: each slot the section's, else its department's, else empty,
    where the document has words of its own. For whoever makes a document; one query.
    """
    home = organisation.department
    either = Q(organisation=organisation) | Q(organisation=home)
    versions = Wording.objects.filter(either, document=document).order_by("number")
    newest = {one.organisation_id: one.slots for one in versions}
    own, above = newest.get(organisation.pk, Slots()), newest.get(home.pk, Slots())
    return replace(
        own,
        heading=own.heading or above.heading,
        contact=own.contact or above.contact,
        rights=own.rights or above.rights,
        closing=own.closing or above.closing,
    )


def _with_people(versions: "QuerySet[Wording]") -> "QuerySet[Wording]":
    return versions.select_related("saved_by", "restores")
