"""What the public may have of checks: published results, and that a check of a released draw is not finished."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from sunlot.desk.lists import Column
from sunlot.drawing.models import Attempt, Replacement
from sunlot.drawing.naming import Names
from sunlot.drawing.outcome import DrawnObject, Outcome, TeamOutcome
from sunlot.inspecting import deadlines
from sunlot.inspecting.models import Category, FormPart
from sunlot.norms import clock
from sunlot.publishing import queries as publishing
from sunlot.publishing.models import Publication
from sunlot.registry.models import InspectionObject
from sunlot.visits.models import Visit

PUBLISHED = (FormPart.State.PUBLISHED, FormPart.State.CORRECTED)


def labels(publication: Publication) -> list[str]:
    """The result categories in words."""
    return [Category(value).label for value in publication.categories]


@dataclass(frozen=True)
class Check:
    """One department's check of one object: its published result, or that it is not finished and until when it is due."""

    part: FormPart
    publication: Publication | None

    @property
    def labels(self) -> list[str]:
        return labels(self.publication) if self.publication else []

    @property
    def mark(self) -> tuple[str, str]:
        if self.publication:
            return "done", "已更正" if self.publication.number > 1 else "已公示"
        if self.part.state == FormPart.State.REPLACED:
            return "off", "已替补，不检查"
        if self.part.state == FormPart.State.HANDED:
            return "off", "已指派给其他单位检查"
        due = deadlines.due_of(self.part)
        if due and due.is_late:
            return "late", f"未完成，{due.words}"
        return "run", "未完成"


def public_parts(now: datetime) -> "QuerySet[FormPart]":
    """The checks that the public may know of: those with a published result, and those of a draw whose list is released."""
    released = Q(form__task__source=Visit.Source.DRAW) & (
        Q(form__task__attempt__release_at__isnull=True)
        | Q(form__task__attempt__released_at__isnull=False)
        | Q(form__task__attempt__release_at__lte=now)
    )
    return FormPart.objects.filter(released | Q(state__in=PUBLISHED))


def checks(objects: "QuerySet[InspectionObject]", now: datetime) -> list[Check]:
    """The checks of these objects that are public, newest first, in a fixed number of queries.

    A check is public once its result is published. Before that only checks of a draw whose list is released are
    shown, as not finished: neither a complaint nor a visit to come may be read off this page.
    """
    parts = (
        public_parts(now)
        .filter(form__object__in=objects)
        .select_related("form__task__plan", "form__task__attempt__draw", "form__object", "organisation__parent")
        .prefetch_related(Prefetch("publications", Publication.objects.order_by("-number"), to_attr="newest_first"))
        .order_by("-form__task__starts_on", "form__number", "organisation__path")
    )
    return [Check(part, next(iter(part.newest_first), None)) for part in parts]


GONE, CAME_IN = "已替补", "候补换入"


@dataclass(frozen=True)
class Known:
    """What the registry and the forms know of a drawn object today."""

    is_demo: bool
    parts: int
    published: int
    place: str = ""
    """What became of it since: gone out, come in."""

    @property
    def mark(self) -> tuple[str, str]:
        if self.place == GONE:
            return "off", GONE
        if not self.parts:
            return "off", "待派发"
        if self.parts == self.published:
            return "done", "已公示"
        return "run", f"未完成（{self.published} / {self.parts} 已公示）" if self.published else "未完成"


def drawn_objects(attempt: Attempt, outcome: Outcome, replaced: Iterable[Replacement]) -> dict[str, Known]:
    """For each object drawn or in reserve by number: demonstration or not, how many departments have published, and what
    became of it by the replacements that are public.
    """
    numbers = [one.id for stratum in outcome.strata for one in (*stratum.drawn, *stratum.reserve)]
    demo = dict(InspectionObject.objects.filter(number__in=numbers).values_list("number", "is_demo"))
    places: dict[str, str] = {}
    for one in replaced:
        if one.is_of_object:
            places[one.outgoing], places[one.incoming] = GONE, CAME_IN
    states: dict[str, list[str]] = defaultdict(list)
    family = Q(form__task__attempt=attempt) | Q(form__task__attempt__draw__supplements=attempt)
    rows = FormPart.objects.filter(family).exclude(state__in=FormPart.ENDED)
    for number, state in rows.values_list("form__object__number", "state"):
        states[number].append(state)
    return {
        number: Known(
            demo.get(number, False),
            len(states[number]),
            sum(s in PUBLISHED for s in states[number]),
            places.get(number, ""),
        )
        for number in numbers
    }


@dataclass(frozen=True)
class ShownTeam:
    """A team in words: inspectors by staff number, never by name. `gone` are those whom a replacement took the place of."""

    team: TeamOutcome
    label: str
    members: list[tuple[str, str]]
    gone: set[str]


def teams(outcome: Outcome, zones: dict[str, str], names: Names, replaced: Iterable[Replacement]) -> list[ShownTeam]:
    """The teams with the names of zones and departments, as they were drawn."""
    gone = {(one.team, one.outgoing) for one in replaced if not one.is_of_object and not one.object}
    return [
        ShownTeam(
            team,
            f"{zones[team.zone]} {team.number} 组",
            [(names.organisation(code), number) for code, number in team.members],
            {number for _, number in team.members if (team.id, number) in gone},
        )
        for team in outcome.teams
    ]


def pool_names(outcome: Outcome, names: Names) -> dict[str, str]:
    """What the departments of the people in reserve are called, by code."""
    return {one.department: names.organisation(one.department) for one in outcome.standby}


def zone_names(outcome: Outcome, names: Names) -> dict[str, str]:
    """The zones of a draw by code; a zone that is no region of ours keeps its code."""
    return {team.zone: names.region(team.zone) for team in outcome.teams}


@dataclass(frozen=True)
class DrawnRow:
    """A line of the table of the drawn."""

    stratum: str
    kind: str
    object: DrawnObject


def drawn_rows(outcome: Outcome) -> list[DrawnRow]:
    """Everybody drawn and then in reserve, stratum by stratum in the order of the tickets."""
    return [
        DrawnRow(stratum.id, kind, one)
        for stratum in outcome.strata
        for kind, objects in (("抽中", stratum.drawn), ("候补", stratum.reserve))
        for one in objects
    ]


DRAWN_COLUMNS: list[Column[Any]] = [
    Column("id", "编号", lambda row: row.object.id),
    Column("name", "名称", lambda row: row.object.name),
    Column("zone", "抽取区", lambda row: row.object.zone),
    Column("stratum", "信用风险", lambda row: row.stratum),
    Column("outcome", "结果", lambda row: row.kind),
    Column("order", "次序", lambda row: row.object.order, number=True),
    Column("ticket", "签号", lambda row: row.object.ticket),
    Column("team", "检查组", lambda row: row.object.team),
]


def published() -> "QuerySet[Publication]":
    """The newest publication of each part with what a line shows."""
    return publishing.in_force().select_related("part__form__task__attempt__draw", "part__form__object__region")


def inspected_on(publication: Publication) -> str:
    """The day of the visit, as ISO."""
    ended = publication.part.ended_at or publication.part.recorded_at
    return ended.astimezone(clock.SHANGHAI).date().isoformat() if ended else ""


RESULT_COLUMNS: list[Column[Publication]] = [
    Column("object", "检查对象", lambda one: one.part.form.object.name),
    Column("number", "对象编号", lambda one: one.part.form.object.number),
    Column("region", "辖区", lambda one: one.part.form.object.region.name),
    Column("department", "检查单位", lambda one: one.part.organisation.full_name),
    Column("task", "抽查任务", lambda one: one.part.form.task.title),
    Column("form", "检查表编号", lambda one: one.part.form.number),
    Column("inspected_on", "检查日期", inspected_on),
    Column("categories", "检查结果", lambda one: "；".join(labels(one))),
    Column("statement", "说明", lambda one: one.statement),
    Column("published_at", "公示时间", lambda one: clock.iso(one.published_at)),
    Column("corrections", "更正次数", lambda one: one.number - 1, number=True),
    Column("digest", "公示内容摘要", lambda one: one.digest),
]
