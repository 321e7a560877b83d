"""What forms know of inspectors, for the registry's pages, the draw and the calendar: who inspected what last, how much,
and who makes which visit.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, StrIndex, Substr

from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Expert, Inspector
from sunlot.registry.panels import Panel
from sunlot.registry.people import Achievements, Rotation, achievement, expert_panel, rotation
from sunlot.visits.visitors import Source, visitor_source

from .models import Finding, FormExpert, FormPart, PartMember
from .queries import forms_seen


@rotation
def last_inspections(inspector_ids: Iterable[int], day: date) -> Iterator[Rotation]:
    """The objects that these inspectors inspected the last time that their department did, up to `day`. One query, whose
    rows are those pairs alone, however long the history.
    """
    submitted = FormPart.objects.filter(state__in=FormPart.SUBMITTED, completed_on__lte=day)
    later = submitted.annotate(department=_department("organisation__path")).filter(
        Q(completed_on__gt=OuterRef("part__completed_on"))
        | Q(completed_on=OuterRef("part__completed_on"), pk__gt=OuterRef("part")),
        form__object=OuterRef("part__form__object"),
        department=OuterRef("department"),
    )
    last = (
        PartMember.objects.filter(
            inspector__in=list(inspector_ids), part__state__in=FormPart.SUBMITTED, part__completed_on__lte=day
        )
        .annotate(department=_department("part__organisation__path"))
        .filter(~Exists(later))
        .order_by()
        .values_list(
            "inspector__number", "part__form__object__number", "part__form__object_id", "part__form__object__name",
            "part__completed_on",
        )
    )  # fmt: skip
    for inspector, number, key, name, visited_on in last:
        if visited_on is not None:  # a submitted part has its day
            yield Rotation(inspector, number, key, name, visited_on)


def _department(path: str) -> Substr:
    """The department of an organisation by its path: `zjj` of `zjj/zjj-wuye/`."""
    return Substr(path, 1, StrIndex(F(path), Value("/")) - 1)


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


def _things_of(inspectors: "QuerySet[Inspector]") -> "QuerySet[Any, Any]":
    """The parts that these inspectors inspect, by their names in the table of visits."""
    members = PartMember.objects.filter(inspector__in=inspectors.order_by().values("pk")).order_by()
    return members.annotate(thing=Concat(Value("form-part:"), Cast("part_id", CharField()))).values("thing")


def _who(things: Collection[str]) -> Iterator[tuple[str, int]]:
    parts = [int(key) for kind, _, key in (thing.partition(":") for thing in things) if kind == "form-part"]
    for part, inspector in PartMember.objects.filter(part__in=parts).values_list("part_id", "inspector_id"):
        yield f"form-part:{part}", inspector


visitor_source(Source(_things_of, _who))
