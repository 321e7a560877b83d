"""A signed draw on its way into the field: real teams drawn by the ceremony's own actions, inspectors with accounts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import time_machine
from django.test import Client

from sunlot.drawing import actions as drawing
from sunlot.drawing.models import Attempt
from sunlot.inspecting import actions, queries, records
from sunlot.inspecting.models import Category, Finding, Form, FormPart, Task
from sunlot.inspecting.records import Absence, Answered, PartData
from sunlot.norms import clock
from sunlot.organisations.roles import Role
from sunlot.organisations.signatures import Proof
from sunlot.organisations.viewer import Viewer
from sunlot.registry.models import Inspector

from ..cast import City
from ..drawing.stage import Stage, fresh
from ..planning.town import build_town
from ..remembering import remembered

DAY = date(2026, 9, 1)  # a Tuesday; the National Day holiday lies within the 20 working days of its checks
STROKES = "M84 38L140 32L180 60M112 34L108 186M88 60L132 155"
NAME = "王守信"


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.SHANGHAI)


@contextmanager
def on(day: date, hour: int = 10) -> Iterator[None]:
    """That day, at that hour; the clock runs on from there."""
    with time_machine.travel(at(day, hour)):
        yield


@dataclass
class Fieldwork:
    """The people, the signed attempt, and what its inspectors do."""

    stage: Stage
    attempt: Attempt
    accounts: dict[str, Viewer] = field(default_factory=dict)

    @property
    def city(self) -> City:
        return self.stage.city

    def __getitem__(self, username: str) -> Viewer:
        return self.city[username]

    def dispatch(self) -> Task:
        return actions.dispatch(self["chen"], self.attempt)

    def form(self) -> Form:
        """The first form."""
        return Form.objects.select_related("task", "object").order_by("number")[0]

    def part(self, department: str = "zjj-wuye", number: int = 0) -> FormPart:
        """The part of a participating department on the n-th form, whichever of its organisations inspects."""
        forms = Form.objects.order_by("number")
        prefix = self.city.organisations[department].path
        return self.again(FormPart.objects.get(form=forms[number], organisation__path__startswith=prefix))

    def again(self, part: FormPart) -> FormPart:
        return queries.whole(FormPart.objects.filter(pk=part.pk)).get()

    def inspector(self, part: FormPart, position: int = 0) -> Viewer:
        """A member of a part, with an account made for it on first use."""
        found = part.members.all()[position].inspector
        if found.number not in self.accounts:
            viewer = self.city.add(f"i-{found.number}", found.name, found.organisation.code, Role.INSPECTOR)
            Inspector.objects.filter(pk=found.pk).update(user=viewer.membership.user)
            self.accounts[found.number] = viewer
        return self.accounts[found.number]

    def client(self, viewer: Viewer) -> Client:
        return self.city.client(viewer.username)

    def filled(self, part: FormPart, *, problem: bool = False, **changes: object) -> PartData:
        """A complete record."""
        codes = [finding.version.item.code for finding in part.findings.all()]
        answers = {code: Answered(Finding.Answer.FINE) for code in codes}
        if problem:
            answers[codes[0]] = Answered(Finding.Answer.PROBLEM, "维修资金使用未公示")
        now = clock.now()
        began = max(now - timedelta(hours=1), part.form.task.created_at)  # at midnight too
        data = PartData(
            mode="on-site",
            began_at=min(began, now),
            ended_at=now,
            categories=(Category.ORDERED if problem else Category.NO_PROBLEM,),
            findings=answers,
        )
        return replace(data, **changes)  # type: ignore[arg-type]  # any field of the record

    def saved(self, part: FormPart, **changes: object) -> FormPart:
        """The part with a complete record, not yet signed."""
        return actions.save_part(self.inspector(part), part, self.filled(part, **changes))  # type: ignore[arg-type]  # as filled

    def signed(self, part: FormPart, **changes: object) -> FormPart:
        """The same, signed by the inspected."""
        saved = self.saved(part, **changes)
        actions.sign_inspected(self.inspector(part), saved, NAME, STROKES, version=saved.version)
        return self.again(part)

    def recorded(self, part: FormPart, **changes: object) -> FormPart:
        """The same, submitted."""
        return self.submit(self.signed(part, **changes))

    def countersigned(self, part: FormPart, **changes: object) -> FormPart:
        """The same, signed by everybody of the team."""
        recorded = self.recorded(part, **changes)
        self.countersign(recorded)
        return recorded

    def countersign(self, part: FormPart) -> None:
        for position in range(1, len(part.members.all())):
            viewer = self.inspector(part, position)
            actions.sign_part(viewer, part, part.digest, self.proof(viewer))

    def submit(self, part: FormPart, position: int = 0) -> FormPart:
        viewer = self.inspector(part, position)
        actions.record_part(viewer, part, self.digest(part), self.proof(viewer))
        return self.again(part)

    def decided(self, part: FormPart, **changes: object) -> FormPart:
        """The same, reviewed."""
        actions.review_part(self.reviewer(part), self.countersigned(part, **changes), True)
        return self.again(part)

    def reviewer(self, part: FormPart) -> Viewer:
        return self[{"zjj": "wuye-head", "scjg": "scjg-head", "yjj": "yjj-head"}[part.organisation.department_code]]

    def clerk(self, part: FormPart) -> Viewer:
        return self[{"zjj": "chen", "scjg": "scjg-clerk", "yjj": "yjj-clerk"}[part.organisation.department_code]]

    @staticmethod
    def digest(part: FormPart) -> str:
        written = records.content(part, records.data_of(part), records.absence_of(part))
        return records.digest_of(written)

    @staticmethod
    def proof(viewer: Viewer) -> Proof:
        return Proof(viewer.user_id, clock.now())


def build_fieldwork(city: City, day: date = DAY, *, signed: bool = True) -> Fieldwork:
    """Draw the town's plan on `day` and sign its record. Checks are to be done from the next day on, for 59 days."""
    with on(day, 8):
        work = remembered(f"fieldwork {day} {signed}", lambda: _draw(city, day, signed))
    return replace(work, stage=work.stage.of(city))


def _draw(city: City, day: date, signed: bool) -> Fieldwork:
    town = build_town(city)
    town.content = replace(
        town.content,
        draw_at=at(day, 9),
        starts_on=day + timedelta(days=1),
        ends_on=day + timedelta(days=60),
    )
    stage = Stage(town, town.published())
    work = Fieldwork(stage, stage.drawn())
    if signed:
        sign_record(work)
    return work


def sign_record(work: Fieldwork) -> None:
    """Everybody signs the record of the draw."""
    for one in work.attempt.contributors.all():
        viewer = work.stage.speaker(one)
        drawing.sign_record(viewer, work.attempt, one.code, work.proof(viewer))
    work.attempt = fresh(work.attempt)


def absence() -> Absence:
    return Absence("负责人拒绝签字", "李见证", "滨河社区居委会工作人员")
