"""Which unit may take a part, and by whom it is then inspected.

Competent is who has the same duty for the place where the object lies: a body of the same department, at the city or in the
object's own district (notice, part 4（二）: 市直各相关部门、各区人民政府相关部门; part 5（一）: 匹配应限于辖区范围内), and of the sections
of one bureau the one whose items the part consists of.

The inspectors of the draw stay the old unit's: its reserve and a supplementary draw hold people of the frozen pools alone
(drawing/supplement.py), and the other unit is no party to them. So its head names them, among those who could have been
drawn, with the reason in public; only where the part comes back to a unit whose people were drawn for it, these are they.
"""

from datetime import date

from sunlot.norms import clock
from sunlot.norms.regions import is_within
from sunlot.organisations.models import Organisation
from sunlot.registry.models import Inspector
from sunlot.registry.qualifying import qualified_inspectors
from sunlot.registry.queries import avoidance_pairs

from ..actions.review import LEAST_INSPECTORS
from ..models import Finding, FormPart, PartMember


def competent_units(part: FormPart) -> list[Organisation]:
    """The units that may take the part, by their place in the house. Three queries."""
    root = part.organisation.department_code
    same = Organisation.objects.filter(path__startswith=f"{root}/", is_active=True).exclude(pk=part.organisation_id)
    owners = {finding.version.item.organisation_id for finding in _findings(part)}
    standing = FormPart.objects.filter(form=part.form_id).exclude(state__in=FormPart.ENDED)
    busy = set(standing.values_list("organisation_id", flat=True))
    place = part.form.object.region_id
    return [
        one
        for one in same.select_related("parent", "region").order_by("path")
        if one.pk not in busy and is_within(place, one.region_id) and (not one.is_section or owners == {one.pk})
    ]


def eligible(part: FormPart, to: Organisation, day: date | None = None) -> list[Inspector]:
    """The unit's certified inspectors who may inspect the object: on duty, no avoidance, in no other part of the form."""
    day = day or clock.today()
    found = list(qualified_inspectors(to.path, day).order_by("number"))
    pairs = {person for person, _ in avoidance_pairs([one.pk for one in found], [part.form.object_id], day)}
    others = PartMember.objects.filter(part__form=part.form_id).exclude(part=part)
    taken = set(others.exclude(part__state__in=FormPart.ENDED).values_list("inspector_id", flat=True))
    return [one for one in found if one.number not in pairs and one.pk not in taken]


def drawn_before(part: FormPart, to: Organisation, day: date | None = None) -> list[Inspector]:
    """Those whom the draw gave to this unit for this object, in their order, where the part comes back and all of them may
    still inspect; else none.
    """
    earlier = FormPart.objects.filter(form=part.form_id, organisation=to, state=FormPart.State.HANDED)
    first = earlier.filter(taken_from__isnull=True).order_by("pk").first()
    if first is None:
        return []
    may = {one.pk for one in eligible(part, to, day)}
    members = [member.inspector for member in first.members.select_related("inspector__organisation")]
    return members if len(members) >= LEAST_INSPECTORS and all(one.pk in may for one in members) else []


def _findings(part: FormPart) -> list[Finding]:
    return list(part.findings.select_related("version__item"))
