"""How timely inspectors' results were published, for the registry's pages."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Min

from sunlot.inspecting.deadlines import publication_deadline
from sunlot.inspecting.models import FormPart, PartMember
from sunlot.norms import clock
from sunlot.registry.people import Achievements, achievement


@achievement
def timeliness(inspector_ids: Iterable[int], since: date, until: date) -> dict[int, Achievements]:
    """Of the records completed between the two days, those published or past their 20 working days, and those published
    within them. One query.
    """
    rows = (
        PartMember.objects.filter(
            inspector__in=list(inspector_ids),
            part__state__in=FormPart.SUBMITTED,
            part__completed_on__range=(since, until),
        )
        .order_by()
        .values_list("inspector_id", "part_id", "part__completed_on")
        .annotate(first=Min("part__publications__published_at"))
    )
    today = clock.today()
    found: dict[int, Achievements] = {}
    for inspector, _, completed_on, first in rows:
        last = publication_deadline(completed_on).day
        published = first is not None
        in_time = published and first.astimezone(clock.SHANGHAI).date() <= last
        if published or last < today:
            found[inspector] = found.get(inspector, Achievements()) + Achievements(due=1, in_time=int(in_time))
    return found
