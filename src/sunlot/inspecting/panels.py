"""What forms know of inspectors, for the registry's pages and for the draw: who inspected what last, and how much."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Count, Exists, OuterRef

from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Expert
from sunlot.registry.panels import Panel
from sunlot.registry.people import Achievements, Rotation, achievement, expert_panel, rotation

from .models import Finding, FormExpert, FormPart, PartMember
from .queries import forms_seen

CHUNK = 2000


@rotation
def last_inspections(inspector_ids: Iterable[int], day: date) -> Iterator[Rotation]:
    """The objects that these inspectors inspected the last time that their department did, up to `day`."""
    people = set(inspector_ids)
    done = PartMember.objects.filter(part__state__in=FormPart.SUBMITTED, part__completed_on__lte=day).order_by()
    objects = sorted(set(done.filter(inspector__in=people).values_list("part__form__object_id", flat=True)))
    for start in range(0, len(objects), CHUNK):
        rows = (
            done.filter(part__form__object__in=objects[start : start + CHUNK])
            .order_by("part__completed_on", "part_id")
            .values_list(
                "part__form__object_id", "part__organisation__path", "part__completed_on", "part_id", "inspector_id",
                "inspector__number", "part__form__object__number", "part__form__object__name",
            )
        )  # fmt: skip
        newest: dict[tuple[int, str], int] = {}
        found = list(rows)
        for entry, path, _, part, *_ in found:
            newest[entry, _department(path)] = part
        for entry, path, completed_on, part, inspector, number, code, name in found:
            if inspector in people and completed_on is not None and newest[entry, _department(path)] == part:
                yield Rotation(number, code, entry, name, completed_on)


def _department(path: str) -> str:
    return path.split("/", 1)[0]


@achievement
def visits_and_findings(inspector_ids: Iterable[int], since: date, until: date) -> dict[int, Achievements]:
    """Records completed between the two days, those with problems, and the problems found. Two queries."""
    members = PartMember.objects.filter(
        inspector__in=list(inspector_ids), part__state__in=FormPart.SUBMITTED, part__completed_on__range=(since, until)
    ).order_by()
    problem = Finding.objects.filter(part=OuterRef("part"), answer=Finding.Answer.PROBLEM)
    found: dict[int, Achievements] = {}
    counted = members.annotate(bad=Exists(problem)).values_list("inspector_id", "bad").annotate(Count("pk"))
    for inspector, bad, count in counted:
        found[inspector] = found.get(inspector, Achievements()) + Achievements(count, count if bad else 0)
    problems = (
        members.filter(part__findings__answer=Finding.Answer.PROBLEM).values_list("inspector_id").annotate(Count("pk"))
    )
    for inspector, count in problems:
        found[inspector] += Achievements(problems=count)
    return found


@expert_panel
def checks(viewer: Viewer, expert: Expert) -> Panel:
    """The checks that an expert was drawn for, newest first, as far as the viewer sees them."""
    joined = FormExpert.objects.filter(expert=expert, form__in=forms_seen(viewer)).select_related(
        "form__task", "form__object"
    )
    shown = list(joined.order_by("-form__task__starts_on", "-pk")[:50])
    return Panel("checks", "参加的检查", "由抽取确定，只提供意见", "inspecting/_expert_checks.html", {"joined": shown})
