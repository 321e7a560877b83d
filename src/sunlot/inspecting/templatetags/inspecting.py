"""What the room's templates ask of a record."""

from django import template

from .. import modes, records
from ..actions import replacement_page
from ..models import Evidence, Finding, FormPart
from ..places import arrived

register = template.Library()


register.filter("said", records.said)
register.filter("replacement_page", replacement_page)


@register.filter
def evidence_of(finding: Finding | None, part: FormPart) -> list[Evidence]:
    """The evidence in the record that belongs to an item, or, with None, to the visit as a whole."""
    key = finding.pk if finding else None
    return [one for one in part.evidence.all() if one.counts and one.finding_id == key]


@register.filter
def mode_facts(part: FormPart) -> list[tuple[str, list[tuple[str, str]]]]:
    """Of each mode of the visit its name and what it says."""
    return modes.told(part.mode, part.mode_details)


@register.filter
def photos(part: FormPart) -> list[Evidence]:
    """All photos in the record, in the order in which they came."""
    return [one for one in part.evidence.all() if one.counts and one.clean_copy_id]


@register.filter
def distance(part: FormPart) -> str:
    """How far from the registered place the visit began, in words; empty where either is unknown."""
    return arrived(part)
